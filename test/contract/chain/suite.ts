import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { describe, expect, it, beforeAll, afterAll } from 'vitest'
import type { Chain, TxLookup } from '#main/core/ports/chain.ts'
import type { TxCodec, TxDraft } from '#main/core/ports/tx.ts'
import { roleTests } from './role-tests.ts'

/** A chain under test and what the suite may ask of its surroundings. */
export interface ChainUnderTest {
  chain: Chain
  /** For addresses of this chain. */
  codec: TxCodec
  chainId: string
  /** As the genesis file has it. */
  genesisTime: string
  /** Puts upokt on an address and resolves when it is there. */
  fund(address: string, upokt: bigint): Promise<void>
  /** The services that exist on it. */
  serviceIds: string[]
  blocksPerSession: number
  stop(): Promise<void>
}

/** Generous: the suite also runs on a loaded machine. */
const WAIT_MS = 60_000
const GIFT_UPOKT = 5_000_000n

export interface Person {
  privateKey: Uint8Array
  pubKeyHex: string
  address: string
}

function personOf(codec: TxCodec): Person {
  const privateKey = secp256k1.utils.randomSecretKey()
  const pubKeyHex = bytesToHex(secp256k1.getPublicKey(privateKey, true))
  return { privateKey, pubKeyHex, address: codec.addressOf(pubKeyHex) }
}

async function eventually<T>(read: () => Promise<T | undefined>): Promise<T> {
  const endMs = Date.now() + WAIT_MS
  for (;;) {
    const value = await read()
    if (value !== undefined) return value
    if (Date.now() > endMs) throw new Error('waited too long')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function included(chain: Chain, hash: string): Promise<Extract<TxLookup, { kind: 'included' }>> {
  return eventually(async () => {
    const found = await chain.tx(hash)
    return found.kind === 'included' ? found : undefined
  })
}

/** The same bytes with one letter of the message's type changed. */
function ofUnknownMessage(txBytes: Uint8Array): Uint8Array {
  const at = Buffer.from(txBytes).indexOf('MsgSend') + 'MsgSend'.length - 1
  return Uint8Array.from(txBytes, (byte, index) => (index === at ? 'x'.charCodeAt(0) : byte))
}

/** What every chain must do, whatever it is made of. One block of tests, run once per implementation. */
export function chainContract(name: string, makeChain: () => Promise<ChainUnderTest>): void {
  describe(`chain port: ${name}`, () => {
    let world: ChainUnderTest
    let chain: Chain
    let codec: TxCodec
    let alice: Person
    let bob: Person

    const person = (): Person => personOf(codec)
    const signed = (draft: TxDraft, from: Person): Uint8Array => {
      const doc = codec.signDoc(draft)
      return codec.assemble(doc, secp256k1.sign(sha256(doc), from.privateKey, { prehash: false, lowS: true }))
    }

    const draftOf = async (from: Person, messages: TxDraft['messages'], change: Partial<TxDraft> = {}): Promise<TxDraft> => {
      const account = await chain.account(from.address)
      if (account === undefined) throw new Error('no account')
      return {
        messages,
        memo: '',
        chainId: world.chainId,
        accountNumber: account.accountNumber,
        sequence: account.sequence,
        pubKeyHex: from.pubKeyHex,
        feeUpokt: 1_000n,
        gasLimit: 200_000n,
        timeoutHeight: 0,
        ...change,
      }
    }
    const gift = (amountUpokt: bigint): TxDraft['messages'] => [
      { kind: 'send', fromAddress: alice.address, toAddress: bob.address, amountUpokt },
    ]

    beforeAll(async () => {
      world = await makeChain()
      ;({ chain, codec } = world)
      alice = person()
      bob = person()
      await world.fund(alice.address, GIFT_UPOKT)
    })
    afterAll(async () => {
      await world.stop()
    })

    it('has a head that grows, with a time near now and the hash of its block', async () => {
      const first = await chain.head()
      expect(first.catchingUp).toBe(false)
      expect(Math.abs(Date.now() - first.timeMs)).toBeLessThan(120_000)
      expect((await chain.block(first.height)).hash).toBe(first.hash)
      const later = await eventually(() => chain.head().then((head) => (head.height > first.height ? head : undefined)))
      expect(later.timeMs).toBeGreaterThan(first.timeMs)
      expect(later.hash).not.toBe(first.hash)
      // The time of a header alone, by which the pace is measured.
      expect(await chain.blockTimeMs?.(first.height)).toBe(first.timeMs)
      expect(await chain.blockTimeMs?.(later.height)).toBe(later.timeMs)
    })

    it('has a fingerprint that stays, of block 1', async () => {
      const print = await chain.fingerprint()
      expect(print.chainId).toBe(world.chainId)
      expect(print.block1Hash).toMatch(/^[0-9A-F]{64}$/)
      expect(print.genesisTime).toBe(world.genesisTime)
      expect(await chain.fingerprint()).toEqual(print)
    })

    it('tells its parameters and the height that they hold at', async () => {
      const before = (await chain.head()).height
      const params = await chain.params()
      expect(params.height).toBeGreaterThanOrEqual(before - 1)
      expect(params.numBlocksPerSession).toBe(world.blocksPerSession)
      expect(params.computeUnitsToTokensMultiplier).toBeGreaterThan(0n)
      expect(params.computeUnitCostGranularity).toBeGreaterThan(0n)
      expect(params.supplierMinStakeUpokt).toBeGreaterThan(0n)
      expect(params.applicationMinStakeUpokt).toBeGreaterThan(0n)
      expect(params.supplierUnbondingPeriodSessions).toBeGreaterThan(0)
      expect(await chain.minimumGasPrice()).toMatch(/^\d+(\.\d*[1-9])?$/)
    })

    it('lists its services', async () => {
      const services = await chain.services()
      expect(services.map((service) => service.id)).toEqual(expect.arrayContaining(world.serviceIds))
      for (const service of services) {
        expect(service.computeUnitsPerRelay).toBeGreaterThan(0n)
        expect(codec.isAddress(service.ownerAddress)).toBe(true)
      }
    })

    it('says what is not there without failing', async () => {
      const nobody = person().address
      expect(await chain.account(nobody)).toBeUndefined()
      expect(await chain.supplier(nobody)).toBeUndefined()
      expect(await chain.application(nobody)).toBeUndefined()
      expect(await chain.balance(nobody)).toBe(0n)
      expect(await chain.pendingClaims(nobody)).toEqual([])
      expect(await chain.tx('AB'.repeat(32))).toEqual({ kind: 'absent' })
      await expect(chain.session(nobody, world.serviceIds[0] ?? '')).rejects.toMatchObject({ code: 'not-in-session' })
    })

    it('knows a funded account before its first signature, and its balance at every height', async () => {
      const account = await chain.account(alice.address)
      expect(account).toMatchObject({ sequence: 0n, pubKeyHex: undefined })
      const { height } = await chain.head()
      expect(await chain.balance(alice.address)).toBe(GIFT_UPOKT)
      expect(await chain.balance(alice.address, height)).toBe(GIFT_UPOKT)
      expect(await chain.balance(alice.address, 1)).toBe(0n)
    })

    it('tries, takes and finds a transfer, and every read agrees about it', async () => {
      const draft = await draftOf(alice, gift(1_234_567n))
      const gas = await chain.simulate(codec.simulationTx(draft))
      expect(gas).toBeGreaterThan(10_000n)
      expect(gas).toBeLessThan(draft.gasLimit)

      const bytes = signed(draft, alice)
      const hash = codec.hash(bytes)
      expect(await chain.broadcast(bytes)).toEqual({ kind: 'accepted', hash })
      const again = await chain.broadcast(bytes)
      // Between the two calls a block may have taken it: then the second is known as included.
      if (again.kind !== 'already-known') expect((await chain.tx(hash)).kind).toBe('included')
      expect(again.hash).toBe(hash)

      const found = await included(chain, hash)
      expect(found).toMatchObject({ code: 0, log: '' })
      expect(await chain.balance(bob.address)).toBe(1_234_567n)
      expect(await chain.balance(bob.address, found.height - 1)).toBe(0n)
      expect(await chain.balance(bob.address, found.height)).toBe(1_234_567n)
      expect(await chain.balance(alice.address, found.height)).toBe(GIFT_UPOKT - 1_234_567n - 1_000n)
      expect(await chain.account(alice.address)).toMatchObject({ sequence: 1n, pubKeyHex: alice.pubKeyHex })

      if (chain.heightsOf) expect(await chain.heightsOf([bob.address], 1, found.height)).toContain(found.height)
      expect([await chain.upgradePlan?.(), await chain.appliedUpgrade?.('v9.9.9')]).toEqual([undefined, undefined])
      const block = await chain.block(found.height)
      const forBob = await chain.block(found.height, new Set([bob.address]))
      expect(forBob.txs.find((each) => each.hash === hash)).toEqual(block.txs.find((each) => each.hash === hash))
      expect(forBob.blockEvents.map((event) => event.type)).toEqual(block.blockEvents.map((event) => event.type))
      const tx = block.txs.find((each) => each.hash === hash)
      expect(tx).toMatchObject({ code: 0, gasUsed: found.gasUsed, gasWanted: draft.gasLimit })
      expect(tx?.events).toContainEqual({
        type: 'transfer',
        attributes: { recipient: bob.address, sender: alice.address, amount: '1234567upokt', msg_index: '0' },
      })
    })

    it('refuses the same sequence again, and a trial run of too much, each with the reason', async () => {
      const stale = signed(await draftOf(alice, gift(1n), { sequence: 0n }), alice)
      const refused = await chain.broadcast(stale)
      expect(refused).toMatchObject({ kind: 'refused', hash: codec.hash(stale), code: 32, codespace: 'sdk' })
      expect(refused.kind === 'refused' && refused.log).toBe('account sequence mismatch, expected 1, got 0: incorrect account sequence')

      const tooMuch = codec.simulationTx(await draftOf(alice, gift(10n ** 15n)))
      await expect(chain.simulate(tooMuch)).rejects.toMatchObject({ code: 'tx-refused' })
      const log = await chain.simulate(tooMuch).catch((error: { detail: { log: string } }) => error.detail.log)
      expect(log).toContain('insufficient funds')
      expect(log).not.toContain('gas used')
    })

    it('refuses a signature by somebody else and a doc for another chain', async () => {
      for (const bent of [
        signed(await draftOf(alice, gift(1n)), bob),
        signed(await draftOf(alice, gift(1n), { chainId: 'another-chain-1' }), alice),
      ]) {
        const answer = await chain.broadcast(bent)
        expect(answer).toMatchObject({ kind: 'refused', code: 4, codespace: 'sdk' })
        const { accountNumber } = (await chain.account(alice.address)) ?? {}
        expect(answer.kind === 'refused' && answer.log).toBe(
          `signature verification failed; please verify account number (${accountNumber}) and chain-id (${world.chainId}): (unable to verify single signer signature): unauthorized`,
        )
        expect(await chain.tx(codec.hash(bent))).toEqual({ kind: 'absent' })
      }
    })

    it('refuses at the door, with the reason, what cannot pay, comes too late or cannot be read', async () => {
      const { height } = await chain.head()
      const minimum = Number(await chain.minimumGasPrice())
      expect(minimum).toBeGreaterThan(0)
      const cases: { bytes: Uint8Array; code: number; log: RegExp }[] = [
        {
          bytes: signed(await draftOf(alice, gift(1n), { feeUpokt: 0n }), alice),
          code: 13,
          log: /^insufficient fees; got: {2}required: \d+upokt: insufficient fee$/,
        },
        {
          bytes: signed(await draftOf(alice, gift(1n), { feeUpokt: GIFT_UPOKT }), alice),
          code: 5,
          log: /^spendable balance \d+upokt is smaller than \d+upokt: insufficient funds: insufficient funds$/,
        },
        {
          bytes: signed(await draftOf(alice, gift(1n), { gasLimit: 1_000n }), alice),
          code: 11,
          log: /^out of gas in location: ReadPerByte; gasWanted: 1000, gasUsed: \d+: out of gas$/,
        },
        {
          bytes: signed(await draftOf(alice, gift(1n), { timeoutHeight: height - 1 }), alice),
          code: 30,
          log: /^block height: \d+, timeout height: \d+: tx timeout height$/,
        },
        { bytes: Uint8Array.of(1, 2, 3), code: 2, log: /: tx parse error: tx parse error$/ },
        {
          bytes: ofUnknownMessage(signed(await draftOf(alice, gift(1n)), alice)),
          code: 2,
          log: /^unable to resolve type URL \/cosmos\.bank\.v1beta1\.MsgSenx: tx parse error: tx parse error$/,
        },
      ]
      for (const { bytes, code, log } of cases) {
        const answer = await chain.broadcast(bytes)
        expect(answer).toMatchObject({ kind: 'refused', hash: codec.hash(bytes), code })
        expect(answer.kind === 'refused' && answer.log).toMatch(log)
        expect(await chain.tx(codec.hash(bytes))).toEqual({ kind: 'absent' })
      }
      const stranger = person()
      const poor = {
        ...(await draftOf(alice, [{ kind: 'send', fromAddress: stranger.address, toAddress: bob.address, amountUpokt: 1n }])),
        pubKeyHex: stranger.pubKeyHex,
      }
      const unknown = await chain.broadcast(signed(poor, stranger))
      expect(unknown).toMatchObject({ kind: 'refused', code: 9, codespace: 'sdk' })
      // The bytes of the address, not its text.
      expect(unknown.kind === 'refused' && unknown.log).toMatch(/^fee payer address: [^]+ does not exist: unknown address$/)
    })

    it('keeps what runs out of gas in a block, with code 11, and its fee', async () => {
      const before = await chain.balance(alice.address)
      const draft = await draftOf(alice, gift(1n))
      const gas = await chain.simulate(codec.simulationTx(draft))
      const bytes = signed({ ...draft, gasLimit: gas - 5_000n }, alice)
      const answer = await chain.broadcast(bytes)
      expect(answer).toMatchObject({ kind: 'accepted' })
      const found = await included(chain, codec.hash(bytes))
      expect(found).toMatchObject({ code: 11, codespace: 'sdk' })
      expect(found.log).toMatch(/^out of gas in location: WriteFlat; gasWanted: \d+, gasUsed: \d+: out of gas$/)
      expect(await chain.balance(alice.address, found.height)).toBe(before - 1_000n)
    })

    it('takes a message that fails into a block, with the reason, and keeps the fee', async () => {
      const before = await chain.balance(alice.address)
      const bytes = signed(await draftOf(alice, gift(10n ** 15n)), alice)
      expect(await chain.broadcast(bytes)).toMatchObject({ kind: 'accepted' })
      const found = await included(chain, codec.hash(bytes))
      expect(found.code).not.toBe(0)
      expect(found.log).toContain('insufficient funds')
      expect(await chain.balance(alice.address, found.height)).toBe(before - 1_000n)
    })

    it('decodes a stake of its own application, and the session that follows', async () => {
      const params = await chain.params()
      const serviceId = world.serviceIds[0] ?? ''
      await world.fund(alice.address, params.applicationMinStakeUpokt)
      const stakeUpokt = params.applicationMinStakeUpokt
      const bytes = signed(
        await draftOf(alice, [{ kind: 'stake-application', address: alice.address, stakeUpokt, serviceIds: [serviceId] }], {
          gasLimit: 400_000n,
        }),
        alice,
      )
      expect(await chain.broadcast(bytes)).toMatchObject({ kind: 'accepted' })
      const found = await included(chain, codec.hash(bytes))
      expect(found).toMatchObject({ code: 0 })
      expect(await chain.application(alice.address)).toMatchObject({ stakeUpokt, serviceIds: [serviceId], delegatedGateways: [] })
      const events = (await chain.block(found.height)).txs.flatMap((tx) => tx.events)
      const staked = events.find((event) => event.type === 'pocket.application.EventApplicationStaked')
      expect(staked?.attributes['application']).toMatchObject({ address: alice.address })
    })

    it('stakes a supplier, shows its services as pending until they are active, then in the session', async () => {
      const params = await chain.params()
      const serviceId = world.serviceIds[0] ?? ''
      const stakeUpokt = params.supplierMinStakeUpokt + 5n
      await world.fund(bob.address, stakeUpokt + params.supplierStakingFeeUpokt + 1_000_000n)
      const service = {
        serviceId,
        endpoints: [{ url: 'https://relay.example.net/eth', rpcType: 'JSON_RPC' as const }],
        revShare: [
          { address: bob.address, percent: 70 },
          { address: alice.address, percent: 30 },
        ],
      }
      const stake = {
        kind: 'stake-supplier' as const,
        signer: bob.address,
        ownerAddress: bob.address,
        operatorAddress: bob.address,
        stakeUpokt,
        services: [service],
      }
      const bytes = signed(await draftOf(bob, [stake], { gasLimit: 500_000n }), bob)
      expect(await chain.broadcast(bytes)).toMatchObject({ kind: 'accepted' })
      const found = await included(chain, codec.hash(bytes))
      expect(found).toMatchObject({ code: 0 })
      const supplier = await chain.supplier(bob.address)
      expect(supplier).toMatchObject({ ownerAddress: bob.address, operatorAddress: bob.address, stakeUpokt, unstakeSessionEndHeight: 0 })
      const known = [...(supplier?.services ?? []), ...(supplier?.pending ?? []).map((each) => each.service)]
      expect(known).toEqual([service])
      for (const each of supplier?.pending ?? []) expect(each.activationHeight).toBeGreaterThan(found.height)

      const active = await eventually(async () => {
        const now = await chain.supplier(bob.address)
        return now?.services.length === 1 ? now : undefined
      })
      expect(active).toMatchObject({ services: [service], pending: [] })
      const session = await eventually(async () => {
        const now = await chain.session(alice.address, serviceId)
        return now.suppliers.length > 0 ? now : undefined
      })
      expect(session).toMatchObject({ applicationAddress: alice.address, serviceId, suppliers: [bob.address], delegatedGateways: [] })
      expect(session.endHeight - session.startHeight + 1).toBe(world.blocksPerSession)
      expect(session.sessionId).toMatch(/^[0-9a-f]{64}$/)
      expect(await chain.session(alice.address, serviceId, session.startHeight)).toMatchObject({ sessionId: session.sessionId })
    })

    roleTests(() => ({ world, person, signed, draftOf, included }))

    it('gives a hint for new blocks and ends when asked to', async () => {
      const end = new AbortController()
      const heights: number[] = []
      const { promise, resolve } = Promise.withResolvers<void>()
      const watching = chain.watch((height) => {
        heights.push(height)
        if (heights.length === 3) resolve()
      }, end.signal)
      await promise
      end.abort()
      await watching
      expect(heights[1]).toBeGreaterThan(heights[0] ?? 0)
      expect(heights[2]).toBeGreaterThan(heights[1] ?? 0)
      expect((await chain.head()).height).toBeGreaterThanOrEqual(heights[2] ?? 0)
      const before = heights.length
      await new Promise((wait) => setTimeout(wait, 1_500))
      expect(heights.length).toBe(before)
    })

    it('does not invent a block that is not there', async () => {
      await expect(chain.block(50_000_000)).rejects.toMatchObject({ code: 'chain-unreachable' })
    })
  })
}
