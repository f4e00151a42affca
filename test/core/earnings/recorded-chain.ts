import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { decodeBlock } from '#main/adapters/cosmos/decode.ts'
import type { Chain, ChainBlock } from '#main/core/ports/chain.ts'
import { HearthError } from '#shared/api/errors.ts'

export type RecordedName = 'default' | 'mainnet-like' | 'overserviced'

interface RawEvent {
  type: string
  attributes: { key: string; value: string }[]
}
interface RawResults {
  txs_results: { events: RawEvent[] }[] | null
  finalize_block_events: RawEvent[] | null
}
export interface RecordedBalance {
  account: string
  address: string
  height: number
  upokt: string
}

const folder = (name: RecordedName): string => `${import.meta.dirname}/../../fixtures/${name}`
const readResult = (path: string): unknown => (JSON.parse(readFileSync(path, 'utf8')) as { result: unknown }).result

export function recordedHeights(name: RecordedName): number[] {
  return readdirSync(`${folder(name)}/blocks`)
    .filter((file) => file.endsWith('.results.json'))
    .map((file) => Number.parseInt(file, 10))
    .sort((a, b) => a - b)
}

/** A block as the real decoder reads it from what a real node answered. */
export function recordedBlock(name: RecordedName, height: number): ChainBlock {
  return decodeBlock(readResult(`${folder(name)}/blocks/${height}.block.json`), readResult(`${folder(name)}/blocks/${height}.results.json`))
}

/** What the real bank said, and when. */
export function recordedBalances(name: RecordedName): RecordedBalance[] {
  return JSON.parse(readFileSync(`${folder(name)}/balances.json`, 'utf8')) as RecordedBalance[]
}

export function addressOf(name: RecordedName, account: string): string {
  const row = recordedBalances(name).find((candidate) => candidate.account === account)
  if (!row) throw new Error(`no account ${account}`)
  return row.address
}

/**
 * A chain that answers recorded blocks, with an empty one at every height between them (nothing of interest happened there: that is why they were not recorded).
 * Its bank is counted from the raw recordings by adding coin_received and taking off coin_spent, without any code of the product; `bank.test` holds it against the balances
 * that the real bank gave.
 */
export interface RecordedChain {
  chain: Chain
  head: number
  /** Throws `chain-unreachable` for so many further calls. */
  failNext(calls: number): void
  /** The chain begins to be another one. */
  replace(): void
  calls: number
}

export function recordedChain(name: RecordedName, openings: Record<string, bigint> = {}): RecordedChain {
  const heights = new Set(recordedHeights(name))
  const head = Math.max(...heights)
  let failures = 0
  let generation = ''
  const deltas = [...heights].map((height) => ({ height, moved: rawMovements(name, height) }))
  const refuse = (): void => {
    recorded.calls += 1
    if (failures === 0) return
    failures -= 1
    throw new HearthError('chain-unreachable', { reason: 'test' })
  }
  const missing = (): never => {
    throw new Error('the recorded chain does not answer this')
  }
  const recorded: RecordedChain = {
    calls: 0,
    head,
    failNext: (calls) => {
      failures = calls
    },
    replace: () => {
      generation = 'OTHER'
    },
    chain: {
      async block(height) {
        refuse()
        await new Promise((resolve) => setImmediate(resolve))
        const block = heights.has(height) ? recordedBlock(name, height) : emptyBlock(height)
        return { ...block, hash: block.hash + generation }
      },
      balance(address, height = head) {
        refuse()
        let upokt = openings[address] ?? 0n
        for (const { height: at, moved } of deltas) if (at <= height) upokt += moved.get(address) ?? 0n
        return Promise.resolve(upokt)
      },
      head: () => Promise.resolve({ height: head, timeMs: 0, hash: '', catchingUp: false }),
      fingerprint: missing,
      params: missing,
      account: missing,
      supplier: missing,
      services: missing,
      application: missing,
      gateway: missing,
      gateways: missing,
      roleRules: missing,
      morseAccount: missing,
      session: missing,
      pendingClaims: missing,
      minimumGasPrice: missing,
      simulate: missing,
      broadcast: missing,
      tx: missing,
      watch: missing,
    },
  }
  return recorded
}

/** Balances of the genesis accounts, where a chain began. */
export const GENESIS_FAUCET_UPOKT = 1_000_000_000_000_000n

export const emptyBlock = (height: number): ChainBlock => ({
  height,
  hash: `EMPTY${height}`,
  timeMs: 1_790_000_000_000 + height * 1000,
  txs: [],
  blockEvents: [],
})

function rawMovements(name: RecordedName, height: number): Map<string, bigint> {
  const path = `${folder(name)}/blocks/${height}.results.json`
  if (!existsSync(path)) throw new Error(`no recording of block ${height}`)
  const results = readResult(path) as RawResults
  const moved = new Map<string, bigint>()
  for (const event of [...(results.txs_results ?? []).flatMap((tx) => tx.events), ...(results.finalize_block_events ?? [])]) {
    const sign = event.type === 'coin_spent' ? -1n : event.type === 'coin_received' ? 1n : 0n
    if (sign === 0n) continue
    const value = (key: string): string => event.attributes.find((attribute) => attribute.key === key)?.value ?? ''
    const address = value(sign < 0n ? 'spender' : 'receiver')
    const upokt = value('amount') === '' ? 0n : BigInt(value('amount').replace(/upokt$/, ''))
    moved.set(address, (moved.get(address) ?? 0n) + sign * upokt)
  }
  return moved
}
