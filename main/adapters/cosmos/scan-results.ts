import type { ChainEvent } from '#main/core/ports/chain.ts'
import { NotUnderstood } from './not-understood.ts'
import { eachElement, eachMember, skipSpace, skipValue, valueAt } from './scan-json.ts'

/** `block_results` read for a few addresses: whole where one of them is named, by type alone everywhere else. */

/** A transaction's outcome, still as the node wrote it where it is of interest. */
export interface ScannedTx {
  /** The whole result, when it names one of the addresses; otherwise the fields of a result without its events. */
  wire: unknown
}

export interface ScannedResults {
  height: unknown
  txs: ScannedTx[]
  /** Events of the block: as written when they name one of the addresses, else only what they are called. */
  events: ({ wire: unknown } | { placeholder: ChainEvent })[]
}

/** All places where one of the names stands, in rising order. */
function placesOf(bytes: Buffer, names: Iterable<string>): number[] {
  const places: number[] = []
  for (const name of names) {
    if (name === '') continue
    for (let at = bytes.indexOf(name, 0, 'latin1'); at !== -1; at = bytes.indexOf(name, at + name.length, 'latin1')) places.push(at)
  }
  return places.sort((a, b) => a - b)
}

const NOTHING: Record<string, unknown> = Object.freeze({})

/**
 * @param body a JSON-RPC answer to `block_results`
 * @returns undefined when it holds no result (an error of the node): then it is small and read as a whole
 * @throws NotUnderstood
 */
export function scanResults(body: Buffer, naming: ReadonlySet<string>): ScannedResults | undefined {
  const places = placesOf(body, naming)
  let next = 0
  /** Values come in the order in which they stand, so that the places are walked once. */
  const names = (from: number, to: number): boolean => {
    while (next < places.length && (places[next] ?? 0) < from) next += 1
    return (places[next] ?? Infinity) < to
  }
  const placeholders = new Map<string, { placeholder: ChainEvent }>()
  const placeholderOf = (from: number, to: number): { placeholder: ChainEvent } => {
    const raw = body.toString('latin1', from, to)
    const known = placeholders.get(raw)
    if (known) return known
    const type = valueAt(body, from, to)
    if (typeof type !== 'string') throw new NotUnderstood('result.finalize_block_events.type', 'not a text')
    const made = { placeholder: { type, attributes: NOTHING } }
    placeholders.set(raw, made)
    return made
  }

  const found: ScannedResults = { height: undefined, txs: [], events: [] }
  const onEvent = (from: number): number => {
    let typeFrom = -1
    let typeTo = -1
    const to = eachMember(body, from, (name, at) => {
      if (name !== 'type') return undefined
      typeFrom = at
      typeTo = skipValue(body, at)
      return typeTo
    })
    if (names(from, to)) found.events.push({ wire: valueAt(body, from, to) })
    else if (typeFrom === -1) throw new NotUnderstood('result.finalize_block_events.type', 'missing')
    else found.events.push(placeholderOf(typeFrom, typeTo))
    return to
  }
  const onTx = (from: number): number => {
    const to = skipValue(body, from)
    if (names(from, to)) {
      found.txs.push({ wire: valueAt(body, from, to) })
      return to
    }
    const fields: [string, unknown][] = []
    eachMember(body, from, (name, at) => {
      if (name === 'events' || name === 'data' || name === 'info') return undefined
      const end = skipValue(body, at)
      fields.push([name, valueAt(body, at, end)])
      return end
    })
    found.txs.push({ wire: Object.fromEntries(fields) })
    return to
  }

  let hasResult = false
  const end = eachMember(body, skipSpace(body, 0), (name, from) => {
    if (name !== 'result' || body[from] !== 0x7b) return undefined
    hasResult = true
    return eachMember(body, from, (part, at) => {
      if (part === 'txs_results') return eachElement(body, at, onTx)
      if (part === 'finalize_block_events') return eachElement(body, at, onEvent)
      if (part !== 'height') return undefined
      const to = skipValue(body, at)
      found.height = valueAt(body, at, to)
      return to
    })
  })
  if (skipSpace(body, end) !== body.length) throw new NotUnderstood('', 'not JSON')
  return hasResult ? found : undefined
}
