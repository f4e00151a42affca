import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { decodeBlock, decodeEvent, decodeScanned } from '#main/adapters/cosmos/decode.ts'
import { txHash } from '#main/adapters/cosmos/tx-hash.ts'
import { scanResults } from '#main/adapters/cosmos/scan-results.ts'
import { readBlock } from '#main/core/earnings/read-block.ts'
import { canonical } from '#main/core/chain/vote.ts'
import type { ChainBlock } from '#main/core/ports/chain.ts'
import type { BlockRows } from '#main/core/ports/store.ts'
import { settlementBlock, type SettlementBlock } from './settlement-block.ts'

/**
 * A settlement block as large as mainnet's, from the bytes on the wire to rows. `vsJsonParse`: time against nothing but `JSON.parse` of the same bytes. `vsCosmjs`: how many times
 * longer the same rows take by way of the field's library. `memoryVsBody`: memory that reading it over HTTP takes at its peak, against its size, in a process of its own.
 */
const ROUNDS = 9
const COSMJS = '@cosmjs/tendermint-rpc'
/** Beside the library's entry: what decodes answers is not exported by it. */
const RESPONSES = './comet38/adaptor/responses.js'

interface Result {
  result: unknown
}
const parsed = (body: Buffer): Result => JSON.parse(body.toString('utf8')) as Result

function toRows(made: SettlementBlock): BlockRows {
  const scanned = scanResults(made.results, made.naming)
  if (scanned === undefined) throw new Error('no result')
  return readBlock('mainnet', decodeScanned(parsed(made.block).result, scanned), made.naming)
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/** Each in turn, so that what else the machine does hits all alike. @returns medians in ms */
function timed(works: (() => unknown)[]): number[] {
  const times = works.map((): number[] => [])
  for (let round = 0; round < ROUNDS + 2; round += 1) {
    for (const [index, work] of works.entries()) {
      const startedMs = performance.now()
      work()
      if (round >= 2) times[index]?.push(performance.now() - startedMs)
    }
  }
  return times.map(median)
}

/** Highest memory of this process since the mark was set. Linux keeps it; elsewhere the highest ever has to do. */
const peak = {
  mark: (): number => {
    globalThis.gc?.()
    try {
      writeFileSync('/proc/self/clear_refs', '5')
    } catch {
      return process.resourceUsage().maxRSS * 1024
    }
    return process.memoryUsage().rss
  },
  read: (): number => {
    try {
      return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024
    } catch {
      return process.resourceUsage().maxRSS * 1024
    }
  },
}

async function measureMemory(url: string, height: number, naming: ReadonlySet<string>): Promise<void> {
  const chain = connectChain({ rpcUrl: url, restUrl: url })
  // The first request of all loads what every later one uses.
  await chain.block(34, naming)
  const before = peak.mark()
  const rows = readBlock('mainnet', await chain.block(height, naming), naming)
  process.stdout.write(JSON.stringify({ bytes: peak.read() - before, claims: rows.claims.length }))
}

async function memoryOfReading(made: SettlementBlock, claims: number): Promise<number> {
  const recorded = (name: string): Buffer => readFileSync(new URL(`../fixtures/mainnet-like/blocks/34.${name}.json`, import.meta.url))
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => (text += chunk.toString()))
    request.on('end', () => {
      const { method, params } = JSON.parse(text) as { method: string; params: { height: string } }
      const isSmall = params.height === '34'
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(method === 'block' ? (isSmall ? recorded('block') : made.block) : isSmall ? recorded('results') : made.results)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      import.meta.filename,
      '--memory',
      url,
      String(made.height),
      ...made.naming,
    ])
    const told = JSON.parse(stdout) as { bytes: number; claims: number }
    if (told.claims !== claims) throw new Error(`${told.claims} claims of ours instead of ${claims}`)
    return told.bytes
  } finally {
    server.close()
  }
}

interface CosmjsEvent {
  type: string
  attributes: { [field: string]: unknown; key: string; value: string }[]
}
interface CosmjsBlock {
  block: { header: { height: number; time: Date }; txs: Uint8Array[] }
  blockId: { hash: Uint8Array }
}
interface CosmjsResults {
  results: { code: number; log?: string; gasUsed: bigint; gasWanted: bigint; events: CosmjsEvent[] }[]
  finalizeBlockEvents: CosmjsEvent[]
}
interface Cosmjs {
  Responses: { decodeBlock(answer: unknown): CosmjsBlock; decodeBlockResults(answer: unknown): CosmjsResults }
}

async function cosmjs(): Promise<Cosmjs | undefined> {
  try {
    const found = (await import(new URL(RESPONSES, import.meta.resolve(COSMJS)).href)) as Cosmjs & { default?: Cosmjs }
    return found.default ?? found
  } catch {
    return undefined
  }
}

/** The way without a decoder of one's own: the library's block, brought into the shape that rows are read from. */
function rowsByCosmjs(library: Cosmjs, made: SettlementBlock): BlockRows {
  const { block, blockId } = library.Responses.decodeBlock(parsed(made.block))
  const { results, finalizeBlockEvents } = library.Responses.decodeBlockResults(parsed(made.results))
  const shaped: ChainBlock = {
    height: block.header.height,
    hash: Buffer.from(blockId.hash).toString('hex').toUpperCase(),
    timeMs: block.header.time.getTime(),
    txs: results.map((result, index) => ({
      index,
      hash: txHash(block.txs[index] ?? new Uint8Array()),
      code: result.code,
      codespace: '',
      log: result.log ?? '',
      gasUsed: result.gasUsed,
      gasWanted: result.gasWanted,
      events: result.events.map((event) => decodeEvent({ ...event })),
    })),
    blockEvents: finalizeBlockEvents.map((event) => decodeEvent({ ...event })),
  }
  return readBlock('mainnet', shaped, made.naming)
}

const memoryAt = process.argv.indexOf('--memory')
if (memoryAt !== -1) {
  const [url = '', height, ...naming] = process.argv.slice(memoryAt + 1)
  await measureMemory(url, Number(height), new Set(naming))
} else {
  const made = settlementBlock()
  const bodyBytes = made.block.length + made.results.length
  const rows = toRows(made)
  // Reading a part must come to the same rows as reading all.
  const whole = readBlock('mainnet', decodeBlock(parsed(made.block).result, parsed(made.results).result), made.naming)
  if (canonical(rows) !== canonical(whole)) throw new Error('other rows than from the whole block')
  const library = await cosmjs()
  const works: (() => unknown)[] = [() => [parsed(made.block), parsed(made.results)], () => toRows(made)]
  if (library !== undefined) {
    if (canonical(rows) !== canonical(rowsByCosmjs(library, made))) throw new Error('other rows than by way of CosmJS')
    works.push(() => rowsByCosmjs(library, made))
    works.push(() => [library.Responses.decodeBlock(parsed(made.block)), library.Responses.decodeBlockResults(parsed(made.results))])
  }
  const [parseMs = NaN, oursMs = NaN, cosmjsMs, cosmjsDecodeMs] = timed(works)
  const memory = await memoryOfReading(made, rows.claims.length)
  const round = (value: number): number => Math.round(value * 100) / 100
  console.log(`${(bodyBytes / 1e6).toFixed(1)} MB, ${rows.claims.length} claims and ${rows.movements.length} movements of ours`)
  console.log(`JSON.parse ${parseMs.toFixed(0)} ms, to rows ${oursMs.toFixed(0)} ms, memory ${(memory / 1e6).toFixed(1)} MB`)
  console.log(
    cosmjsMs === undefined
      ? 'CosmJS is not installed: no comparison with it'
      : `CosmJS to rows ${cosmjsMs.toFixed(0)} ms, of which its own decoding ${cosmjsDecodeMs?.toFixed(0) ?? ''} ms`,
  )
  console.log(
    JSON.stringify({
      bench: 'decode',
      figures: {
        vsJsonParse: { value: round(oursMs / parseMs), goal: 1.3 },
        ...(cosmjsMs === undefined ? {} : { vsCosmjs: { value: round(cosmjsMs / oursMs), goal: 3 } }),
        memoryVsBody: { value: round(memory / bodyBytes), goal: 3 },
      },
    }),
  )
}
