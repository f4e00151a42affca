import { describe, expect, it } from 'vitest'
import { createLedger, restoreLedger } from '#main/adapters/practice/chain/ledger.ts'
import { connectPracticeChain } from '#main/adapters/practice/node/chain-port.ts'
import { createChainNode, type ChainNode } from '#main/adapters/practice/node/chain-node.ts'
import type { TxDraft } from '#main/core/ports/tx.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { bank, codec, draftOf, makeWorld, person, sign, validator, type TestWorld } from '../traffic/world.ts'

const alice = person('alice')
const bob = person('bob')
const GIFT = 1_000_000n

function world(): TestWorld {
  const made = makeWorld({ peopled: false })
  made.give(alice.address, GIFT)
  return made
}
const gift = (amountUpokt = 1n): TxDraft['messages'] => [{ kind: 'send', fromAddress: alice.address, toAddress: bob.address, amountUpokt }]
const signed = (made: TestWorld, change: Partial<TxDraft> = {}, by = alice) => sign(codec.signDoc(draftOf(made, alice, gift(), change)), by)

describe('blocks', () => {
  it('begin at the genesis’ time and follow each other at its rhythm', () => {
    const { node, genesis, blocks } = makeWorld({ blockMs: 2_500, peopled: false })
    expect(node.ledger.height).toBe(1)
    expect(node.ledger.timeMs).toBe(genesis.genesisTimeMs)
    blocks(3)
    expect(node.ledger.height).toBe(4)
    expect(node.ledger.timeMs).toBe(genesis.genesisTimeMs + 7_500)
  })

  it('are the same for the same seed and the same transactions', () => {
    const run = (): string[] => {
      const { node, blocks, give } = makeWorld({ seed: 'same' })
      give(alice.address, 5n)
      blocks(30)
      return Array.from({ length: node.ledger.height }, (_, index) => JSON.stringify(node.ledger.block(index + 1), bigintText))
    }
    const first = run()
    expect(first.length).toBeGreaterThan(30)
    expect(run()).toEqual(first)
  })

  it('are caught up after a jump, two hundred at a time', async () => {
    const { node, clock } = makeWorld({ peopled: false })
    clock.jumpTo(clock.now() + 1_000_000)
    expect(node.produceDue()).toBe(200)
    const end = new AbortController()
    const running = node.run(end.signal)
    // In the same turn only two hundred more: others get theirs in between.
    expect(node.ledger.height).toBe(401)
    while (node.ledger.height < 1_001) await new Promise((resolve) => setTimeout(resolve, 1))
    expect(node.nextDueMs()).toBeGreaterThan(clock.now())
    clock.advance(1_000)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(node.ledger.height).toBe(1_002)
    end.abort()
    await running
  })
})

describe('a signed transaction at the door', () => {
  const refusals: [string, (made: TestWorld) => Uint8Array, number, RegExp][] = [
    [
      'a sequence that was used',
      (made) => signed(made, { sequence: 7n }),
      32,
      /^account sequence mismatch, expected 0, got 7: incorrect account sequence$/,
    ],
    [
      'somebody else’s signature',
      (made) => signed(made, {}, bob),
      4,
      /^signature verification failed; please verify account number \(\d+\) and chain-id \(hearth-practice-test\).*: unauthorized$/,
    ],
    ['another chain', (made) => signed(made, { chainId: 'hearth-practice-other' }), 4, /unauthorized$/],
    ['another account number', (made) => signed(made, { accountNumber: 999n }), 4, /unauthorized$/],
    [
      'a fee below the minimum',
      (made) => signed(made, { feeUpokt: 0n }),
      13,
      /^insufficient fees; got: {2}required: 1upokt: insufficient fee$/,
    ],
    [
      'more fee than the account has',
      (made) => signed(made, { feeUpokt: GIFT + 1n }),
      5,
      /^spendable balance 1000000upokt is smaller than 1000001upokt: insufficient funds/,
    ],
    [
      'too little gas for the door',
      (made) => signed(made, { gasLimit: 1_000n }),
      11,
      /^out of gas in location: .*gasWanted: 1000, gasUsed: \d+: out of gas$/,
    ],
    [
      'a timeout that has passed',
      (made) => signed(made, { timeoutHeight: 1 }),
      30,
      /^block height: 2, timeout height: 1: tx timeout height$/,
    ],
    ['bytes that are none', () => Uint8Array.of(1, 2, 3), 2, /tx parse error$/],
  ]
  it.each(refusals)('is refused for %s', (_name, bytesOf, code, log) => {
    const made = world()
    const bytes = bytesOf(made)
    const answer = made.node.broadcast(bytes)
    expect(answer).toMatchObject({ kind: 'refused', hash: codec.hash(bytes), code, codespace: 'sdk' })
    expect(answer.kind === 'refused' && answer.log).toMatch(log)
    made.blocks(1)
    expect(made.node.lookUp(codec.hash(bytes))).toEqual({ kind: 'absent' })
    expect(made.node.ledger.balance(alice.address)).toBe(GIFT)
  })

  it('is refused when its account was never funded', () => {
    const made = world()
    const doc = codec.signDoc(draftOf(made, bob, [{ kind: 'send', fromAddress: bob.address, toAddress: alice.address, amountUpokt: 1n }]))
    expect(made.node.broadcast(sign(doc, bob))).toMatchObject({
      kind: 'refused',
      code: 9,
      log: expect.stringMatching(/^fee payer address: [^]+ does not exist: unknown address$/),
    })
  })

  it('of another network is not even read', () => {
    const made = world()
    const pokt = createTxCodec('pokt')
    const from = pokt.addressOf(alice.pubKeyHex)
    const draft = { ...draftOf(made, alice, [{ kind: 'send', fromAddress: from, toAddress: from, amountUpokt: 1n }]) }
    const bytes = pokt.simulationTx(draft)
    expect(made.node.broadcast(bytes)).toMatchObject({ kind: 'refused', code: 2 })
  })

  it('waits once, is in the next block, and is known from then on', () => {
    const made = world()
    const bytes = signed(made)
    const hash = codec.hash(bytes)
    expect(made.node.broadcast(bytes)).toEqual({ kind: 'accepted', hash })
    expect(made.node.broadcast(bytes)).toEqual({ kind: 'already-known', hash })
    expect(made.node.lookUp(hash)).toEqual({ kind: 'absent' })
    made.blocks(1)
    expect(made.node.lookUp(hash)).toMatchObject({ kind: 'included', height: made.node.ledger.height, code: 0 })
    expect(made.node.broadcast(bytes)).toEqual({ kind: 'already-known', hash })
    expect(made.node.ledger.balance(bob.address)).toBe(1n)
  })

  it('may follow one that still waits, with the next sequence', () => {
    const made = world()
    expect(made.node.broadcast(signed(made))).toMatchObject({ kind: 'accepted' })
    expect(made.node.broadcast(signed(made, { memo: 'again' }))).toMatchObject({ kind: 'refused', code: 32 })
    expect(made.node.broadcast(signed(made, { memo: 'again', sequence: 1n }))).toMatchObject({ kind: 'accepted' })
    made.blocks(1)
    expect(made.node.ledger.balance(bob.address)).toBe(2n)
    expect(made.node.ledger.account(alice.address)?.sequence).toBe(2n)
  })

  it('keeps its place before what the network does for the same account', () => {
    const made = world()
    made.node.submit({ messages: gift(5n), feePayer: alice.address })
    const bytes = signed(made)
    expect(made.node.broadcast(bytes)).toMatchObject({ kind: 'accepted' })
    made.blocks(1)
    expect(made.node.lookUp(codec.hash(bytes))).toMatchObject({ kind: 'included', code: 0 })
    // What miners send leaves the sequence alone: a signature made meanwhile still holds.
    expect(made.node.ledger.account(alice.address)?.sequence).toBe(1n)
    expect(made.node.ledger.balance(bob.address)).toBe(6n)
  })

  it('that runs out of gas in a block is included with code 11 and pays', () => {
    const made = world()
    const bytes = signed(made, { gasLimit: 25_000n })
    expect(made.node.broadcast(bytes)).toMatchObject({ kind: 'accepted' })
    made.blocks(1)
    expect(made.node.lookUp(codec.hash(bytes))).toMatchObject({ kind: 'included', code: 11, codespace: 'sdk' })
    expect(made.node.ledger.balance(alice.address)).toBe(GIFT - 1_000n)
  })
})

describe('a trial run', () => {
  it('tells the gas, whatever fee and gas the draft has', () => {
    const made = world()
    const gas = made.node.simulate(codec.simulationTx(draftOf(made, alice, gift(), { feeUpokt: 0n, gasLimit: 0n })))
    expect(gas).toBeGreaterThan(10_000n)
    expect(made.node.ledger.balance(bob.address)).toBe(0n)
  })
  it('says why it would fail', () => {
    const made = world()
    const refusal = (draft: TxDraft): string => {
      try {
        made.node.simulate(codec.simulationTx(draft))
        return ''
      } catch (error) {
        return (error as { code: string; detail: { log: string } }).detail.log
      }
    }
    expect(refusal(draftOf(made, alice, gift(10n ** 15n)))).toContain('insufficient funds')
    expect(refusal(draftOf(made, alice, gift(), { sequence: 3n }))).toContain('account sequence mismatch, expected 0, got 3')
    expect(refusal(draftOf(made, bob, [{ kind: 'send', fromAddress: bob.address, toAddress: alice.address, amountUpokt: 1n }]))).toContain(
      'does not exist',
    )
  })
})

describe('a node that was saved', () => {
  it('goes on with the same blocks, the same index and what waited', () => {
    const made = world()
    const old = signed(made)
    made.node.broadcast(old)
    made.blocks(1)
    const waiting = signed(made, { memo: 'waits' })
    made.node.broadcast(waiting)
    const texts = { node: made.node.save(), ledger: made.node.ledger.save() }
    const again: ChainNode = createChainNode({
      ledger: restoreLedger(texts.ledger),
      clock: made.clock,
      codec,
      seed: 'seed',
      proposer: () => validator.address,
      saved: texts.node,
    })
    expect(again.block1Hash).toBe(made.node.block1Hash)
    expect(again.lookUp(codec.hash(old))).toEqual(made.node.lookUp(codec.hash(old)))
    expect(JSON.stringify(again.produce(), bigintText)).toBe(JSON.stringify(made.node.produce(), bigintText))
    expect(again.lookUp(codec.hash(waiting))).toMatchObject({ kind: 'included', code: 0 })
  })
})

describe('the port', () => {
  it('refuses every question while the container of the node does not run, and answers again afterwards', async () => {
    const made = world()
    const chain = connectPracticeChain(made.node)
    const hints: number[] = []
    const end = new AbortController()
    const watching = chain.watch((height) => hints.push(height), end.signal)
    await chain.head()
    made.blocks(1)
    expect(hints).toEqual([made.node.ledger.height])

    made.node.setRunning(false)
    const questions: (() => Promise<unknown>)[] = [
      () => chain.head(),
      () => chain.fingerprint(),
      () => chain.params(),
      () => chain.account(bank.address),
      () => chain.balance(bank.address),
      () => chain.supplier(bank.address),
      () => chain.services(),
      () => chain.application(bank.address),
      () => chain.session(bank.address, 'anvil'),
      () => chain.pendingClaims(bank.address),
      () => chain.block(1),
      () => chain.minimumGasPrice(),
      () => chain.simulate(signed(made)),
      () => chain.broadcast(signed(made)),
      () => chain.tx('00'),
    ]
    for (const question of questions) await expect(question()).rejects.toMatchObject({ code: 'chain-unreachable' })
    made.blocks(2)
    expect(hints).toHaveLength(1)

    made.node.setRunning(true)
    expect((await chain.head()).height).toBe(made.node.ledger.height)
    made.blocks(1)
    expect(hints).toHaveLength(2)
    end.abort()
    await watching
  })

  it('says that it is behind while it catches up', async () => {
    const made = world()
    const chain = connectPracticeChain(made.node)
    expect((await chain.head()).catchingUp).toBe(false)
    made.clock.advance(60_000)
    expect((await chain.head()).catchingUp).toBe(true)
    made.node.produceDue()
    expect((await chain.head()).catchingUp).toBe(false)
  })

  it('knows only blocks that were made and kept', async () => {
    const made = makeWorld({ peopled: false })
    const ledger = createLedger(made.genesis, { keepBlocks: 3 })
    const node = createChainNode({ ledger, clock: made.clock, codec, seed: 's', proposer: () => validator.address })
    const chain = connectPracticeChain(node)
    for (let count = 0; count < 5; count += 1) node.produce()
    await expect(chain.block(1)).rejects.toMatchObject({ code: 'chain-unreachable' })
    await expect(chain.block(7)).rejects.toMatchObject({ code: 'chain-unreachable' })
    expect((await chain.block(6)).height).toBe(6)
    expect((await chain.fingerprint()).block1Hash).toMatch(/^[0-9A-F]{64}$/)
  })
})

const bigintText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

describe('a chain that lacks the software for its next block', () => {
  it('stands, however much time passes, and goes on from now when it has it', () => {
    const { genesis, clock } = world()
    let lacks = true
    const node: ChainNode = createChainNode({
      ledger: createLedger(genesis),
      clock,
      codec,
      seed: 'stands',
      proposer: () => validator.address,
      stands: () => lacks && node.ledger.height === 3,
    })
    clock.advance(10 * genesis.blockMs)
    node.produceDue()
    expect(node.ledger.height).toBe(3)
    clock.advance(100 * genesis.blockMs)
    expect(node.produceDue()).toBe(0)
    lacks = false
    const wentOnMs = clock.now()
    expect(node.produceDue()).toBe(1)
    expect(node.ledger.timeMs).toBe(wentOnMs)
    clock.advance(genesis.blockMs)
    expect(node.produceDue()).toBe(1)
    expect(node.ledger.height).toBe(5)
  })
})
