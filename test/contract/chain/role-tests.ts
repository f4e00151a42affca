import { expect, it } from 'vitest'
import type { Chain, TxLookup } from '#main/core/ports/chain.ts'
import type { Message, TxDraft } from '#main/core/ports/tx.ts'
import type { ChainUnderTest, Person } from './suite.ts'

/** What a suite lends to the tests of the other roles. */
interface Lent {
  world: ChainUnderTest
  person: () => Person
  draftOf: (from: Person, messages: Message[], change?: Partial<TxDraft>) => Promise<TxDraft>
  signed: (draft: TxDraft, from: Person) => Uint8Array
  included: (chain: Chain, hash: string) => Promise<Extract<TxLookup, { kind: 'included' }>>
}

/** Applications, gateways and services as their owners see them: what is read after each step. Part of the chain suite. */
export function roleTests(lent: () => Lent): void {
  const take = async (from: Person, message: Message): Promise<number> => {
    const { world, draftOf, signed, included } = lent()
    const bytes = signed(await draftOf(from, [message], { gasLimit: 400_000n }), from)
    expect(await world.chain.broadcast(bytes)).toMatchObject({ kind: 'accepted' })
    const found = await included(world.chain, world.codec.hash(bytes))
    expect(found).toMatchObject({ code: 0, log: '' })
    return found.height
  }

  it('tells what the other roles cost, at a height, and what is not there', async () => {
    const { world, person } = lent()
    const { chain } = world
    const before = (await chain.head()).height
    const rules = await chain.roleRules()
    expect(rules.height).toBeGreaterThanOrEqual(before - 1)
    for (const upokt of [rules.addServiceFeeUpokt, rules.applicationMinStakeUpokt, rules.gatewayMinStakeUpokt])
      expect(upokt).toBeGreaterThan(0n)
    expect(rules.applicationMinStakeUpokt).toBe((await chain.params()).applicationMinStakeUpokt)
    expect(rules.maxDelegatedGateways).toBe(7)
    expect(rules.applicationUnbondingSessions).toBeGreaterThan(0)
    expect(rules.gatewayUnbondingSessions).toBeGreaterThan(0)
    const nobody = person().address
    expect(await chain.gateway(nobody)).toBeUndefined()
    expect((await chain.gateways()).filter((gateway) => gateway.address === nobody)).toEqual([])
    expect(await chain.morseAccount('AB'.repeat(20))).toBeUndefined()
  })

  it('reads a gateway and an application back through stake, delegation, its end and both unstakes', async () => {
    const { world, person } = lent()
    const { chain } = world
    const rules = await chain.roleRules()
    const [gate, app] = [person(), person()]
    await world.fund(gate.address, rules.gatewayMinStakeUpokt + 1_000_000n)
    await world.fund(app.address, rules.applicationMinStakeUpokt + 1_000_000n)
    const serviceId = world.serviceIds[0] ?? ''

    await take(gate, { kind: 'stake-gateway', address: gate.address, stakeUpokt: rules.gatewayMinStakeUpokt })
    const staked = { address: gate.address, stakeUpokt: rules.gatewayMinStakeUpokt, unstakeSessionEndHeight: 0 }
    expect(await chain.gateway(gate.address)).toEqual(staked)
    expect(await chain.gateways()).toContainEqual(staked)

    const stakeUpokt = rules.applicationMinStakeUpokt
    await take(app, { kind: 'stake-application', address: app.address, stakeUpokt, serviceIds: [serviceId] })
    const known = { stakeUpokt, serviceIds: [serviceId], delegatedGateways: [] as string[], unstakeSessionEndHeight: 0 }
    expect(await chain.application(app.address)).toEqual({ ...known, spendLimitUpokt: undefined })

    const leash = { applicationAddress: app.address, gatewayAddress: gate.address }
    await take(app, { kind: 'delegate', ...leash })
    expect((await chain.application(app.address))?.delegatedGateways).toEqual([gate.address])
    await take(app, { kind: 'undelegate', ...leash })
    expect((await chain.application(app.address))?.delegatedGateways).toEqual([])

    const left = await take(app, { kind: 'unstake-application', address: app.address })
    const end = (await chain.application(app.address))?.unstakeSessionEndHeight ?? 0
    expect(end).toBeGreaterThanOrEqual(left)
    expect(end).toBeLessThan(left + world.blocksPerSession)
    await take(gate, { kind: 'unstake-gateway', address: gate.address })
    expect((await chain.gateway(gate.address))?.unstakeSessionEndHeight).toBeGreaterThanOrEqual(end)
  })

  it('takes the fee of a new service and shows its owner, then another price, then another owner', async () => {
    const { world, person } = lent()
    const { chain } = world
    const { addServiceFeeUpokt } = await chain.roleRules()
    const [from, to] = [person(), person()]
    await world.fund(from.address, addServiceFeeUpokt + 1_000_000n)
    const add = (computeUnitsPerRelay: bigint): Message => ({
      kind: 'add-service',
      ownerAddress: from.address,
      id: 'contract_own',
      name: 'Own',
      computeUnitsPerRelay,
    })
    const service = async () => (await chain.services()).find((each) => each.id === 'contract_own')
    await take(from, add(7n))
    expect(await service()).toEqual({ id: 'contract_own', name: 'Own', computeUnitsPerRelay: 7n, ownerAddress: from.address })
    expect(await chain.balance(from.address)).toBe(1_000_000n - 1_000n)
    await take(from, add(9n))
    expect((await service())?.computeUnitsPerRelay).toBe(9n)
    expect(await chain.balance(from.address)).toBe(1_000_000n - 2_000n)
    await take(from, { kind: 'transfer-service', ownerAddress: from.address, serviceId: 'contract_own', newOwnerAddress: to.address })
    expect((await service())?.ownerAddress).toBe(to.address)
  })
}
