import { describe, expect, it } from 'vitest'
import { settingsHandlers } from '#main/core/settings/handlers.ts'
import type { UnreadyEngine } from '#main/core/ports/engine.ts'
import { requests } from '#shared/api/requests.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { elsewhere } from '#test/shells/support/desktop-state.ts'

import { engine, ONE, setup, tick, TWO } from './scene.ts'

describe('engine.find', () => {
  it('tells every engine with its state and step, the choice, and what is in use', async () => {
    const { handlers, world } = await setup({
      found: [engine(ONE), engine(TWO, 'colima', 'not-started'), engine('unix:///3', 'podman', 'failed', 'x'.repeat(900))],
    })
    const answer = await handlers['engine.find']({})
    expect(requests['engine.find'].output.safeParse(answer).error).toBeUndefined()
    expect(answer).toMatchObject({ platform: 'linux', chosen: '', used: ONE, isGiven: false })
    expect(answer.install).toEqual({ key: 'install', command: 'sudo apt install docker.io', runs: false })
    expect(answer.engines.map(({ endpoint, kind, step }) => [endpoint, kind, step?.command ?? null])).toEqual([
      [ONE, 'ready', null],
      [TWO, 'not-started', 'colima start'],
      ['unix:///3', 'failed', 'sudo systemctl restart podman.socket'],
    ])
    expect(world.asked).toEqual([[ONE]])
  })

  it("Practice's engine is none of this machine's", async () => {
    const { handlers } = await setup({ network: 'practice', used: 'practice:' })
    expect((await handlers['engine.find']({})).used).toBe('')
  })

  it('asks the chosen and the given place too, wherever they are', async () => {
    const { handlers, settings, world } = await setup({ given: 'unix:///given.sock' })
    await settings.set({ engineEndpoint: TWO })
    expect((await handlers['engine.find']({})).isGiven).toBe(true)
    expect(world.asked.at(-1)?.toSorted()).toEqual(['unix:///given.sock', ONE, TWO].toSorted())
  })
})

describe('engine.choose', () => {
  it('keeps the choice, looks at the engine at once and writes it down', async () => {
    const { handlers, settings, world, noted } = await setup()
    await handlers['engine.choose']({ endpoint: TWO })
    expect(settings.get('engineEndpoint')).toBe(TWO)
    expect(world.checks).toBe(1)
    expect(noted).toEqual([['engine-chosen', { endpoint: TWO }]])
    await handlers['engine.choose']({ endpoint: '' })
    expect(settings.get('engineEndpoint')).toBe('')
  })

  it.each(['running', 'starting', 'stopping'] as const)(
    'is refused while something is %s on the engine in use, by its name',
    async (seen) => {
      const { handlers, settings, runs } = await setup({ network: 'local' })
      runs('Relay miner', seen)
      runs('Pocket node', 'stopped')
      expect(await rejection(handlers['engine.choose']({ endpoint: TWO }))).toMatchObject({
        code: 'engine-in-use',
        detail: { names: 'Relay miner' },
      })
      expect(settings.get('engineEndpoint')).toBe('')
      // To stay where one is changes nothing.
      await handlers['engine.choose']({ endpoint: ONE })
      expect(settings.get('engineEndpoint')).toBe(ONE)
    },
  )

  it.each(['practice', 'local'] as const)(
    'is refused while something of a network that is not chosen runs there, beside %s',
    async (network) => {
      const { handlers, settings, state } = await setup({ network })
      state.put('elsewhere', 'mainnet', elsewhere('mainnet', { up: { miner: 'Relay miner' } }))
      expect(await rejection(handlers['engine.choose']({ endpoint: TWO }))).toMatchObject({
        code: 'engine-in-use',
        detail: { names: 'Mainnet: Relay miner' },
      })
      expect(settings.get('engineEndpoint')).toBe('')
      state.put('elsewhere', 'mainnet', elsewhere('mainnet', { up: {} }))
      await handlers['engine.choose']({ endpoint: TWO })
      expect(settings.get('engineEndpoint')).toBe(TWO)
    },
  )

  describe('while the engine in use does not answer', () => {
    const away = async (network: NetworkId = 'mainnet') => {
      const scene = await setup({ network })
      scene.state.patch('engine', { kind: 'not-started', endpoint: ONE })
      return scene
    }

    it('is refused as long as something is wanted to run there: it may go on without the engine’s service', async () => {
      const { handlers, settings, runs, wants } = await away()
      runs('miner', 'unknown')
      wants('mainnet', 'miner', 'running')
      expect(await rejection(handlers['engine.choose']({ endpoint: TWO }))).toMatchObject({
        code: 'engine-away',
        detail: { names: 'miner', endpoint: ONE },
      })
      expect(settings.get('engineEndpoint')).toBe('')
      wants('mainnet', 'miner', 'stopped')
      await handlers['engine.choose']({ endpoint: TWO })
      expect(settings.get('engineEndpoint')).toBe(TWO)
    })

    it('also for another network than the one that is shown, and for a node that was not looked at yet', async () => {
      const other = await away('local')
      other.wants('mainnet', 'miner', 'running')
      expect((await rejection(other.handlers['engine.choose']({ endpoint: TWO }))).code).toBe('engine-away')
      other.wants('practice', 'miner', 'running')
      await other.handlers['engine.choose']({ endpoint: TWO })
      const back = await away()
      back.state.patch('engine', { kind: 'ready', endpoint: ONE })
      back.runs('miner', 'unknown')
      back.wants('mainnet', 'miner', 'running')
      expect((await rejection(back.handlers['engine.choose']({ endpoint: TWO }))).code).toBe('engine-away')
    })

    it('it may be chosen itself, and be started anew', async () => {
      const { handlers, settings, world, runs, wants } = await away()
      runs('miner', 'unknown')
      wants('mainnet', 'miner', 'running')
      await handlers['engine.choose']({ endpoint: ONE })
      expect(settings.get('engineEndpoint')).toBe(ONE)
      world.found = [engine(ONE, 'colima', 'failed')]
      expect(await handlers['engine.runStep']({ endpoint: ONE, key: 'restart' })).toMatchObject({ taskId: expect.any(String) as string })
    })
  })

  it('of one that cannot be used is refused with its trouble', async () => {
    const kinds: UnreadyEngine[] = [
      'not-started',
      'no-permission',
      'too-old',
      'wrong-architecture',
      'windows-containers',
      'failed',
      'absent',
    ]
    for (const kind of kinds) {
      const { handlers, settings } = await setup({ found: [engine(ONE), engine(TWO, 'docker-engine', kind)] })
      expect(await rejection(handlers['engine.choose']({ endpoint: TWO }))).toMatchObject({
        code: `engine-${kind}`,
        detail: { endpoint: TWO },
      })
      expect(settings.get('engineEndpoint')).toBe('')
    }
  })

  // SECURITY: S16
  it.each(['unix:///tmp/mine.sock', 'http://127.0.0.1:4243'])(
    'of %s is refused although an engine answers there: the page names no new place',
    async (endpoint) => {
      const { handlers, settings, noted } = await setup({ elsewhere: [engine(endpoint)] })
      expect(await rejection(handlers['engine.choose']({ endpoint }))).toMatchObject({ code: 'engine-place-unknown', detail: { endpoint } })
      expect([settings.get('engineEndpoint'), noted]).toEqual(['', []])
    },
  )

  it('of the place that is in use or chosen already changes nothing and is taken', async () => {
    const { handlers, settings } = await setup({ found: [], elsewhere: [engine(ONE)] })
    await handlers['engine.choose']({ endpoint: ONE })
    expect(settings.get('engineEndpoint')).toBe(ONE)
  })

  // SECURITY: S16
  it('by way of the settings asks the same', async () => {
    const { settings, mayUse } = await setup({ elsewhere: [engine('unix:///tmp/mine.sock')] })
    const rows = settingsHandlers({ settings, mayUseEngine: mayUse, onChanged: () => undefined })
    expect((await rejection(rows['settings.set']({ changes: { theme: 'dark', engineEndpoint: ' unix:///tmp/mine.sock ' } }))).code).toBe(
      'engine-place-unknown',
    )
    expect([settings.get('theme'), settings.get('engineEndpoint')]).toEqual(['system', ''])
    await rows['settings.set']({ changes: { engineEndpoint: TWO } })
    await rows['settings.set']({ changes: { theme: 'dark', engineEndpoint: '' } })
    expect([settings.get('theme'), settings.get('engineEndpoint')]).toEqual(['dark', ''])
  })

  it.each(['tcp://10.0.0.1:2375', 'ssh://box', 'http://192.168.1.5:2375', 'unix://../x', 'nonsense', `unix:///${'x'.repeat(400)}`])(
    'of %s is refused: not on this PC, or no address',
    async (endpoint) => {
      const { handlers } = await setup()
      expect((await rejection(handlers['engine.choose']({ endpoint }))).code).toBe('setting-invalid')
    },
  )

  it('is refused when the address was given at the start', async () => {
    const { handlers } = await setup({ given: ONE })
    expect((await rejection(handlers['engine.choose']({ endpoint: TWO }))).code).toBe('not-allowed')
  })
})

describe('engine.runStep', () => {
  const asleep = [engine(ONE), engine(TWO, 'colima', 'not-started')]

  it('runs the programs of the step that is due, and is done when the engine answers', async () => {
    const { handlers, world, state, clock, onRun, tasks, noted } = await setup({ found: asleep })
    let answersAfter = 2
    onRun(() => undefined)
    const { taskId } = await handlers['engine.runStep']({ endpoint: TWO, key: 'start' })
    await tick()
    expect(world.ran).toEqual([['colima', 'start']])
    expect(state.state.tasks[taskId]).toMatchObject({ status: 'running', lastLine: 'starting the machine' })
    while (answersAfter > 0) {
      answersAfter -= 1
      await clock.advance(2_000)
      await tick()
    }
    expect(state.state.tasks[taskId]?.status).toBe('running')
    world.found = [engine(ONE), engine(TWO, 'colima')]
    await clock.advance(2_000)
    await tasks.settled()
    expect(state.state.tasks[taskId]?.status).toBe('done')
    expect(world.checks).toBe(1)
    expect(noted).toEqual([['engine-step', { command: 'colima start' }]])
  })

  it('ends with the trouble of an engine that never answers', async () => {
    const { handlers, state, clock, tasks } = await setup({ found: asleep })
    const { taskId } = await handlers['engine.runStep']({ endpoint: TWO, key: 'start' })
    for (let times = 0; times < 100; times += 1) {
      await tick()
      await clock.advance(2_000)
    }
    await tasks.settled()
    expect(state.state.tasks[taskId]).toMatchObject({ status: 'failed', error: { code: 'engine-not-started' } })
  })

  it('can be cancelled while it waits', async () => {
    const { handlers, state, tasks } = await setup({ found: asleep })
    const { taskId } = await handlers['engine.runStep']({ endpoint: TWO, key: 'start' })
    await tick()
    tasks.cancel(taskId)
    await tasks.settled()
    expect(state.state.tasks[taskId]?.status).toBe('cancelled')
  })

  // SECURITY: S16
  it('runs nothing but the step that is due, and nothing that needs more rights', async () => {
    const { handlers, world } = await setup({ found: [engine(ONE, 'docker-engine', 'no-permission'), ...asleep.slice(1)] })
    for (const [endpoint, key] of [
      [TWO, 'restart'],
      [TWO, 'install'],
      [ONE, 'add-group'],
      [ONE, 'start'],
      ['unix:///unheard-of', 'start'],
      ['', 'install'],
      ['', 'start'],
    ] as const)
      expect((await rejection(handlers['engine.runStep']({ endpoint, key }))).code, `${endpoint} ${key}`).toBe('not-allowed')
    expect(world.ran).toEqual([])
  })

  it('does not restart an engine on which something of Hearth runs', async () => {
    const { handlers, world, runs } = await setup({ network: 'local', found: [engine(ONE, 'colima', 'failed')] })
    runs('Relay miner')
    expect((await rejection(handlers['engine.runStep']({ endpoint: ONE, key: 'restart' }))).code).toBe('engine-in-use')
    expect(world.ran).toEqual([])
  })
})
