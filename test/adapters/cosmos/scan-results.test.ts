import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeBlock, decodeScanned } from '#main/adapters/cosmos/decode.ts'
import { NotUnderstood } from '#main/adapters/cosmos/not-understood.ts'
import { scanResults } from '#main/adapters/cosmos/scan-results.ts'
import { readBlock } from '#main/core/earnings/read-block.ts'
import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'

/** Reading a block for a few addresses must come to what reading all of it comes to. */

const FIXTURES = join(import.meta.dirname, '../../fixtures')
const ALL = ['default', 'mainnet-like', 'morse', 'overserviced'].flatMap((chain) =>
  readdirSync(join(FIXTURES, chain, 'blocks'))
    .filter((name) => name.endsWith('.block.json'))
    .map((name): [string, string] => [chain, name.split('.')[0] ?? '']),
)
const file = (chain: string, height: string, kind: string): Buffer =>
  readFileSync(join(FIXTURES, chain, 'blocks', `${height}.${kind}.json`))
const resultOf = (body: Buffer): unknown => (JSON.parse(body.toString('utf8')) as { result: unknown }).result

function both(
  chain: string,
  height: string,
  naming: ReadonlySet<string>,
  results = file(chain, height, 'results'),
): { whole: ChainBlock; part: ChainBlock } {
  const block = resultOf(file(chain, height, 'block'))
  const scanned = scanResults(results, naming)
  if (!scanned) throw new Error('no result')
  return { whole: decodeBlock(block, resultOf(results)), part: decodeScanned(block, scanned) }
}
/** Every address that the block names, each alone, and none. */
function namings(chain: string, height: string): ReadonlySet<string>[] {
  const found = new Set(
    file(chain, height, 'results')
      .toString('utf8')
      .match(/pokt1[a-z0-9]{38}/g),
  )
  return [new Set(), new Set(found), ...[...found].slice(0, 8).map((one) => new Set([one]))]
}
const compact = (body: Buffer): Buffer => Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8'))))
const spaced = (body: Buffer): Buffer => Buffer.from(JSON.stringify(JSON.parse(body.toString('utf8')), null, 2))

describe('every recorded block', () => {
  it.each(ALL)('%s %s gives the same rows for every address, as Go writes it and otherwise', (chain, height) => {
    for (const naming of namings(chain, height)) {
      for (const results of [compact(file(chain, height, 'results')), spaced(file(chain, height, 'results'))]) {
        const { whole, part } = both(chain, height, naming, results)
        expect(readBlock('n', part, naming)).toEqual(readBlock('n', whole, naming))
        expect(part.blockEvents.map((event) => event.type)).toEqual(whole.blockEvents.map((event) => event.type))
        expect(part.txs.map((tx) => ({ ...tx, events: [] }))).toEqual(whole.txs.map((tx) => ({ ...tx, events: [] })))
        const names = (event: ChainEvent): boolean => [...naming].some((one) => JSON.stringify(event.attributes).includes(one))
        expect(part.blockEvents.filter(names)).toEqual(whole.blockEvents.filter(names))
      }
    }
  })
})

describe('what is no answer', () => {
  const good = compact(file('mainnet-like', '60', 'results'))
  const NAMING = namings('mainnet-like', '60')[1] ?? new Set<string>()
  const text = good.toString('utf8')

  it('cut anywhere is not understood', () => {
    for (let end = 1; end < good.length; end += 97) {
      let cut: ReturnType<typeof scanResults>
      expect(() => {
        cut = scanResults(good.subarray(0, end), NAMING)
        if (cut === undefined) throw new NotUnderstood('', 'no result')
      }, `cut at ${end}`).toThrow(NotUnderstood)
    }
  })

  it.each([
    ['text behind it', `${text} more`],
    ['HTML', '<html></html>'],
    ['a list', '[]'],
    [
      'events that are no list',
      text.replace(/"finalize_block_events":\[.*\],"validator_updates"/, '"finalize_block_events":7,"validator_updates"'),
    ],
    [
      'an event without a type',
      text.replace('"finalize_block_events":[{"type":"coin_spent"', '"finalize_block_events":[{"kind":"coin_spent"'),
    ],
    ['nothing', ''],
  ])('%s', (_name, body) => {
    expect(() => {
      const scanned = scanResults(Buffer.from(body), new Set())
      if (scanned === undefined) throw new NotUnderstood('', 'no result')
      decodeScanned(resultOf(file('mainnet-like', '60', 'block')), scanned)
    }).toThrow(NotUnderstood)
  })

  it('an error of the node is left to be read as that', () => {
    expect(
      scanResults(Buffer.from('{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error","data":"no"}}'), NAMING),
    ).toBeUndefined()
  })

  it('text that looks like the next event inside a text is no event', () => {
    const bent = text.replace('"value":"', '"value":"},{\\"type\\":\\"fake\\"')
    const { whole, part } = both('mainnet-like', '60', new Set(), Buffer.from(bent))
    expect(part.blockEvents.length).toBe(whole.blockEvents.length)
    expect(part.blockEvents.map((event) => event.type)).toEqual(whole.blockEvents.map((event) => event.type))
  })
})
