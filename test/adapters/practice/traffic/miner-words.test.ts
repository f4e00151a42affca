import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createMinerCounters } from '#main/adapters/practice/traffic/miner-counters.ts'
import { minerLine } from '#main/adapters/practice/traffic/miner-log.ts'
import { minerPage } from '#main/adapters/practice/traffic/miner-page.ts'
import { parseYaml, YamlError } from '#main/adapters/practice/traffic/yaml.ts'
import { parseMinerMetrics } from '#main/core/relays/miner-metrics.ts'

/** What the practised miner says, beside recordings of the real one. */

const recorded = (name: string): string => readFileSync(join(import.meta.dirname, '../../../fixtures/miners', name), 'utf8')

describe('the metrics page', () => {
  const counters = createMinerCounters()
  Object.assign(counters.of('anvil'), {
    successes: 11,
    errors: 14,
    relaySeconds: 0.088844499,
    backendSeconds: 0.008998197,
    requestBytes: 13_075,
    responseBytes: 6_226,
  })
  const operatorAddress = 'pokt1hcy9pqe635cftlrf2vqap9xjx42g2l6u70wzeg'
  counters.asked('anvil', operatorAddress, 25)
  const page = minerPage({ height: 254, counters, startedAtMs: 0, memoryBytes: 1 })
  const real = recorded('stock-relayminer.metrics.txt')

  it('has the real page’s words: every comment and every kind of sample', () => {
    const comments = new Set(real.split('\n').filter((line) => line.startsWith('#')))
    const ours = page.split('\n').filter((line) => line.startsWith('#'))
    expect(ours.length).toBeGreaterThan(18)
    for (const comment of ours) expect(comments).toContain(comment)
    const kinds = (text: string): Set<string> =>
      new Set(text.split('\n').flatMap((line) => (line.startsWith('relayminer_') ? [line.replace(/ \S+$/, '')] : [])))
    const known = kinds(real)
    for (const kind of kinds(page)) expect(known).toContain(kind)
  })

  it('has the counters and the height as the real one has them', () => {
    const lines = page.split('\n')
    const wanted = real.split('\n').filter((line) => /^relayminer_(requests|block_height)/.test(line))
    expect(wanted).toHaveLength(4)
    for (const line of wanted) expect(lines).toContain(line)
    expect(parseMinerMetrics(page)).toEqual(parseMinerMetrics(real))
  })
})

describe('a log line', () => {
  const real = recorded('stock-relayminer.log.txt').split('\n')
  it('has the colours, names and quotes of the real one', () => {
    const supplier = { supplier_operator_address: 'pokt1hcy9pqe635cftlrf2vqap9xjx42g2l6u70wzeg' }
    expect(real).toContain(minerLine('info', 'serving metrics', { service: 'metrics', endpoint: ':9095' }))
    expect(real).toContain(
      minerLine('info', '⏱️ Waiting for network-defined claim window to open at block height 250 before creating claims', {
        ...supplier,
        claim_window_open_height: 250,
        session_end_height: 248,
      }),
    )
    const start = minerLine('error', '❌ Failed verifying relay request', {
      error:
        'session expired, expecting: 248, got: 249. This may indicate network delay or RelayMiner overload.: invalid session in relayer request',
    })
    expect(real.some((line) => line.startsWith(start))).toBe(true)
  })
})

describe('the reader of the configuration', () => {
  it('reads maps, lists, quotes and comments', () => {
    const text = [
      '# c',
      'a: 1 # one',
      'b:',
      '  - x',
      '  - "y: z"',
      'c:',
      '- d: 1',
      '  e:',
      '    f: http://h:1/#x',
      '- d: 2',
      'g:',
      'h: []',
    ].join('\n')
    expect(parseYaml(text)).toEqual({
      a: '1',
      b: ['x', 'y: z'],
      c: [{ d: '1', e: { f: 'http://h:1/#x' } }, { d: '2' }],
      g: null,
      h: [],
    })
  })
  it.each([
    'a: 1\n b: 2',
    'a:\n  b: 1\n c: 2',
    'a: [1',
    'a: {',
    'a 1',
    'a: b: c',
    '\ta: 1',
    'a: 1\na: 2',
    'a:\n  - x\n    - y',
    '- a\nb: 1',
    'a: *x',
    'a: "x',
  ])('refuses %j', (text) => {
    expect(() => parseYaml(text)).toThrow(YamlError)
  })
})
