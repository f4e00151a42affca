import { describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { finding } from '#test/shells/support/desktop-state.ts'
import { LOOK, setup } from './looked-after-scene.ts'

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

  it('are told to have what this PC has once; what is found in Practice is of its own machine and hides nothing', async () => {
    const { networks, wanted, begin, places, state, clock, stop } = await setup()
    wanted.set('mainnet', 'running')
    await begin()
    places.get('mainnet')?.state.put('attention', 'disk-full', finding('disk-full', 'bad'))
    const shown = networks.all()[0]
    shown?.state.put('attention', 'disk-full', finding('disk-full', 'bad'))
    await clock.advance(LOOK)
    expect([shown?.network, state.state.elsewhere['mainnet']?.findings.map((each) => each.id)]).toEqual(['practice', ['disk-full']])
    wanted.set('local', 'running')
    await networks.choose('local')
    networks.of('local')?.state.put('attention', 'disk-full', finding('disk-full', 'bad'))
    await clock.advance(LOOK)
    expect(state.state.elsewhere['mainnet']?.findings).toEqual([])
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
    for (const status of ['signed', 'broadcast'] as const)
      places.get('mainnet')?.state.put('intents', status, { id: status, status } as AppState['intents'][string])
    open.resolve()
    await clock.advance(2 * LOOK)
    places.get('mainnet')?.state.remove('intents', 'signed')
    await clock.advance(2 * LOOK)
    expect(said).not.toContain('stop mainnet')
    places.get('mainnet')?.state.remove('intents', 'broadcast')
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

describe('one that could not be looked after', () => {
  it('is tried again soon, though the clock was set back, and is told of no more once nothing is wanted there', async () => {
    const { said, wanted, begin, self, world, state, clock, stop } = await setup()
    wanted.set('mainnet', 'running').set('beta', 'running')
    self.refuses = 'beta'
    self.beginRefuses = 'mainnet'
    await begin()
    await clock.advance(LOOK)
    expect(Object.keys(state.state.elsewhere).sort()).toEqual(['beta', 'mainnet'])
    wanted.delete('beta')
    await clock.advance(2 * LOOK)
    expect(Object.keys(state.state.elsewhere)).toEqual(['mainnet'])
    self.beginRefuses = ''
    world.backMs = 3_600_000
    await clock.advance(2 * LOOK)
    expect([said.at(-1), state.state.elsewhere['mainnet']?.isLookedAfter]).toEqual(['begin mainnet', true])
    await stop()
  })

  it('says nothing of this PC that the page says already', async () => {
    const { wanted, begin, places, state, clock, stop } = await setup('local')
    wanted.set('mainnet', 'running')
    await begin()
    await clock.advance(LOOK)
    for (const network of ['local', 'mainnet']) places.get(network)?.state.put('attention', 'engine-gone', finding('engine-gone', 'bad'))
    await clock.advance(LOOK)
    expect(state.state.elsewhere['mainnet']?.findings).toEqual([])
    places.get('local')?.state.remove('attention', 'engine-gone')
    await clock.advance(LOOK)
    expect(state.state.elsewhere['mainnet']?.findings.map((each) => each.id)).toEqual(['engine-gone'])
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
