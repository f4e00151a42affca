import { describe, expect, it } from 'vitest'
import { createLookedAfter, type LookedAt } from '#main/core/looked-after.ts'
import type { NetworkRooms } from '#main/core/network-shape.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import type { NetworkId, NodeState } from '#shared/api/state.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { finding, node } from '#test/shells/support/desktop-state.ts'

type Place = Omit<LookedAt, 'rooms'>
const LOOK = 2_000

/** Rooms that do nothing but tell what is asked of them, and never two at a time for one network. */
async function setup(first: NetworkId | null = 'practice') {
  const clock = createTestClock()
  const log = createTestLog()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: first, startedAtMs: 0, notice: null }),
    clock,
  )
  const settings = new Map<string, string>()
  const wanted = new Map<string, 'running' | 'stopped'>()
  const said: string[] = []
  const live = new Map<string, number>()
  const places = new Map<string, Place>()
  const self = {
    refuses: '' as string,
    beginRefuses: '' as string,
    storeRefuses: false,
    nodesRefuse: false,
    stopRefuses: '' as string,
    /** What the making of rooms waits for. */
    gate: Promise.resolve(),
    sheetsRefuse: false,
  }
  const make = async (place: Place): Promise<NetworkRooms> => {
    const name = place.network ?? 'none'
    await self.gate
    if (self.refuses === name) throw new Error(`no rooms for ${name}`)
    said.push(`make ${name}`)
    live.set(name, (live.get(name) ?? 0) + 1)
    if ((live.get(name) ?? 0) > 1) throw new Error(`${name} has two rooms`)
    places.set(name, place)
    return {
      begin() {
        said.push(`begin ${name}`)
        return self.beginRefuses === name ? Promise.reject(new Error(`no begin for ${name}`)) : Promise.resolve()
      },
      closeSheets() {
        said.push(`sheets ${name}`)
        return self.sheetsRefuse ? Promise.reject(new Error('the sheet stays')) : Promise.resolve()
      },
      stop() {
        said.push(`stop ${name}`)
        live.set(name, (live.get(name) ?? 0) - 1)
        return self.stopRefuses === name ? Promise.reject(new Error('a loop failed')) : Promise.resolve()
      },
    } as NetworkRooms
  }
  const store = {
    nodes: (network: string) => {
      if (self.nodesRefuse) return Promise.reject(new Error('the disk does not answer'))
      const is = wanted.get(network)
      return Promise.resolve(is === undefined ? [] : [{ id: 'miner', network, wanted: is } as NodeRow])
    },
    setSetting: (key: string, value: string) => {
      if (self.storeRefuses) return Promise.reject(new Error('disk full'))
      settings.set(key, value)
      return Promise.resolve()
    },
  }
  const tasks = createTasks(state, clock, log)
  const networks = await createLookedAfter({ first, make, published: state, tasks, store, clock, log })
  const abort = new AbortController()
  const began = Promise.withResolvers<void>()
  const running = networks.run(abort.signal, began.promise)
  const seen = (network: string, fields: Partial<NodeState>): void =>
    places.get(network)?.state.put('nodes', 'miner', { ...node('miner', 'relay-miner', 'Relay miner'), ...fields })
  return {
    clock,
    log,
    state,
    settings,
    wanted,
    said,
    live,
    places,
    self,
    networks,
    tasks,
    began,
    seen,
    begin: async () => {
      await networks.begin()
      began.resolve()
      await clock.advance(1)
    },
    stop: async () => {
      abort.abort()
      await running
      await networks.stop()
    },
  }
}

describe('networks that are not chosen', () => {
  it('are looked after where something is wanted running, once the chosen one has begun; Practice is not', async () => {
    const { said, wanted, networks, began, clock, state, stop } = await setup('local')
    wanted.set('mainnet', 'running').set('beta', 'stopped').set('practice', 'running')
    await clock.advance(3 * LOOK)
    expect(said).toEqual(['make local'])
    await networks.begin()
    began.resolve()
    await clock.advance(LOOK)
    expect(said).toEqual(['make local', 'begin local', 'make mainnet', 'begin mainnet'])
    expect(Object.keys(state.state.elsewhere)).toEqual(['mainnet'])
    expect(networks.all().map((each) => [each.network, each.state.isShown])).toEqual([
      ['local', true],
      ['mainnet', false],
    ])
    await stop()
    expect(said.slice(4).sort()).toEqual(['stop local', 'stop mainnet'])
  })

  it('are looked after also when the chosen one cannot begin', async () => {
    const { said, wanted, began, clock, stop } = await setup()
    wanted.set('mainnet', 'running')
    began.reject(new Error('the file of Practice is away'))
    await clock.advance(LOOK)
    expect(said).toContain('begin mainnet')
    await stop()
  })

  it('keep their rooms when they are chosen and left: nothing begins twice', async () => {
    const { said, wanted, networks, begin, state, live, places, settings, seen, clock, stop } = await setup('mainnet')
    wanted.set('mainnet', 'running')
    await begin()
    seen('mainnet', {})
    for (const network of ['practice', 'mainnet', 'practice', 'local', 'mainnet'] as const) {
      await networks.choose(network)
      expect([state.state.app.network, settings.get('network')]).toEqual([network, network])
      expect(networks.rooms).toBe(networks.of(network)?.rooms)
      await clock.advance(LOOK)
      expect(Object.keys(state.state.elsewhere)).toEqual(network === 'mainnet' ? [] : ['mainnet'])
      expect(Object.keys(state.state.nodes)).toEqual(network === 'mainnet' ? ['miner'] : [])
    }
    expect(said.filter((line) => line.endsWith('mainnet') && !line.startsWith('sheets'))).toEqual(['make mainnet', 'begin mainnet'])
    expect([live.get('practice'), live.get('local'), live.get('mainnet')]).toEqual([0, 0, 1])
    expect(places.get('mainnet')?.state.isShown).toBe(true)
    await stop()
  })

  it('are told of on the page, and taken off it with what was wrong', async () => {
    const { wanted, begin, places, state, clock, stop } = await setup()
    wanted.set('mainnet', 'running')
    await begin()
    places.get('mainnet')?.state.put('attention', 'keys-needed', finding('keys-needed', 'bad'))
    await clock.advance(LOOK)
    expect(state.state.elsewhere['mainnet']?.findings.map((each) => each.id)).toEqual(['keys-needed'])
    expect(state.state.attention).toEqual({})
    places.get('mainnet')?.state.remove('attention', 'keys-needed')
    await clock.advance(LOOK)
    expect(state.state.elsewhere['mainnet']?.findings).toEqual([])
    await stop()
  })

  it('are left when nothing is wanted and nothing runs there any more, not before', async () => {
    const { said, wanted, begin, seen, places, state, clock, stop } = await setup()
    wanted.set('mainnet', 'running')
    await begin()
    seen('mainnet', {})
    wanted.set('mainnet', 'stopped')
    seen('mainnet', { wanted: 'stopped', seen: 'stopping' })
    await clock.advance(3 * LOOK)
    expect(said).not.toContain('stop mainnet')
    seen('mainnet', { wanted: 'stopped', seen: 'stopped' })
    // A task is brought to its end, and so is a transaction that is on its way.
    const open = Promise.withResolvers<void>()
    places.get('mainnet')?.tasks.start('node-stop', ['drain'], () => open.promise)
    await clock.advance(3 * LOOK)
    expect(said).not.toContain('stop mainnet')
    open.resolve()
    await clock.advance(2 * LOOK)
    expect(said.at(-1)).toBe('stop mainnet')
    expect([said.filter((line) => line === 'stop mainnet').length, state.state.elsewhere]).toEqual([1, {}])
    wanted.set('mainnet', 'running')
    await clock.advance(LOOK)
    expect(said.slice(-2)).toEqual(['make mainnet', 'begin mainnet'])
    await stop()
  })

  it('goes on with what is under way when a network is left, and ends it where nothing is wanted', async () => {
    const { wanted, networks, begin, places, said, state, stop } = await setup('mainnet')
    wanted.set('mainnet', 'running')
    await begin()
    const ends: string[] = []
    const runs = (network: string): void => {
      places.get(network)?.tasks.start('bundle-start', ['one'], async (task) => {
        await new Promise<void>((resolve) => task.signal.addEventListener('abort', () => resolve()))
        ends.push(network)
      })
    }
    runs('mainnet')
    await networks.choose('practice')
    runs('practice')
    expect([ends, Object.values(state.state.tasks).map((task) => task.status)]).toEqual([[], ['running']])
    const [task] = Object.keys(state.state.tasks)
    await networks.choose('beta')
    expect([ends, said.at(-1), state.state.tasks]).toEqual([['practice'], 'stop practice', {}])
    expect(task).toBeDefined()
    await stop()
    expect(ends).toEqual(['practice', 'mainnet'])
  })

  it('that cannot be looked after is logged once, said on the page, and tried again', async () => {
    const { said, wanted, begin, self, log, state, clock, live, stop } = await setup()
    wanted.set('mainnet', 'running')
    self.refuses = 'mainnet'
    await begin()
    await clock.advance(20_000)
    const errors = (): number => log.lines.filter((line) => JSON.stringify(line).includes('could not be looked after')).length
    expect([errors(), state.state.elsewhere['mainnet']?.isLookedAfter]).toEqual([1, false])
    self.refuses = ''
    self.beginRefuses = 'mainnet'
    await clock.advance(40_000)
    // What was made and did not begin is ended: it would be a second pair of rooms later.
    expect([errors(), live.get('mainnet'), said.includes('stop mainnet')]).toEqual([1, 0, true])
    self.beginRefuses = ''
    await clock.advance(40_000)
    expect([live.get('mainnet'), state.state.elsewhere['mainnet']?.isLookedAfter]).toEqual([1, true])
    await stop()
  })
})

describe('choosing a network', () => {
  it('changes nothing when its rooms cannot be made, cannot begin, or the choice cannot be stored', async () => {
    const { wanted, networks, begin, self, settings, state, live, stop } = await setup('mainnet')
    wanted.set('mainnet', 'running')
    await begin()
    const stays = async (): Promise<void> => {
      await expect(networks.choose('practice')).rejects.toThrow()
      expect([state.state.app.network, settings.get('network'), live.get('practice') ?? 0, live.get('mainnet')]).toEqual([
        'mainnet',
        undefined,
        0,
        1,
      ])
      expect(networks.of('mainnet')?.state.isShown).toBe(true)
    }
    self.refuses = 'practice'
    await stays()
    self.refuses = ''
    self.beginRefuses = 'practice'
    await stays()
    self.beginRefuses = ''
    self.storeRefuses = true
    await stays()
    self.storeRefuses = false
    self.sheetsRefuse = true
    await stays()
    self.sheetsRefuse = false
    await networks.choose('practice')
    expect(state.state.app.network).toBe('practice')
    await stop()
  })

  it('never leads to two rooms of a network, however it meets the look at the others', async () => {
    const { wanted, networks, begin, self, live, said, clock, stop } = await setup()
    await begin()
    const gate = Promise.withResolvers<void>()
    self.gate = gate.promise
    wanted.set('mainnet', 'running')
    await clock.advance(LOOK)
    // The look makes rooms of Mainnet just now; the user chooses it, and Practice again, at the same time.
    const chosen = Promise.all([networks.choose('mainnet'), networks.choose('practice'), networks.choose('mainnet')])
    await clock.advance(LOOK)
    gate.resolve()
    await chosen
    await clock.advance(3 * LOOK)
    expect([live.get('mainnet'), live.get('practice'), said.filter((line) => line === 'make mainnet').length]).toEqual([1, 0, 1])
    expect(networks.all().map((each) => each.network)).toEqual(['mainnet'])
    await stop()
  })

  it('leaves no rooms behind that nobody knows of, though the store does not answer or their end fails', async () => {
    const { wanted, networks, begin, self, live, said, clock, seen, stop } = await setup('mainnet')
    wanted.set('mainnet', 'running')
    await begin()
    self.nodesRefuse = true
    await networks.choose('practice')
    expect(networks.of('mainnet')?.state.isShown).toBe(false)
    self.nodesRefuse = false
    await clock.advance(3 * LOOK)
    expect([live.get('mainnet'), said.filter((line) => line === 'make mainnet').length]).toEqual([1, 1])
    self.stopRefuses = 'practice'
    await networks.choose('local')
    expect(networks.all().map((each) => each.network)).toEqual(['local', 'mainnet'])
    wanted.set('mainnet', 'stopped')
    seen('mainnet', { seen: 'absent', wanted: 'stopped' })
    self.stopRefuses = 'mainnet'
    await clock.advance(2 * LOOK)
    expect([networks.all().map((each) => each.network), live.get('mainnet')]).toEqual([['local'], 0])
    await stop()
  })

  it('begins nothing more once the program ends', async () => {
    const { wanted, begin, self, said, clock, stop } = await setup('practice')
    await begin()
    const gate = Promise.withResolvers<void>()
    self.gate = gate.promise
    wanted.set('mainnet', 'running').set('beta', 'running').set('local', 'running')
    await clock.advance(LOOK)
    const stopped = stop()
    gate.resolve()
    await stopped
    expect(said.filter((line) => line.startsWith('begin')).length).toBe(2)
  })

  it('closes what waits for a signature before anything of the other network is shown', async () => {
    const { networks, begin, said, stop } = await setup()
    await begin()
    await networks.choose('local')
    expect(said).toEqual(['make practice', 'begin practice', 'sheets practice', 'make local', 'begin local', 'stop practice'])
    await stop()
  })

  it('leaves tasks of the whole program alone, and each task is cancelled where it runs', async () => {
    const { wanted, networks, begin, places, tasks, state, stop } = await setup('mainnet')
    wanted.set('mainnet', 'running')
    await begin()
    const until = (signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))))
    const copy = tasks.start('records-backup', ['copy'], (task) => until(task.signal))
    const mine = places.get('mainnet')?.tasks.start('faucet', ['send'], (task) => until(task.signal)) ?? ''
    expect(Object.keys(state.state.tasks).sort()).toEqual([mine, copy].sort())
    await networks.choose('practice')
    expect(Object.keys(state.state.tasks)).toEqual([copy])
    networks.cancelTask(mine)
    await networks.of('mainnet')?.tasks.settled()
    expect(networks.of('mainnet')?.state.state.tasks[mine]?.status).toBe('cancelled')
    networks.dismissTask(mine)
    expect(networks.of('mainnet')?.state.state.tasks).toEqual({})
    expect(state.state.tasks[copy]?.status).toBe('running')
    networks.cancelTask(copy)
    await tasks.settled()
    expect(state.state.tasks[copy]?.status).toBe('cancelled')
    expect(() => networks.cancelTask('nobody')).toThrow()
    await stop()
  })
})
