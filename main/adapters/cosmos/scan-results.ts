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

const QUOTE = 0x22
const CLOSE_LIST = 0x5d
const LAST_OF_NULL = 0x6c
const EVENT_MARK = Buffer.from('{"type":"')
const BETWEEN_EVENTS = Buffer.from('},{"type":"')
const BEHIND_EVENTS = Buffer.from(',"codespace":"')

/** Where a transaction's events end, by the field that Go writes behind them; undefined when something else stands there. */
function endOfEvents(body: Buffer, at: number): number | undefined {
  const end = body.indexOf(BEHIND_EVENTS, at)
  const last = body[end - 1]
  // A list or null. Of another transaction's events there is no telling: then its own closing brace would lie between.
  return end !== -1 && (last === CLOSE_LIST || last === LAST_OF_NULL) ? end : undefined
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
  const push = (from: number, to: number, typeFrom: number, typeTo: number): void => {
    if (names(from, to)) found.events.push({ wire: valueAt(body, from, to) })
    else if (typeFrom === -1) throw new NotUnderstood('result.finalize_block_events.type', 'missing')
    else found.events.push(placeholderOf(typeFrom, typeTo))
  }
  const onEvent = (from: number): number => {
    let typeFrom = -1
    let typeTo = -1
    const to = eachMember(body, from, (name, at) => {
      if (name !== 'type') return undefined
      typeFrom = at
      typeTo = skipValue(body, at)
      return typeTo
    })
    push(from, to, typeFrom, typeTo)
    return to
  }
  /**
   * Events as Go writes them all begin with the same letters, which cannot stand inside a text, where every quote has a backslash before it: so they are found without looking at
   * what is between. The last one is walked to its end. @returns where the list ends, or undefined when it is written in another way
   */
  const eventsByMark = (at: number): number | undefined => {
    if (!body.subarray(at + 1, at + 1 + EVENT_MARK.length).equals(EVENT_MARK)) return undefined
    let from = at + 1
    for (;;) {
      const next = body.indexOf(BETWEEN_EVENTS, from)
      // Behind the last event of this list others may come, of a list further on.
      const to = next === -1 ? skipValue(body, from) : next + 1
      const typeFrom = from + EVENT_MARK.length - 1
      const typeTo = body.indexOf(QUOTE, typeFrom + 1) + 1
      if (typeTo === 0) throw new NotUnderstood('', 'not JSON')
      if (next !== -1) {
        push(from, to, typeFrom, typeTo)
        from = next + 2
        continue
      }
      push(from, to, typeFrom, typeTo)
      const end = skipSpace(body, to)
      if (body[end] !== CLOSE_LIST) throw new NotUnderstood('', 'not JSON')
      return end + 1
    }
  }
  const onTx = (from: number): number => {
    const fields: [string, unknown][] = []
    const to = eachMember(body, from, (name, at) => {
      if (name === 'events') return endOfEvents(body, at)
      if (name === 'data' || name === 'info') return undefined
      const end = skipValue(body, at)
      fields.push([name, valueAt(body, at, end)])
      return end
    })
    found.txs.push({ wire: names(from, to) ? valueAt(body, from, to) : Object.fromEntries(fields) })
    return to
  }

  let hasResult = false
  const end = eachMember(body, skipSpace(body, 0), (name, from) => {
    if (name !== 'result' || body[from] !== 0x7b) return undefined
    hasResult = true
    return eachMember(body, from, (part, at) => {
      if (part === 'txs_results') return eachElement(body, at, onTx)
      if (part === 'finalize_block_events') return eventsByMark(at) ?? eachElement(body, at, onEvent)
      if (part !== 'height') return undefined
      const to = skipValue(body, at)
      found.height = valueAt(body, at, to)
      return to
    })
  })
  if (skipSpace(body, end) !== body.length) throw new NotUnderstood('', 'not JSON')
  return hasResult ? found : undefined
}
