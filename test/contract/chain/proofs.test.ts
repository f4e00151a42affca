import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bech32Encode } from '#main/adapters/cosmos/tx/bech32.ts'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import type { Chain, ProvenReads, TrustRoot } from '#main/core/ports/chain.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createClaimProofs } from '#main/core/chain/claim-proofs.ts'
import { createFigureProofs } from '#main/core/chain/figure-proofs.ts'
import { createHeads } from '#main/core/chain/heads.ts'
import type { Store } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { claimKey } from '#shared/model/claim.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { startTestChain, type TestChain } from '../../localnet/chain.ts'
import { startLiar, type Liar } from '../../faults/liar.ts'
import { BENT, op, type Json } from './bent-proofs.ts'

/** Proofs on a real chain: balances, a supplier and a claim, each also absent, and nothing that was bent on the way passes. */

const SESSION = createHash('sha256').update('a session').digest('hex')
const NOBODY = 'pokt1dr5jtqaaz4wk8wevl33e7vkxsjlphljnjhyq2l'
const ROOT_HASH = Buffer.concat([Buffer.alloc(32, 7), Buffer.from('0000000000000bb8000000000000001e', 'hex')])

let real: TestChain
let liar: Liar
let direct: Chain
let root: TrustRoot
let address: string

beforeAll(async () => {
  real = await startTestChain({
    name: 'chain-proofs',
    // A claim that settles long after the test: the chain takes it from its genesis.
    editGenesis: (genesis) => {
      const proof = genesis.app_state['proof'] as { claim_list: unknown[] }
      const bank = genesis.app_state['bank'] as { balances: { address: string }[] }
      const supplier = bank.balances[0]?.address ?? ''
      proof.claim_list.push({
        supplier_operator_address: supplier,
        session_header: {
          application_address: NOBODY,
          service_id: 'anvil',
          session_id: SESSION,
          session_start_block_height: '1000001',
          session_end_block_height: '1000004',
        },
        root_hash: ROOT_HASH.toString('base64'),
        proof_validation_status: 'VALIDATED',
      })
      address = supplier
    },
  })
  liar = await startLiar({ rpcUrl: real.rpcUrl, restUrl: real.restUrl })
  direct = connectChain({ rpcUrl: real.rpcUrl, restUrl: real.restUrl })
  await real.waitForHeight(5)
  const print = await direct.fingerprint()
  root = { chainId: print.chainId, height: 1, hash: print.block1Hash }
})
afterAll(async () => {
  await liar.stop()
  await real.stop()
})

const provenBy = (chain: Chain): ProvenReads => {
  const reads = chain.proven?.(root)
  if (!reads) throw new Error('no proofs')
  return reads
}
const throughLiar = (): ProvenReads => provenBy(connectChain(liar.endpoint))

describe('what is true', () => {
  it('a balance, and none', async () => {
    const reads = provenBy(direct)
    const { value, height } = await reads.balance(real.faucetAddress)
    expect(value).toBe(await direct.balance(real.faucetAddress, height))
    expect(value).toBeGreaterThan(0n)
    // Many that hold nothing: wherever their rows would lie, also beside rows of the bank that have no value of their own.
    for (let at = 0; at < 256; at += 15) {
      expect(
        (
          await reads.balance(
            bech32Encode(
              'pokt',
              Uint8Array.from({ length: 20 }, () => at),
            ),
          )
        ).value,
      ).toBe(0n)
    }
    expect(reads.newest()?.height).toBeGreaterThan(height)
  })

  it('a supplier, and none', async () => {
    const config = [
      `owner_address: ${real.faucetAddress}`,
      `operator_address: ${real.validatorAddress}`,
      'stake_amount: 60000000000upokt',
      'default_rev_share_percent:',
      `  ${real.faucetAddress}: 100`,
      'services:',
      '  - service_id: anvil',
      '    endpoints:',
      '      - publicly_exposed_url: http://127.0.0.1:8545',
      '        rpc_type: JSON_RPC',
    ].join('\n')
    await real.exec(['sh', '-c', 'cat > /tmp/supplier.yaml'], config)
    const reads = provenBy(direct)
    expect((await reads.supplier(real.validatorAddress)).value).toBeUndefined()
    const sent = await real.send('validator', ['supplier', 'stake-supplier', '--config', '/tmp/supplier.yaml'])
    expect(sent).toMatchObject({ code: 0 })
    await real.waitForHeight(sent.height + 2)
    const found = await direct.supplier(real.validatorAddress)
    expect((await reads.supplier(real.validatorAddress)).value).toEqual({
      ownerAddress: real.faucetAddress,
      operatorAddress: real.validatorAddress,
      stakeUpokt: 60_000_000_000n,
      unstakeSessionEndHeight: 0,
    })
    expect(found?.stakeUpokt).toBe(60_000_000_000n)
    const left = await real.send('validator', ['supplier', 'unstake-supplier', real.validatorAddress])
    expect(left).toMatchObject({ code: 0 })
    await real.waitForHeight(left.height + 2)
    const proven = (await reads.supplier(real.validatorAddress)).value
    // Paid back after one session: it may be gone again on a fast chain.
    if (proven !== undefined) expect(proven.unstakeSessionEndHeight).toBeGreaterThan(0)
  })

  it('a claim, and none', async () => {
    const reads = provenBy(direct)
    const { value } = await reads.claims(address, [SESSION, '00'.repeat(32)])
    expect(value).toEqual(await direct.pendingClaims(address))
    expect(value).toMatchObject([
      { sessionId: SESSION, computeUnits: 3000n, relays: 30n, proofStatus: 'validated', sessionEndHeight: 1_000_004 },
    ])
  })

  it('each says how: the header above, the power that was checked, and who brought it', async () => {
    const reads = provenBy(direct)
    const balance = await reads.balance(real.faucetAddress)
    const claims = await reads.claims(address, [SESSION])
    for (const { height, how } of [balance, claims, await reads.supplier(NOBODY)]) {
      expect(how).toMatchObject({ headerHeight: height + 1, signers: 1, validators: 1, host: new URL(real.rpcUrl).origin })
      expect(how?.headerHash).toBe((await direct.block(height + 1)).hash)
      // One validator with all the power: it signed, and there is no more.
      expect(how?.signedPower).toBe(how?.totalPower)
      expect(how?.totalPower).toBeGreaterThan(0n)
    }
  })

  it('own open claims are proven for the page, and one that a host made up is not', async () => {
    const clock = systemClock
    const state = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null }),
      clock,
    )
    state.patch('supplier', { operatorAddress: address })
    const proofs = createClaimProofs({ proven: () => provenBy(direct), state, clock, log: createTestLog() })
    const [listed] = await direct.pendingClaims(address)
    if (!listed) throw new Error('no claim')
    const madeUp = { ...listed, sessionId: 'ab'.repeat(32), sessionEndHeight: 1_000_008 }
    await proofs.look({ ...direct, pendingClaims: () => Promise.resolve([listed, madeUp]) })
    expect(proofs.sourceOf(claimKey(listed))).toBe('proven')
    expect(proofs.sourceOf(claimKey(madeUp))).toBe('chain')
    expect(state.state.earnings.openClaims).toMatchObject({ proven: 1, listed: 2, proof: { signers: 1, validators: 1 } })
    // The same claim with more relays than were signed.
    await proofs.look({ ...direct, pendingClaims: () => Promise.resolve([{ ...listed, relays: 31n }]) })
    expect(proofs.sourceOf(claimKey(listed))).toBe('chain')
  })

  it('what governs is read from it', async () => {
    const said = await direct.governing?.()
    expect(said?.values).toMatchObject({ mintRatio: expect.stringMatching(/^[01](\.\d+)?$/) as string })
    expect(Number(said?.values['supplierShare'])).toBeGreaterThan(0)
    expect(Number(said?.values['gatewayMinStakeUpokt'])).toBeGreaterThanOrEqual(0)
    expect(said?.supplyUpokt).toBeGreaterThan(1_000_000n)
  })

  it('a block by its signatures', async () => {
    const { height } = await direct.head()
    expect(await provenBy(direct).block(height)).toBe((await direct.block(height)).hash)
    expect(await direct.blockHash?.(height)).toBe((await direct.block(height)).hash)
  })

  it('heights that concern an address are those of the blocks that name it', async () => {
    const { height } = await direct.head()
    const told = (await direct.heightsOf?.([real.validatorAddress], 1, height)) ?? []
    const naming: number[] = []
    for (let at = 1; at <= height; at += 1) {
      const block = await direct.block(at)
      const events = [...block.txs.flatMap((tx) => tx.events), ...block.blockEvents]
      if (events.some((event) => JSON.stringify(event.attributes).includes(real.validatorAddress))) naming.push(at)
    }
    // Genesis events are not indexed, and count for nothing.
    expect(told.length).toBeGreaterThan(1)
    expect(naming.filter((at) => at > 1 && !told.includes(at))).toEqual([])
    expect(await direct.upgradePlan?.()).toBeUndefined()
  })

  it('a block read for one address is the block, with what names it', async () => {
    const [at = 2] = (await direct.heightsOf?.([real.faucetAddress], 2, 1_000_000)) ?? []
    const whole = await direct.block(at)
    const part = await direct.block(at, new Set([real.faucetAddress]))
    expect({ ...part, txs: [], blockEvents: [] }).toEqual({ ...whole, txs: [], blockEvents: [] })
    expect(part.blockEvents.map((event) => event.type)).toEqual(whole.blockEvents.map((event) => event.type))
    const named = (events: typeof whole.blockEvents) =>
      events.filter((event) => JSON.stringify(event.attributes).includes(real.faucetAddress))
    expect(named(part.blockEvents)).toEqual(named(whole.blockEvents))
    expect(part.txs.filter((tx) => named(tx.events).length > 0)).toEqual(whole.txs.filter((tx) => named(tx.events).length > 0))
  })
})

it('the head of the chain is followed through two endpoints, and its figures are proven', async () => {
  const clock = systemClock
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null }),
    clock,
  )
  const row = { network: 'local', chainId: root.chainId, block1Hash: root.hash, genesisTime: undefined, createdAtMs: 1, facts: {} }
  const endpoints = [liar.endpoint, { rpcUrl: real.rpcUrl, restUrl: real.restUrl }].map((each) => ({
    ...each,
    own: false,
    from: 'user' as const,
  }))
  const heads = createHeads({
    connect: connectChain,
    endpoints: () => endpoints,
    network: () => 'local',
    store: {
      chain: () => Promise.resolve(row),
      setting: () => Promise.resolve(undefined),
      setSetting: () => Promise.resolve(),
    } as unknown as Store,
    state,
    clock,
    log: createTestLog(),
  })
  const end = new AbortController()
  const running = heads.run(end.signal)
  await expect.poll(() => state.state.chain.endpoints?.[1]?.agrees, { timeout: 30_000 }).toBe(true)
  expect(Object.values(state.state.chain.endpoints ?? {}).map((each) => [each.status, each.agrees])).toEqual([
    ['good', true],
    ['good', true],
  ])
  expect(state.state.chain.provenHeight).toBeGreaterThan(1)
  const proofs = createFigureProofs({ proven: () => heads.proven(), clock, log: createTestLog() })
  const read = await heads.require().balance(NOBODY)
  expect(await proofs.balance(NOBODY, read, heads.height())).toMatchObject({ value: 0n, source: 'proven' })
  end.abort()
  await running
})

describe('what was bent on the way', () => {
  it.each(BENT)('%s is refused', async (_name, method, bend) => {
    liar.lie((asked) => (asked.method === method ? bend : undefined))
    await expect(throughLiar().balance(real.faucetAddress)).rejects.toMatchObject({ code: 'proof-invalid' })
    liar.lie(undefined)
    expect((await throughLiar().balance(real.faucetAddress)).value).toBeGreaterThan(0n)
  })

  it.each(BENT.filter(([, method]) => method !== 'validators').slice(1, 8))(
    'of a claim too: %s is refused',
    async (_name, method, bend) => {
      liar.lie((asked) => (asked.method === method ? bend : undefined))
      await expect(throughLiar().claims(address, [SESSION])).rejects.toMatchObject({ code: 'proof-invalid' })
      await expect(throughLiar().supplier(real.validatorAddress)).rejects.toMatchObject({ code: 'proof-invalid' })
      liar.lie(undefined)
      expect((await throughLiar().claims(address, [SESSION])).value).toHaveLength(1)
    },
  )

  it('the relays of a claim that were raised in its proof are refused', async () => {
    liar.lie((asked) =>
      asked.method === 'abci_query'
        ? (answer) => {
            const ops = op(answer as Json, 0)
            const bytes = Buffer.from(ops.data, 'base64')
            const at = bytes.indexOf(ROOT_HASH)
            if (at >= 0) bytes[at + 47] = 99
            ops.data = bytes.toString('base64')
            return answer
          }
        : undefined,
    )
    await expect(throughLiar().claims(address, [SESSION])).rejects.toMatchObject({ code: 'proof-invalid' })
    liar.lie(undefined)
  })

  it('the proof of another address, and of another store, is refused', async () => {
    const other = (await (await fetch(`${real.rpcUrl}/abci_query?path="/store/bank/key"&data=0x02&prove=true`)).json()) as Json
    liar.lie((asked) => (asked.method === 'abci_query' ? () => other : undefined))
    await expect(throughLiar().balance(real.faucetAddress)).rejects.toMatchObject({ code: 'proof-invalid' })
    liar.lie(undefined)
  })

  it('another beginning of trust is refused', async () => {
    const reads = connectChain(liar.endpoint).proven?.({ ...root, hash: 'AB'.repeat(32) })
    await expect(reads?.balance(real.faucetAddress)).rejects.toMatchObject({
      code: 'proof-invalid',
      detail: { reason: 'not the block where trust begins' },
    })
  })
})
