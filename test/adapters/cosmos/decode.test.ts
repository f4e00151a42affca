import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeBlock, decodeEvent } from '#main/adapters/cosmos/decode.ts'
import { NotUnderstood } from '#main/adapters/cosmos/not-understood.ts'
import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures')
const OP1 = 'pokt1kxgkr39ru422ztrjx9wm3ne0znlzkl369hl70j'
const OP2 = 'pokt1kj5erg5qz7ug7047r3jgwkfk2ds8l69wftgmmm'
const OWNER = 'pokt1kx24zk55em0ppfuahvwzjtp77t8m7kqg3j0zrg'
const FRIEND = 'pokt189t255ua2yxmf9gs4la737jgytnlftvrp9mtwh'

interface RpcFile {
  result: Record<string, unknown>
}

function json(path: string): RpcFile {
  return JSON.parse(readFileSync(join(FIXTURES, path), 'utf8')) as RpcFile
}

function recorded(chain: string, height: number): ChainBlock {
  return decodeBlock(json(`${chain}/blocks/${height}.block.json`).result, json(`${chain}/blocks/${height}.results.json`).result)
}

function ofType(events: ChainEvent[], type: string): Record<string, unknown>[] {
  return events.filter((event) => event.type === type).map((event) => event.attributes)
}

const CHAINS = ['default', 'mainnet-like', 'morse', 'overserviced']
const ALL = CHAINS.flatMap((chain) =>
  readdirSync(join(FIXTURES, chain, 'blocks'))
    .filter((name) => name.endsWith('.block.json'))
    .map((name): [string, number] => [chain, Number(name.split('.')[0])]),
)

describe('all recorded blocks', () => {
  it('are many', () => {
    expect(ALL.length).toBeGreaterThan(50)
  })

  it.each(ALL)('%s %i decodes, with nothing lost', (chain, height) => {
    const block = recorded(chain, height)
    const results = json(`${chain}/blocks/${height}.results.json`).result as {
      txs_results: { events: unknown[] }[] | null
      finalize_block_events: { type: string; attributes: { key: string; value: string }[] }[] | null
    }
    expect(block.height).toBe(height)
    expect(block.hash).toMatch(/^[0-9A-F]{64}$/)
    expect(new Date(block.timeMs).toISOString()).toMatch(/^2026-11-22T1/)
    expect(block.txs.map((tx) => tx.events.length)).toEqual((results.txs_results ?? []).map((tx) => tx.events.length))
    const raw = results.finalize_block_events ?? []
    expect(block.blockEvents.map((event) => event.type)).toEqual(raw.map((event) => event.type))
    for (const [index, event] of block.blockEvents.entries()) {
      expect(Object.keys(event.attributes)).toEqual(raw[index]?.attributes.map((attribute) => attribute.key))
      expect(['BeginBlock', 'EndBlock']).toContain(event.attributes['mode'])
      // A typed value that still carries its own quotes was not parsed.
      if (event.type.startsWith('pocket.')) expect(JSON.stringify(event.attributes)).not.toContain('"\\"')
    }
  })
})

describe('transaction hashes', () => {
  it.each([
    ['default', 245],
    ['default', 63],
    ['default', 295],
    ['morse', 26],
  ] as const)('of %s %i is the one that the node files it under', (chain, height) => {
    const answer = JSON.parse(readFileSync(join(FIXTURES, chain, `rest/tx-at-${height}.json`), 'utf8')) as {
      tx_response: { txhash: string }
    }
    expect(recorded(chain, height).txs.map((tx) => tx.hash)).toContain(answer.tx_response.txhash)
  })
})

describe('default chain', () => {
  it('93: a claim', () => {
    const block = recorded('default', 93)
    expect(block.hash).toBe('409F91C54389B20CAE935F35CCB5B7B6148D1EAF489419B11DCC8B5B77EB87D5')
    expect(block.timeMs).toBe(Date.UTC(2026, 10, 22, 13, 50, 27, 291))
    const [tx] = block.txs
    expect(tx).toMatchObject({ index: 0, code: 0, codespace: '', log: '', gasUsed: 97_227n, gasWanted: 222_886n })
    expect(ofType(tx?.events ?? [], 'pocket.proof.EventClaimCreated')).toEqual([
      {
        application_address: 'pokt1s20mrrgmpkdwg5e8n9grq2c248khdkl2nknqh4',
        claim_proof_status_int: 0,
        claimed_upokt: '84000upokt',
        num_claimed_compute_units: '2000',
        num_estimated_compute_units: '2000',
        num_estimated_relays: '20',
        num_relays: '20',
        service_id: 'anvil',
        session_end_block_height: '90',
        supplier_operator_address: OP1,
        msg_index: '0',
      },
    ])
    const fees = ofType(tx?.events ?? [], 'tx')
    expect(fees).toContainEqual({ fee: '223upokt', fee_payer: OP1 })
    expect(fees).toContainEqual({ acc_seq: `${OP1}/1` })
  })

  it('97: a proof and its check', () => {
    const block = recorded('default', 97)
    expect(ofType(block.txs[0]?.events ?? [], 'pocket.proof.EventProofSubmitted')).toMatchObject([
      { num_relays: '20', session_end_block_height: '90', supplier_operator_address: OP1 },
    ])
    expect(ofType(block.blockEvents, 'pocket.proof.EventProofValidityChecked')).toMatchObject([
      { block_height: '97', claim_proof_status_int: 1, failure_reason: '', mode: 'EndBlock' },
    ])
  })

  it('100: a settlement whose rewards are what the balances gained', () => {
    const block = recorded('default', 100)
    expect(block.txs).toEqual([])
    const [settled, ...others] = ofType(block.blockEvents, 'pocket.tokenomics.EventClaimSettled')
    expect(others).toEqual([])
    expect(settled).toMatchObject({ settled_upokt: '84000upokt', mint_ratio: '1', proof_requirement_int: 1, mode: 'EndBlock' })
    const paid = new Map<string, bigint>()
    const rows = settled?.['reward_distribution_detailed'] as { recipient_address: string; op_reason: string; amount: string }[]
    for (const row of rows) {
      if (!row.op_reason.includes('SUPPLIER_SHAREHOLDER')) continue
      paid.set(row.recipient_address, (paid.get(row.recipient_address) ?? 0n) + BigInt(row.amount.replace('upokt', '')))
    }
    const balances = JSON.parse(readFileSync(join(FIXTURES, 'default/balances.json'), 'utf8')) as {
      address: string
      height: number
      upokt: string
    }[]
    const at = (address: string, height: number) =>
      BigInt(balances.find((row) => row.address === address && row.height === height)?.upokt ?? '-1')
    for (const address of [OWNER, FRIEND]) expect(paid.get(address)).toBe(at(address, 100) - at(address, 99))
  })

  it('245: a failed transaction with its reason', () => {
    const [tx] = recorded('default', 245).txs
    expect(tx).toMatchObject({ code: 1, codespace: 'undefined', gasUsed: 68_484n })
    expect(tx?.log).toContain('must stake at least 59500000000upokt: invalid supplier stake')
  })

  it('300: two missing proofs, slashes and an unbonding', () => {
    const { blockEvents } = recorded('default', 300)
    expect(ofType(blockEvents, 'pocket.tokenomics.EventClaimExpired').map((event) => event['expiration_reason'])).toEqual([
      'PROOF_MISSING',
      'PROOF_MISSING',
    ])
    expect(ofType(blockEvents, 'pocket.tokenomics.EventSupplierSlashed')).toMatchObject([
      { supplier_operator_address: OP2, proof_missing_penalty: '1000000upokt', supplier_stake_after_slash: '59499000000upokt' },
      { supplier_operator_address: OP1, proof_missing_penalty: '1000000upokt', supplier_stake_after_slash: '59509000000upokt' },
    ])
    const [unbonding] = ofType(blockEvents, 'pocket.supplier.EventSupplierUnbondingBegin')
    expect(unbonding).toMatchObject({
      reason: 'SUPPLIER_UNBONDING_REASON_BELOW_MIN_STAKE',
      supplier: { operator_address: OP2, owner_address: OWNER },
      unbonding_end_height: '300',
    })
  })

  it('390: one claim settled, one discarded', () => {
    const { blockEvents } = recorded('default', 390)
    expect(ofType(blockEvents, 'pocket.tokenomics.EventClaimSettled')).toMatchObject([
      { supplier_operator_address: OP2, settled_upokt: '21000upokt' },
    ])
    const [discarded] = ofType(blockEvents, 'pocket.tokenomics.EventClaimDiscarded')
    expect(discarded).toMatchObject({ supplier_operator_address: OP1 })
    expect(discarded?.['error']).toContain('constraint violation')
    expect(ofType(blockEvents, 'pocket.supplier.EventSupplierUnbondingEnd')).toMatchObject([{ session_end_height: '390' }])
  })
})

describe('answers that do not fit', () => {
  const block = json('default/blocks/93.block.json').result
  const results = json('default/blocks/93.results.json').result

  it('names the field', () => {
    const fails = (a: unknown, b: unknown): string => {
      try {
        decodeBlock(a, b)
      } catch (error) {
        if (error instanceof NotUnderstood) return error.path
        throw error
      }
      return 'understood'
    }
    expect(fails(block, { ...results, height: '94' })).toBe('height')
    expect(fails(block, { ...results, txs_results: null })).toBe('txs_results')
    expect(fails(block, { ...results, height: 'ninety' })).toBe('height')
    expect(fails({ ...block, block_id: { hash: 'abc' } }, results)).toBe('block_id.hash')
    expect(fails({ ...block, block: undefined }, results)).toBe('block')
    expect(fails(undefined, undefined)).toBe('')
    expect(fails(block, { ...results, finalize_block_events: [{ type: 7, attributes: [] }] })).toBe('finalize_block_events.0.type')
    expect(fails(block, { ...results, more: 1, finalize_block_events: null })).toBe('understood')
  })

  it('leaves native events as text, also where the text could be read as something else', () => {
    const attributes = [
      { key: 'amount', value: '7' },
      { key: 'note', value: '"quoted"' },
    ]
    expect(decodeEvent({ type: 'transfer', attributes }).attributes).toEqual({ amount: '7', note: '"quoted"' })
    expect(decodeEvent({ type: 'a.b.Typed', attributes }).attributes).toEqual({ amount: 7, note: 'quoted' })
  })

  it('keeps attributes that are no JSON, and a name that is special to the language', () => {
    const event = decodeEvent({
      type: 'pocket.later.EventNew',
      attributes: [
        { key: 'plain', value: 'EndBlock' },
        { key: 'empty', value: null },
        { key: '__proto__', value: '{"polluted":true}' },
      ],
    })
    expect(event.attributes['plain']).toBe('EndBlock')
    expect(event.attributes['empty']).toBe('')
    expect(Object.keys(event.attributes)).toEqual(['plain', 'empty', '__proto__'])
    expect(Object.getPrototypeOf(event.attributes)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
