import { describe, expect, it } from 'vitest'
import { BUNDLE_ONLY, MADE_HERE_ONLY, onlyWhereMadeHere } from '#main/core/made-here-only.ts'
import type { NetworkRooms } from '#main/core/network-shape.ts'
import { NETWORKS } from '#shared/networks/index.ts'

type Handlers = NetworkRooms['handlers']

/** Every handler answers with its own name. */
const all = new Proxy({} as Handlers, {
  get: (_target, name) => () => Promise.resolve(String(name)),
  ownKeys: () => [...MADE_HERE_ONLY, ...BUNDLE_ONLY, 'eject.write', 'nodes.start', 'backends.attach', 'tx.prepare'],
  getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
})
const ask = (network: Parameters<typeof onlyWhereMadeHere>[0], name: keyof Handlers): Promise<unknown> =>
  Promise.resolve((onlyWhereMadeHere(network, all)[name] as (input: unknown) => unknown)({}))

describe('what belongs to a chain that was made here', () => {
  it.each(NETWORKS.filter((network) => !network.madeHere).map((network) => [network.id, network.title] as const))(
    'is refused on %s before it begins; a relay bundle, its backends and what writes them down are not',
    async (id, title) => {
      for (const name of MADE_HERE_ONLY)
        await expect(ask(id, name), name).rejects.toMatchObject({ code: 'not-on-this-network', detail: { network: title } })
      for (const name of [...BUNDLE_ONLY, 'eject.write', 'nodes.start', 'backends.attach', 'tx.prepare'] as const)
        expect(await ask(id, name)).toBe(name)
    },
  )

  it('is there on the Local chain and in Practice, and asks for a network where none is chosen', async () => {
    for (const name of [...MADE_HERE_ONLY, 'eject.write'] as const) {
      expect(await ask('local', name)).toBe(name)
      expect(await ask('practice', name)).toBe(name)
    }
    for (const name of BUNDLE_ONLY) {
      await expect(ask('local', name), name).rejects.toMatchObject({ code: 'not-allowed' })
      await expect(ask('practice', name), name).rejects.toMatchObject({ code: 'not-allowed' })
    }
    for (const name of [...MADE_HERE_ONLY, ...BUNDLE_ONLY]) await expect(ask(null, name)).rejects.toMatchObject({ code: 'no-network' })
  })
})
