import type { ChainEvent } from '#main/core/ports/chain.ts'
import { NotUnderstood } from './not-understood.ts'
import { valueAt } from './scan-json.ts'

/** What was found in `block_results`: as the node wrote it where an address of interest is named. */
export interface ScannedResults {
  height: unknown
  /** Whole results of transactions that name one of the addresses; of the others their fields without events. */
  txs: unknown[]
  /** Events of the block: as written when they name one of the addresses, else only what they are called. */
  events: ({ wire: unknown } | { placeholder: ChainEvent })[]
}

/** Collects. Every value is brought with where it stands, in rising order between two `look`s. */
export interface Found {
  readonly results: ScannedResults
  /** Finds where the addresses stand in what is looked through next. */
  look(body: Buffer): void
  tx(body: Buffer, from: number, to: number, withoutEvents: unknown): void
  /** @param typeFrom the event's type, with its quotes; -1 when it has none */
  event(body: Buffer, from: number, to: number, typeFrom: number, typeTo: number): void
}

const NOTHING: Record<string, unknown> = Object.freeze({})

export function createFound(naming: ReadonlySet<string>): Found {
  const results: ScannedResults = { height: undefined, txs: [], events: [] }
  const placeholders = new Map<string, { placeholder: ChainEvent }>()
  let places: number[] = []
  let next = 0

  const names = (from: number, to: number): boolean => {
    while (next < places.length && (places[next] ?? 0) < from) next += 1
    return (places[next] ?? Infinity) < to
  }
  const placeholderOf = (body: Buffer, from: number, to: number): { placeholder: ChainEvent } => {
    const raw = body.toString('latin1', from, to)
    const known = placeholders.get(raw)
    if (known) return known
    const type = valueAt(body, from, to)
    if (typeof type !== 'string') throw new NotUnderstood('result.finalize_block_events.type', 'not a text')
    const made = { placeholder: { type, attributes: NOTHING } }
    placeholders.set(raw, made)
    return made
  }

  return {
    results,
    look(body) {
      places = []
      next = 0
      for (const name of naming) {
        if (name === '') continue
        for (let at = body.indexOf(name, 0, 'latin1'); at !== -1; at = body.indexOf(name, at + name.length, 'latin1')) places.push(at)
      }
      places.sort((a, b) => a - b)
    },
    tx(body, from, to, withoutEvents) {
      results.txs.push(names(from, to) ? valueAt(body, from, to) : withoutEvents)
    },
    event(body, from, to, typeFrom, typeTo) {
      if (names(from, to)) results.events.push({ wire: valueAt(body, from, to) })
      else if (typeFrom === -1 || typeTo <= typeFrom) throw new NotUnderstood('result.finalize_block_events.type', 'missing')
      else results.events.push(placeholderOf(body, typeFrom, typeTo))
    },
  }
}
