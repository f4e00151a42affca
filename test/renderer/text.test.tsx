// @vitest-environment node
import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { intentKindSchema } from '#shared/model/intent.ts'
import { beforeAll, describe, expect, it } from 'vitest'
import { reasonWords } from '#renderer/features/nodes/node-words.ts'
import { errorText } from '#renderer/text/errors.ts'
import { en } from '#renderer/text/en.ts'
import { hasKey, keyed, startText, words } from '#renderer/text/text.ts'
import { ERROR_CODES } from '#shared/api/errors.ts'
import { ENGINE_KINDS, type NodeState } from '#shared/api/state.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

beforeAll(() => startText())

/** All source files under a folder. */
function sources(folder: string): { path: string; text: string }[] {
  return readdirSync(`${ROOT}/${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => ({ path: `${folder}/${path}`, text: readFileSync(`${ROOT}/${folder}/${path}`, 'utf8') }))
}

function leaves(tree: object, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string' ? [[`${prefix}${name}`, value] as [string, string]] : leaves(value as object, `${prefix}${name}.`),
  )
}

describe('the words', () => {
  it('has a sentence and a next step for every error code', () => {
    for (const code of ERROR_CODES) {
      const { text, next } = errorText(words, { code, detail: {}, ref: 'r1' })
      expect(text, code).toMatch(/^[A-Z–“].{9,}/)
      expect(next, code).toMatch(/^[A-Z–“].{5,}[.]$/)
      expect(text + next, code).not.toMatch(/[{}]/)
      expect(errorText(words, { code: 'not-allowed' }).text === text, code).toBe(code === 'not-allowed')
    }
  })

  it('tells each way of typing a wrong amount, endpoint or share apart', () => {
    const cases = {
      'amount-invalid': ['empty', 'not-a-number', 'negative', 'too-many-decimals', 'zero'],
      'endpoint-invalid': ['not-a-url', 'no-host', 'scheme', 'credentials', 'service-id', 'service-unknown', 'service-twice'],
      'shares-invalid': ['sum', 'twice', 'not-an-address'],
    } as const
    for (const [code, problems] of Object.entries(cases) as [keyof typeof cases, readonly string[]][]) {
      const told = problems.map((problem) =>
        errorText(words, { code, detail: { problem, sum: '90', address: 'x', serviceId: 's', url: 'u', given: 'g' } }),
      )
      expect(new Set(told.map(({ text, next }) => `${text} ${next}`)).size, code).toBe(problems.length)
      expect(
        told.every(({ text }) => !text.includes('{{')),
        code,
      ).toBe(true)
    }
  })

  it('has a sentence for every attention row that the checks of main can make', () => {
    const expressions = sources('main/core/checks').flatMap(({ text }) =>
      [...text.matchAll(/\bkey: ([^,\n]+),/g)].map((match) => match[1] ?? ''),
    )
    // `a ? 'one' : 'two'` names two keys; what stands before the question mark is none, and neither is what something is compared with.
    const keys = expressions.flatMap((text) =>
      [
        ...text
          .slice(text.indexOf('?') + 1)
          .replace(/[!=]== '[a-z-]+'/g, '')
          .matchAll(/'([a-z-]+)'/g),
      ].map((match) => match[1] ?? ''),
    )
    const engine = ENGINE_KINDS.filter((kind) => kind !== 'ready' && kind !== 'unknown').map((kind) => `engine-${kind}`)
    const asked = [...new Set([...keys, ...engine])].filter((key) => key !== '')
    expect(asked.length).toBeGreaterThan(12)
    for (const key of asked) expect(hasKey('attention', key), key).toBe(true)
  })

  it('has words for every event that main writes down, every step and every reason for waiting', () => {
    const core = sources('main/core')
    const found = (pattern: RegExp): string[] => [
      ...new Set(core.flatMap(({ text }) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))),
    ]
    const events = found(/\bactivity\('([a-z-]+)'/g)
    expect(events.length).toBeGreaterThan(8)
    for (const key of events) expect(hasKey('activity', key), key).toBe(true)
    const steps = core.flatMap(({ text }) =>
      [...text.matchAll(/(?:_STEPS = |tasks\.start\('[a-z-]+', )\[([^\]]+)\]/g)].flatMap((match) =>
        [...(match[1] ?? '').matchAll(/'([a-z-]+)'/g)].map((step) => step[1] ?? ''),
      ),
    )
    expect(steps.length).toBeGreaterThan(12)
    for (const key of steps) expect(hasKey('steps', key), key).toBe(true)
    const reasons = found(/key: '(waits-for[a-z-]*|needs-key|stops-trying|engine-gone)'/g)
    expect(reasons.length).toBeGreaterThan(3)
    for (const key of reasons) expect(hasKey('reasons', key), key).toBe(true)
  })

  it('shows a key it has never met in words, with its facts, rather than not at all', () => {
    expect(keyed(words, 'reasons', 'moon-too-low', { degrees: '4' })).toBe('Moon too low: degrees 4')
  })

  it('names the cause of a container that gave up, where it is known', () => {
    const said = (facts: Record<string, string>): string | null =>
      reasonWords(words, { reason: { key: 'stops-trying', facts } } as NodeState, {})
    expect(said({ cause: 'memory', limitMb: '1024' })).toMatch(/1024 MB of memory/)
    expect(said({})).toMatch(/^It stopped again and again/)
  })

  it('name a transaction in words', () => {
    expect(keyed(words, 'activity', 'tx-included', { kind: 'stake-services', height: '66' })).toBe('Services: on chain, block 66')
    for (const kind of intentKindSchema.options) expect(keyed(words, 'activity', 'tx-refused', { kind })).not.toContain(`${kind}:`)
  })

  it('fills in every fact of an attention row and leaves no braces', () => {
    const text = keyed(words, 'attention', 'keys-needed-at-risk', { claims: '2', deadlineHeight: '141', deadlineMs: '1795367527051' })
    expect(text).toContain('2 claims')
    expect(text).not.toMatch(/[{}]/)
  })

  it('says which of several suppliers a finding is about, and nothing more where there is one', () => {
    const told = (facts: Record<string, string>): string => keyed(words, 'attention', 'operator-low', facts)
    expect(told({})).toBe('The operator wallet is nearly empty')
    expect(told({ supplier: 'Cellar', supplierAddress: 'pokt1a' })).toBe('The operator wallet is nearly empty (Cellar)')
    expect(told({ supplier: 'Cellar', moreSuppliers: '1' })).toBe('The operator wallet is nearly empty (Cellar and one more)')
    expect(told({ supplier: 'Cellar', moreSuppliers: '3' })).toBe('The operator wallet is nearly empty (Cellar and 3 more)')
  })

  it('keeps to the voice: no exclamation marks, no "please", no capitals for emphasis', () => {
    for (const [key, text] of leaves(en)) {
      expect(text, key).not.toMatch(/!(?!=)|\bplease\b|\boops\b|\bsimply\b|\bsuccessfully\b/i)
      expect(text.trim(), key).toBe(text)
      expect(text, key).not.toBe('')
    }
  })

  it('has no key that code asks for and nobody wrote', () => {
    const known = new Set(leaves(en).map(([key]) => key.replace(/_(one|other)$/, '')))
    const asked = sources('renderer').flatMap(({ path, text }) =>
      [...text.matchAll(/\bt\('([a-zA-Z][\w.:-]+)'/g)].map((match) => ({ path, key: match[1] ?? '' })),
    )
    expect(asked.length).toBeGreaterThan(100)
    for (const { path, key } of asked) expect(known.has(key), `${path}: ${key}`).toBe(true)
  })
})
