import type { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import type { UpgradePlan } from '#main/core/ports/chain.ts'
import { appliedUpgradeAnswer, blockSearchResult, txSearchResult, upgradeAnswer } from './schemas.ts'
import type { Transport } from './transport.ts'

/** Which blocks concern an address, and what is planned for the chain. */

const POCKET = 'pocket.'
/** Attributes of a block's own events that name an address (onchain facts 4.2). Whoever is paid in a settlement receives coins in it. */
const BLOCK_KEYS = [
  'coin_spent.spender',
  'coin_received.receiver',
  `${POCKET}tokenomics.EventClaimSettled.supplier_operator_address`,
  `${POCKET}tokenomics.EventClaimExpired.supplier_operator_address`,
  `${POCKET}tokenomics.EventClaimDiscarded.supplier_operator_address`,
  `${POCKET}tokenomics.EventSupplierSlashed.supplier_operator_address`,
  `${POCKET}tokenomics.EventApplicationOverserviced.supplier_operator_addr`,
  `${POCKET}proof.EventProofValidityChecked.supplier_operator_address`,
  `${POCKET}supplier.EventSupplierServiceConfigActivated.operator_address`,
  `${POCKET}supplier.EventSupplierStakeStuckInModulePool.operator_address`,
  `${POCKET}supplier.EventSupplierUnbondingBegin.supplier`,
  `${POCKET}supplier.EventSupplierUnbondingEnd.supplier`,
] as const
/** The same of events of transactions. Who signs one pays its fee; who is staked or unstaked by another's signature is named. */
const TX_KEYS = [
  'coin_spent.spender',
  'coin_received.receiver',
  `${POCKET}proof.EventClaimCreated.supplier_operator_address`,
  `${POCKET}proof.EventClaimUpdated.supplier_operator_address`,
  `${POCKET}proof.EventProofSubmitted.supplier_operator_address`,
  `${POCKET}proof.EventProofUpdated.supplier_operator_address`,
  `${POCKET}supplier.EventSupplierStaked.operator_address`,
  `${POCKET}supplier.EventSupplierUnbondingBegin.supplier`,
  `${POCKET}supplier.EventSupplierUnbondingCanceled.supplier`,
] as const

/** Whole blocks come back: few at a time. */
const BLOCKS_PER_PAGE = 10
const TXS_PER_PAGE = 50
const MAX_PAGES = 2_000

async function search<T extends z.ZodType<{ total_count: number }>>(
  transport: Transport,
  method: 'block_search' | 'tx_search',
  query: string,
  schema: T,
  heightsOf: (answer: z.output<T>) => number[],
): Promise<number[]> {
  const perPage = method === 'block_search' ? BLOCKS_PER_PAGE : TXS_PER_PAGE
  const heights: number[] = []
  for (let page = 1, rows = 0; page <= MAX_PAGES; page += 1) {
    const params = { query, page: String(page), per_page: String(perPage), order_by: 'asc' }
    const answer = transport.rpcResult(await transport.rpcBytes(method, params), schema)
    const found = heightsOf(answer)
    heights.push(...found)
    rows += found.length
    if (found.length === 0 || rows >= answer.total_count) break
  }
  return heights
}

/**
 * Asks the node's indexers. @returns heights in order, each once. Rejects `chain-unreachable` with the node's words where it keeps no index, or not for so long.
 * @param from @param to both included
 */
export async function readHeightsOf(transport: Transport, addresses: string[], from: number, to: number): Promise<number[]> {
  const heights = new Set<number>()
  const add = (found: number[]): void => {
    for (const height of found) if (height >= from && height <= to) heights.add(height)
  }
  for (const address of addresses) {
    // The text stands inside a query with quotes of its own.
    if (!/^[a-z0-9]{1,100}$/.test(address)) throw new HearthError('address-invalid', { address: address.slice(0, 100) })
    // Values of Pocket's own events carry their quotes (onchain facts 3.3); whole records are searched through.
    const is = (key: string): string => {
      if (key.endsWith('.supplier')) return `${key} CONTAINS '${address}'`
      return key.startsWith(POCKET) ? `${key}='"${address}"'` : `${key}='${address}'`
    }
    for (const key of BLOCK_KEYS) {
      const query = `block.height >= ${from} AND block.height <= ${to} AND ${is(key)}`
      add(
        await search(transport, 'block_search', query, blockSearchResult, (answer) =>
          answer.blocks.map(({ block }) => block.header.height),
        ),
      )
    }
    for (const key of TX_KEYS) {
      const query = `tx.height >= ${from} AND tx.height <= ${to} AND ${is(key)}`
      add(await search(transport, 'tx_search', query, txSearchResult, (answer) => answer.txs.map((tx) => tx.height)))
    }
  }
  return [...heights].sort((a, b) => a - b)
}

/** The upgrade that is planned and not yet done. */
export async function readUpgradePlan(transport: Transport): Promise<UpgradePlan | undefined> {
  const { plan } = await transport.restValue('/cosmos/upgrade/v1beta1/current_plan', upgradeAnswer)
  return plan ? { name: plan.name, height: plan.height } : undefined
}

/** At which height an upgrade was carried out; undefined when it was not, or nobody knows the name. */
export async function readAppliedUpgrade(transport: Transport, name: string): Promise<number | undefined> {
  const { height } = await transport.restValue(`/cosmos/upgrade/v1beta1/applied_plan/${encodeURIComponent(name)}`, appliedUpgradeAnswer)
  return height > 0 ? height : undefined
}
