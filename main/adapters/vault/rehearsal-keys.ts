import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { RehearsalKeys } from '#main/core/ports/vault.ts'
import { createTxCodec } from '../cosmos/tx/index.ts'
import { rehearsalPrefix } from './key-networks.ts'
import { pubKeyHexOf, signBytes } from './signatures.ts'
import { prepareSecretFolder, readSecretFile, secretFolder, writeSecretFile } from './vault-file.ts'

/**
 * Play-money identities of the local chain, in a compartment of their own: not sealed, since they must work while the vault is locked, and worth nothing.
 * SECURITY: S19 the file is 0600 in the 0700 folder all the same.
 */
const fileSchema = z.strictObject({
  version: z.literal(1),
  identities: z.array(
    z.strictObject({
      chainId: z.string().refine((chainId) => rehearsalPrefix(chainId) !== undefined),
      name: z.literal('application'),
      privateKeyHex: z.string().regex(/^[0-9a-f]{64}$/),
      createdAtMs: z.number().int(),
    }),
  ),
})
type Identity = z.infer<typeof fileSchema>['identities'][number]

export const REHEARSAL_FILE = 'rehearsal.json'

/** Rejects `key-wrong-network` for any chain that Hearth did not make (`hearth-local-…`, `hearth-practice-…`), `key-unknown` before `ensure`, `store-damaged` for an unreadable file. */
export async function createRehearsalKeys({ dataDir, clock }: { dataDir: string; clock: Clock }): Promise<RehearsalKeys> {
  await prepareSecretFolder(dataDir)
  const path = join(secretFolder(dataDir), REHEARSAL_FILE)
  /** Of a chain that Hearth made on this machine, and of no other. */
  const codecOf = (chainId: string): TxCodec => {
    const prefix = rehearsalPrefix(chainId)
    // SECURITY: S18 play keys work for chains that Hearth made on this machine, and for nothing else.
    if (prefix === undefined) throw new HearthError('key-wrong-network', { network: chainId.slice(0, 60) })
    return createTxCodec(prefix)
  }
  let identities: Identity[] | undefined
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run)
    last = result.catch(() => undefined)
    return result
  }
  const load = async (): Promise<Identity[]> => {
    if (identities) return identities
    const bytes = await readSecretFile(path)
    identities = bytes ? readIdentities(bytes) : []
    return identities
  }
  const store = async (next: Identity[]): Promise<void> => {
    await writeSecretFile(path, new TextEncoder().encode(`${JSON.stringify({ version: 1, identities: next })}\n`))
    identities = next
  }
  const find = async (chainId: string, name: Identity['name']): Promise<Uint8Array> => {
    codecOf(chainId)
    const one = (await load()).find((identity) => identity.chainId === chainId && identity.name === name)
    if (!one) throw new HearthError('key-unknown', { key: name })
    return hexToBytes(one.privateKeyHex)
  }
  const withKey = async <T>(chainId: string, name: Identity['name'], use: (privateKey: Uint8Array) => T): Promise<T> => {
    const privateKey = await find(chainId, name)
    try {
      return await use(privateKey)
    } finally {
      privateKey.fill(0)
    }
  }

  return {
    ensure: (chainId, name) =>
      inTurn(async () => {
        const codec = codecOf(chainId)
        const present = await load()
        if (!present.some((identity) => identity.chainId === chainId && identity.name === name)) {
          const privateKeyHex = Buffer.from(secp256k1.utils.randomSecretKey(randomBytes(48))).toString('hex')
          await store([...present, { chainId, name, privateKeyHex, createdAtMs: clock.now() }])
        }
        return withKey(chainId, name, (privateKey) => {
          const pubKeyHex = pubKeyHexOf(privateKey)
          return { address: codec.addressOf(pubKeyHex), pubKeyHex }
        })
      }),
    sign: (chainId, name, signDocBytes) =>
      inTurn(() =>
        withKey(chainId, name, (privateKey) => {
          const decoded = codecOf(chainId).decodeSignDoc(signDocBytes)
          if (decoded.chainId !== chainId) throw new HearthError('key-wrong-network', { network: decoded.chainId.slice(0, 60) })
          if (decoded.pubKeyHex !== pubKeyHexOf(privateKey)) throw new HearthError('tx-changed', { reason: 'signer' })
          return signBytes(privateKey, signDocBytes)
        }),
      ),
    withPrivateKey: (chainId, name, use) => withKey(chainId, name, use),
    forget: (chainId) =>
      inTurn(async () => {
        const present = await load()
        const rest = present.filter((identity) => identity.chainId !== chainId)
        if (rest.length !== present.length) await store(rest)
      }),
  }
}

function readIdentities(bytes: Uint8Array): Identity[] {
  try {
    return fileSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).identities
  } catch (error) {
    throw new HearthError('store-damaged', { file: REHEARSAL_FILE }, { cause: error })
  }
}
