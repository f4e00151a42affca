import { z } from 'zod'
import { requests, type RequestName } from '#shared/api/requests.ts'
import type { Random } from './random.ts'

/** The part of JSON Schema that zod writes for the inputs of the request table. Another keyword fails the fuzz, so that it is taught here and not passed over. */
export interface Shape {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  properties?: Record<string, Shape>
  required?: string[]
  additionalProperties?: boolean | Shape
  propertyNames?: Shape
  items?: Shape
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  pattern?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Shape[]
  oneOf?: Shape[]
}

const KNOWN: ReadonlySet<string> = new Set(
  'type properties required additionalProperties propertyNames items minItems maxItems minLength maxLength minimum maximum pattern enum const anyOf oneOf default $schema'.split(
    ' ',
  ),
)

/** @returns the shape of a request's input, straight from its schema */
export function shapeOf(name: RequestName): Shape {
  const shape = z.toJSONSchema(requests[name].input, { io: 'input' }) as Shape
  requireKnown(shape, name)
  return shape
}

function requireKnown(shape: Shape, where: string): void {
  for (const key of Object.keys(shape)) if (!KNOWN.has(key)) throw new Error(`${where} has a keyword that the fuzz does not know: ${key}`)
  for (const inner of [...Object.values(shape.properties ?? {}), ...(shape.anyOf ?? []), ...(shape.oneOf ?? [])]) requireKnown(inner, where)
  if (shape.items) requireKnown(shape.items, where)
  if (typeof shape.additionalProperties === 'object') requireKnown(shape.additionalProperties, where)
}

/** Text that programs trip over. All of it is allowed where any text is. */
const ODD_TEXTS = [
  ['\u0000', '\ud800', '\udfff\ud800', '\u202egnp.exe', 'e\u0301\u0323', '👩‍👩‍👧‍👦', '\ufeff', '\u2028', ' \t\r\n', 'İıſK', '٣', '½'],
  ['__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', '-0', '1e309', '0x10', '9007199254740993', '-1', '1_000', '1,5'],
  ['../../hearth-escape', '/proc/self/environ', '..\\..\\hearth-escape', 'C:\\hearth-escape', '%2e%2e%2f', 'file:///etc/passwd', '~/x'],
  [`' OR 1=1; DROP TABLE claims;--`, '${7*7}', '{{7*7}}', '`id`', '$(id)', '%s%n%x', '<script>alert(1)</script>', '{"a":', '\u001b[2J'],
].flat()

/** What exists in the app that is fuzzed, so that messages get past the first question. */
const KNOWN_TEXTS = ['pocket', 'miner', 'keeper', 'backend', 'local', 'none', 'theme', 'autoLockMinutes', 'engineEndpoint']

function sampleText(shape: Shape, random: Random, known: readonly string[]): string {
  if (shape.pattern !== undefined) return String(random.below(1_000_000))
  // Where the app holds something, half of all texts speak of it.
  const drawn = known === KNOWN_TEXTS || random.chance(0.5) ? random.below(4) : 1
  const text =
    drawn === 0
      ? random.pick(ODD_TEXTS)
      : drawn === 1
        ? random.pick(known)
        : drawn === 2
          ? random.pick(['x', 'é', '\u0007', '𝔘']).repeat(1 + random.below(shape.maxLength ?? 2_000))
          : random.next().toString(36).slice(2)
  const cut = text.slice(0, shape.maxLength ?? text.length)
  // Some texts are trimmed before they are judged.
  return cut.trim().length < (shape.minLength ?? 0) ? 'x'.repeat(shape.minLength ?? 1) : cut
}

function sampleNumber(shape: Shape, random: Random): number {
  const low = shape.minimum ?? -1_000_000
  const high = shape.maximum ?? 1_000_000
  const edge = random.below(4)
  if (edge === 0) return low
  if (edge === 1) return high
  const drawn = low + random.next() * Math.min(high - low, 1_000_000)
  return shape.type === 'integer' ? Math.floor(drawn) : drawn
}

/** @param known what exists in the app @returns an input that the schema allows */
export function sample(shape: Shape, random: Random, known: readonly string[] = KNOWN_TEXTS): unknown {
  if (shape.const !== undefined) return shape.const
  if (shape.enum) return random.pick(shape.enum)
  const options = shape.anyOf ?? shape.oneOf
  if (options) return sample(random.pick(options), random, known)
  switch (shape.type) {
    case 'object': {
      const made: Record<string, unknown> = {}
      for (const [key, inner] of Object.entries(shape.properties ?? {}))
        if (shape.required?.includes(key) || random.chance(0.5)) made[key] = sample(inner, random, known)
      if (typeof shape.additionalProperties === 'object')
        for (let count = random.below(4); count > 0; count -= 1)
          made[`${random.pick(known)}${count}`] = sample(shape.additionalProperties, random, known)
      return made
    }
    case 'array': {
      const low = shape.minItems ?? 0
      const length = low + random.below(Math.min(4, (shape.maxItems ?? 4) - low + 1))
      return Array.from({ length }, () => sample(shape.items ?? {}, random, known))
    }
    case 'string':
      return sampleText(shape, random, known)
    case 'number':
    case 'integer':
      return sampleNumber(shape, random)
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    default:
      throw new Error(`nothing to sample from ${JSON.stringify(shape)}`)
  }
}
