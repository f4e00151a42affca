import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashText, headerHash } from '#main/adapters/cosmos/light/header.ts'
import { merkleRoot, sha256 } from '#main/adapters/cosmos/light/merkle.ts'
import { blockResult } from '#main/adapters/cosmos/light/wire.ts'

/** A settlement block as large as mainnet's (onchain facts 4.5), made of what a real chain answered in a small one: same events, other addresses and sessions. */

const BLOCKS = join(import.meta.dirname, '../fixtures/mainnet-like/blocks')
const HEIGHT = 60
const CLAIMS = 3_000
const TXS = 700
/** Bytes of a transaction with a claim or a proof in it. */
const TX_BYTES = 1_100

interface Event {
  type: string
  attributes: { key: string; value: string; index?: boolean }[]
}
interface RecordedBlock {
  result: { block_id: { hash: string }; block: { header: { data_hash: string }; data: { txs: string[] } } }
}
interface Recorded {
  result: Record<string, unknown> & { finalize_block_events: Event[]; txs_results: { events: Event[] }[] }
}

const read = (name: string): unknown => JSON.parse(readFileSync(join(BLOCKS, name), 'utf8'))
const LETTERS = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l'

/** Looks like an address, with as many letters; the same number gives the same one. */
function address(kind: string, number: number): string {
  const hash = createHash('sha256').update(`${kind} ${number}`).digest()
  return `pokt1${Array.from({ length: 38 }, (_, index) => LETTERS[(hash[index % 32] ?? 0) & 31]).join('')}`
}

export interface SettlementBlock {
  height: number
  /** JSON-RPC answers as they come over the wire. */
  block: Buffer
  results: Buffer
  /** An operator with two settled claims in it, and their owner. */
  naming: Set<string>
  operator: string
}

/** @returns the block; the same at every call */
export function settlementBlock(): SettlementBlock {
  const { result } = read(`${HEIGHT}.results.json`) as Recorded
  const claim = result.finalize_block_events.find((event) => event.type.endsWith('EventClaimSettled'))
  const refund = result.finalize_block_events.find((event) => event.type.endsWith('EventApplicationReimbursementRequest'))
  const proof = (read('34.results.json') as Recorded).result.txs_results[0]
  if (!claim || !refund || !proof) throw new Error('the recorded blocks lack a claim, a refund or a transaction')
  const text = (event: Event, key: string): string => JSON.parse(event.attributes.find((each) => each.key === key)?.value ?? '""') as string
  const operator = text(claim, 'supplier_operator_address')
  const owner = text(claim, 'supplier_owner_address')
  const application = text(claim, 'application_address')
  const session = text(claim, 'session_id')
  const asText = JSON.stringify([claim, refund])
  const others = (number: number): Event[] => {
    const ours = number === 1_000 || number === 2_000
    let made = asText
      .replaceAll(application, address('application', number % 120))
      .replaceAll(session, createHash('sha256').update(`session ${number}`).digest('hex'))
    if (!ours) made = made.replaceAll(operator, address('operator', number)).replaceAll(owner, address('owner', number % 183))
    return JSON.parse(made) as Event[]
  }
  const claims = Array.from({ length: CLAIMS }, (_, number) => others(number)).flat()
  const rest = result.finalize_block_events.filter((event) => event !== claim && event !== refund)
  const outcomeText = JSON.stringify(proof)
  const outcomes = Array.from(
    { length: TXS },
    (_, number) =>
      JSON.parse(outcomeText.replaceAll(operator, address('operator', number)).replaceAll(owner, address('owner', number))) as unknown,
  )

  const block = read(`${HEIGHT}.block.json`) as RecordedBlock
  const txs = Array.from({ length: TXS }, (_, number) => {
    const seed = createHash('sha256').update(`tx ${number}`).digest()
    return Buffer.concat(
      Array.from({ length: Math.ceil(TX_BYTES / 32) }, (_each, part) => createHash('sha256').update(seed).update(String(part)).digest()),
    )
  })
  block.result.block.data.txs = txs.map((tx) => tx.toString('base64'))
  block.result.block.header.data_hash = hashText(merkleRoot(txs.map((tx) => sha256(tx))))
  const { block: content } = blockResult.parse(block.result)
  block.result.block_id.hash = hashText(headerHash(content.header))

  const results = { jsonrpc: '2.0', id: 1, result: { ...result, txs_results: outcomes, finalize_block_events: [...claims, ...rest] } }
  return {
    height: HEIGHT,
    block: Buffer.from(JSON.stringify(block)),
    results: Buffer.from(JSON.stringify(results)),
    naming: new Set([operator, owner]),
    operator,
  }
}
