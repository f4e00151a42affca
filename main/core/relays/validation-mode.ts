import type { Validation } from '#shared/model/self-test.ts'
import { storedJudgingSchema, type StoredJudging } from '#shared/networks/stored-endpoints.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'

export type ValidationChoice = 'auto' | Validation['mode']

/** Judging the first relay of a session takes some questions to the node one after the other; together they should stay well under a second, or gateways see a slow supplier. */
const FAR_MS = 250
/** Once a way is taken only a plain difference changes it: each change restarts the miner. */
const FAR_SINCE_NEAR_MS = 400
const NEAR_SINCE_FAR_MS = 150
const NODE_ASKS = 5

/**
 * Which way relays are judged. Eager is safer: an answer then proves that the session held, and nobody is served in vain. A node that is far away makes the first relay of each
 * session slow, and then serving first costs less.
 * @param nodeMs how long the node took for some small questions, in ms @param before the way taken so far by measuring the same node
 */
export function validationFor(choice: ValidationChoice, nodeMs: readonly number[], before?: Validation['mode']): Validation {
  const sorted = nodeMs.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)]
  const measured = median === undefined ? null : Math.round(median)
  if (choice !== 'auto') return { mode: choice, why: 'chosen', nodeMs: measured }
  if (measured === null) return { mode: 'eager', why: 'unknown', nodeMs: null }
  const isFar = before === 'lazy' ? measured >= NEAR_SINCE_FAR_MS : measured > (before === 'eager' ? FAR_SINCE_NEAR_MS : FAR_MS)
  return isFar ? { mode: 'lazy', why: 'far', nodeMs: measured } : { mode: 'eager', why: 'near', nodeMs: measured }
}

/** The way relays are judged with each host that the miner asks, kept over starts of Hearth. */
export interface Judging {
  /**
   * At once where the way is known; it is then measured once beside, for later. Rejects as the chain where it is not.
   * @param host that the miner asks @param chain the same, asked by Hearth
   */
  of(choice: ValidationChoice, host: string, chain: Chain): Promise<Validation>
  /** What was told last. */
  last(): Validation | undefined
}

/** @param deps.clock nothing is measured without */
export function createJudging(deps: {
  network?: string | null
  store?: Pick<Store, 'setting' | 'setSetting'> | undefined
  clock?: Pick<Clock, 'now'> | undefined
  log?: Log
}): Judging {
  const { store, clock, log } = deps
  const known = new Map<string, Validation>()
  const measuring = new Map<string, Promise<Validation>>()
  let last: Validation | undefined

  const keyOf = (host: string): string => `miner-judging:${deps.network ?? ''}:${host}`
  const stored = async (host: string): Promise<StoredJudging | undefined> => {
    const parsed = storedJudgingSchema.safeParse(parseJson(await store?.setting(keyOf(host))))
    return parsed.success ? parsed.data : undefined
  }
  const measure = async (host: string, chain: Chain, before?: Validation['mode']): Promise<Validation> => {
    const nodeMs: number[] = []
    const asks = clock ? NODE_ASKS : 0
    for (let ask = 0; ask < asks; ask += 1) {
      const beganMs = clock?.now() ?? 0
      await chain.minimumGasPrice()
      nodeMs.push((clock?.now() ?? 0) - beganMs)
    }
    const found = validationFor('auto', nodeMs, before)
    known.set(host, found)
    if (found.nodeMs !== null) await store?.setSetting(keyOf(host), JSON.stringify({ mode: found.mode, nodeMs: Math.max(0, found.nodeMs) }))
    return found
  }
  const first = async (host: string, chain: Chain): Promise<Validation> => {
    const before = await stored(host)
    if (before === undefined) return measure(host, chain)
    const kept: Validation = { mode: before.mode, why: before.mode === 'lazy' ? 'far' : 'near', nodeMs: before.nodeMs }
    known.set(host, kept)
    measure(host, chain, before.mode).catch((error: unknown) =>
      log?.warn('how far the host of the relay miner is was not measured', { reason: error instanceof Error ? error.message : 'unknown' }),
    )
    return kept
  }

  return {
    last: () => last,
    async of(choice, host, chain) {
      if (choice !== 'auto') return (last = validationFor(choice, []))
      const found = known.get(host)
      if (found) return (last = found)
      const running = measuring.get(host) ?? first(host, chain).finally(() => measuring.delete(host))
      measuring.set(host, running)
      return (last = await running)
    },
  }
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    // Written by another version: measured anew.
    return undefined
  }
}
