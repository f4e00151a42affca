import { PubKey } from 'cosmjs-types/cosmos/crypto/secp256k1/keys'
import { Tx } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { bytesToHex } from '@noble/hashes/utils.js'
import { decodeBlock } from '#main/adapters/cosmos/decode.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import type { ChainBlock } from '#main/core/ports/chain.ts'
import type { TestChain } from './chain.ts'
import { getJson } from './get-json.ts'
import type { OpenClaim, RevenueShare } from './predict-settlement.ts'

/** What the prediction run reads of the chain, each at the height that it names. */

const ROUTE = '/pokt-network/poktroll'
const LIMIT = 'pagination.limit=500'

/** Who paid what in a transaction, from its bytes alone. */
export interface PaidTx {
  payer: string
  feeUpokt: bigint
  proofs: number
}

export interface OpenClaimOfSession extends OpenClaim {
  sessionEnd: number
}

export interface Reads {
  params(module: string, height: number): Promise<Record<string, unknown>>
  sessionHeader(application: string, service: string, height: number): Promise<{ id: string; start: number; end: number; number: number }>
  claims(height: number): Promise<OpenClaimOfSession[]>
  revenueShares(operator: string, service: string, height: number): Promise<RevenueShare[]>
  applicationStake(address: string, height: number): Promise<bigint>
  /** What everybody holds, modules too. */
  balances(height: number): Promise<Map<string, bigint>>
  supply(height: number): Promise<bigint>
  /** Transactions of a block, without what came of them. */
  txs(height: number): Promise<PaidTx[]>
  block(height: number): Promise<ChainBlock>
}

export function openReads(chain: TestChain): Reads {
  const codec = createTxCodec()
  const rest = async (path: string, height: number): Promise<never> => (await getJson(`${chain.restUrl}${path}`, height)) as never
  const rpc = async (what: string, height: number): Promise<unknown> =>
    ((await getJson(`${chain.rpcUrl}/${what}?height=${height}`)) as { result: unknown }).result
  return {
    params: async (module, height) => ((await rest(`${ROUTE}/${module}/params`, height)) as { params: Record<string, unknown> }).params,
    async sessionHeader(application, service, height) {
      const query = `application_address=${application}&service_id=${service}&block_height=${height}`
      const { session } = (await rest(`${ROUTE}/session/get_session?${query}`, height)) as {
        session: { session_number: string; header: Record<string, string> }
      }
      return {
        id: session.header['session_id'] ?? '',
        start: Number(session.header['session_start_block_height']),
        end: Number(session.header['session_end_block_height']),
        number: Number(session.session_number),
      }
    },
    async claims(height) {
      const { claims } = (await rest(`${ROUTE}/proof/claim?${LIMIT}`, height)) as {
        claims: { supplier_operator_address: string; session_header: Record<string, string>; root_hash: string }[]
      }
      return claims.map((claim) => {
        const root = Buffer.from(claim.root_hash, 'base64')
        return {
          operator: claim.supplier_operator_address,
          application: claim.session_header['application_address'] ?? '',
          sessionEnd: Number(claim.session_header['session_end_block_height']),
          computeUnits: root.readBigUInt64BE(32),
          relays: root.readBigUInt64BE(40),
        }
      })
    },
    async revenueShares(operator, service, height) {
      const { supplier } = (await rest(`${ROUTE}/supplier/supplier/${operator}`, height)) as {
        supplier: { services: { service_id: string; rev_share: { address: string; rev_share_percentage: string | number }[] }[] }
      }
      const config = supplier.services.find(({ service_id: id }) => id === service)
      return (config?.rev_share ?? []).map(({ address, rev_share_percentage: percent }) => ({ address, percent: Number(percent) }))
    },
    async applicationStake(address, height) {
      const { application } = (await rest(`${ROUTE}/application/application/${address}`, height)) as {
        application: { stake: { amount: string } }
      }
      return BigInt(application.stake.amount)
    },
    async balances(height) {
      const { denom_owners: owners } = (await rest(`/cosmos/bank/v1beta1/denom_owners/upokt?${LIMIT}`, height)) as {
        denom_owners: { address: string; balance: { amount: string } }[]
      }
      return new Map(owners.map(({ address, balance }) => [address, BigInt(balance.amount)]))
    },
    async supply(height) {
      const { amount } = (await rest('/cosmos/bank/v1beta1/supply/by_denom?denom=upokt', height)) as { amount: { amount: string } }
      return BigInt(amount.amount)
    },
    async txs(height) {
      const { block } = (await rpc('block', height)) as { block: { data: { txs: string[] | null } } }
      return (block.data.txs ?? []).map((text) => {
        const { authInfo, body } = Tx.decode(Buffer.from(text, 'base64'))
        const key = authInfo?.signerInfos[0]?.publicKey
        return {
          payer: key === undefined ? '' : codec.addressOf(bytesToHex(PubKey.decode(key.value).key)),
          feeUpokt: BigInt(authInfo?.fee?.amount[0]?.amount ?? '0'),
          proofs: body?.messages.filter(({ typeUrl }) => typeUrl.endsWith('.MsgSubmitProof')).length ?? 0,
        }
      })
    },
    block: async (height) => decodeBlock(await rpc('block', height), await rpc('block_results', height)),
  }
}
