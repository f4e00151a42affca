import type { Random } from './random.ts'
import { sample, type Shape } from './sample.ts'

/** A message that the schema forbids, and in which way. */
export interface Spoilt {
  input: unknown
  how: string
}

/** A place in an input: what may stand there, and how to put something else. */
interface Site {
  shape: Shape
  value: unknown
  put(value: unknown): void
}

const HOSTILE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'toJSON', '', 'extra', '\u0000']
const KINDS: readonly [string, unknown][] = [
  ['object', {}],
  ['array', []],
  ['string', 'x'],
  ['number', 7],
  ['boolean', true],
  ['null', null],
]

/** Own key whatever its name: an assignment to `__proto__` would set the prototype instead. */
const setOwn = (target: object, key: string, value: unknown): void => {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
}

function allows(shape: Shape, kind: string): boolean {
  const options = shape.anyOf ?? shape.oneOf
  if (options) return options.some((option) => allows(option, kind))
  if (shape.enum) return shape.enum.some((value) => kindOf(value) === kind)
  if (shape.const !== undefined) return kindOf(shape.const) === kind
  return shape.type === kind || (shape.type === 'integer' && kind === 'number')
}

const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

/** The option of a union that a sampled value was made from. */
function chosen(shape: Shape, value: unknown): Shape {
  const options = shape.anyOf ?? shape.oneOf
  if (!options) return shape
  const fits = options.find((option) => {
    if (!allows(option, kindOf(value))) return false
    const named = Object.entries(option.properties ?? {}).filter(([, inner]) => inner.const !== undefined)
    return named.every(([key, inner]) => (value as Record<string, unknown>)[key] === inner.const)
  })
  return fits ?? shape
}

function sitesOf(shape: Shape, value: unknown, put: Site['put'], into: Site[] = []): Site[] {
  into.push({ shape, value, put })
  const own = chosen(shape, value)
  if (Array.isArray(value)) value.forEach((item, index) => sitesOf(own.items ?? {}, item, (next) => (value[index] = next), into))
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) {
      const innerShape = own.properties?.[key] ?? (typeof own.additionalProperties === 'object' ? own.additionalProperties : {})
      sitesOf(innerShape, inner, (next) => setOwn(value, key, next), into)
    }
  return into
}

/** Nested so deep that a careless walk runs out of stack. */
export function deep(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? { a: value } : [value]
  return value
}

/** Ways to make one place forbidden. Each gives undefined where it does not apply. */
const WAYS: Record<string, (site: Site, random: Random, wire: boolean) => { value: unknown } | undefined> = {
  'wrong type': ({ shape }, random) => {
    const kinds = KINDS.filter(([kind]) => !allows(shape, kind))
    return kinds.length === 0 ? undefined : { value: structuredClone(random.pick(kinds)[1]) }
  },
  'deep nesting': ({ shape }, random) =>
    allows(shape, 'object') || allows(shape, 'array') ? undefined : { value: deep(10 + random.below(3_000)) },
  'not a number': ({ shape }, random, wire) => {
    if (!allows(shape, 'number')) return undefined
    // JSON knows none of these: a page can send them only as what they become.
    return { value: wire ? null : random.pick([Number.NaN, Infinity, -Infinity]) }
  },
  'broken number': ({ shape }, random) => (shape.type === 'integer' ? { value: random.pick([0.5, -1.5, 1e308, 5e-324]) } : undefined),
  'below the least': ({ shape }) =>
    shape.minimum === undefined ? undefined : { value: shape.minimum <= -1e15 ? -1e300 : shape.minimum - 1 },
  'above the most': ({ shape }) => (shape.maximum === undefined ? undefined : { value: shape.maximum >= 1e15 ? 1e300 : shape.maximum + 1 }),
  'too long': ({ shape }, random) =>
    shape.maxLength === undefined ? undefined : { value: random.pick(['x', 'é', '\u0000']).repeat(shape.maxLength + 1 + random.below(50)) },
  'too short': ({ shape }) => (shape.type === 'string' && (shape.minLength ?? 0) > 0 ? { value: '' } : undefined),
  'unknown word': ({ shape }, random) =>
    shape.enum || shape.const !== undefined ? { value: random.pick(['__proto__', 'constructor', 'x', '', 'LOCAL', 'owner ']) } : undefined,
  'too many': ({ shape, value }) =>
    Array.isArray(value) && shape.maxItems !== undefined
      ? { value: Array.from({ length: shape.maxItems + 1 }, () => value[0] ?? 'x') }
      : undefined,
  'too few': ({ shape }) => ((shape.minItems ?? 0) > 0 ? { value: [] } : undefined),
  'missing key': ({ shape, value }, random) => {
    const own = chosen(shape, value)
    if (typeof value !== 'object' || value === null || !own.required?.length) return undefined
    const gone = random.pick(own.required)
    return { value: Object.fromEntries(Object.entries(value).filter(([key]) => key !== gone)) }
  },
  'extra key': ({ shape, value }, random) => {
    if (kindOf(value) !== 'object' || chosen(shape, value).additionalProperties !== false) return undefined
    const more = { ...(value as object) }
    setOwn(more, random.pick(HOSTILE_KEYS), random.pick([1, {}, { isAdmin: true }, null, 'x']))
    return { value: more }
  },
}

/**
 * An input that is as the schema wants it but for one place.
 * @param wire it will travel as JSON text
 */
export function spoilOne(shape: Shape, random: Random, wire: boolean): Spoilt {
  for (;;) {
    let input = sample(shape, random)
    const site = random.pick(sitesOf(shape, input, (value) => (input = value)))
    const how = random.pick(Object.keys(WAYS))
    const bad = WAYS[how]?.(site, random, wire)
    if (!bad) continue
    site.put(bad.value)
    return { input, how }
  }
}

/** An input that is nothing like what is wanted. */
export function garbage(random: Random, wire: boolean): Spoilt {
  const makers: Record<string, () => unknown> = {
    nothing: () => null,
    'not an object': () => random.pick([[], [[]], '', 'x', '{}', 0, -1, true, false, 1e308]),
    'keys of prototypes': () => {
      const made = {}
      for (const key of HOSTILE_KEYS) setOwn(made, key, random.pick([1, {}, null, []]))
      return made
    },
    'many keys': () => Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index])),
    deep: () => ({ a: deep(500 + random.below(20_000)) }),
    'huge text': () => ({ text: random.pick(['x', 'é', '\u0000']).repeat(270_000 + random.below(50_000)) }),
    'odd values': () =>
      wire
        ? { a: '\ud800' }
        : { a: random.pick([Number.NaN, Infinity, 1n, Symbol('x'), new Date(Number.NaN), /x/, new Map([[1, 2]]), () => 1]) },
    'an array with keys': () => Object.assign([1, 2], { nodeId: 'miner' }),
  }
  const how = random.pick(Object.keys(makers))
  return { input: makers[how]?.(), how }
}
