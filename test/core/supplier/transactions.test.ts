import { describe, expect, it } from 'vitest'
import { mayMove, type IntentRow } from '#shared/model/intent.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import type { Store } from '#main/core/ports/store.ts'
import type { PublicKeyInfo, SignRequest, Vault } from '#main/core/ports/vault.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTransactions } from '#main/core/supplier/transactions.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createFakeChain, PARAMS } from '#test/fakes/chain.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

const OWNER = 'pokt1r5v5srda7xfth3hn2s26txvrcrntldjuxdc0t8'
const OTHER = 'pokt1sr6k0yjfj38wx2hanxgw7c3f4nam5s69sln9cg'
const codec = createTxCodec()
const ownerKey: PublicKeyInfo = {
  id: 'own',
  role: 'owner',
  name: 'Owner',
  network: 'local',
  address: OWNER,
  pubKeyHex: '02ba66a84cf7839af172a13e7fc9f5e7008cb8bca1585f8f3bafb3039eda3c1fdd',
  kind: 'key',
  origin: 'made',
  hdPath: undefined,
  hasWords: true,
  createdAtMs: 1,
  wordsConfirmedAtMs: 1,
}

/** What lives through a crash: the rows and the chain. `life()` is one run of the app on them. */
function setup() {
  const rows = new Map<string, IntentRow>()
  const chain = createFakeChain((bytes) => codec.hash(bytes))
  chain.balances.set(OWNER, 100_000_000n)
  const clock = createTestClock()
  const writes: string[] = []
  const store = {
    // No ledger here: nothing is known of blocks but what the chain's index says.
    cursor: () => Promise.resolve(undefined),
    watched: () => Promise.resolve([]),
    ownTxs: () => Promise.resolve([]),
    intents: () => Promise.resolve([...rows.values()]),
    intent: (id: string) => Promise.resolve(rows.get(id)),
    putIntent: (row: IntentRow) => {
      const before = rows.get(row.id)
      if (before && !mayMove(before.status, row.status)) return Promise.reject(new Error(`${before.status} -> ${row.status}`))
      rows.set(row.id, row)
      writes.push(row.status)
      return Promise.resolve()
    },
  } as unknown as Store
  const life = (isHeld: () => boolean = () => false) => {
    const asked: SignRequest[] = []
    const vault = {
      keys: () => Promise.resolve([ownerKey]),
      openSign: (request: SignRequest) => {
        asked.push(request)
        return Promise.resolve({ token: `t${asked.length}`, expiresAtMs: 1 })
      },
      closeTicket: () => Promise.resolve(),
    } as unknown as Vault
    const state = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null }),
      clock,
    )
    const heads = { require: () => chain, params: () => PARAMS, height: () => chain.heightNow, isCertain: () => true } as unknown as Heads
    const transactions = createTransactions({
      heads,
      network: () => 'local',
      store,
      vault,
      codec,
      state,
      clock,
      log: createTestLog(),
      surfaceUrl: (token) => `http://localhost:1/s/${token}`,
      networkTitle: () => ({ title: 'Local chain', playMoney: true }),
      isHeld,
    })
    return { transactions, state, asked }
  }
  return { rows, chain, clock, life, writes }
}
const send = { kind: 'send', keyId: 'own', toAddress: OTHER, amountPokt: '5' } as const
const required = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('missing')
  return value
}
/** Stands in for the key process: any 64 bytes will do for this fake chain. */
const sign = (row: IntentRow | undefined) => codec.assemble(row?.signDocBytes ?? new Uint8Array(), new Uint8Array(64).fill(7))

describe('a transaction', () => {
  it('is stored with its hash before it is sent, and followed into its block', async () => {
    const { rows, chain, life, writes } = setup()
    const { transactions, state, asked } = life()
    const { intentId, surfaceUrl } = await transactions.prepare(send)
    expect(surfaceUrl).toBe('http://localhost:1/s/t1')
    expect(codec.decodeSignDoc(asked[0]?.signDocBytes ?? new Uint8Array()).messages).toEqual([
      { kind: 'send', fromAddress: OWNER, toAddress: OTHER, amountUpokt: 5_000_000n },
    ])
    expect(chain.broadcasts).toHaveLength(0)
    let seenAtBroadcast: string | undefined
    const broadcast = chain.broadcast.bind(chain)
    chain.broadcast = (bytes) => {
      seenAtBroadcast = rows.get(intentId)?.status
      return broadcast(bytes)
    }
    await transactions.signed(intentId, sign(rows.get(intentId)))
    expect(seenAtBroadcast).toBe('signed')
    expect(writes).toEqual(['prepared', 'signed', 'broadcast'])
    chain.makeBlock()
    await transactions.follow(chain, chain.heightNow)
    expect(state.state.intents[intentId]).toMatchObject({ status: 'included', includedHeight: chain.heightNow, error: null })
  })

  it('signed while another network is chosen is kept, and told to nobody there', async () => {
    const { rows, chain, life } = setup()
    const { transactions, state } = life()
    const { intentId } = await transactions.prepare(send)
    state.patch('app', { network: 'mainnet' })
    state.remove('intents', intentId)
    await transactions.signed(intentId, sign(rows.get(intentId)))
    expect(rows.get(intentId)?.status).toBe('signed')
    expect(chain.broadcasts).toHaveLength(0)
    expect(state.state.intents[intentId]).toBeUndefined()
    state.patch('app', { network: 'local' })
    await transactions.resume()
    await transactions.follow(chain, chain.heightNow)
    expect(chain.broadcasts).toHaveLength(1)
  })

  it('of another network is neither shown nor given out here, nor looked for on this chain', async () => {
    const { rows, chain, life } = setup()
    const { transactions, state } = life()
    const { intentId } = await transactions.prepare(send)
    const row = rows.get(intentId)
    if (!row) throw new Error('no row')
    rows.set(intentId, { ...row, network: 'mainnet' })
    for (const refused of [transactions.reopen(intentId), transactions.export(intentId), transactions.import(intentId, '{}')])
      await expect(refused).rejects.toMatchObject({ code: 'tx-expired' })
    rows.set(intentId, { ...row, network: 'mainnet', status: 'broadcast', txHash: 'AB', txBytes: new Uint8Array(1) })
    state.put('intents', intentId, { ...required(state.state.intents[intentId]), status: 'broadcast' })
    await transactions.follow(chain, row.timeoutHeight + 100)
    expect(rows.get(intentId)?.status).toBe('broadcast')
  })

  it('killed between storing and sending is sent once by the next life, the same bytes', async () => {
    const { rows, chain, life } = setup()
    const first = life()
    const { intentId } = await first.transactions.prepare(send)
    chain.reachable = false
    await expect(first.transactions.signed(intentId, sign(rows.get(intentId)))).rejects.toThrow(/chain-unreachable/)
    expect(rows.get(intentId)?.status).toBe('signed')
    chain.reachable = true
    const second = life()
    await second.transactions.resume()
    await second.transactions.follow(chain, chain.heightNow)
    expect(chain.broadcasts).toHaveLength(1)
    chain.makeBlock()
    await second.transactions.follow(chain, chain.heightNow)
    await second.transactions.follow(chain, chain.heightNow)
    expect(chain.broadcasts).toHaveLength(1)
    expect(rows.get(intentId)?.status).toBe('included')
  })

  it('signed on a sheet from before an upgrade, while that is under way, is kept, and sent once when it is over, also by another life', async () => {
    const { rows, chain, life } = setup()
    let held = false
    const first = life(() => held)
    const { intentId } = await first.transactions.prepare(send)
    held = true
    await first.transactions.signed(intentId, sign(rows.get(intentId)))
    chain.makeBlock()
    await first.transactions.follow(chain, chain.heightNow)
    expect([rows.get(intentId)?.status, chain.broadcasts.length]).toEqual(['signed', 0])
    // It cannot be made a second time meanwhile.
    await expect(first.transactions.prepare(send)).rejects.toMatchObject({ code: 'tx-pending' })
    const second = life(() => held)
    await second.transactions.resume()
    await second.transactions.follow(chain, chain.heightNow)
    expect(chain.broadcasts).toHaveLength(0)
    held = false
    for (let heads = 0; heads < 3; heads += 1) {
      await second.transactions.follow(chain, chain.heightNow)
      chain.makeBlock()
    }
    await second.transactions.follow(chain, chain.heightNow)
    expect([rows.get(intentId)?.status, chain.broadcasts.length]).toEqual(['included', 1])
  })

  it('killed after sending and before noting it is looked up, not sent again', async () => {
    const { rows, chain, life } = setup()
    const first = life()
    const { intentId } = await first.transactions.prepare(send)
    const row = rows.get(intentId)
    const txBytes = sign(row)
    if (row) rows.set(intentId, { ...row, status: 'signed', txBytes, txHash: codec.hash(txBytes) })
    await chain.broadcast(txBytes)
    chain.makeBlock()
    const second = life()
    await second.transactions.resume()
    await second.transactions.follow(chain, chain.heightNow)
    expect(chain.broadcasts).toHaveLength(1)
    expect(rows.get(intentId)?.status).toBe('included')
  })

  it('tells apart refused before a block, failed inside one, and expired', async () => {
    const refused = setup()
    const one = refused.life()
    const a = await one.transactions.prepare(send)
    refused.chain.refuseWith = { code: 32, log: 'account sequence mismatch, expected 3, got 2' }
    // Another wallet was faster; bytes that never went out before are refused at once.
    refused.chain.account = () => Promise.resolve({ accountNumber: 4n, sequence: 3n, pubKeyHex: undefined })
    await one.transactions.signed(a.intentId, sign(refused.rows.get(a.intentId)))
    expect(one.state.state.intents[a.intentId]).toMatchObject({ status: 'refused', includedHeight: null, error: { code: 'tx-refused' } })

    const failed = setup()
    const two = failed.life()
    const b = await two.transactions.prepare(send)
    await two.transactions.signed(b.intentId, sign(failed.rows.get(b.intentId)))
    failed.chain.makeBlock(1)
    await two.transactions.follow(failed.chain, failed.chain.heightNow)
    expect(two.state.state.intents[b.intentId]).toMatchObject({ status: 'refused', includedHeight: failed.chain.heightNow })

    const late = setup()
    const three = late.life()
    const c = await three.transactions.prepare(send)
    await three.transactions.signed(c.intentId, sign(late.rows.get(c.intentId)))
    const limit = late.rows.get(c.intentId)?.timeoutHeight ?? 0
    await three.transactions.follow(late.chain, limit)
    expect(late.rows.get(c.intentId)?.status).toBe('broadcast')
    await three.transactions.follow(late.chain, limit + 2)
    expect(three.state.state.intents[c.intentId]).toMatchObject({ status: 'expired', error: { code: 'tx-expired' } })
  })

  it('stands as long in a head that was just taken up as later, however fast the blocks come', async () => {
    const standsMs = async (blockMs: number, medianBlockMs: number | null) => {
      const { rows, chain, life } = setup()
      chain.heightNow = 100
      chain.blockTimeMs = (height) => Promise.resolve(height * blockMs)
      const { transactions, state } = life()
      state.patch('chain', { medianBlockMs })
      const { intentId } = await transactions.prepare(send)
      return ((rows.get(intentId)?.timeoutHeight ?? 0) - chain.heightNow) * blockMs
    }
    const twelveMinutes = 12 * 60_000
    expect(await standsMs(500, null)).toBe(twelveMinutes)
    expect(await standsMs(30_000, null)).toBe(twelveMinutes)
    // One block alone: the machine was off for a night before it.
    expect(await standsMs(1_000, 8 * 3_600_000)).toBe(twelveMinutes)
  })

  it('that expired is told, its bytes are sent no more, and the payment can be made again, once', async () => {
    const { rows, chain, clock, life } = setup()
    const first = life()
    const { intentId } = await first.transactions.prepare(send)
    chain.reachable = false
    await expect(first.transactions.signed(intentId, sign(rows.get(intentId)))).rejects.toThrow(/chain-unreachable/)
    chain.reachable = true
    chain.heightNow = (rows.get(intentId)?.timeoutHeight ?? 0) + 2
    const second = life()
    await second.transactions.resume()
    await second.transactions.follow(chain, chain.heightNow)
    expect(second.state.state.intents[intentId]).toMatchObject({ status: 'expired', error: { code: 'tx-expired' } })
    await clock.advance(1)
    const again = await second.transactions.prepare(send)
    await second.transactions.signed(again.intentId, sign(rows.get(again.intentId)))
    chain.makeBlock()
    await second.transactions.follow(chain, chain.heightNow)
    expect(chain.broadcasts).toHaveLength(1)
    expect([rows.get(intentId)?.status, rows.get(again.intentId)?.status]).toEqual(['expired', 'included'])
  })

  describe('in a block that the node has no index of', () => {
    /** Sent by a life that was killed before it could note it; the account went on, the look-up finds nothing. */
    const unindexed = async () => {
      const at = setup()
      const first = at.life()
      const { intentId } = await first.transactions.prepare(send)
      const row = at.rows.get(intentId)
      const txBytes = sign(row)
      if (row) at.rows.set(intentId, { ...row, status: 'signed', txBytes, txHash: codec.hash(txBytes) })
      const look = at.chain.tx.bind(at.chain)
      await at.chain.broadcast(txBytes)
      at.chain.makeBlock()
      at.chain.tx = () => Promise.resolve({ kind: 'absent' })
      at.chain.account = () => Promise.resolve({ accountNumber: 4n, sequence: 3n, pubKeyHex: undefined })
      at.chain.refuseWith = { code: 32, log: 'account sequence mismatch, expected 3, got 2' }
      const second = at.life()
      await second.transactions.resume()
      const follow = async (height: number) => {
        await second.transactions.follow(at.chain, height)
        return at.rows.get(intentId)?.status
      }
      const limit = row?.timeoutHeight ?? 0
      return { follow, limit, state: () => second.state.state.intents[intentId], indexed: () => (at.chain.tx = look) }
    }

    it('is neither refused nor expired while the index may only be late', async () => {
      const { follow, limit, indexed } = await unindexed()
      expect(await follow(limit - 1)).toBe('signed')
      expect(await follow(limit + 2)).toBe('signed')
      indexed()
      expect(await follow(limit + 3)).toBe('included')
    })

    it('is never called unpaid', async () => {
      const { follow, limit, state } = await unindexed()
      expect(await follow(limit + 100)).toBe('expired')
      expect(state()?.error).toEqual({ code: 'tx-unsure', detail: {} })
      expect(state()?.facts['outcome']).toBeUndefined()
    })
  })

  it('does not start a second one of the same key while one is under way, and replaces one that waits for its sheet', async () => {
    const { rows, life } = setup()
    const { transactions } = life()
    const first = await transactions.prepare(send)
    const second = await transactions.prepare(send).catch((error: unknown) => error)
    expect(rows.get(first.intentId)?.status).toBe('discarded')
    const { intentId } = second as { intentId: string }
    await transactions.signed(intentId, sign(rows.get(intentId)))
    await expect(transactions.prepare(send)).rejects.toThrow(/tx-pending/)
  })

  it('cannot be signed twice or after it was put away', async () => {
    const { rows, chain, life } = setup()
    const { transactions } = life()
    const { intentId } = await transactions.prepare(send)
    await transactions.signed(intentId, sign(rows.get(intentId)))
    await expect(transactions.signed(intentId, sign(rows.get(intentId)))).rejects.toThrow(/tx-expired/)
    await expect(transactions.discard(intentId)).rejects.toThrow(/tx-pending/)
    expect(chain.broadcasts).toHaveLength(1)
  })

  it('needs the money, with the fee', async () => {
    const { chain, life } = setup()
    chain.balances.set(OWNER, 5_000_000n)
    await expect(life().transactions.prepare(send)).rejects.toMatchObject({ code: 'balance-too-small', detail: { missing: '0.000001' } })
  })
})
