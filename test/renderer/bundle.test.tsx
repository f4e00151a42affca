import { act } from 'react'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '#shared/api/errors.ts'
import type { AppState, TaskState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { ATTACHED, backendRow } from './backend-scene.ts'
import { settle, type FakeLink } from './fake-link.ts'
import { minerStarting, onMainnet, servedOnMainnet, stakedOnMainnet } from './mainnet-scene.ts'
import { asked, pageStage, usualLink } from './page-stage.tsx'
import { OPERATOR, serving } from './scene.ts'

/** The relay miner of a network of others, from the empty page to its removal. */
const NOW = Date.now()
const stage = pageStage()

type Answers = Record<string, unknown>
async function show(state: AppState, path: string, more: Answers = {}): Promise<FakeLink> {
  globalThis.location.hash = path
  const link = usualLink(state, more)
  return stage.open(link)
}
const page = (): string => document.querySelector('#page')?.textContent ?? ''
const button = (name: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name)
  if (!found) throw new Error(`no button ${name}`)
  return found
}
const press = (name: string): Promise<void> =>
  act(async () => {
    button(name).click()
    await settle()
  })
const isDead = (name: string): boolean => button(name).disabled || button(name).getAttribute('aria-disabled') === 'true'
const refuse = (link: FakeLink, name: string, code: ErrorCode, detail: Record<string, string>): void => {
  link.answers[name] = () => ({ ok: false, error: { code, detail, ref: 'r' } })
}
const links = (): string[] => [...document.querySelectorAll('#page a')].map((each) => each.getAttribute('href') ?? '')
const withTask = (state: AppState, fields: Partial<TaskState>): AppState => ({
  ...state,
  tasks: { 'task-1': { ...minerStarting(NOW).tasks['task-1']!, ...fields } },
})

describe('before there is a relay miner on Mainnet', () => {
  it('Nodes says which three containers would run, what they take and whom they ask, and leads to the start', async () => {
    const link = await show(stakedOnMainnet(NOW), '/nodes')
    for (const said of ['No relay miner on this PC yet', 'Key keeper', 'Relay miner', 'Ingress', 'No node of the chain'])
      expect(page()).toContain(said)
    expect(page()).toContain('up to 1.1\u00a0GB')
    expect(page()).toContain('Asked for blocks: sauron-rpc.infra.pocket.network.')
    expect(links()).toContain('#/start-miner')
    expect(page()).not.toContain('runs no containers')
    expect(asked(link, 'backends.list')).toEqual([])
  })

  it.each([
    ['an engine', { engine: { ...stakedOnMainnet(NOW).engine, kind: 'absent' as const } }, 'A container engine is needed first.'],
    [
      'a certain chain',
      { chain: { ...stakedOnMainnet(NOW).chain, known: 'first-use' as const } },
      'First say that this is the right chain',
    ],
    [
      'the new chain of a network that began anew',
      { chain: { ...stakedOnMainnet(NOW).chain, replaced: { block1Hash: 'ab'.repeat(32), hosts: ['a.example.org'] } } },
      'First take the new chain up',
    ],
    ['a host with gRPC', { chain: { ...stakedOnMainnet(NOW).chain, endpoints: {} } }, 'None of the hosts has a gRPC address'],
  ])('Nodes says that %s is missing', async (_, fields, said) => {
    await show({ ...stakedOnMainnet(NOW), ...fields }, '/nodes')
    expect(page()).toContain(said)
  })

  it('who opens the keys after a restart is decided before the first start, with what a missed proof costs', async () => {
    const link = await show(stakedOnMainnet(NOW), '/start-miner')
    link.answers['bundle.start'] = () => ({ ok: true, value: { taskId: 'task-1' } })
    expect(page()).toContain('First say who opens the keys after a restart.')
    expect(page()).toContain('A claim whose proof is missing costs 320 POKT of the stake.')
    expect(isDead('Start the relay miner')).toBe(true)
    await press('Keep “Ask me”')
    expect(page()).not.toContain('First say who')
    await press('Start the relay miner')
    expect(asked(link, 'bundle.start')).toEqual([{}])
  })

  it('who chose another way on purpose is not asked again', async () => {
    const state = stakedOnMainnet(NOW)
    await show({ ...state, custody: { ...state.custody, unlock: 'file' } }, '/start-miner')
    expect(isDead('Start the relay miner')).toBe(false)
  })

  it('a start that is refused says why and what to do', async () => {
    const state = stakedOnMainnet(NOW)
    const link = await show({ ...state, custody: { ...state.custody, unlock: 'file' } }, '/start-miner')
    refuse(link, 'bundle.start', 'chain-not-confirmed', {})
    await press('Start the relay miner')
    expect(document.querySelector('[role="alert"]')?.textContent).toContain('You were not asked yet whether this is the right chain.')
  })

  it('beside a chain of one’s own there is no such page', async () => {
    await show(serving(NOW), '/start-miner')
    expect(page()).toContain('brings its own relay miner')
    expect([...document.querySelectorAll('button')].map((each) => each.textContent)).not.toContain('Start the relay miner')
  })
})

describe('the start of the relay miner on Mainnet', () => {
  it('shows its steps, each layer, and can be cancelled', async () => {
    const link = await show(minerStarting(NOW), '/start-miner')
    link.answers['tasks.cancel'] = () => ({ ok: true, value: {} })
    expect(page()).toContain('Fetch the images, step 3 of 4')
    expect(page()).toContain('Make the containers')
    expect(page()).not.toContain('Remove the containers')
    expect(document.querySelectorAll('ol[aria-label^="Layers of"] li')).toHaveLength(4)
    await press('Cancel start')
    expect(asked(link, 'tasks.cancel')).toEqual([{ taskId: 'task-1' }])
  })

  it('that failed says where, why and what next, and is tried again', async () => {
    const steps = minerStarting(NOW).tasks['task-1']!.steps.map((step) =>
      step.key === 'images' ? { ...step, status: 'failed' as const } : step,
    )
    const state = withTask(stakedOnMainnet(NOW), {
      status: 'failed',
      endedAtMs: NOW,
      steps,
      error: { code: 'disk-full', detail: { freeBytes: '1', neededBytes: '2' } },
    })
    const link = await show({ ...state, custody: { ...state.custody, unlock: 'file' } }, '/start-miner')
    link.answers['bundle.start'] = () => ({ ok: true, value: { taskId: 'task-2' } })
    expect(page()).toContain('Stopped at “Fetch the images”')
    expect(document.querySelector('[role="alert"]')?.textContent).toMatch(/disk/i)
    await press('Try again')
    expect(asked(link, 'bundle.start')).toEqual([{}])
  })

  it('that is done leads to what answers', async () => {
    await show(withTask(servedOnMainnet(NOW), { status: 'done', endedAtMs: NOW }), '/start-miner')
    expect(page()).toContain('The relay miner is set up')
    expect(links()).toContain('#/nodes')
    expect([...document.querySelectorAll('button')].map((each) => each.textContent)).not.toContain('Start the relay miner')
  })
})

describe('a relay miner on Mainnet', () => {
  it('has its rows, its backends and its removal on Nodes, and nothing of a chain of one’s own', async () => {
    const link = await show(servedOnMainnet(NOW), '/nodes')
    for (const id of ['miner-1', 'ingress-1', 'keeper-1']) expect(links()).toContain(`#/nodes/${id}`)
    expect(page()).toContain('Attach own endpoint')
    expect(page()).toContain('Remove the relay miner…')
    expect(page()).not.toMatch(/No relay miner on this PC|Remove the Local chain|Remove the Pocket network|Pocket node runs/)
    expect(asked(link, 'backends.list').length).toBeGreaterThan(0)
    expect(page()).toContain('the relay miner asks it')
  })

  it('says on its page which host it asks, and asks another when told; a refusal is said', async () => {
    const link = await show(servedOnMainnet(NOW), '/nodes/miner-1')
    const card = [...document.querySelectorAll('section')].find(
      (each) => each.querySelector('h2')?.textContent === 'Where it asks the chain',
    )
    expect(card?.textContent).toContain('Asks nowsauron-rpc.infra.pocket.networkchosen by Hearth')
    expect(card?.textContent).toContain('Without a gRPC address, so not to be chosen: rpc-pocket.blockval.io.')
    const select = card!.querySelector('select')!
    expect([...select.options].map((option) => option.value)).toEqual([
      'https://sauron-rpc.infra.pocket.network',
      'https://rpc.oakroom.example',
    ])
    const choose = (value: string): Promise<void> =>
      act(async () => {
        Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value')?.set?.call(select, value)
        select.dispatchEvent(new Event('change', { bubbles: true }))
        await settle()
      })
    await choose('https://rpc.oakroom.example')
    expect(card?.textContent).toContain('restarts for it, drained')
    refuse(link, 'bundle.chooseHost', 'endpoint-other-chain', { host: 'rpc.oakroom.example' })
    await press('Ask this host')
    expect(card?.textContent).toContain('rpc.oakroom.example answers for another chain')
    link.answers['bundle.chooseHost'] = () => ({ ok: true, value: {} })
    await press('Ask this host')
    expect(asked(link, 'bundle.chooseHost')).toEqual([{ rpcUrl: 'https://rpc.oakroom.example' }, { rpcUrl: 'https://rpc.oakroom.example' }])
  })

  it('says that no host can be asked', async () => {
    await show({ ...servedOnMainnet(NOW), bundle: { host: '', chosen: false } }, '/nodes/miner-1')
    expect(page()).toContain('The relay miner has no blocks until one does')
  })

  it('asks no host beside a chain of one’s own', async () => {
    await show(serving(NOW), '/nodes/miner-1')
    expect(page()).not.toContain('Where it asks the chain')
  })

  it('says before a stop that it is real money', async () => {
    await show(servedOnMainnet(NOW), '/nodes/miner-1')
    await press('Stop Relay miner…')
    expect(document.querySelector('[role="dialog"]')?.textContent).toContain('This is real money')
  })

  it.each([
    ['claims-open', { claims: '2', upokt: '1500000' }, '2 claims of 1.5 POKT are not paid yet'],
    ['work-unsent', { sessions: '1' }, 'Relays of 1 session are served and not proven yet'],
  ] as const)('is removed with the safe way told first, and %s asked', async (code, detail, said) => {
    const link = await show(servedOnMainnet(NOW), '/nodes')
    await press('Remove the relay miner…')
    const dialog = (): string => document.querySelector('[role="dialog"]')?.textContent ?? ''
    expect(dialog()).toContain('Leave safely first')
    refuse(link, 'bundle.remove', code, detail)
    await press('Remove the relay miner')
    expect(dialog()).toContain(said)
    expect(dialog()).toContain('costs 320 POKT of the stake')
    expect(isDead('Remove the relay miner')).toBe(true)
    await act(async () => {
      document.querySelector<HTMLInputElement>('[role="dialog"] input[type="checkbox"]')!.click()
      await settle()
    })
    link.answers['bundle.remove'] = () => ({ ok: true, value: { taskId: 'r1' } })
    await press('Remove the relay miner')
    expect(asked(link, 'bundle.remove')).toEqual([{ loseOpenClaims: false }, { loseOpenClaims: true }])
    expect(document.querySelector('[role="dialog"]')).toBeNull()
  })

  it('while it is removed the steps are told, and after it what stays', async () => {
    const removing = (fields: Partial<TaskState>): Partial<TaskState> => ({ kind: 'bundle-remove', pulls: [], ...fields })
    const step = (key: string) => ({ key, status: 'running' as const, startedAtMs: NOW, endedAtMs: null, facts: {} })
    await show(withTask(servedOnMainnet(NOW), removing({ steps: ['stop', 'containers', 'volumes', 'records'].map(step) })), '/nodes')
    for (const said of ['Removing the relay miner', 'Remove the containers', 'Remove what it kept', 'Forget its ports and images'])
      expect(page()).toContain(said)
    expect(page()).not.toContain('Remove the relay miner…')
    await stage.close()
    await show(withTask(stakedOnMainnet(NOW), removing({ status: 'done', endedAtMs: NOW })), '/nodes')
    expect(page()).toContain('Keys, earnings and backends are still here.')
    expect(page()).toContain('No relay miner on this PC yet')
  })

  it.each([
    ['work-unsent', false],
    ['claims-open', false],
    ['engine-failed', true],
  ] as const)('a removal that ended with %s is asked for again with %s as what was agreed to lose', async (code, agreed) => {
    const failed = { kind: 'bundle-remove' as const, status: 'failed' as const, endedAtMs: NOW, pulls: [], error: { code, detail: {} } }
    const link = await show(withTask(servedOnMainnet(NOW), failed), '/nodes')
    link.answers['bundle.remove'] = () => ({ ok: true, value: { taskId: 'r1' } })
    await press('Try again')
    expect(asked(link, 'bundle.remove')).toEqual([{ loseOpenClaims: agreed }])
  })
})

describe('Home and Supplier of Mainnet', () => {
  it('judge the relay miner when it is here, and say that it is elsewhere when it is not', async () => {
    await show(servedOnMainnet(NOW), '/')
    expect(page()).toContain('Your service is earning')
    expect(page()).toContain('Public address: self-test passed')
    expect(page()).not.toMatch(/Was fine before|test relay/i)
    await stage.close()
    const down = servedOnMainnet(NOW)
    down.nodes['miner-1'] = { ...down.nodes['miner-1']!, wanted: 'stopped', wantedBy: 'user', seen: 'stopped' }
    await show(down, '/')
    expect(page()).toContain('You stopped the relay miner')
    expect(page()).toContain('Not served')
    await stage.close()
    await show(onMainnet(NOW), '/')
    expect(page()).toContain('does not run on this PC')
    expect(page()).not.toContain('Was fine before')
  })

  it('a finding of the self-test leads to the self-test, and to test relays on a chain of one’s own', async () => {
    const finding = { id: 'f', level: 'warn' as const, key: 'self-test-here', facts: {}, fix: 'test-relays' as const, sinceMs: NOW }
    await show({ ...servedOnMainnet(NOW), attention: { f: finding } }, '/')
    expect(links()).toContain('#/supplier/self-test')
    expect(links()).not.toContain('#/supplier/test-relays')
    await stage.close()
    await show({ ...serving(NOW), attention: { f: finding } }, '/')
    expect(links()).toContain('#/supplier/test-relays')
  })

  const options = { ...(answers(NOW)['supplier.options'] as object), endpointUrl: 'http://127.0.0.1:8551' }
  const unserved = { ...options, services: [{ id: 'anvil', name: 'Anvil', computeUnitsPerRelay: '100', backendNodeId: null }] }
  const attached = {
    mayAttach: true,
    gate: { kind: 'ready', reason: '' },
    rows: [backendRow(NOW, { by: 'attached', nodeId: null, attached: ATTACHED })],
  }

  it('three records count an endpoint of one’s own as what answers, until it fails', async () => {
    const record = (): string => document.querySelector('table')?.textContent ?? ''
    await show(servedOnMainnet(NOW), '/supplier', { 'supplier.options': unserved, 'backends.list': attached })
    expect(record()).toContain('your endpoint')
    expect(record()).toContain('Same')
    expect(page()).toContain('Public address: Passed')
    await stage.close()
    const failing = servedOnMainnet(NOW)
    failing.health.backendsFailing = [{ serviceId: 'anvil', title: 'Anvil', why: 'no-answer', facts: {} }]
    await show(failing, '/supplier', { 'supplier.options': unserved, 'backends.list': attached })
    expect(record()).toContain('your endpoint fails')
    expect(record()).toContain('Differs')
  })

  it('an offer begins with what is attached, without the door of this PC, and takes no address that nobody reaches', async () => {
    const state = { ...servedOnMainnet(NOW), supplier: stakedOnMainnet(NOW).supplier }
    const nothing = { atHeight: 137, record: null }
    await show(state, '/supplier/services', { 'supplier.options': unserved, 'backends.list': attached, 'supplier.record': nothing })
    const row = document.querySelector('[data-service="anvil"]')!
    expect(row.querySelector<HTMLInputElement>('input[type="checkbox"]')?.checked).toBe(true)
    expect(row.textContent).toContain('backend runs here')
    const url = row.querySelector<HTMLInputElement>('input[inputmode="url"]')!
    expect(url.value).toBe('')
    const type = (value: string): Promise<void> =>
      act(async () => {
        Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(url, value)
        url.dispatchEvent(new Event('input', { bubbles: true }))
        await settle()
      })
    for (const own of ['http://127.0.0.1:8551', 'https://192.168.1.20', 'http://localhost:8551']) {
      await type(own)
      expect(row.textContent, own).toContain('Nobody outside reaches this address')
      expect(isDead('Review and sign…'), own).toBe(true)
    }
    await type('https://relay.oakroom.example')
    expect(row.textContent).not.toContain('Nobody outside')
    expect(isDead('Review and sign…')).toBe(false)
  })

  it('the first session speaks of endpoints and the self-test, not of a node or of test relays', async () => {
    await show(servedOnMainnet(NOW), '/supplier/first-session')
    expect(page()).toContain('See that your endpoints answer')
    expect(links()).toContain('#/supplier/self-test')
    expect(page()).not.toMatch(/Chain and backend|test relay/i)
  })

  it('leaving safely closes the door here', async () => {
    const state = servedOnMainnet(NOW)
    expect(state.supplier.operatorAddress).toBe(OPERATOR)
    await show(state, '/supplier/leave')
    expect(page()).toContain('Hearth closes the door to relays')
  })
})
