import Database from 'better-sqlite3'
import { describe, expect, test, vi } from 'vitest'
import { createEarnings, watchedWishes, type Earnings } from '#main/core/earnings/earnings.ts'
import { dayStart } from '#main/core/earnings/views.ts'
import type { Chain, ChainParams, SupplierRecord } from '#main/core/ports/chain.ts'
import type { Store } from '#main/core/ports/store.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, type StatePublisher } from '#main/core/state/publisher.ts'
import { requests } from '#shared/api/requests.ts'
import { stateSchema } from '#shared/api/state.ts'
import { claimKey } from '#shared/model/claim.ts'
import { keptLog, openTestStore, testClock, type KeptLog } from '#test/adapters/sqlite/open-test-store.ts'
import { addressOf, recordedBlock, recordedChain, type RecordedChain } from './recorded-chain.ts'

// Real files, synced for real: slow on a busy disk.
vi.setConfig({ testTimeout: 30_000 })

const OWNER = addressOf('default', 'owner')
const OPERATOR = addressOf('default', 'op1')
const FRIEND = addressOf('default', 'friend')

const key = (name: string, address: string): PublicKeyInfo => ({
  id: name,
  role: name === 'Owner' ? 'owner' : 'operator',
  name,
  network: 'local',
  address,
  pubKeyHex: '',
  kind: 'key',
  origin: 'made',
  hdPath: undefined,
  hasWords: true,
  createdAtMs: 0,
  wordsConfirmedAtMs: 0,
})
const PARAMS = {
  numBlocksPerSession: 10,
  gracePeriodEndOffsetBlocks: 1,
  claimWindowOpenOffsetBlocks: 1,
  claimWindowCloseOffsetBlocks: 4,
  proofWindowOpenOffsetBlocks: 0,
  proofWindowCloseOffsetBlocks: 4,
  sessionGridAnchorHeight: 1,
  sessionNumberAtAnchor: 1,
} as ChainParams

interface Scene {
  store: Store & { file: string }
  recorded: RecordedChain
  state: StatePublisher
  earnings: Earnings
  log: KeptLog
  clock: ReturnType<typeof testClock>
  keys: PublicKeyInfo[]
}

async function scene(): Promise<Scene> {
  const store = await openTestStore()
  const recorded = recordedChain('default')
  const clock = testClock()
  const log = keptLog()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: '', network: 'local', startedAtMs: 0, notice: null }),
    clock,
  )
  const keys = [key('Owner', OWNER), key('Operator', OPERATOR)]
  const earnings = createEarnings({
    heads: { require: () => recorded.chain, params: () => PARAMS },
    store,
    state,
    clock,
    log,
    network: () => 'local',
    keys: () => Promise.resolve(keys),
    records: () => [],
  })
  return { store, recorded, state, earnings, log, clock, keys }
}

/** Writes into the file behind the store's back, as a disk error or a hand would. */
function tamper(file: string, sql: string): void {
  const db = new Database(file, { timeout: 5000 })
  expect(db.prepare(sql).run().changes).toBeGreaterThan(0)
  db.close()
}

describe('ledger against balances', () => {
  test('equal at every settlement of the recording, with both sums and the height', async () => {
    const { earnings, recorded, state } = await scene()
    for (const height of [99, 100, 299, 300, 310, 390, recorded.head]) {
      await earnings.catchUp(recorded.chain, height)
      await earnings.check()
      expect(state.state.earnings.ledger).toMatchObject({ status: 'equal', atHeight: height })
    }
    expect(state.state.earnings.ledger.rows).toEqual([
      { address: OWNER, label: 'Owner', ledgerUpokt: '199978060973', balanceUpokt: '199978060973', differenceUpokt: '0' },
      { address: OPERATOR, label: 'Operator', ledgerUpokt: '199999995826', balanceUpokt: '199999995826', differenceUpokt: '0' },
    ])
    expect(stateSchema.parse(state.state)).toEqual(state.state)
  })

  test('equal too for a key that was made after it had been paid as someone else’s recipient', async () => {
    const { earnings, recorded, state, keys } = await scene()
    keys.splice(0, 1)
    await earnings.catchUp(recorded.chain, 150)
    keys.push(key('Owner', OWNER))
    await earnings.catchUp(recorded.chain, 310)
    await earnings.check()
    expect(state.state.earnings.ledger.status).toBe('equal')
    expect(state.state.earnings.ledger.rows.find((row) => row.address === OWNER)).toMatchObject({
      ledgerUpokt: '199999045106',
      differenceUpokt: '0',
    })
  })

  test('one row altered by 1 upokt turns it red, and putting it back turns it green', async () => {
    const { earnings, recorded, state, store, log } = await scene()
    await earnings.catchUp(recorded.chain, 200)
    expect(state.state.earnings.ledger.status).toBe('equal')
    tamper(store.file, `UPDATE movements SET delta_upokt = '41161' WHERE delta_upokt = '41160'`)
    await earnings.check()
    expect(state.state.earnings.ledger).toMatchObject({
      status: 'different',
      rows: [
        { address: OWNER, label: 'Owner', ledgerUpokt: '140490045107', balanceUpokt: '140490045106', differenceUpokt: '1' },
        { differenceUpokt: '0' },
      ],
    })
    expect(log.lines.filter((line) => line.includes('ledger and balance differ')).join()).toContain('"firstHeight":100')
    tamper(store.file, `UPDATE movements SET delta_upokt = '41160' WHERE delta_upokt = '41161'`)
    await earnings.check()
    expect(state.state.earnings.ledger.status).toBe('equal')
  })

  test.each([
    ['a row taken away', `DELETE FROM movements WHERE delta_upokt = '-1000'`],
    ['an opening balance changed', `UPDATE watched SET opening_upokt = '1' WHERE opening_upokt = '0'`],
    ['a fee that lost its sign', `UPDATE movements SET delta_upokt = '514' WHERE delta_upokt = '-514'`],
    ['a daily sum changed', `UPDATE reward_days SET upokt = '45277' WHERE upokt = '45276'`],
    [
      'a reward given to another address',
      `UPDATE movements SET address = (SELECT id FROM names WHERE text = '${OPERATOR}') WHERE delta_upokt = '4116'`,
    ],
  ])('%s is found', async (_what, sql) => {
    const { earnings, recorded, state, store } = await scene()
    await earnings.catchUp(recorded.chain, 200)
    tamper(store.file, sql)
    await earnings.check()
    expect(state.state.earnings.ledger.status).toBe('different')
    expect(state.state.earnings.ledger.rows[0]?.differenceUpokt).not.toBe('0')
  })

  test('two errors that cancel out are found in the block of the settlement', async () => {
    const { earnings, recorded, state, store } = await scene()
    await earnings.catchUp(recorded.chain, 99)
    const lying: Chain = {
      ...recorded.chain,
      async block(height) {
        const block = await recorded.chain.block(height)
        const text = JSON.stringify(block, (_key, value: unknown) => (typeof value === 'bigint' ? undefined : value))
        // The payout of block 100 is told one too high.
        return height === 100 ? (JSON.parse(text.replace('"amount":"41160upokt"', '"amount":"41161upokt"')) as typeof block) : block
      },
    }
    tamper(store.file, `UPDATE movements SET delta_upokt = '-170' WHERE delta_upokt = '-169'`)
    await earnings.catchUp(lying, 100)
    expect(state.state.earnings.ledger.status).toBe('different')
    expect(state.state.earnings.ledger.rows[0]).toMatchObject({
      address: OWNER,
      ledgerUpokt: '45277',
      balanceUpokt: '45276',
      differenceUpokt: '1',
    })
    expect(state.state.earnings.ledger.rows.filter((row) => row.differenceUpokt === '0')).toHaveLength(1)
    await earnings.check()
    expect(state.state.earnings.ledger.status).toBe('different')
  })

  test('while the chain cannot be asked, what was compared last stays with its height', async () => {
    const { earnings, recorded, state, clock } = await scene()
    await earnings.catchUp(recorded.chain, 100)
    const { ledger } = state.state.earnings
    clock.nowMs += 61_000
    recorded.failNext(100)
    await expect(earnings.check()).rejects.toMatchObject({ code: 'chain-unreachable' })
    await earnings.catchUp(recorded.chain, 100)
    expect(state.state.earnings.ledger).toEqual(ledger)
    recorded.failNext(0)
    await earnings.catchUp(recorded.chain, 100)
    expect(state.state.earnings.ledger.atMs).toBe(clock.nowMs)
  })
})

describe('figures', () => {
  test('published while blocks come in, and again from the store after a restart', async () => {
    const { earnings, recorded, state, store, clock, keys } = await scene()
    await earnings.catchUp(recorded.chain, 95)
    expect(state.state.earnings).toMatchObject({
      settledUpokt: '0',
      pendingUpokt: '84000',
      claimsSettled: 0,
      readHeight: 95,
      firstHeight: 1,
    })
    const { revision } = state.state.earnings
    clock.nowMs = recordedBlock('default', 100).timeMs
    await earnings.catchUp(recorded.chain, 100)
    expect(state.state.earnings).toMatchObject({
      settledUpokt: '45276',
      todayUpokt: '45276',
      pendingUpokt: '0',
      claimsSettled: 1,
      claimsLost: 0,
      readHeight: 100,
    })
    expect(state.state.earnings.revision).toBeGreaterThan(revision)
    // The claims of 293 at the share that the settled one paid: 29,400 x 45,276 / 84,000.
    await earnings.catchUp(recorded.chain, 299)
    expect(state.state.earnings.pendingUpokt).toBe(((29_400n * 45_276n) / 84_000n).toString())
    clock.nowMs += 86_400_000
    await earnings.catchUp(recorded.chain, 300)
    expect(state.state.earnings).toMatchObject({ settledUpokt: '45276', todayUpokt: '0', pendingUpokt: '0', claimsLost: 1 })

    const fresh = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: '', network: 'local', startedAtMs: 0, notice: null }),
      clock,
    )
    const restarted = createEarnings({
      heads: { require: () => recorded.chain, params: () => undefined },
      store,
      state: fresh,
      clock,
      log: keptLog(),
      network: () => 'local',
      keys: () => Promise.resolve(keys),
      records: () => [],
    })
    await restarted.resume()
    expect(fresh.state.earnings).toMatchObject({ settledUpokt: '45276', claimsLost: 1, readHeight: 300 })
  })

  test('an empty block moves the height and not the revision', async () => {
    const { earnings, recorded, state } = await scene()
    await earnings.catchUp(recorded.chain, 101)
    const { revision } = state.state.earnings
    await earnings.catchUp(recorded.chain, 105)
    expect(state.state.earnings).toMatchObject({ revision, readHeight: 105 })
  })

  test('another chain at the same place is told, and taken back when ours answers again', async () => {
    const { earnings, recorded, state } = await scene()
    await earnings.catchUp(recorded.chain, 100)
    const other = recordedChain('default')
    other.replace()
    await expect(earnings.catchUp(other.chain, 120)).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
    expect(state.state.attention['earnings-other-chain']).toMatchObject({ level: 'bad', facts: { height: '100' } })
    expect(state.state.earnings.readHeight).toBe(100)
    await earnings.catchUp(recorded.chain, 101)
    expect(state.state.attention['earnings-other-chain']).toBeUndefined()
  })
})

describe('views', () => {
  test('the claim with its exact upokt per recipient, its transactions and its heights', async () => {
    const { earnings, recorded } = await scene()
    await earnings.catchUp(recorded.chain, 100)
    const page = await earnings.claims({ limit: 10 })
    expect(requests['earnings.claims'].output.parse(page)).toEqual(page)
    expect(page.more).toBe(false)
    expect(page.rows).toEqual([
      {
        key: `90/${OPERATOR}/${addressOf('default', 'app')}/anvil`,
        operatorAddress: OPERATOR,
        applicationAddress: addressOf('default', 'app'),
        serviceId: 'anvil',
        sessionEndHeight: 90,
        sessionNumber: 9,
        stage: 'settled',
        relays: '20',
        claimedUpokt: '84000',
        settledUpokt: '84000',
        mintedUpokt: '84000',
        overservicingLossUpokt: '0',
        deflationLossUpokt: '0',
        slashedUpokt: null,
        yourUpokt: '45276',
        claimHeight: 93,
        claimTxHash: recordedBlock('default', 93).txs[0]?.hash,
        proofHeight: 97,
        proofTxHash: recordedBlock('default', 97).txs[0]?.hash,
        settledHeight: 100,
        settledAtMs: recordedBlock('default', 100).timeMs,
        proofRequirement: 'probabilistic',
        reason: null,
        recipients: expect.any(Array) as unknown,
      },
    ])
    const recipients = page.rows[0]?.recipients ?? []
    const paid = (address: string): number =>
      recipients.filter((row) => row.address === address).reduce((sum, row) => sum + Number(row.upokt), 0)
    expect([paid(OWNER), paid(FRIEND), recipients.length]).toEqual([45_276, 19_404, 4])
    expect(new Set(recipients.map((row) => row.label))).toEqual(new Set(['Owner', '']))
  })

  test('an open claim has no pay yet, a lost one has 0', async () => {
    const { earnings, recorded } = await scene()
    await earnings.catchUp(recorded.chain, 294)
    expect((await earnings.claims({ limit: 1 })).rows[0]).toMatchObject({ stage: 'claimed', yourUpokt: null, settledHeight: null })
    await earnings.catchUp(recorded.chain, 300)
    expect((await earnings.claims({ limit: 1 })).rows[0]).toMatchObject({
      stage: 'expired',
      yourUpokt: '0',
      reason: 'PROOF_MISSING',
      slashedUpokt: '1000000',
    })
  })

  test('pages meet without a gap', async () => {
    const { earnings, recorded } = await scene()
    await earnings.catchUp(recorded.chain, recorded.head)
    const all = (await earnings.claims({ limit: 200 })).rows.map((row) => row.key)
    expect(all).toHaveLength(4)
    const paged: string[] = []
    let cursor: { sessionEndHeight: number; key: string } | undefined
    for (;;) {
      const page = await earnings.claims({ limit: 1, ...(cursor ? { cursor } : {}) })
      paged.push(...page.rows.map((row) => row.key))
      const last = page.rows.at(-1)
      if (!page.more || !last) break
      cursor = { sessionEndHeight: last.sessionEndHeight, key: last.key }
    }
    expect(paged).toEqual(all)
  })

  test('days: the last ones up to today, empty ones too', async () => {
    const { earnings, recorded, clock } = await scene()
    await earnings.catchUp(recorded.chain, 100)
    const paidAt = dayStart(recordedBlock('default', 100).timeMs)
    clock.nowMs = paidAt + 86_400_000 + 5
    expect(await earnings.days(3)).toEqual({
      rows: [
        { dayStartMs: paidAt - 86_400_000, upokt: '0', claims: 0 },
        { dayStartMs: paidAt, upokt: '45276', claims: 1 },
        { dayStartMs: paidAt + 86_400_000, upokt: '0', claims: 0 },
      ],
    })
  })
})

test('watched are the keys of this network and the owner of our supplier, not the owner of another', () => {
  const record = { ownerAddress: 'elsewhere', operatorAddress: OPERATOR } as SupplierRecord
  const keys = [key('Operator', OPERATOR), { ...key('Other', 'x'), network: 'mainnet' }]
  expect(watchedWishes('local', keys, [record])).toEqual([
    { address: OPERATOR, label: 'Operator' },
    { address: 'elsewhere', label: '' },
  ])
  expect(watchedWishes('local', keys, [{ ...record, operatorAddress: 'foreign' }])).toHaveLength(1)
  expect(watchedWishes('local', [...keys, key('Owner', 'elsewhere')], [record])).toHaveLength(2)
  // Owners of all suppliers that are operated from here, each once.
  const second = { ...record, operatorAddress: 'op2', ownerAddress: 'third' }
  const all = [record, second, { ...second, operatorAddress: 'op3' }]
  expect(watchedWishes('local', [...keys, key('Two', 'op2'), key('Three', 'op3')], all).map((wish) => wish.address)).toEqual([
    OPERATOR,
    'op2',
    'op3',
    'elsewhere',
    'third',
  ])
  // A key of the old network: no node knows a balance for it, and one question that is refused would stop the whole reading.
  const old: PublicKeyInfo = { ...key('Old', 'A'.repeat(40)), kind: 'morse', role: 'morse' }
  expect(watchedWishes('local', [...keys, old], [record]).map((wish) => wish.label)).toEqual(['Operator', ''])
})

test('a claim key names exactly one claim', () => {
  const claim = { operatorAddress: 'a', applicationAddress: 'b', serviceId: 'c', sessionEndHeight: 1 }
  expect(claimKey(claim)).not.toBe(claimKey({ ...claim, serviceId: 'd' }))
  expect(claimKey(claim)).not.toBe(claimKey({ ...claim, sessionEndHeight: 11 }))
})
