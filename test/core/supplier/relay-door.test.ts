import { describe, expect, it } from 'vitest'
import { relayDoor } from '#main/core/supplier/relay-door.ts'
import { initialState } from '#main/core/state/initial.ts'
import { NETWORKS } from '#shared/networks/index.ts'
import type { NodeState } from '#shared/api/state.ts'

function setup(network: string) {
  const asked: string[] = []
  const note = (what: string) => (nodeId: string) => Promise.resolve(void asked.push(`${what} ${nodeId}`))
  const state = initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: 1, notice: null })
  return { asked, state, door: relayDoor(network, { stop: note('stop'), start: note('start') }, { state }) }
}

describe('the door to relays', () => {
  it.each(NETWORKS.filter((each) => each.madeHere).map((each) => each.id))(
    'is the ingress on %s, and closed when it stands still',
    async (id) => {
      const { asked, state, door } = setup(id)
      await door.close()
      await door.open()
      expect(asked).toEqual(['stop ingress', 'start ingress'])
      expect(door.isClosed()).toBe(false)
      state.nodes['ingress'] = { wanted: 'stopped', seen: 'stopping' } as NodeState
      expect(door.isClosed()).toBe(false)
      state.nodes['ingress'] = { wanted: 'stopped', seen: 'stopped' } as NodeState
      expect(door.isClosed()).toBe(true)
    },
  )

  it.each(NETWORKS.filter((each) => !each.madeHere).map((each) => each.id))(
    'is not here on %s: no container is asked for, and leaving goes on',
    async (id) => {
      const { asked, door } = setup(id)
      expect(door.isClosed()).toBe(true)
      await door.close()
      await door.open()
      expect(asked).toEqual([])
    },
  )

  it.each(NETWORKS.filter((each) => !each.madeHere).map((each) => each.id))('is the ingress on %s where one was set up', async (id) => {
    const { asked, state, door } = setup(id)
    state.nodes['ingress'] = { wanted: 'running', seen: 'running' } as NodeState
    expect(door.isClosed()).toBe(false)
    await door.close()
    await door.open()
    expect(asked).toEqual(['stop ingress', 'start ingress'])
    state.nodes['ingress'] = { wanted: 'stopped', seen: 'stopped' } as NodeState
    expect(door.isClosed()).toBe(true)
  })
})
