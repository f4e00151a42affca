import { describe, expect, it } from 'vitest'
import type { NodeState } from '#shared/api/state.ts'
import { NETWORKS } from '#shared/networks/index.ts'
import type { NodeRow } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { relayDoors } from '#main/core/supplier/relay-door.ts'

/** @param written what the record wants of the ingress; undefined where there is none */
function setup(network: string, written: NodeRow['wanted'] | undefined) {
  const asked: string[] = []
  const rows: NodeRow[] = []
  const want = (wanted: NodeRow['wanted']): void => {
    rows[0] = { id: 'ingress', network, wanted, wantedBy: 'user', imagePin: undefined, ports: {}, updatedAtMs: 1 }
  }
  if (written) want(written)
  const note = (what: string, wanted: NodeRow['wanted']) => (nodeId: string) => {
    asked.push(`${what} ${nodeId}`)
    want(wanted)
    return Promise.resolve()
  }
  const state = initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null })
  const store = { nodes: (of: string) => Promise.resolve(rows.filter((row) => row.network === of)) }
  const see = (wanted: NodeState['wanted'], seen: NodeState['seen']): void => {
    state.nodes['ingress'] = { wanted, seen } as NodeState
  }
  const nodes = { stop: note('stop', 'stopped'), start: note('start', 'running') }
  const refusing: { said: boolean | undefined; asked: string[] } = { said: false, asked: [] }
  const isHeldOff = (operatorAddress: string) => {
    refusing.asked.push(operatorAddress)
    return Promise.resolve(refusing.said)
  }
  const doors = relayDoors(network, nodes, { state: { state }, store, isHeldOff })
  return { asked, rows, see, want, door: doors.all, doors, refusing }
}
const MADE_HERE = NETWORKS.filter((each) => each.madeHere).map((each) => each.id)
const OF_OTHERS = NETWORKS.filter((each) => !each.madeHere).map((each) => each.id)

describe('the door to relays', () => {
  it.each([...MADE_HERE, ...OF_OTHERS])('is the ingress on %s where one was set up, and closed when it stands still', async (id) => {
    const { asked, rows, see, door } = setup(id, 'running')
    see('running', 'running')
    expect(await door.isClosed()).toBe(false)
    await door.close()
    expect([asked, rows[0]?.wanted]).toEqual([['stop ingress'], 'stopped'])
    expect(await door.isClosed(), 'not done yet').toBe(false)
    see('stopped', 'stopping')
    expect(await door.isClosed()).toBe(false)
    see('stopped', 'stopped')
    expect(await door.isClosed()).toBe(true)
    see('stopped', 'absent')
    expect(await door.isClosed()).toBe(true)
    await door.open()
    expect(asked).toEqual(['stop ingress', 'start ingress'])
    // Whatever was seen last: it is about to start.
    expect(await door.isClosed()).toBe(false)
  })

  it.each(OF_OTHERS)('on %s is stopped by the record also before the engine was looked at', async (id) => {
    const { asked, rows, see, door } = setup(id, 'running')
    expect(await door.isClosed()).toBe(false)
    await door.close()
    expect([asked, rows[0]?.wanted]).toEqual([['stop ingress'], 'stopped'])
    expect(await door.isClosed(), 'nobody looked').toBeUndefined()
    see('stopped', 'unknown')
    expect(await door.isClosed(), 'the engine is silent').toBeUndefined()
  })

  it.each(OF_OTHERS)('is not here on %s without one: no container is asked for, and leaving goes on', async (id) => {
    const { asked, door } = setup(id, undefined)
    expect(await door.isClosed()).toBe(true)
    await door.close()
    await door.open()
    expect(asked).toEqual([])
  })

  it.each(MADE_HERE)('is never elsewhere on %s', async (id) => {
    const { asked, door } = setup(id, undefined)
    expect(await door.isClosed()).toBe(false)
    await door.close()
    expect(asked).toEqual(['stop ingress'])
  })

  it('can be closed for one supplier where there is an ingress, but for the practised one', async () => {
    for (const id of [...MADE_HERE, ...OF_OTHERS]) {
      expect(await setup(id, 'stopped').doors.canCloseForOne()).toBe(id !== 'practice')
      expect(await setup(id, undefined).doors.canCloseForOne()).toBeUndefined()
    }
  })

  it('is closed for one when the ingress refuses its relays, or stands still', async () => {
    const { doors, refusing, see, asked } = setup('local', 'running')
    see('running', 'running')
    for (const said of [false, true, undefined]) {
      refusing.said = said
      expect(await doors.of('pokt1leaves').isClosed()).toBe(said)
    }
    expect(refusing.asked).toEqual(['pokt1leaves', 'pokt1leaves', 'pokt1leaves'])
    const still = setup('local', 'stopped')
    still.see('stopped', 'stopped')
    expect(await still.doors.of('pokt1leaves').isClosed()).toBe(true)
    expect(asked).toEqual([])
  })
})
