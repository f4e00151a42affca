import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import type { TxWish } from '#shared/api/requests.ts'
import type { SupplierRecord } from '#main/core/ports/chain.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { checkWish } from '#main/core/supplier/wishes.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createFakeChain, PARAMS } from '#test/fakes/chain.ts'

const OWNER = 'pokt1r5v5srda7xfth3hn2s26txvrcrntldjuxdc0t8'
const OPERATOR = 'pokt1vtad8680vhdfqvxx0f2yaxa6agdylelm9gry5w'
const OTHER = 'pokt1sr6k0yjfj38wx2hanxgw7c3f4nam5s69sln9cg'
const codec = createTxCodec()
const key = (id: string, role: PublicKeyInfo['role'], address: string, network = 'local'): PublicKeyInfo => ({
  id,
  role,
  name: id,
  network,
  address,
  pubKeyHex: '02'.padEnd(66, '0'),
  kind: 'key',
  origin: 'made',
  hdPath: undefined,
  hasWords: true,
  createdAtMs: 1,
  wordsConfirmedAtMs: 1,
})
const keys = [key('own', 'owner', OWNER), key('op', 'operator', OPERATOR), key('far', 'owner', OTHER, 'mainnet')]
const record = (ownerAddress = OWNER): SupplierRecord => ({
  ownerAddress,
  operatorAddress: OPERATOR,
  stakeUpokt: 60_000_000_000n,
  services: [],
  pending: [],
  unstakeSessionEndHeight: 0,
})

function setup(existing?: SupplierRecord) {
  const chain = createFakeChain((bytes) => codec.hash(bytes))
  if (existing) chain.suppliers.set(OPERATOR, existing)
  return (wish: TxWish) => checkWish(wish, { chain, params: PARAMS, codec, keys, network: 'local' })
}
async function refusal(promise: Promise<unknown>): Promise<{ code: string; detail: Record<string, string> }> {
  try {
    await promise
  } catch (error) {
    if (error instanceof HearthError) return { code: error.code, detail: error.detail }
    throw error
  }
  throw new Error('was accepted')
}
const stake = (amountPokt: string, more: Partial<Extract<TxWish, { kind: 'stake-owner' }>> = {}): TxWish => ({
  kind: 'stake-owner',
  ownerKeyId: 'own',
  operatorAddress: OPERATOR,
  amountPokt,
  ...more,
})
const services = (more: Partial<Extract<TxWish, { kind: 'stake-services' }>['services'][number]> = {}, ownerAddress = OWNER): TxWish => ({
  kind: 'stake-services',
  operatorKeyId: 'op',
  ownerAddress,
  services: [
    { serviceId: 'anvil', url: 'http://127.0.0.1:8545', rpcType: 'JSON_RPC', revShare: [{ address: OWNER, percent: 100 }], ...more },
  ],
})

describe('staking by the owner', () => {
  it('makes the message and counts what leaves the owner', async () => {
    const checked = await setup()(stake('59,505'.replace(',', '')))
    expect(checked.message).toEqual({
      kind: 'stake-supplier',
      signer: OWNER,
      ownerAddress: OWNER,
      operatorAddress: OPERATOR,
      stakeUpokt: 59_505_000_000n,
      services: [],
    })
    expect(checked.spendsUpokt).toBe(59_505_000_001n)
  })
  it('spends only the difference when a stake is raised, and nothing but the fee when it is lowered', async () => {
    expect((await setup(record())(stake('60001'))).spendsUpokt).toBe(1_000_001n)
    expect((await setup(record())(stake('59500'))).spendsUpokt).toBe(1n)
  })
  it.each([
    ['', 'empty'],
    ['-5', 'negative'],
    ['1.1234567', 'too-many-decimals'],
    ['59,500', 'not-a-number'],
    ['1e6', 'not-a-number'],
    ['0', 'zero'],
  ])('says what is wrong with the amount "%s"', async (text, problem) => {
    expect(await refusal(setup()(stake(text)))).toMatchObject({ code: 'amount-invalid', detail: { problem } })
  })
  it('takes an amount pasted with spaces and its unit', async () => {
    expect((await setup()(stake('  59 500.000001 POKT '))).facts['amountUpokt']).toBe('59500000001')
  })
  it('refuses less than the minimum and names it', async () => {
    expect(await refusal(setup()(stake('59499.999999')))).toMatchObject({ code: 'amount-too-small', detail: { min: '59,500' } })
  })
  it('refuses an operator that somebody else already owns', async () => {
    expect(await refusal(setup(record(OTHER))(stake('60000')))).toMatchObject({
      code: 'supplier-foreign-owner',
      detail: { ownerAddress: OTHER },
    })
  })
  it('refuses a wrong address, an unknown key, the wrong role, and a key of another network', async () => {
    expect((await refusal(setup()(stake('60000', { operatorAddress: OPERATOR.replace(/w$/, 'q') })))).code).toBe('address-invalid')
    expect((await refusal(setup()(stake('60000', { ownerKeyId: 'nobody' })))).code).toBe('key-unknown')
    expect((await refusal(setup()(stake('60000', { ownerKeyId: 'op' })))).code).toBe('key-unknown')
    expect((await refusal(setup()(stake('60000', { ownerKeyId: 'far' })))).code).toBe('key-wrong-network')
  })
})

describe('services by the operator', () => {
  it('keeps the stake and the recorded owner', async () => {
    const checked = await setup(record())(services())
    expect(checked.message).toMatchObject({ kind: 'stake-supplier', signer: OPERATOR, ownerAddress: OWNER, stakeUpokt: undefined })
  })
  it('needs the stake first', async () => {
    expect((await refusal(setup()(services()))).code).toBe('supplier-absent')
  })
  it.each([
    ['no url at all', 'not-a-url'],
    ['ftp://relay.example', 'scheme'],
    ['ws://relay.example', 'scheme'],
    ['http://user:pass@relay.example', 'credentials'],
    ['', 'not-a-url'],
  ])('refuses the endpoint "%s"', async (url, problem) => {
    expect(await refusal(setup(record())(services({ url })))).toMatchObject({ code: 'endpoint-invalid', detail: { problem } })
  })
  it('refuses a service that the chain does not know', async () => {
    expect(await refusal(setup(record())(services({ serviceId: 'nothing' })))).toMatchObject({
      code: 'endpoint-invalid',
      detail: { problem: 'service-unknown' },
    })
  })
  it('refuses shares that are not 100 %, doubled, or to nobody', async () => {
    const shares = (revShare: { address: string; percent: number }[]) => refusal(setup(record())(services({ revShare })))
    expect(await shares([{ address: OWNER, percent: 99 }])).toMatchObject({ code: 'shares-invalid', detail: { problem: 'sum', sum: '99' } })
    expect(
      await shares([
        { address: OWNER, percent: 50 },
        { address: OWNER, percent: 50 },
      ]),
    ).toMatchObject({ code: 'shares-invalid', detail: { problem: 'twice' } })
    expect(await shares([{ address: 'pokt1nobody', percent: 100 }])).toMatchObject({
      code: 'shares-invalid',
      detail: { problem: 'not-an-address' },
    })
  })
})

describe('unstake and send', () => {
  it('lets owner and operator unstake, nobody else, and not twice', async () => {
    const wish = (keyId: string): TxWish => ({ kind: 'unstake', keyId, operatorAddress: OPERATOR })
    expect((await setup(record())(wish('own'))).message).toMatchObject({ signer: OWNER })
    expect((await setup(record())(wish('op'))).message).toMatchObject({ signer: OPERATOR })
    expect((await refusal(setup(record(OTHER))(wish('own')))).code).toBe('supplier-foreign-owner')
    expect((await refusal(setup({ ...record(), unstakeSessionEndHeight: 20 })(wish('own')))).code).toBe('tx-refused')
    expect((await refusal(setup()(wish('own')))).code).toBe('supplier-absent')
  })
  it('does not send to itself or to a wrong address', async () => {
    const send = (toAddress: string): TxWish => ({ kind: 'send', keyId: 'own', toAddress, amountPokt: '1' })
    expect((await setup()(send(OPERATOR))).spendsUpokt).toBe(1_000_000n)
    expect((await refusal(setup()(send(OWNER)))).detail['problem']).toBe('own-address')
    expect((await refusal(setup()(send('cosmos1abc')))).code).toBe('address-invalid')
  })
})
