import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { startText } from '#renderer/text/text.ts'
import { requests } from '#shared/api/requests.ts'
import type { AppState, TaskState } from '#shared/api/state.ts'
import { answers } from './answers.ts'
import { ATTACHED, backendAnswers, backendRow, entryRow, report } from './backend-scene.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { serving } from './scene.ts'

let root: Root | undefined
let box: HTMLElement
const NOW = Date.now()
beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})
beforeEach(() => {
  box = document.createElement('div')
  document.body.append(box)
})
afterEach(async () => {
  await act(async () => root?.unmount())
  document.body.replaceChildren()
  globalThis.location.hash = ''
})

async function show(path: string, more: Record<string, unknown> = {}, tasks: AppState['tasks'] = {}): Promise<FakeLink> {
  globalThis.location.hash = path
  const state = serving(NOW)
  const link = fakeLink({ ...state, tasks: { ...state.tasks, ...tasks } })
  for (const [name, value] of Object.entries({ ...answers(NOW), ...backendAnswers(NOW), ...more }))
    link.answers[name] = () => ({ ok: true, value })
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const text = (): string => document.body.textContent ?? ''
const find = (name: string): HTMLButtonElement => {
  const found = [...document.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name)
  if (!found) throw new Error(`no button ${name}`)
  return found
}
const press = (name: string): Promise<void> =>
  act(async () => {
    find(name).click()
    await settle()
  })
const field = (label: string): HTMLInputElement | HTMLSelectElement => {
  const named = document.querySelector<HTMLInputElement>(`input[aria-label="${label}"]`)
  const found = [...document.querySelectorAll('label')].find((each) => each.textContent === label)
  return named ?? (document.getElementById(found?.htmlFor ?? '') as HTMLInputElement)
}
const fill = (label: string, value: string): Promise<void> =>
  act(async () => {
    const element = field(label)
    const prototype = element instanceof HTMLSelectElement ? HTMLSelectElement.prototype : HTMLInputElement.prototype
    Object.getOwnPropertyDescriptor(prototype, 'value')?.set?.call(element, value)
    element.dispatchEvent(new Event(element instanceof HTMLSelectElement ? 'change' : 'input', { bubbles: true }))
    await settle()
  })
const sent = (link: FakeLink, name: string): unknown[] => link.calls.filter((call) => call.name === name).map((call) => call.input)

describe('backends', () => {
  it('shows what answers each service, what failed in words, and what to beware of', async () => {
    await show('/nodes')
    expect(text()).toContain('Passes all 2 questions')
    expect(text()).toContain('1 question failed')
    expect(text()).toContain('your endpoint: https://gnosis.infura.io, rented from a provider, bearer token, rest of the address hidden')
    await press('What gateways ask of Gnosis Chain')
    expect(text()).toContain('the node says: too many requests')
    expect(text()).toContain('Many providers forbid passing their answers on')
  })
  it('keeps nothing that was not tested just so, and sends what was typed', async () => {
    const link = await show('/nodes', {
      'backends.test': report(NOW, { warnings: ['websocket-open'], websocket: true }),
      'backends.attach': report(NOW),
    })
    await press('Attach your own endpoint for Anvil (LocalNet)')
    expect(find('Attach').disabled).toBe(true)
    await fill('Address (HTTP)', 'http://127.0.0.1:8545/key')
    await fill('Credentials', 'header')
    await fill('Name of the header', 'X-Key')
    await fill('Value of the header', ' s3cret ')
    await press('Test')
    expect(text()).toContain('the right one (0x7a69)')
    expect(text()).toContain('cannot be filtered on the way')
    // What changes for the miner is shown with what restarts.
    expect(text()).toContain('http://gate:9100/s/anvil')
    expect(text()).toContain('It restarts once what it served is written down: Relay miner.')
    expect(find('Attach').disabled).toBe(false)
    await fill('Address (HTTP)', 'http://127.0.0.1:9999')
    expect(find('Attach').disabled).toBe(true)
    await fill('Address (HTTP)', 'http://127.0.0.1:8545/key')
    await press('Attach')
    const wish = {
      serviceId: 'anvil',
      httpUrl: 'http://127.0.0.1:8545/key',
      restUrl: '',
      webSocketUrl: '',
      credential: { kind: 'header', name: 'X-Key', value: 's3cret' },
      keep: false,
    }
    expect(sent(link, 'backends.attach')).toEqual([wish])
    expect(requests['backends.attach'].input.safeParse(wish).success).toBe(true)
    expect(requests['backends.attach'].secret && requests['backends.test'].secret).toBe(true)
    expect(document.querySelector('[role=dialog]')).toBeNull()
  })
  it('says why an endpoint was refused, and what to do', async () => {
    const link = await show('/nodes')
    link.answers['backends.test'] = () => ({
      ok: false,
      error: { code: 'backend-wrong-chain', detail: { host: 'a:1', service: 'Anvil', found: '1', expected: '31337' }, ref: 'r1' },
    })
    await press('Attach your own endpoint for Anvil (LocalNet)')
    await fill('Address (HTTP)', 'http://a:1')
    await press('Test')
    expect(text()).toContain('a:1 is not Anvil: it says chain 1, and 31337 is needed. Nothing was changed.')
    expect(find('Attach').disabled).toBe(true)
  })
  it('keeps credentials of an endpoint that is changed unless others are chosen, and never shows them', async () => {
    const link = await show('/nodes', { 'backends.test': report(NOW) })
    await press('Change the endpoint of Gnosis Chain')
    expect(field('Credentials').value).toBe('keep')
    await press('Test')
    expect(sent(link, 'backends.test')).toEqual([
      { serviceId: 'gnosis', httpUrl: '', restUrl: '', webSocketUrl: '', credential: { kind: 'none' }, keep: true },
    ])
  })
  it('says so when containers cannot reach it, and asks before one is removed', async () => {
    const rows = [backendRow(NOW, { by: 'attached', attached: { ...ATTACHED, reach: 'refused', reachReason: 'HTTP 502' } })]
    const link = await show('/nodes', {
      'backends.list': { mayAttach: true, rows, gate: { kind: 'ready', reason: '' } },
      'backends.remove': {},
    })
    expect(text()).toContain('It answers this PC, and not containers (HTTP 502).')
    await press('Remove the endpoint of Anvil (LocalNet)')
    expect(text()).toContain('Relays go to the container here again. The credentials are deleted.')
    expect(sent(link, 'backends.remove')).toEqual([])
    await press('Remove')
    expect(sent(link, 'backends.remove')).toEqual([{ serviceId: 'anvil' }])
  })
  it('offers nothing to attach in Practice', async () => {
    await show('/nodes', { 'backends.list': { mayAttach: false, rows: [backendRow(NOW)], gate: { kind: 'none', reason: '' } } })
    expect(text()).toContain('Practice has nothing outside')
    expect([...document.querySelectorAll('button')].some((each) => each.getAttribute('aria-label')?.startsWith('Attach your own'))).toBe(
      false,
    )
  })
})

describe('what to serve', () => {
  it('shows what fits first, why the rest does not, and claims no pay that nobody knows', async () => {
    await show('/setup/what-to-serve')
    expect(text()).toContain('answered by a container here')
    expect(text()).toContain('0.0145')
    expect(text()).toContain('not on this network')
    expect(text()).toContain('Hearth has not watched what others were paid')
    expect(text()).not.toContain('Akash')
    await press('All 6')
    expect(text()).toContain('needs 128 GB of memory')
    expect(text()).toContain('needs a data centre')
    expect(
      [...document.querySelectorAll<HTMLInputElement>('input[type=checkbox]')].find(
        (each) => each.getAttribute('aria-label') === 'Serve Akash',
      )?.disabled,
    ).toBe(true)
  })
  it('adds up what is chosen, keeps it, and finds by name', async () => {
    const link = await show('/setup/what-to-serve', { 'serve.choose': {} })
    for (const name of ['Serve Fuse', 'Serve Gnosis Chain'])
      await act(async () => {
        document.querySelector<HTMLInputElement>(`input[aria-label="${name}"]`)?.click()
        await settle()
      })
    expect(text()).toContain('Disk after sync650 of 1,880 GB1,230 GB stay free for you')
    await press('Keep this choice')
    expect(sent(link, 'serve.choose')).toEqual([{ serviceIds: ['anvil', 'fuse', 'gnosis'] }])
    expect(text()).toContain('Kept.')
    await fill('Find a chain', 'nowhere')
    expect(text()).toContain('No chain of that name is in the catalogue of 2026-11-22.')
  })
})

describe('nodes of the catalogue', () => {
  const catalogue = (...rows: Parameters<typeof entryRow>[0][]) => ({ 'backends.catalogue': { rows: rows.map((row) => entryRow(row)) } })
  const LONG_HASH = 'AB'.repeat(32)
  it('says what each is, what it would use, and what of this PC is too little', async () => {
    await show('/nodes')
    expect(text()).toContain('Serves Fuse. 150 GB disk, 8 GB memory, first sync about a day (estimate).')
    expect(text()).toContain('412.5 GB of 500 GB disk are free, 15.5 GB of 24 GB memory')
    expect(find('Start Akash').disabled).toBe(true)
    expect(text()).toContain('None of its services is on this network')
    expect(text()).toMatch(/catching up, block 24,310,877, 14,902,113 blocks behind, about 26\sh left/)
    expect(text()).toContain('The Pocket node that runs here answers for it.')
  })
  it('says beforehand what a start uses, and starts without a snapshot', async () => {
    const link = await show('/nodes', { 'backends.startEntry': { taskId: 't' } })
    await press('Start Fuse')
    for (const word of [
      '150 GB, and it grows',
      'up to 8 GB',
      '2 cores',
      'about a day',
      'docker.io/fusenet/node',
      'on this PC only',
      'day and night',
      'MIT, LGPL-3.0',
      'never ran under',
    ])
      expect(text()).toContain(word)
    await press('Start')
    expect(sent(link, 'backends.startEntry')).toEqual([{ entryId: 'fuse-nethermind', snapshot: null }])
  })
  it('takes a snapshot only with a whole hash', async () => {
    const link = await show('/nodes', {
      ...catalogue({ snapshot: { kind: 'asked', url: 'https://snapshots.example/', why: '' } }),
      'backends.startEntry': { taskId: 't' },
    })
    await press('Start Fuse')
    expect(text()).toContain('the hash must come from a source that you trust')
    await fill('Address of the snapshot', 'https://snapshots.example/a.tar.gz')
    expect(find('Start').disabled).toBe(true)
    await fill('Its SHA-256', 'abc')
    expect(text()).toContain('A SHA-256 has 64 digits')
    expect(find('Start').disabled).toBe(true)
    await fill('Its SHA-256', ` ${LONG_HASH} `)
    await press('Start')
    const wish = { entryId: 'fuse-nethermind', snapshot: { url: 'https://snapshots.example/a.tar.gz', sha256: LONG_HASH } }
    // As main reads it: a hash in capitals is the same hash.
    expect(sent(link, 'backends.startEntry')).toEqual([requests['backends.startEntry'].input.parse(wish)])
    expect(requests['backends.startEntry'].input.parse(wish).snapshot?.sha256).toBe('ab'.repeat(32))
  })
  it('stops, and asks what becomes of the data before it removes', async () => {
    const link = await show('/nodes', { 'backends.stopEntry': {}, 'backends.removeEntry': { taskId: 't' } })
    await press('Stop Gnosis Chain')
    expect(sent(link, 'backends.stopEntry')).toEqual([{ entryId: 'gnosis-nethermind-lighthouse' }])
    await press('Remove Gnosis Chain')
    expect(text()).toMatch(/may take up to 2\smin/)
    expect(text()).toContain('The disk stays as full as it is.')
    await fill('What becomes of its data', 'lose')
    expect(text()).toContain('The disk is free again.')
    await press('Remove')
    expect(sent(link, 'backends.removeEntry')).toEqual([{ entryId: 'gnosis-nethermind-lighthouse', withData: true }])
  })
  it('takes what is left of one without asking again, and gives the own node back without data', async () => {
    const link = await show('/nodes', { 'backends.startEntry': { taskId: null }, 'backends.removeEntry': { taskId: null } })
    await press('Remove Language model (Ollama)')
    expect(text()).toContain('The containers are gone already.')
    await press('Delete its data')
    expect(sent(link, 'backends.removeEntry')).toEqual([{ entryId: 'ollama', withData: true }])
    await press('Let the Pocket node here answer Pocket full node')
    expect(sent(link, 'backends.startEntry')).toEqual([{ entryId: 'pocket-full', snapshot: null }])
  })
  it('does not offer to keep what is there in part alone', async () => {
    const { rows } = backendAnswers(0)['backends.catalogue']
    const cutOff = rows.map((row) => (row.entryId === 'ollama' ? { ...row, stage: 'starting' as const, hasData: false } : row))
    const link = await show('/nodes', { 'backends.catalogue': { rows: cutOff }, 'backends.removeEntry': { taskId: 't' } })
    await press('Remove Language model (Ollama)')
    expect(text()).toContain('What it has fetched so far is deleted')
    expect(text()).not.toContain('What becomes of its data')
    await press('Remove')
    expect(sent(link, 'backends.removeEntry')).toEqual([{ entryId: 'ollama', withData: true }])
  })
  it('shows why a start was refused', async () => {
    const link = await show('/nodes')
    link.answers['backends.startEntry'] = () => ({
      ok: false,
      error: { code: 'backend-too-big', detail: { title: 'Fuse', problem: 'disk', has: '20', needs: '188' }, ref: 'r' },
    })
    await press('Start Fuse')
    await press('Start')
    expect(text()).toContain('20 GB of disk are free where containers are kept, and 188 GB are needed')
  })
  const task = (fields: Partial<TaskState>): AppState['tasks'] => ({
    b: {
      id: 'b',
      kind: 'backend-start',
      status: 'running',
      startedAtMs: NOW,
      endedAtMs: null,
      cancellable: true,
      steps: [{ key: 'images', status: 'running', startedAtMs: NOW, endedAtMs: null, facts: {} }],
      pulls: [],
      done: 0,
      total: 0,
      lastLine: '',
      facts: { entryId: 'fuse-nethermind', title: 'Fuse' },
      error: null,
      ...fields,
    },
  })
  it('shows how far a start is, by its layers and by its snapshot, and the way out', async () => {
    const layer = (currentBytes: number) => ({ id: `l${currentBytes}`, currentBytes, totalBytes: 100_000_000, status: 'fetching' as const })
    const pull = { title: 'Fuse', reference: 'x', status: 'fetching' as const, layers: [layer(30_000_000), layer(60_000_000)] }
    const link = await show('/nodes', { 'tasks.cancel': {} }, task({ pulls: [pull] }))
    expect(text()).toMatch(/Fetch the images Image 1 of 1, 90\.0\sMB of 200\sMB/)
    expect(document.querySelector('[role=progressbar][aria-label="Progress of Fuse"]')?.getAttribute('aria-valuenow')).toBe('45')
    await press('Cancel')
    expect(sent(link, 'tasks.cancel')).toEqual([{ taskId: 'b' }])
  })
  it('says that a snapshot is checked', async () => {
    const step = { key: 'snapshot', status: 'running' as const, startedAtMs: NOW, endedAtMs: null, facts: { stage: 'checking' } }
    await show('/nodes', {}, task({ steps: [step], done: 500_000_000, total: 1_000_000_000 }))
    expect(text()).toMatch(/Fetch the snapshot and check its hash 500\sMB of 1\.0+\sGB, checking its hash/)
  })
  it('says why a start failed until it is put away', async () => {
    const link = await show(
      '/nodes',
      { 'tasks.dismiss': {} },
      task({ status: 'failed', error: { code: 'snapshot-refused', detail: { reason: '“out” is a link' } } }),
    )
    expect(text()).toContain('The snapshot is not unpacked: “out” is a link.')
    await press('Close')
    expect(sent(link, 'tasks.dismiss')).toEqual([{ taskId: 'b' }])
  })
})
