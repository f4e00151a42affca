import { describe, expect, it } from 'vitest'
import { createEndpointList } from '#main/core/chain/endpoint-list.ts'
import type { Chain, Fingerprint } from '#main/core/ports/chain.ts'
import { networkOf } from '#shared/networks/index.ts'
import { scene, signer } from '#test/core/supplier/scene.ts'
import { rejection } from '#test/fakes/rejection.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('what is called off while somebody outside is asked', () => {
  it('an endpoint that answers late is not added', async () => {
    const settings = new Map<string, string>()
    let answer: (print: Fingerprint) => void = () => undefined
    const list = createEndpointList({
      network: 'mainnet',
      store: {
        setting: (key) => Promise.resolve(settings.get(key)),
        setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
      },
      connect: () => ({ fingerprint: () => new Promise<Fingerprint>((resolve) => (answer = resolve)) }) as Chain,
      own: () => undefined,
      block1Hash: () => undefined,
    })
    const abort = new AbortController()
    const adding = rejection(list.add({ rpcUrl: 'https://rpc.example.org', restUrl: 'https://api.example.org' }, abort.signal))
    await turn()
    abort.abort()
    expect((await adding).code).toBe('cancelled')
    answer({ chainId: 'pocket', block1Hash: 'AA', genesisTime: networkOf('mainnet').genesisTime ?? '' })
    await turn()
    expect(settings.size).toBe(0)
    expect(list.list().some((each) => each.from === 'user')).toBe(false)
  })

  it('a transaction leaves nothing behind, and the one that was prepared before it stands as it was', async () => {
    const owner = signer('own', 'owner')
    const other = signer('other', 'owner')
    const world = scene([owner, other])
    const { transactions, asked } = world.life()
    const wish = (amountPokt: string) => ({ kind: 'send' as const, keyId: owner.id, toAddress: other.address, amountPokt })
    const first = await transactions.prepare(wish('1'))
    let answers: () => void = () => undefined
    const simulate = world.chain.simulate.bind(world.chain)
    world.chain.simulate = async (bytes) => {
      await new Promise<void>((resolve) => (answers = resolve))
      return simulate(bytes)
    }
    const abort = new AbortController()
    const second = rejection(transactions.prepare(wish('2'), abort.signal))
    await turn()
    abort.abort()
    expect((await second).code).toBe('cancelled')
    answers()
    await turn()
    expect([...world.rows.values()].map((row) => [row.id, row.status])).toEqual([[first.intentId, 'prepared']])
    expect(asked).toHaveLength(1)
    // Without being called off, the new one takes the place of the old.
    world.chain.simulate = simulate
    await transactions.prepare(wish('3'))
    expect([...world.rows.values()].map((row) => row.status)).toEqual(['discarded', 'prepared'])
  })
})
