import { NotUnderstood } from './not-understood.ts'
import { createFound, type Found, type ScannedResults } from './scanned.ts'
import { eachElement, eachMember, skipSpace, skipValue, valueAt } from './scan-json.ts'

/**
 * `block_results` read for a few addresses while it comes in: whole where one of them is named, by type alone everywhere else, and nothing of it is kept. What Go writes is found by
 * marks that cannot stand inside a text, where every quote has a backslash before it; an answer that is written in another way is read as a whole.
 */

const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const LETTER_N = 0x6e
const CLOSE_OBJECT = 0x7d
/** The beginning of an answer with a result. */
const HEAD = /^\{"jsonrpc":"2\.0","id":-?\d{1,20},"result":\{"height":"(\d{1,20})","txs_results":(?=[[n])/
const HEAD_BYTES = 160
const EVENTS_KEY = Buffer.from(',"finalize_block_events":')
const EVENT_MARK = Buffer.from('{"type":"')
const BETWEEN_EVENTS = Buffer.from('},{"type":"')
/** Stands behind a transaction's events. */
const CODESPACE = Buffer.from(',"codespace":"')
/** What is looked through at once. */
const WINDOW_BYTES = 512 * 1024

export interface ResultsScan {
  push(chunk: Uint8Array): void
  /** @returns undefined when there is no result in it: then `rest` is the whole answer @throws NotUnderstood */
  end(): ScannedResults | undefined
  /** What is not worked off yet. */
  rest(): Buffer
}

/** Where it stands in the answer. `whole`: it is collected. */
type Place = 'head' | 'txs' | 'between' | 'events' | 'tail' | 'whole'

const notJson = (): NotUnderstood => new NotUnderstood('', 'not JSON')

export function createResultsScan(naming: ReadonlySet<string>): ResultsScan {
  const found = createFound(naming)
  let window = Buffer.allocUnsafe(2 * WINDOW_BYTES)
  let size = 0
  let place: Place = 'head'

  /** Works off what is complete. @returns up to where */
  const step = (body: Buffer, from: number, isLast: boolean): number => {
    switch (place) {
      case 'head': {
        if (body.length < HEAD_BYTES && !isLast) return from
        const [head, height] = HEAD.exec(body.toString('latin1', 0, HEAD_BYTES)) ?? []
        if (head === undefined) {
          place = 'whole'
          return from
        }
        found.results.height = height
        place = body[head.length] === LETTER_N ? 'between' : 'txs'
        return place === 'txs' ? head.length + 1 : head.length + 'null'.length
      }
      case 'txs': {
        if (body[from] === CLOSE_LIST) {
          place = 'between'
          return from + 1
        }
        const start = body[from] === COMMA ? from + 1 : from
        const behind = body.indexOf(CODESPACE, start)
        const to = behind === -1 ? -1 : body.indexOf(QUOTE, behind + CODESPACE.length) + 1
        // The byte after it tells that the transaction ends there, and the one after that whether another comes.
        if (to <= 0 || to + 1 >= body.length) return from
        if (body[to] !== CLOSE_OBJECT) throw notJson()
        readTx(body, start, to + 1, behind, found)
        return to + 1
      }
      case 'between': {
        if (body.length < from + EVENTS_KEY.length + 'null'.length) return from
        const at = from + EVENTS_KEY.length
        if (!body.subarray(from, at).equals(EVENTS_KEY)) throw notJson()
        if (body[at] !== OPEN_LIST) {
          if (body[at] !== LETTER_N) throw new NotUnderstood('result.finalize_block_events', 'not a list')
          place = 'tail'
          return from
        }
        if (body[at + 1] === CLOSE_LIST) {
          place = 'tail'
          return at + 2
        }
        place = 'events'
        return at + 1
      }
      case 'events': {
        if (body.length < from + EVENT_MARK.length) return from
        if (!body.subarray(from, from + EVENT_MARK.length).equals(EVENT_MARK)) throw notJson()
        const next = body.indexOf(BETWEEN_EVENTS, from)
        if (next === -1 && !isLast) return from
        const to = next === -1 ? skipValue(body, from) : next + 1
        const typeFrom = from + EVENT_MARK.length - 1
        found.event(body, from, to, typeFrom, body.indexOf(QUOTE, typeFrom + 1) + 1)
        if (next !== -1) return to + 1
        if (body[to] !== CLOSE_LIST) throw notJson()
        place = 'tail'
        return to + 1
      }
      case 'tail':
      case 'whole':
        return from
    }
  }
  const work = (isLast: boolean): void => {
    const body = window.subarray(0, size)
    found.look(body)
    let at = 0
    for (let next = step(body, at, isLast); next !== at; next = step(body, at, isLast)) at = next
    if (at === 0) return
    window.copyWithin(0, at, size)
    size -= at
  }

  return {
    push(chunk) {
      if (size + chunk.length > window.length) {
        const larger = Buffer.allocUnsafe(Math.ceil((size + chunk.length) * 1.5))
        window.copy(larger, 0, 0, size)
        window = larger
      }
      window.set(chunk, size)
      size += chunk.length
      if (place !== 'whole' && place !== 'tail' && size >= WINDOW_BYTES) work(false)
    },
    end() {
      if (place !== 'whole') work(true)
      const body = window.subarray(0, size)
      if (place === 'whole') return scanWhole(body, createFound(naming))
      // What is left closes what was opened, or something is missing.
      if (place !== 'tail') throw notJson()
      valueAt(Buffer.concat([Buffer.from('{"result":{"height":0'), body]), 0, body.length + '{"result":{"height":0'.length)
      return found.results
    },
    rest: () => window.subarray(0, size),
  }
}

/** @param behind where the field after the events begins */
function readTx(body: Buffer, from: number, to: number, behind: number, found: Found): void {
  const fields: [string, unknown][] = []
  const end = eachMember(body, from, (name, at) => {
    if (name === 'events') return behind
    if (name === 'data' || name === 'info') return undefined
    const until = skipValue(body, at)
    fields.push([name, valueAt(body, at, until)])
    return until
  })
  if (end !== to) throw notJson()
  found.tx(body, from, to, Object.fromEntries(fields))
}

/** The same of an answer that is there as a whole, in whatever way it is written. */
export function scanResults(body: Buffer, naming: ReadonlySet<string>): ScannedResults | undefined {
  const scan = createResultsScan(naming)
  for (let at = 0; at < body.length; at += WINDOW_BYTES) scan.push(body.subarray(at, at + WINDOW_BYTES))
  return scan.end()
}

function scanWhole(body: Buffer, found: Found): ScannedResults | undefined {
  found.look(body)
  let hasResult = false
  const onEvent = (from: number): number => {
    let typeFrom = -1
    let typeTo = -1
    const to = eachMember(body, from, (name, at) => {
      if (name !== 'type') return undefined
      typeFrom = at
      typeTo = skipValue(body, at)
      return typeTo
    })
    found.event(body, from, to, typeFrom, typeTo)
    return to
  }
  const onTx = (from: number): number => {
    const to = skipValue(body, from)
    const fields: [string, unknown][] = []
    eachMember(body, from, (name, at) => {
      if (name === 'events' || name === 'data' || name === 'info') return undefined
      const until = skipValue(body, at)
      fields.push([name, valueAt(body, at, until)])
      return until
    })
    found.tx(body, from, to, Object.fromEntries(fields))
    return to
  }
  const end = eachMember(body, skipSpace(body, 0), (name, from) => {
    if (name !== 'result' || body[from] !== 0x7b) return undefined
    hasResult = true
    return eachMember(body, from, (part, at) => {
      if (part === 'txs_results') return eachElement(body, at, onTx)
      if (part === 'finalize_block_events') return eachElement(body, at, onEvent)
      if (part !== 'height') return undefined
      const to = skipValue(body, at)
      found.results.height = valueAt(body, at, to)
      return to
    })
  })
  if (skipSpace(body, end) !== body.length) throw notJson()
  return hasResult ? found.results : undefined
}
