import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createEjectRoom } from '#main/core/eject/handlers.ts'
import type { NetworkRooms } from '#main/core/network-shape.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { BUNDLE_CATALOG } from '#shared/catalog/index.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { TaskState } from '#shared/api/state.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { servingKey, servingKeys } from '#test/fakes/serving-keys.ts'

type Handlers = NetworkRooms['handlers']

const OUT = {
  written: { path: '/data/eject/out', atMs: 1, fingerprint: 'aa', withMiner: true },
  handOver: { stage: 'out', path: '/data/eject/out', askedAtMs: 1, outAtMs: 2, ran: ['keeper', 'miner', 'ingress'] },
}
const HELD = [
  'nodes.start',
  'nodes.restart',
  'nodes.keepRunning',
  'bundle.start',
  'bundle.remove',
  'localChain.start',
  'localChain.remove',
  'backends.startEntry',
  'backends.removeEntry',
  'leave.begin',
  'leave.cancel',
] as const

async function room(
  kept: unknown,
  rows: Partial<NodeRow>[] = [],
  taken: string[] = [],
  containerState?: (name: string) => Promise<string | undefined>,
) {
  const clock = createTestClock(5)
  const state = createStatePublisher(
    initialState({ version: '1', shell: 'web', host: 'h', network: 'mainnet', startedAtMs: 0, notice: null }),
    clock,
  )
  const made = createEjectRoom({
    rooms: {
      network: 'mainnet',
      store: {
        nodes: () => Promise.resolve(rows),
        chain: () => Promise.resolve(undefined),
        setting: (key: string) => Promise.resolve(key === 'hand-over:mainnet' ? JSON.stringify(kept) : undefined),
        setSetting: () => Promise.resolve(),
      } as never,
      state,
      clock,
      log: createQuietLog(),
      installId: 'abcd-mainnet',
      ejectFolder: {
        look: () => Promise.resolve({ parent: '/data/eject', taken }),
        owner: () => '1000:1000',
        write: (name: string) => Promise.resolve(`/data/eject/${name}`),
      } as never,
      template: (name) => readFileSync(join(projectRoot, 'resources/templates', name), 'utf8'),
      activity: () => undefined,
    },
    world: {
      engine: { probe: () => Promise.resolve({ kind: 'ready' }), containerState } as never,
      catalog: BUNDLE_CATALOG,
      imageOverrides: {},
    },
    miner: { config: () => Promise.resolve(undefined) },
    servingKeys: servingKeys('pokt1operator'),
    nodes: { insideUrls: () => undefined, stop: () => Promise.resolve(), wake: () => undefined } as never,
    behind: () => Promise.resolve({ endpoints: [], entries: [], usesOwnNode: false }),
    heads: { current: () => undefined },
  })
  await made.handOvers.load()
  /** Every handler answers with its own name. */
  const all = Object.fromEntries(
    [...HELD, 'nodes.stop', 'tx.prepare', 'backends.attach', 'eject.takeBack'].map((name) => [name, () => Promise.resolve(name)]),
  ) as unknown as Handlers
  const guarded = made.guarded(all)
  return {
    ...made,
    state,
    ask: (name: keyof Handlers): Promise<unknown> => Promise.resolve((guarded[name] as (input: unknown) => unknown)({})),
  }
}

describe('while containers are handed over', () => {
  it.each(HELD)('%s is refused', async (name) => {
    const { ask } = await room(OUT)
    await expect(ask(name)).rejects.toMatchObject({ code: 'handed-over', detail: { path: '/data/eject/out' } })
  })
  it.each(['nodes.stop', 'tx.prepare', 'backends.attach', 'eject.takeBack'] as const)('%s is not', async (name) => {
    const { ask } = await room(OUT)
    expect(await ask(name)).toBe(name)
  })
  it('a record that cannot be read is taken for that', async () => {
    const { ask } = await room({ handOver: 'nonsense' })
    for (const name of HELD) await expect(ask(name), name).rejects.toMatchObject({ code: 'handed-over' })
  })
  it('nothing is held where nothing was', async () => {
    const { ask } = await room({ written: OUT.written, handOver: null })
    for (const name of HELD) expect(await ask(name)).toBe(name)
  })
})

describe('SECURITY: S18 a key is given to the keeper', () => {
  const give = async (kept: unknown, containerState: (name: string) => Promise<string | undefined>): Promise<unknown> => {
    const made = await room(kept, [], [], containerState)
    return made.guardedKeys((missing, othersThere) => Promise.resolve(missing.length === 1 && othersThere))(
      [servingKey('pokt1operator')],
      true,
    )
  }
  const written = { written: OUT.written, handOver: null }
  it('not while what was handed over runs elsewhere', async () => {
    expect(await give(OUT, () => Promise.resolve(undefined))).toBe(false)
  })
  it('not while a miner runs from the files that nobody told Hearth of, nor while that cannot be told', async () => {
    const asked: string[] = []
    const runs = (name: string) => Promise.resolve(void asked.push(name)).then(() => 'running')
    await expect(give(written, runs)).rejects.toMatchObject({
      code: 'eject-still-runs',
      detail: { containers: 'hearth-abcd-mainnet-ejected-miner', path: '/data/eject/out' },
    })
    expect(asked).toEqual(['hearth-abcd-mainnet-ejected-miner'])
    await expect(give(written, () => Promise.reject(new HearthError('engine-not-started')))).rejects.toMatchObject({
      code: 'engine-not-started',
    })
  })
  it('where none runs from them, and nobody is asked where none were written', async () => {
    expect(await give(written, () => Promise.resolve('exited'))).toBe(true)
    expect(await give({ written: null, handOver: null }, () => Promise.reject(new Error('asked')))).toBe(true)
  })
})

describe('a hand-over', () => {
  it.each([
    ['bundle-start', 'backend-busy'],
    ['backend-remove', 'backend-busy'],
    ['safe-unstake', 'not-now'],
  ] as const)('is refused while %s is under way', async (kind, code) => {
    const { handlers, state } = await room({ written: OUT.written, handOver: null })
    state.put('tasks', 't', { id: 't', kind, status: 'running', steps: [] } as unknown as TaskState)
    await expect(handlers['eject.handOver']({ when: 'now' })).rejects.toMatchObject({ code })
    state.put('tasks', 't', { id: 't', kind, status: 'done', steps: [] } as unknown as TaskState)
    await expect(handlers['eject.handOver']({ when: 'now' })).rejects.toMatchObject({ code: 'eject-folder' })
  })

  const ROWS = ['keeper', 'ingress'].map((id) => ({
    id,
    network: 'mainnet',
    wanted: id === 'keeper' ? ('running' as const) : ('stopped' as const),
    imagePin: `x@sha256:${'a'.repeat(64)}`,
    ports: { '8080': 8_552 },
  }))

  it('begins while the chain does not answer: whether something changed cannot be told then', async () => {
    const { handlers, handOvers } = await room({ written: OUT.written, handOver: null }, ROWS)
    expect(await handlers['eject.handOver']({ when: 'now' })).toEqual({})
    expect(handOvers.now()).toMatchObject({ stage: 'waiting', path: '/data/eject/out' })
  })

  it('is offered for files that are still there, and says whether they are of what runs', async () => {
    const gone = await room({ written: OUT.written, handOver: null }, ROWS, ['other'])
    expect((await gone.handlers['eject.preview']({})).written).toBeNull()
    const here = await room({ written: OUT.written, handOver: null }, ROWS, ['out'])
    expect((await here.handlers['eject.preview']({})).written).toEqual({ path: '/data/eject/out', atMs: 1, isStale: true })
    await here.handlers['eject.write']({ name: 'out', withSecrets: false })
    expect((await here.handlers['eject.preview']({})).written).toMatchObject({ atMs: 5, isStale: false })
  })
})
