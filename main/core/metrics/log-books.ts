import { HearthError } from '#shared/api/errors.ts'
import { redactText } from '#shared/lib/redact-text.ts'
import { logLevelOf, type LogLevel } from '#shared/model/log-level.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine, LogLine } from '../ports/engine.ts'

/** Lines of a node that are held and can be paged through, unless the user chose another number. */
export const LINES_HELD = 100_000
/** A program that writes very long lines may not fill the memory either. */
const LETTERS_HELD = 32_000_000
/** What the first answer needs; all of it is read only when somebody goes back. */
const FIRST_TAIL = 2_000
/** More than this since the last look is rare: then everything held by the engine is looked through once. */
const NEXT_TAIL = 20_000
/** Letters of an answer: with the rest of each line as JSON it stays under what an answer may be. */
const ANSWER_LETTERS = 900_000
const LINE_EXTRA = 110
/** A log that nobody reads any more is forgotten; the engine has it. */
const IDLE_MS = 60_000
/** Lines before the first one that was read get lower numbers. */
const FIRST_NUMBER = 1_000_000

export interface BookLine {
  /** Grows by one; counts within a book. */
  number: number
  timeMs: number
  stream: 'out' | 'err'
  level: LogLevel
  text: string
}

export interface LogPage {
  /** Numbers of another book say nothing in this one. */
  book: string
  lines: BookLine[]
  /** Whether there are, or may be, lines before the first held one that was handed out. */
  older: boolean
  newer: boolean
  /** Numbers of lines right before which others were lost: more was written at once than the engine could be asked for. */
  gaps: number[]
}

interface Book {
  id: string
  lines: BookLine[]
  letters: number
  gaps: number[]
  /** Everything the engine keeps from before the first line has been read. */
  whole: boolean
  readAtMs: number
  /** By the machine's clock. */
  askedAtMs: number
  turn: Promise<unknown>
}

type NewLine = Omit<BookLine, 'number'>

/** The logs that pages read just now: each read once from the engine, then only what is new. */
export interface LogBooks {
  /**
   * @param question `after` a number: what came since, oldest first; `before` one: what stands above it; neither, or a book that is gone: the newest
   * Rejects what the engine rejects.
   */
  page(question: { nodeId: string; container: string; book?: string; after?: number; before?: number; limit: number }): Promise<LogPage>
  /** Forgets what nobody has read for a minute. */
  sweep(): void
}

/** @param clock of the containers' world @param realClock of this machine */
export function createLogBooks(deps: { engine: Engine; clock: Clock; realClock: Clock; linesHeld?: () => number }): LogBooks {
  const { engine, clock, realClock, linesHeld = () => LINES_HELD } = deps
  const books = new Map<string, Book>()
  let opened = 0

  const open = async (nodeId: string, container: string): Promise<Book> => {
    opened += 1
    const readAtMs = clock.now()
    const found = await engine.logs(container, { tail: FIRST_TAIL })
    const book: Book = {
      id: `${realClock.now().toString(36)}-${opened}`,
      lines: [],
      letters: 0,
      gaps: [],
      whole: found.length < FIRST_TAIL,
      readAtMs,
      askedAtMs: realClock.now(),
      turn: Promise.resolve(),
    }
    append(book, found.map(newLine), linesHeld())
    // Of two that opened it at the same time the first one stays.
    const other = books.get(nodeId)
    if (other) return other
    books.set(nodeId, book)
    return book
  }

  const readOn = async (book: Book, container: string): Promise<void> => {
    const now = clock.now()
    const last = book.lines.at(-1)
    // A clock that was set back stamps new lines as older than what is here: then times say nothing.
    const sinceMs = last === undefined || now < book.readAtMs ? undefined : Math.min(last.timeMs, now)
    const since = sinceMs === undefined ? {} : { sinceMs }
    let tail = sinceMs === undefined ? FIRST_TAIL : NEXT_TAIL
    let found = await engine.logs(container, { tail, ...since })
    let fresh = unseen(book.lines, found.map(newLine), sinceMs)
    if (last !== undefined && fresh.length === tail) {
      tail = linesHeld()
      found = await engine.logs(container, { tail, ...since })
      fresh = unseen(book.lines, found.map(newLine), sinceMs)
    }
    if (last !== undefined && fresh.length === tail) book.gaps.push(last.number + 1)
    append(book, fresh, linesHeld())
    book.readAtMs = now
  }

  /** All that the engine still has from before the first line here; once in the life of a book. */
  const readBack = async (book: Book, container: string): Promise<void> => {
    if (book.whole) return
    const found = (await engine.logs(container, { tail: linesHeld() })).map(newLine)
    const first = book.lines[0]
    const at = first === undefined ? -1 : found.findIndex((line) => keyOf(line) === keyOf(first))
    const before = at >= 0 ? found.slice(0, at) : found.filter((line) => line.timeMs < (first?.timeMs ?? Infinity))
    const room = Math.max(0, linesHeld() - book.lines.length)
    const kept = room === 0 ? [] : before.slice(-room)
    const start = (first?.number ?? FIRST_NUMBER) - kept.length
    book.lines = [...kept.map((line, index) => ({ number: start + index, ...line })), ...book.lines]
    book.letters += kept.reduce((sum, line) => sum + line.text.length, 0)
    book.whole = true
    trim(book, linesHeld())
  }

  /** Readings of one book follow each other: two pages never ask the engine for the same lines. */
  const inTurn = (book: Book, work: () => Promise<void>): Promise<void> => {
    const mine = book.turn.then(work)
    book.turn = mine.catch(() => undefined)
    return mine
  }

  return {
    async page({ nodeId, container, book: asked, after, before, limit }) {
      let book = books.get(nodeId)
      const isKnown = book !== undefined && book.id === asked
      if (book === undefined) book = await open(nodeId, container)
      else if (!isKnown || before === undefined) {
        const known = book
        await inTurn(known, () => readOn(known, container))
      }
      const held = book
      held.askedAtMs = realClock.now()
      if (isKnown && before !== undefined) {
        if ((held.lines[0]?.number ?? before) >= before) await inTurn(held, () => readBack(held, container))
        const end = firstFrom(held.lines, before)
        const start = fitBack(held.lines, end, limit)
        return answer(held, start, end)
      }
      if (isKnown && after !== undefined) {
        const start = firstFrom(held.lines, after + 1)
        return answer(held, start, fitOn(held.lines, start, limit))
      }
      return answer(held, fitBack(held.lines, held.lines.length, limit), held.lines.length)
    },
    sweep() {
      for (const [nodeId, book] of books) if (realClock.now() - book.askedAtMs > IDLE_MS) books.delete(nodeId)
    },
  }
}

/** Handles `nodes.logPage` for the nodes that there are. Rejects `node-unknown`. */
export function logPageOf(
  books: LogBooks,
  containerOf: (nodeId: string) => string | undefined,
): (question: { nodeId: string; book?: string; after?: number; before?: number; limit: number }) => Promise<LogPage> {
  return async (question) => {
    const container = containerOf(question.nodeId)
    if (container === undefined) throw new HearthError('node-unknown', { nodeId: question.nodeId })
    return books.page({ ...question, container })
  }
}

/** A tab is a tab. Whatever else moves the cursor, rings, or turns the direction of what stands beside it would make a line look like another. */
const readable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (sign) => (sign === '\t' ? sign : sign === '\r' ? ' ' : '\ufffd'))

// SECURITY: S18 What looks like a private key leaves no log for the page: shown, copied and saved lines are all without it.
function newLine(line: LogLine): NewLine {
  const text = redactText(readable(line.text))
  return { timeMs: line.timeMs, stream: line.stream, level: logLevelOf(text), text }
}

const keyOf = (line: NewLine): string => `${line.timeMs} ${line.stream} ${line.text}`

/** What of `found` is not in the book yet: equal lines of one time are told apart by how many there are. */
function unseen(held: BookLine[], found: NewLine[], sinceMs: number | undefined): NewLine[] {
  const known = new Map<string, number>()
  for (let at = held.length - 1; at >= 0 && held.length - at <= 2 * found.length + FIRST_TAIL; at -= 1) {
    const line = held[at]
    if (line === undefined || (sinceMs !== undefined && line.timeMs < sinceMs)) continue
    const key = keyOf(line)
    known.set(key, (known.get(key) ?? 0) + 1)
  }
  return found.filter((line) => {
    const key = keyOf(line)
    const left = known.get(key) ?? 0
    if (left > 0) known.set(key, left - 1)
    return left === 0
  })
}

function append(book: Book, lines: NewLine[], held: number): void {
  let number = (book.lines.at(-1)?.number ?? FIRST_NUMBER - 1) + 1
  for (const line of lines) {
    book.lines.push({ number, ...line })
    book.letters += line.text.length
    number += 1
  }
  trim(book, held)
}

/** The oldest go, a few at a time more than must, so that not every line moves the whole. */
function trim(book: Book, held: number): void {
  let drop = 0
  while (book.lines.length - drop > held || (book.letters > LETTERS_HELD && drop < book.lines.length - 1)) {
    book.letters -= book.lines[drop]?.text.length ?? 0
    drop += 1
  }
  if (drop === 0) return
  book.lines.splice(0, drop)
  const first = book.lines[0]?.number ?? 0
  book.gaps = book.gaps.filter((number) => number >= first)
  // What went is older than what may be held: there is nothing to go back to.
  book.whole = true
}

/** Index of the first line with this number or a higher one. Numbers follow each other without holes. */
function firstFrom(lines: BookLine[], number: number): number {
  const first = lines[0]?.number ?? 0
  return Math.min(lines.length, Math.max(0, number - first))
}

const lengthOf = (line: BookLine | undefined): number => (line?.text.length ?? 0) * 1.3 + LINE_EXTRA

function fitBack(lines: BookLine[], end: number, limit: number): number {
  let start = end
  let letters = 0
  while (start > 0 && end - start < limit) {
    letters += lengthOf(lines[start - 1])
    if (letters > ANSWER_LETTERS) break
    start -= 1
  }
  return start
}

function fitOn(lines: BookLine[], start: number, limit: number): number {
  let end = start
  let letters = 0
  while (end < lines.length && end - start < limit) {
    letters += lengthOf(lines[end])
    if (letters > ANSWER_LETTERS) break
    end += 1
  }
  return end
}

function answer(book: Book, start: number, end: number): LogPage {
  const lines = book.lines.slice(start, end)
  const [first, last] = [lines[0]?.number ?? 0, lines.at(-1)?.number ?? -1]
  return {
    book: book.id,
    lines,
    older: start > 0 || !book.whole,
    newer: end < book.lines.length,
    gaps: book.gaps.filter((number) => number >= first && number <= last),
  }
}
