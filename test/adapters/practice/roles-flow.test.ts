import { beforeAll, describe, expect, it } from 'vitest'
import type { TxWish } from '#shared/api/requests.ts'
import type { IntentRow } from '#shared/model/intent.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import type { Chain } from '#main/core/ports/chain.ts'
import type { Store } from '#main/core/ports/store.ts'
import type { PublicKeyInfo, Vault } from '#main/core/ports/vault.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { roleHandlers } from '#main/core/supplier/role-reads.ts'
import { createTransactions } from '#main/core/supplier/transactions.ts'
import { createLedger } from '#main/adapters/practice/chain/ledger.ts'
import { createChainNode } from '#main/adapters/practice/node/chain-node.ts'
import { connectPracticeChain } from '#main/adapters/practice/node/chain-port.ts'
import { createPracticeClock } from '#main/adapters/practice/time/practice-clock.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { bank, codec, makeGenesis, person, sign, validator, type Person } from './traffic/world.ts'

/** What the pages of the other roles ask for, from the wish to what they then read: checks, trial run, price, signature, block. On the practised chain. */

const genesis = makeGenesis({
  blockMs: 100,
  genesisTimeMs: Date.now(),
  params: { numBlocksPerSession: 4, claimWindowCloseOffsetBlocks: 1, proofWindowCloseOffsetBlocks: 1 },
  services: [{ id: 'anvil', name: 'Anvil', computeUnitsPerRelay: 100n }],
})
const people: Record<'own' | 'op', Person> = { own: person('roles-own'), op: person('roles-op') }
const keys = Object.entries(people).map(([id, { address, pubKeyHex }]): PublicKeyInfo => ({
  id,
  role: id === 'own' ? 'owner' : 'operator',
  name: id,
  network: 'practice',
  address,
  pubKeyHex,
  kind: 'key',
  origin: 'made',
  hdPath: undefined,
  hasWords: true,
  createdAtMs: 1,
  wordsConfirmedAtMs: 1,
}))

let chain: Chain
let transactions: ReturnType<typeof createTransactions>
let reads: ReturnType<typeof roleHandlers>
const rows = new Map<string, IntentRow>()
const dangersSaid: string[] = []

const until = async <T>(read: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const value = await read()
    if (value !== undefined) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

beforeAll(() => {
  const clock = createPracticeClock({ startMs: genesis.genesisTimeMs })
  const node = createChainNode({ ledger: createLedger(genesis), clock, codec, seed: 'roles', proposer: () => validator.address })
  const end = new AbortController()
  const running = node.run(end.signal)
  chain = connectPracticeChain(node)
  const heads = {
    require: () => chain,
    params: () => node.ledger.params(),
    height: () => node.ledger.height,
    isCertain: () => true,
  } as unknown as Heads
  const store = {
    intents: () => Promise.resolve([...rows.values()]),
    intent: (id: string) => Promise.resolve(rows.get(id)),
    putIntent: (row: IntentRow) => Promise.resolve(void rows.set(row.id, row)),
    claims: () => Promise.resolve([]),
  } as unknown as Store
  const vault = {
    keys: () => Promise.resolve(keys),
    openSign: ({ context }: { context: { dangers?: { key: string }[] } }) => {
      dangersSaid.splice(0, dangersSaid.length, ...(context.dangers ?? []).map((each) => each.key))
      return Promise.resolve({ token: 't', expiresAtMs: 1 })
    },
    closeTicket: () => Promise.resolve(),
  } as unknown as Vault
  transactions = createTransactions({
    heads,
    network: () => 'practice',
    store,
    vault,
    codec,
    state: createStatePublisher(
      initialState({ version: '0', shell: 'web', host: 'h', network: 'practice', startedAtMs: 1, notice: null }),
      clock,
    ),
    clock,
    log: createTestLog(),
    surfaceUrl: () => '',
    networkTitle: () => ({ title: 'Practice', playMoney: true }),
  })
  reads = roleHandlers({ heads, keys: () => Promise.resolve(keys), network: () => 'practice' })
  for (const { address } of Object.values(people))
    node.submit({
      messages: [{ kind: 'send', fromAddress: bank.address, toAddress: address, amountUpokt: 20_000_000_000n }],
      feePayer: bank.address,
    })
  return async () => {
    end.abort()
    await running
  }
})

/** From the wish to its block. @returns the dangers that were said before it was signed */
async function take(by: keyof typeof people, wish: TxWish): Promise<string[]> {
  await until(async () => ((await chain.balance(people[by].address)) > 0n ? true : undefined))
  const { intentId } = await transactions.prepare(wish)
  const said = [...dangersSaid]
  const row = rows.get(intentId)
  if (!row) throw new Error('nothing was stored')
  await transactions.signed(intentId, sign(row.signDocBytes, people[by]))
  const done = await until(async () => {
    await transactions.follow(chain, (await chain.head()).height)
    const now = rows.get(intentId)
    return now && now.status !== 'signed' && now.status !== 'broadcast' ? now : undefined
  })
  expect(done).toMatchObject({ status: 'included' })
  return said
}

describe('on the practised chain', () => {
  const add = (computeUnits: string): TxWish => ({
    kind: 'add-service',
    keyId: 'own',
    serviceId: 'oakroom',
    name: 'Oak room',
    computeUnits,
  })

  it('a service is added for its fee, changed for none, and given away', async () => {
    expect((await reads['roles.services']({})).own).toEqual([])
    expect(await take('own', add('1200'))).toEqual(['service-fee'])
    const spent = 20_000_000_000n - (await chain.balance(people.own.address))
    expect(spent).toBeGreaterThan(genesis.params.addServiceFeeUpokt)
    expect(spent).toBeLessThan(genesis.params.addServiceFeeUpokt + 100_000n)
    expect(await take('own', add('1300'))).toEqual(['service-price'])
    expect((await reads['roles.services']({})).own).toMatchObject([{ id: 'oakroom', computeUnitsPerRelay: '1300' }])
    const give: TxWish = { kind: 'transfer-service', keyId: 'own', serviceId: 'oakroom', newOwnerAddress: people.op.address }
    expect(await take('own', give)).toEqual(['service-given-away'])
    expect((await reads['roles.services']({})).own).toMatchObject([{ ownerAddress: people.op.address }])
    await expect(transactions.prepare(add('1400'))).rejects.toMatchObject({ code: 'not-permitted' })
  })

  it('a gateway is staked and raised; an application is staked, delegated, freed; both are unstaked', async () => {
    await take('op', { kind: 'stake-gateway', keyId: 'op', amountPokt: '6000' })
    await take('op', { kind: 'stake-gateway', keyId: 'op', amountPokt: '6001' })
    expect((await reads['roles.gateways']({})).own).toMatchObject([{ stakeUpokt: '6001000000', backAtHeight: 0 }])

    expect(await take('own', { kind: 'stake-application', keyId: 'own', serviceId: 'anvil', amountPokt: '1000' })).toEqual([
      'application-at-minimum',
    ])
    const gatewayAddress = people.op.address
    expect((await reads['roles.applications']({})).gateways).toContainEqual({ address: gatewayAddress, stakeUpokt: '6001000000' })
    expect(await take('own', { kind: 'delegate', keyId: 'own', gatewayAddress })).toEqual(['delegation-spends'])
    expect((await reads['roles.applications']({})).own).toMatchObject([{ gateways: [gatewayAddress], serviceId: 'anvil' }])
    expect(await take('own', { kind: 'undelegate', keyId: 'own', gatewayAddress })).toEqual(['delegation-ends'])
    expect(await take('own', { kind: 'unstake-application', keyId: 'own' })).toEqual(['application-ends', 'application-still-pays'])
    expect(await take('op', { kind: 'unstake-gateway', keyId: 'op' })).toEqual(['gateway-ends'])
    const [gateway] = (await reads['roles.gateways']({})).own
    // What is said to come back at a block comes back in it, and not before.
    const backAt = gateway?.backAtHeight ?? 0
    expect(backAt).toBeGreaterThan(gateway?.unstakeSessionEndHeight ?? 0)
    await until(async () => ((await chain.head()).height >= backAt ? true : undefined))
    const [before, after] = await Promise.all([chain.balance(people.op.address, backAt - 1), chain.balance(people.op.address, backAt)])
    expect(after - before).toBe(6_001_000_000n)
    expect((await reads['roles.gateways']({})).own).toEqual([])
  })

  it('nothing of the old network is claimed here, and it is said before anything is signed', async () => {
    expect(await reads['roles.morse']({ morseAddresses: ['AB'.repeat(20)] })).toMatchObject({ open: false, accounts: [{ found: null }] })
    keys.push({
      ...(keys[0] as PublicKeyInfo),
      id: 'old',
      kind: 'morse',
      role: 'morse',
      address: 'AB'.repeat(20),
      pubKeyHex: 'ab'.repeat(32),
    })
    const claim: TxWish = { kind: 'claim-morse-account', keyId: 'own', morseKeyId: 'old', toAddress: people.own.address }
    await expect(transactions.prepare(claim)).rejects.toMatchObject({ code: 'tx-refused', detail: { reason: 'morse-closed' } })
  })
})
