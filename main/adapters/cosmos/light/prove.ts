import { HearthError } from '#shared/api/errors.ts'
import type { PendingClaim, ProofFacts, Proven, ProvenReads, TrustRoot } from '#main/core/ports/chain.ts'
import { statusResult } from '../schemas.ts'
import { askAgainWhenAhead } from '../read-chain.ts'
import { endpointName, type Transport, unreachable } from '../transport.ts'
import { createLightClient } from './client.ts'
import { hashText, headerHash } from './header.ts'
import { provenValue } from './ics23.ts'
import { ProofInvalid } from './proof-invalid.ts'
import { balanceKey, claimKey, readBalance, readClaimRow, readSupplierRow, supplierKey } from './rows.ts'
import { createLightSource } from './source.ts'
import { proofResult } from './wire.ts'

const STORE_PROOF = 'ics23:iavl'
const ALL_PROOF = 'ics23:simple'

/**
 * @param rpcUrl named in errors @param trustingMs how long a proven header vouches for later ones; undefined = for ever
 * @returns reads by ICS-23 proof against signed headers, from `root` on
 */
export function createProvenReads(
  transport: Transport,
  rpcUrl: string,
  root: TrustRoot,
  options: { trustingMs: number | undefined; now: () => number },
): ProvenReads {
  const client = createLightClient(root, createLightSource(transport), options)
  /** Headers are stepped to one after the other: two steps at once would fetch the same ones twice. */
  let turn: Promise<unknown> = Promise.resolve()
  const headerAt = (height: number) => {
    const mine = turn.then(() => client.header(height))
    turn = mine.catch(() => undefined)
    return mine
  }

  /** Turns "this is not proven" into the error that says who brought it. */
  const said = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof ProofInvalid)) throw error
      throw new HearthError('proof-invalid', { endpoint: endpointName(rpcUrl), reason: error.message }, { cause: error })
    }
  }

  const row = async (store: string, key: Uint8Array, height: number, appHash: Uint8Array): Promise<Uint8Array | undefined> => {
    const params = { path: `/store/${store}/key`, data: Buffer.from(key).toString('hex'), height: String(height), prove: true }
    const { response } = await askAgainWhenAhead(() => transport.rpc('abci_query', params, proofResult))
    if (response.code !== 0) throw unreachable(rpcUrl, response.log)
    if (response.height !== height) throw new ProofInvalid('the state of another height')
    const ops = response.proofOps?.ops ?? []
    const [inStore, inAll] = ops
    if (ops.length !== 2 || inStore?.type !== STORE_PROOF || inAll?.type !== ALL_PROOF) throw new ProofInvalid('no proof of these trees')
    // The value is taken from the proof, not from beside it.
    return provenValue(appHash, store, key, { store: inStore.data, all: inAll.data })
  }

  /** The header above a state signs it: the newest state that can be proven is one below the newest block. */
  const newestState = async (): Promise<{ height: number; appHash: Uint8Array; how?: ProofFacts }> => {
    const { sync_info: sync } = await transport.rpc('status', {}, statusResult)
    const signedBy = Math.max(sync.latest_block_height, root.height + 1)
    const header = await askAgainWhenAhead(() => headerAt(signedBy))
    const checked = client.checked(signedBy)
    const how: ProofFacts | undefined = checked && {
      headerHeight: signedBy,
      headerHash: checked.hash,
      signedPower: checked.power.signed,
      totalPower: checked.power.total,
      signers: checked.power.signers,
      validators: checked.power.validators,
      host: endpointName(rpcUrl),
    }
    return { height: signedBy - 1, appHash: header.appHash, ...(how && { how }) }
  }

  return {
    balance: (address) =>
      said(async () => {
        const { height, appHash, ...proof } = await newestState()
        return { value: readBalance(await row('bank', balanceKey(address), height, appHash)), height, ...proof }
      }),
    supplier: (operatorAddress) =>
      said(async () => {
        const { height, appHash, ...proof } = await newestState()
        const value = await row('supplier', supplierKey(operatorAddress), height, appHash)
        return { value: value && readSupplierRow(operatorAddress, value), height, ...proof }
      }),
    claims: (operatorAddress, sessionIds) =>
      said(async (): Promise<Proven<PendingClaim[]>> => {
        const { height, appHash, ...proof } = await newestState()
        const rows = await Promise.all(sessionIds.map((id) => row('proof', claimKey(id, operatorAddress), height, appHash)))
        const claims = rows.flatMap((value) => (value === undefined ? [] : [readClaimRow(value)]))
        if (claims.some((claim) => claim.operatorAddress !== operatorAddress)) throw new ProofInvalid('a claim of another operator')
        return { value: claims, height, ...proof }
      }),
    block: (height) => said(async () => hashText(headerHash(await askAgainWhenAhead(() => headerAt(height))))),
    newest: () => client.newest(),
  }
}
