import type { ChainBlock } from '#main/core/ports/chain.ts'
import type { Ledger } from '../parts.ts'
import type { History } from './history.ts'

/** A ledger that knows where its blocks name somebody. */
export interface TellingLedger extends Ledger {
  /** Heights in a range whose block names one of the addresses, in order. */
  heightsOf(addresses: readonly string[], from: number, to: number): number[]
}

/**
 * A ledger that goes on from a past: what lies before it is answered from there, everything else by the ledger itself. What `save` gives is the ledger alone; the past is made
 * again from its options.
 * @param ledger restored from `history.endLedger()`, or from a later save of it
 */
export function withPast(ledger: Ledger, history: History | undefined): TellingLedger {
  const past = history?.lastHeight ?? 0
  const telling: Partial<TellingLedger> = {
    block: (height) => (history && height >= 1 && height <= past ? history.block(height) : ledger.block(height)),
    balance(address, height) {
      const known = height !== undefined && height <= past ? history?.balance(address, height) : undefined
      return known ?? ledger.balance(address, height)
    },
    heightsOf(addresses, from, to) {
      const early = history?.heightsOf(addresses, from, Math.min(to, past)) ?? []
      return [...early, ...heightsNaming(ledger, addresses, Math.max(from, past + 1), to)]
    },
  }
  return new Proxy(ledger, {
    has: (target, key) => key in telling || key in target,
    get(target, key) {
      const own: unknown = telling[key as keyof TellingLedger]
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? (value as (...values: unknown[]) => unknown).bind(target) : value
    },
  }) as TellingLedger
}

/** Looks through the blocks that a ledger keeps. One that it keeps no longer is told, too: whoever asks for it will find out. */
export function heightsNaming(ledger: Ledger, addresses: readonly string[], from: number, to: number): number[] {
  const found: number[] = []
  for (let height = Math.max(1, from); height <= Math.min(to, ledger.height); height += 1) {
    const block = ledger.block(height)
    if (block === undefined || names(block, addresses)) found.push(height)
  }
  return found
}

function names(block: ChainBlock, addresses: readonly string[]): boolean {
  const holds = (value: unknown): boolean => {
    if (typeof value === 'string') return addresses.some((address) => value.includes(address))
    if (typeof value !== 'object' || value === null) return false
    return Object.entries(value).some(([key, part]) => addresses.includes(key) || holds(part))
  }
  return [...block.txs.flatMap((tx) => tx.events), ...block.blockEvents].some((event) => holds(event.attributes))
}
