import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { roleRequests } from '#shared/api/role-requests.ts'
import { txWishSchema, type TxWish } from '#shared/api/requests.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import { roleHandlers } from '#main/core/supplier/role-reads.ts'
import { createSupplierRoom } from '#main/core/supplier/supplier-room.ts'
import { createFakeChain, PARAMS, ROLE_RULES, type FakeChain } from '#test/fakes/chain.ts'
import { codec, signer } from './scene.ts'

const [own, other] = [signer('own', 'owner'), signer('watched', 'operator', 'watch')]
const elsewhere = { ...signer('else', 'owner'), network: 'practice' }

function asked(change: (chain: FakeChain) => void = () => undefined) {
  const chain = createFakeChain((bytes) => codec.hash(bytes))
  change(chain)
  return roleHandlers({
    heads: { require: () => chain, params: () => PARAMS },
    keys: () => Promise.resolve([own, other, elsewhere]),
    network: () => 'local',
  })
}

describe('what the pages of the other roles read', () => {
  it('own services apart from those of others, with the fee and its height', async () => {
    const service = (id: string, ownerAddress: string) => ({ id, name: id, computeUnitsPerRelay: 5n, ownerAddress })
    const read = await asked((chain) => {
      chain.services = () => Promise.resolve([service('mine', own.address), service('theirs', 'x'), service('old', elsewhere.address)])
    })['roles.services']({})
    expect(roleRequests['roles.services'].output.parse(read)).toEqual({
      atHeight: 5,
      feeUpokt: '1000000000',
      maxComputeUnits: '2097152',
      own: [{ id: 'mine', name: 'mine', computeUnitsPerRelay: '5', ownerAddress: own.address }],
      // A key of another network owns nothing here.
      taken: ['theirs', 'old'],
    })
  })
  it('own applications, watched addresses too, with where the stake comes back; gateways that leave are no choice', async () => {
    const read = await asked((chain) => {
      chain.application = (address) =>
        Promise.resolve(
          address === other.address
            ? { stakeUpokt: 9n, serviceIds: ['anvil'], delegatedGateways: ['g'], unstakeSessionEndHeight: 30, spendLimitUpokt: 0n }
            : undefined,
        )
      chain.gateways = () =>
        Promise.resolve([
          { address: 'g', stakeUpokt: 1n, unstakeSessionEndHeight: 0 },
          { address: 'left', stakeUpokt: 1n, unstakeSessionEndHeight: 30 },
        ])
    })['roles.applications']({})
    expect(roleRequests['roles.applications'].output.parse(read)).toMatchObject({
      minStakeUpokt: String(ROLE_RULES.applicationMinStakeUpokt),
      unbondingSessions: 3,
      maxGateways: 2,
      services: [{ id: 'anvil', name: 'Anvil' }],
      gateways: [{ address: 'g', stakeUpokt: '1' }],
      own: [
        {
          address: other.address,
          stakeUpokt: '9',
          serviceId: 'anvil',
          gateways: ['g'],
          unstakeSessionEndHeight: 30,
          backAtHeight: 60,
          spendLimitUpokt: null,
        },
      ],
    })
  })
  it('own gateways among all of them', async () => {
    const read = await asked((chain) => {
      chain.gateways = () => Promise.resolve([own.address, 'x'].map((address) => ({ address, stakeUpokt: 7n, unstakeSessionEndHeight: 0 })))
    })['roles.gateways']({})
    expect(roleRequests['roles.gateways'].output.parse(read)).toEqual({
      atHeight: 5,
      minStakeUpokt: '5000000000',
      unbondingSessions: 3,
      count: 2,
      own: [{ address: own.address, stakeUpokt: '7', unstakeSessionEndHeight: 0, backAtHeight: 0 }],
    })
  })
  it('old addresses, found and not', async () => {
    const [there, none] = ['A'.repeat(40), 'B'.repeat(40)]
    const found = {
      balanceUpokt: 1n,
      supplierStakeUpokt: 2n,
      applicationStakeUpokt: 3n,
      morseOutputAddress: '',
      unstakedAtMs: 0,
      claimedAtHeight: 0,
      claimedBy: '',
    }
    const read = await asked((chain) => {
      chain.morseAccount = (morseAddress) => Promise.resolve(morseAddress === there ? { morseAddress, ...found } : undefined)
    })['roles.morse']({ morseAddresses: [there, none] })
    expect(roleRequests['roles.morse'].output.parse(read)).toMatchObject({
      open: true,
      free: true,
      supplierMinStakeUpokt: String(PARAMS.supplierMinStakeUpokt),
      accounts: [
        { morseAddress: there, found: { balanceUpokt: '1', supplierStakeUpokt: '2', applicationStakeUpokt: '3' } },
        { morseAddress: none, found: null },
      ],
    })
  })
  it('what is no old address is refused before the chain is asked', async () => {
    for (const text of ['x', '0', 'A'.repeat(39), 'G'.repeat(40), '../'.repeat(13)])
      await expect(asked()['roles.morse']({ morseAddresses: [text] }), text).rejects.toMatchObject({ code: 'address-invalid' })
  })
  it('without a chain says so', async () => {
    const handlers = asked((chain) => {
      chain.reachable = false
    })
    await expect(handlers['roles.gateways']({})).rejects.toMatchObject({ code: 'chain-unreachable' })
  })
})

/** One wish of every kind: a new kind fails here until it is listed. */
const service = {
  serviceId: 'anvil',
  url: 'https://x.example',
  rpcType: 'REST' as const,
  revShare: [{ address: own.address, percent: 100 }],
}
const WISHES: { [K in TxWish['kind']]: Omit<Extract<TxWish, { kind: K }>, 'kind'> } = {
  'stake-owner': { ownerKeyId: 'own', operatorAddress: 'x', amountPokt: '1' },
  'stake-services': { operatorKeyId: 'own', ownerAddress: 'x', services: [service] },
  'change-stake': { keyId: 'own', operatorAddress: 'x', amountPokt: '1' },
  rescue: { keyId: 'own', operatorAddress: 'x' },
  'cancel-unstake': { keyId: 'own', operatorAddress: 'x' },
  'change-owner': { keyId: 'own', operatorAddress: 'x', newOwnerAddress: 'y' },
  unstake: { keyId: 'own', operatorAddress: 'x' },
  send: { keyId: 'own', toAddress: 'x', amountPokt: '1' },
  'add-service': { keyId: 'own', serviceId: 'mine', name: '', computeUnits: '1' },
  'transfer-service': { keyId: 'own', serviceId: 'mine', newOwnerAddress: 'x' },
  'stake-application': { keyId: 'own', serviceId: 'anvil', amountPokt: '1' },
  'unstake-application': { keyId: 'own' },
  delegate: { keyId: 'own', gatewayAddress: 'x' },
  undelegate: { keyId: 'own', gatewayAddress: 'x' },
  'stake-gateway': { keyId: 'own', amountPokt: '1' },
  'unstake-gateway': { keyId: 'own' },
  'claim-morse-account': { keyId: 'own', morseKeyId: 'old', toAddress: 'x' },
  'claim-morse-application': { keyId: 'own', morseKeyId: 'old', toAddress: 'x', serviceId: 'anvil' },
  'claim-morse-supplier': { keyId: 'own', morseKeyId: 'old', ownerAddress: 'x', operatorAddress: 'y', services: [service] },
}

describe('on a network whose first block is not known', () => {
  /** Whatever is touched beyond the gate fails the test in its own way. */
  const untouched = new Proxy({}, { get: (_target, name) => () => Promise.reject(new Error(`${String(name)} was asked`)) })
  const heads = {
    requireKnown() {
      throw new HearthError('chain-unknown-fingerprint')
    },
    require: () => untouched,
    params: () => PARAMS,
    height: () => 5,
    isCertain: () => true,
  } as unknown as Heads
  const room = createSupplierRoom({
    heads,
    network: () => 'main',
    mustBeStill: () => undefined,
    store: untouched,
    vault: untouched,
    codec,
    state: { state: { chain: { status: 'ready' } } },
    clock: untouched,
    log: untouched,
    surfaceUrl: () => '',
    networkTitle: () => ({ title: '', playMoney: false }),
    watch: untouched,
    nodes: untouched,
    activity: () => undefined,
  } as unknown as Parameters<typeof createSupplierRoom>[0])
  const signal = new AbortController().signal

  // SECURITY: S22
  it.each(Object.entries(WISHES))('no key is used for %s', async (kind, fields) => {
    const wish = txWishSchema.parse({ kind, ...fields })
    await expect(room.handlers['tx.prepare'](wish, signal)).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
  })
  it('nor for what was prepared before, or for the last step of leaving', async () => {
    await expect(room.handlers['tx.reopen']({ intentId: 'tx-1' }, signal)).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
    await expect(room.handlers['leave.sign']({}, signal)).rejects.toMatchObject({ code: 'chain-unknown-fingerprint' })
  })
})

describe('while the software of the chain changes', () => {
  const untouched = new Proxy({}, { get: (_target, name) => () => Promise.reject(new Error(`${String(name)} was asked`)) })
  const room = createSupplierRoom({
    heads: { requireKnown: () => undefined, require: () => untouched, params: () => PARAMS, height: () => 5, isCertain: () => true },
    network: () => 'main',
    mustBeStill() {
      throw new HearthError('not-now', { problem: 'upgrade' })
    },
    store: untouched,
    vault: untouched,
    codec,
    clock: untouched,
    log: untouched,
    watch: untouched,
    nodes: untouched,
    state: { state: { chain: { status: 'ready' } } },
    surfaceUrl: () => '',
    networkTitle: () => ({ title: '', playMoney: false }),
    activity: () => undefined,
  } as unknown as Parameters<typeof createSupplierRoom>[0])
  const signal = new AbortController().signal

  it('nothing is signed or sent, by whichever way', async () => {
    const wish = txWishSchema.parse({ kind: 'send', ...WISHES['send'] })
    const isHeld = { code: 'not-now', detail: { problem: 'upgrade' } }
    await expect(room.handlers['tx.prepare'](wish, signal)).rejects.toMatchObject(isHeld)
    await expect(room.handlers['tx.reopen']({ intentId: 'tx-1' }, signal)).rejects.toMatchObject(isHeld)
    await expect(room.handlers['tx.import']({ intentId: 'tx-1', text: 'x' }, signal)).rejects.toMatchObject(isHeld)
    await expect(room.handlers['leave.sign']({}, signal)).rejects.toMatchObject(isHeld)
  })

  it('what was signed on a sheet from before is kept, and not sent', async () => {
    const written: string[] = []
    const row = { id: 'tx-1', status: 'prepared', network: 'main', facts: {}, signDocBytes: new Uint8Array(), kind: 'send' }
    const held = createSupplierRoom({
      heads: { requireKnown: () => undefined, require: () => untouched, params: () => PARAMS, height: () => 5, isCertain: () => true },
      network: () => 'main',
      mustBeStill() {
        throw new HearthError('not-now', { problem: 'upgrade' })
      },
      store: { intent: () => Promise.resolve(row), putIntent: ({ status }: { status: string }) => Promise.resolve(written.push(status)) },
      vault: untouched,
      codec,
      clock: { now: () => 1 },
      log: { info: () => undefined },
      watch: untouched,
      nodes: untouched,
      state: { state: { app: { network: 'main' }, chain: { status: 'ready' } }, put: () => undefined },
      surfaceUrl: () => '',
      networkTitle: () => ({ title: '', playMoney: false }),
      activity: () => undefined,
    } as unknown as Parameters<typeof createSupplierRoom>[0])
    await held.transactions.signed('tx-1', new Uint8Array(64))
    expect(written).toEqual(['signed'])
  })
})
