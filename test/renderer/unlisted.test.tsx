import { act } from 'react'
import { expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { minerStarting, stakedOnMainnet } from './mainnet-scene.ts'
import { asked, pageStage, usualLink } from './page-stage.tsx'
import { chosen } from './scene.ts'
import { copiedMiner } from './volume-scene.ts'

/** Containers that the record does not know, on the Nodes page. */
const NOW = Date.now()
const stage = pageStage()

const withUnlisted = (state: AppState, isUp: boolean, id = 'miner', title = 'Relay miner'): AppState => ({
  ...state,
  engine: { ...state.engine, kind: 'ready', unlisted: [{ id, title, isUp }] },
})
async function show(state: AppState): Promise<FakeLink> {
  globalThis.location.hash = '/nodes'
  const link = usualLink(state)
  link.answers['nodes.stopUnlisted'] = () => ({ ok: true, value: {} })
  link.answers['localChain.start'] = () => ({ ok: true, value: { taskId: 'task-1' } })
  return stage.open(link)
}
const page = (): string => document.querySelector('#page')?.textContent ?? ''
const buttons = (name: string): HTMLButtonElement[] => [...document.querySelectorAll('button')].filter((each) => each.textContent === name)
const press = (name: string): Promise<void> =>
  act(async () => {
    buttons(name)[0]?.click()
    await settle()
  })

it('a relay miner on Mainnet is told of, can be stopped, and leads to its usual start', async () => {
  const link = await show(withUnlisted(stakedOnMainnet(NOW), true))
  expect(page()).toContain('A relay miner runs here that the record does not know')
  expect(page()).toContain('Relay miner: runs')
  expect([...document.querySelectorAll('#page [role="alert"] a')].map((each) => each.getAttribute('href'))).toEqual(['#/start-miner'])
  await press('Stop what runs')
  expect(asked(link, 'nodes.stopUnlisted')).toEqual([{}])
})

it('what does not run is taken up, not stopped; the Local chain by the one button that starts it', async () => {
  const link = await show(withUnlisted(chosen(NOW), false, 'pocket', 'Pocket node'))
  expect(page()).toContain('Pocket node: does not run')
  expect(buttons('Stop what runs')).toHaveLength(0)
  expect(buttons('Start the Local chain')).toHaveLength(1)
  await press('Start the Local chain')
  expect(asked(link, 'localChain.start')).toEqual([{}])
})

it('what no network brings is not offered a start', async () => {
  await show(withUnlisted(stakedOnMainnet(NOW), true, 'eth-geth', 'eth-geth'))
  expect(page()).toContain('is taken up by starting it again under Backends')
  expect(page()).not.toContain('To take them up again')
  expect(buttons('Stop what runs')).toHaveLength(1)
})

it('a copy of the relay miner is said to be one: it can be stopped, and nothing leads to taking it up', async () => {
  const link = await show(copiedMiner(NOW))
  expect(page()).toContain('A second relay miner runs here that is made like Hearth’s own')
  expect(page()).toContain('miner-before-update: runs, made like Relay miner')
  expect(page()).not.toContain('To take them up again')
  expect(page()).not.toContain('is taken up by starting it again')
  expect(page()).not.toContain('that the record does not know')
  expect(page()).toContain('Two relay miners with one key')
  expect(page()).toContain('that is for whoever made it')
  await press('Stop what runs')
  expect(asked(link, 'nodes.stopUnlisted')).toEqual([{}])
})

it('nothing is said without an engine, nor while they are taken up', async () => {
  const state = withUnlisted(stakedOnMainnet(NOW), true)
  await show({ ...state, engine: { ...state.engine, kind: 'not-started' } })
  expect(page()).not.toContain('that the record does not know')
  await stage.close()
  await show(withUnlisted(minerStarting(NOW), true))
  expect(page()).not.toContain('that the record does not know')
})
