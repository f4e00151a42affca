import { describe, expect, it } from 'vitest'
import type { FenceReason } from '#main/core/keys/fence.ts'
import { createServingKeys, operatorKeyName, toGive } from '#main/core/keys/serving-keys.ts'
import type { ClaimRow, ClaimStage } from '#main/core/ports/store.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { KEY } from './fake-vault.ts'

const keyOf = (address: string, createdAtMs: number, change: Partial<PublicKeyInfo> = {}): PublicKeyInfo => ({
  ...KEY,
  id: address,
  address,
  createdAtMs,
  ...change,
})

const setup = (settings: Record<string, string> = {}) => {
  const world = {
    keys: [keyOf('pokt1third', 30), keyOf('pokt1zeroth', 5), keyOf('pokt1first', 10), keyOf('pokt1second', 20)],
    fenced: {} as Record<string, FenceReason>,
    /** Operators with a record; undefined before the first look. */
    staked: [] as string[] | undefined,
    height: 7,
    /** Of each that is staked. */
    services: [{ serviceId: 'eth' }],
    claims: [] as { operatorAddress: string; stage: ClaimStage; network: string; serviceId?: string }[],
    asked: 0,
    settings,
    writes: 0,
  }
  const serving = createServingKeys({
    keys: () => Promise.resolve(world.keys),
    network: () => 'local',
    last: () =>
      world.staked && {
        height: world.height,
        suppliers: world.keys.map(({ address }) => ({
          operatorAddress: address,
          record: world.staked?.includes(address) === true ? ({ operatorAddress: address, services: world.services } as never) : undefined,
        })),
      },
    claimableBlocks: () => 5,
    store: {
      claims: ({ network, stages }) => {
        world.asked += 1
        const found = world.claims.filter((claim) => claim.network === network && stages?.includes(claim.stage) === true)
        return Promise.resolve(found as ClaimRow[])
      },
      setting: (key) => Promise.resolve(world.settings[key]),
      setSetting: (key, value) => {
        world.settings[key] = value
        world.writes += 1
        return Promise.resolve()
      },
    },
    fence: { of: (key) => Promise.resolve(world.fenced[key.address]) },
  })
  const names = async (staked?: string): Promise<string[]> => (await serving.read(staked)).keys.map((key) => key.address.slice(5))
  return { world, serving, names }
}

describe('which operator keys the relay miner signs with', () => {
  it('are all before the first look at the chain, the oldest first', async () => {
    const { world, serving, names } = setup()
    world.staked = undefined
    expect(await names()).toEqual(['zeroth', 'first', 'second', 'third'])
    expect((await serving.read()).isKnown).toBe(false)
    world.staked = []
    expect((await serving.read()).isKnown).toBe(true)
  })
  it('are those of the last look before the first look of another run, where any of them is still here; a stake that is only being written is no look', async () => {
    const before = setup()
    before.world.staked = ['pokt1third', 'pokt1first']
    await before.names('pokt1second')
    expect(before.world.writes).toBe(0)
    for (let rounds = 0; rounds < 3; rounds += 1) await before.names()
    expect(before.world.writes).toBe(1)
    const { world, names } = setup(before.world.settings)
    world.staked = undefined
    expect(await names()).toEqual(['first', 'third'])
    world.keys = world.keys.filter((key) => !['pokt1first', 'pokt1third'].includes(key.address))
    expect(await names()).toEqual(['zeroth', 'second'])
  })
  it('are those with a record on chain, and of several of one age the order is that of the addresses', async () => {
    const { world, names } = setup()
    world.staked = ['pokt1third', 'pokt1first']
    expect(await names()).toEqual(['first', 'third'])
    expect((await setup().serving.read()).keys.map((key) => key.record)).toEqual([undefined])
    world.keys = [keyOf('pokt1third', 30), keyOf('pokt1first', 30)]
    expect(await names()).toEqual(['first', 'third'])
    world.keys.reverse()
    expect(await names()).toEqual(['first', 'third'])
  })
  it('is the newest alone while none is staked', async () => {
    const { names } = setup()
    expect(await names()).toEqual(['third'])
  })
  it.each(['claimed', 'proven'] as const)('are those too that have a claim which is %s, although they have left', async (stage) => {
    const { world, names } = setup()
    world.staked = ['pokt1third']
    world.claims = [{ operatorAddress: 'pokt1first', stage, network: 'local' }]
    expect(await names()).toEqual(['first', 'third'])
    world.staked = []
    world.height += 6
    expect(await names()).toEqual(['first'])
  })
  it('are no longer once it is settled, nor for a claim of another network', async () => {
    const { world, names } = setup()
    world.staked = ['pokt1third']
    world.claims = [
      { operatorAddress: 'pokt1first', stage: 'settled', network: 'local' },
      { operatorAddress: 'pokt1second', stage: 'claimed', network: 'beta' },
    ]
    expect(await names()).toEqual(['third'])
  })
  it('the ledger is asked once a block', async () => {
    const { world, names } = setup()
    for (const height of [7, 7, 8, 8]) {
      world.height = height
      await names()
    }
    expect(world.asked).toBe(2)
  })
  it('are never watched addresses, owners, Morse keys or keys of another network', async () => {
    const { world, serving, names } = setup()
    world.keys = [
      keyOf('pokt1watched', 40, { kind: 'watch' }),
      keyOf('pokt1owner', 50, { role: 'owner' }),
      keyOf('pokt1morse', 60, { kind: 'morse', role: 'morse' }),
      keyOf('pokt1beta', 70, { network: 'beta' }),
      keyOf('pokt1mine', 1),
    ]
    world.staked = world.keys.map((key) => key.address)
    expect((await serving.read()).keys.filter((each) => each.key !== undefined).map((each) => each.address)).toEqual(['pokt1mine'])
    world.staked = undefined
    expect(await names()).toEqual(['mine'])
    world.keys = world.keys.slice(0, 4)
    expect(await names()).toEqual([])
  })
  it('S18: a fenced one is among them and says so; it is not to be given as long as another is', async () => {
    const { world, serving, names } = setup()
    world.staked = ['pokt1first', 'pokt1second']
    world.fenced = { pokt1first: 'moved' }
    const given = async (): Promise<string[]> => toGive((await serving.read()).keys).map((key) => key.address.slice(5))
    expect([await names(), await given()]).toEqual([['first', 'second'], ['second']])
    world.fenced = { pokt1first: 'moved', pokt1second: 'new-here' }
    expect(await given()).toEqual(['first', 'second'])
    expect((await serving.read()).keys.map((key) => [key.address, key.fenced])).toEqual([
      ['pokt1first', 'moved'],
      ['pokt1second', 'new-here'],
    ])
    // What is no longer in the vault is no other.
    world.claims = [{ operatorAddress: 'pokt1deleted', stage: 'claimed', network: 'local' }]
    expect(await given()).toEqual(['first', 'second'])
  })
  it('owe the services of their open claims, and for a while those that went off', async () => {
    const { world, serving } = setup()
    const owed = async (): Promise<unknown[]> => (await serving.read()).keys.map((key) => [key.address.slice(5), ...key.owes])
    world.staked = ['pokt1first']
    world.claims = [{ operatorAddress: 'pokt1first', stage: 'proven', network: 'local', serviceId: 'poly' }]
    expect(await owed()).toEqual([['first', 'eth', 'poly']])
    world.services = []
    world.height = 12
    expect(await owed()).toEqual([['first', 'eth', 'poly']])
    world.height = 13
    expect(await owed()).toEqual([['first', 'poly']])
    world.claims = []
    world.height = 14
    expect(await owed()).toEqual([['first']])
  })
  it('one that was deleted with a claim under way is named without a key', async () => {
    const { world, serving } = setup()
    world.staked = ['pokt1first']
    world.claims = [{ operatorAddress: 'pokt1deleted', stage: 'claimed', network: 'local' }]
    expect((await serving.read()).keys.map(({ name, key }) => [name, key?.id])).toEqual([
      ['operator-kt1first', 'pokt1first'],
      ['operator-1deleted', undefined],
    ])
  })
  it('one that was deleted is named until nothing that it served can be claimed any more, and also when its address is watched since', async () => {
    const { world, serving } = setup()
    const gone = async (): Promise<string[]> =>
      (await serving.read()).keys.flatMap((key) => (key.key === undefined ? [key.address.slice(5)] : []))
    world.staked = ['pokt1first', 'pokt1second']
    expect(await gone()).toEqual([])
    world.keys = world.keys.filter((key) => key.address !== 'pokt1first')
    for (const [height, expected] of [
      [12, ['first']],
      [13, []],
    ] as const) {
      world.height = height
      expect(await gone()).toEqual(expected)
    }
    world.keys.push(keyOf('pokt1first', 40, { kind: 'watch' }))
    world.claims = [{ operatorAddress: 'pokt1first', stage: 'claimed', network: 'local' }]
    world.staked = ['pokt1second']
    world.height = 30
    expect(await gone()).toEqual(['first'])
  })
  it('are none while the vault shows no key, whatever claims there are: nothing is changed for a file that cannot be read', async () => {
    const { world, names } = setup()
    world.claims = [{ operatorAddress: 'pokt1first', stage: 'claimed', network: 'local' }]
    world.keys = []
    expect(await names()).toEqual([])
  })
  it('one whose record is gone counts until nothing that it served can be claimed any more, and is known by its last record', async () => {
    const { world, serving, names } = setup()
    world.staked = ['pokt1first', 'pokt1second']
    await names()
    world.staked = ['pokt1second']
    for (const height of [8, 12]) {
      world.height = height
      expect(await names()).toEqual(['first', 'second'])
    }
    expect((await serving.read()).keys.map((key) => key.record?.operatorAddress)).toEqual(['pokt1first', 'pokt1second'])
    world.height = 13
    expect(await names()).toEqual(['second'])
    world.staked.push('pokt1first')
    expect(await names()).toEqual(['first', 'second'])
    // Another chain: what was seen is of the one before.
    world.staked = ['pokt1second']
    world.height = 3
    expect(await names()).toEqual(['second'])
    world.height = 13
    expect(await names(), 'as long as nothing is forgotten').toEqual(['first', 'second'])
    world.staked = undefined
    await names()
    world.staked = ['pokt1second']
    expect(await names()).toEqual(['second'])
  })
  it('take one for staked whose stake is being written', async () => {
    const { world, names } = setup()
    expect(await names('pokt1first')).toEqual(['first'])
    world.staked = ['pokt1second']
    expect(await names('pokt1first')).toEqual(['first', 'second'])
    expect(await names()).toEqual(['second'])
    world.staked = undefined
    expect(await names('pokt1first')).toEqual(['first'])
  })
})

describe('the name of a key in the keyring', () => {
  it('is made of its address alone', () => {
    expect(operatorKeyName('pokt1vtad8680vhdfqvxx0f2yaxa6agdylelm9gry5w')).toBe('operator-lm9gry5w')
  })
})
