import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { ApiResult } from '#shared/api/errors.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'
import { createRandom, type Random } from './random.ts'
import { sample, shapeOf, type Shape } from './sample.ts'
import { garbage, spoilOne, type Spoilt } from './spoil.ts'

/** One way to the app: in the same process, or over the page's socket. */
export interface Line {
  name: string
  /** Messages travel as JSON text. */
  wire: boolean
  /** @returns the answer's code, 'ok', or 'closed' when the line was cut because of this message */
  ask(request: string, input: unknown): Promise<string>
}

export interface Course {
  messages: number
  seed: number
  /** Requests of which nothing that the schema allows is sent, since it would end the session or be slow by design. */
  hostileOnly: ReadonlySet<RequestName>
  /** Names, ids and addresses that exist in the app, so that what the schema allows gets past the first question. */
  known?: readonly string[]
}

export interface Tally {
  messages: number
  /** Forbidden by the schema, by the way they were made. */
  hostile: number
  /** Of these, the ones that were let through. */
  accepted: string[]
  /** Answers that are nobody's sentence. */
  internal: string[]
  /** Codes by request, with their counts. */
  codes: Map<string, Map<string, number>>
  /** Longest wait for an answer by request, of those over a second. */
  slow: Map<string, number>
}

/** What a message that the schema forbids may be answered with. */
const REFUSALS: ReadonlySet<string> = new Set(['invalid-request', 'too-large', 'unknown-request', 'closed'])
const AT_ONCE = 24
const SLOW_MS = 1_000
const NAMES = Object.keys(requests) as RequestName[]
const UNKNOWN_NAMES = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'valueOf',
  'nodes.destroy',
  'STATE.GET',
  'state.get ',
  'vault',
  'x'.repeat(5_000),
  '💥',
]

export const newTally = (): Tally => ({ messages: 0, hostile: 0, accepted: [], internal: [], codes: new Map(), slow: new Map() })

/**
 * Sends messages and judges the answers. A third is right but for one place, a third is right (odd content, which the app has to judge), the rest is nothing like it.
 * @returns the tally that it was given
 */
export async function fuzz(line: Line, course: Course, tally: Tally): Promise<Tally> {
  const random = createRandom(course.seed)
  const shapes = new Map(NAMES.map((name) => [name, shapeOf(name)]))
  const sendOne = async (index: number): Promise<void> => {
    const name = NAMES[index % NAMES.length] as RequestName
    const made = makeOne(index, name, shapes.get(name) as Shape, random, line.wire, course.hostileOnly.has(name), course.known)
    const asked = Date.now()
    const code = await line.ask(made.name, made.input)
    const waited = Date.now() - asked
    tally.messages += 1
    const table = Object.hasOwn(requests, made.name) ? made.name : '(unknown name)'
    const counts = tally.codes.get(table) ?? new Map<string, number>()
    counts.set(code, (counts.get(code) ?? 0) + 1)
    tally.codes.set(table, counts)
    if (waited > SLOW_MS) tally.slow.set(table, Math.max(waited, tally.slow.get(table) ?? 0))
    if (code === 'internal') tally.internal.push(`${table}: ${made.how}: ${shortly(made.input)}`)
    if (made.how === '') return
    tally.hostile += 1
    if (!REFUSALS.has(code)) tally.accepted.push(`${table}: ${made.how}: ${code}: ${shortly(made.input)}`)
  }
  let next = 0
  const send = async (): Promise<void> => {
    while (next < course.messages) {
      next += 1
      await sendOne(next - 1)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, send))
  return tally
}

/** `how` is empty for a message that the schema allows. */
function makeOne(
  index: number,
  name: RequestName,
  shape: Shape,
  random: Random,
  wire: boolean,
  isHostileOnly: boolean,
  known?: readonly string[],
): Spoilt & { name: string } {
  const turn = random.below(6)
  if (turn === 0 && index % 5 === 0) return { name: random.pick(UNKNOWN_NAMES), input: {}, how: 'unknown name' }
  if (turn < 2) return { name, ...garbage(random, wire) }
  if (turn < 4 || isHostileOnly) return { name, ...spoilOne(shape, random, wire) }
  return { name, input: sample(shape, random, known), how: '' }
}

/** @returns 'ok' or the code of a refusal */
export const codeOf = (result: ApiResult<unknown>): string => (result.ok ? 'ok' : result.error.code)

function shortly(input: unknown): string {
  try {
    return (JSON.stringify(input) ?? 'undefined').slice(0, 160)
  } catch {
    return 'what JSON cannot write'
  }
}

/** Codes by request, one line each. */
export function codeLines(tally: Tally): string[] {
  return [...tally.codes.entries()].map(
    ([name, counts]) =>
      `${name.padEnd(24)} ${[...counts.entries()]
        .sort(([, a], [, b]) => b - a)
        .map(([code, count]) => `${code} ${count}`)
        .join(', ')}`,
  )
}

/** Bytes that are still in use after everything unused was given back. */
export function memoryInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
