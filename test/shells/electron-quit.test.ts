import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { NODES_LIMIT_MS, STOP_LIMIT_MS, SYSTEM_LIMIT_MS } from '#main/shells/electron/quit.ts'
import type { FakeWindow } from '#test/fakes/electron.ts'
import { createTestClock, type TestClock } from '#test/fakes/clock.ts'
import { createStateApp, elsewhere, type StateApp } from './support/desktop-state.ts'
import { createElectronStage, type ElectronStage } from './support/electron-stage.ts'
import { PATIENCE } from '#test/patience.ts'

let stage: ElectronStage
let app: StateApp
let clock: TestClock
beforeEach(async () => {
  app = createStateApp()
  clock = createTestClock()
  stage = await createElectronStage(app)
  stage.outside.clock = clock
})
afterEach(async () => {
  app.stop = () => Promise.resolve()
  await stage.close()
})

const answer = (label: string): void => {
  stage.electron.answer = () => label
}
const exits = (): string[] => stage.electron.calls.filter((entry) => entry.startsWith('exit'))
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
const pass = async (ms: number): Promise<void> => {
  for (let passed = 0; passed < ms; passed += 500) await clock.advance(500)
  await settle()
}
const notices = (): FakeWindow[] => stage.electron.windows.filter((window) => window.options.webPreferences.partition === 'hearth-notice')
/** The sentence that a notice window shows. */
const sentence = async (): Promise<string> => {
  const handler = stage.sessionOf('hearth-notice').handlers.get('app')
  const response = await handler?.(new Request(notices()[0]?.urls.at(-1) ?? ''))
  return (await response?.text()) ?? ''
}

describe('the question', () => {
  test('says what keeps running, and what stopping everything costs now', async () => {
    const page = await stage.start()
    app.verdict('costs', { costUpokt: '720000', costClaims: '1' })
    page.close()
    await settle()
    const [question] = stage.electron.questions
    expect(question?.detail).toContain('2 containers keep running without Hearth')
    expect(question?.detail).toContain('If you stop everything: Stopping now costs ≈ 0.7200 POKT.')
    expect(question?.buttons).toEqual(['Quit, let them run', 'Stop all and quit', 'Keep Hearth running', 'Cancel'])
    expect(question?.cancelId).toBe(3)
    // The standard answer changes nothing that runs.
    expect(question?.buttons[question.defaultId]).toBe('Keep Hearth running')
    expect([page.isDestroyed(), exits(), app.calls]).toEqual([false, [], []])
  })

  test('is asked once at a time, and cancelling leaves everything', async () => {
    await stage.start()
    let close: (label: string) => void = () => undefined
    stage.electron.answer = () => new Promise((resolve) => (close = resolve))
    stage.electron.emit('before-quit')
    stage.electron.emit('before-quit')
    await settle()
    expect(stage.electron.questions).toHaveLength(1)
    close('Cancel')
    await settle()
    expect([exits(), app.stopped()]).toEqual([[], false])
    answer('Keep Hearth running')
    stage.electron.emit('before-quit')
    await settle()
    expect([stage.windowAt(0).isVisible(), stage.windowAt(0).isDestroyed(), exits()]).toEqual([false, false, []])
  })

  test('is not asked when nothing runs', async () => {
    await stage.start()
    for (const id of ['miner', 'anvil']) app.put('nodes', id, undefined)
    stage.electron.emit('before-quit')
    await vi.waitFor(() => expect(exits()).toEqual(['exit 0']), PATIENCE)
    expect(stage.electron.questions).toEqual([])
    expect(app.stopped()).toBe(true)
  })

  test('in Practice there is nothing to stop', async () => {
    app.set('app', { ...app.state.app, network: 'practice' })
    await stage.start()
    stage.electron.emit('before-quit')
    await settle()
    expect(stage.electron.questions[0]?.buttons).toEqual(['Quit', 'Keep Hearth running', 'Cancel'])
    expect(stage.electron.questions[0]?.detail).not.toContain('costs')
  })

  test('counts what runs on a network that is not chosen, and what stopping it would cost', async () => {
    app.set('app', { ...app.state.app, network: 'practice' })
    app.put('elsewhere', 'mainnet', elsewhere('mainnet', { clock: { verdict: 'costs', facts: { costUpokt: '720000' }, height: 107 } }))
    await stage.start()
    stage.electron.emit('before-quit')
    await settle()
    const [question] = stage.electron.questions
    expect(question?.detail).toContain('2 containers keep running without Hearth')
    expect(question?.detail).toContain('If you stop everything: Mainnet: Stopping now costs ≈ 0.7200 POKT.')
    expect(question?.buttons).toEqual(['Quit, let them run', 'Stop all and quit', 'Keep Hearth running', 'Cancel'])
  })

  test('of several networks says each', async () => {
    app.put('elsewhere', 'local', elsewhere('local'))
    await stage.start()
    app.verdict('wait', { blocks: '3' })
    stage.electron.emit('before-quit')
    await settle()
    expect(stage.electron.questions[0]?.detail).toContain('4 containers')
    expect(stage.electron.questions[0]?.detail).toContain(
      'If you stop everything: Wait 3 blocks before you stop; Local chain: Safe to stop.',
    )
  })

  test('closing hides, with nothing asked, when Hearth should keep running', async () => {
    app.choose('keepRunning', true)
    const page = await stage.start()
    page.emit('ready-to-show')
    page.close()
    expect([page.isVisible(), page.isDestroyed(), stage.electron.questions]).toEqual([false, false, []])
    stage.electron.emit('activate')
    expect(page.isVisible()).toBe(true)
  })
})

describe('the end', () => {
  test('quitting alone stops no node', async () => {
    await stage.start()
    answer('Quit, let them run')
    stage.electron.emit('before-quit')
    await vi.waitFor(() => expect(exits()).toEqual(['exit 0']), PATIENCE)
    expect(app.calls).toEqual([])
    expect(stage.electron.desktop.trays[0]?.destroyed).toBe(true)
  })

  test('stop all asks the miner first, waits for the last one, and says what for', async () => {
    await stage.start()
    answer('Stop all and quit')
    stage.electron.emit('before-quit')
    await settle()
    expect(app.calls).toEqual([
      { name: 'nodes.stop', input: { nodeId: 'miner', network: 'mainnet' } },
      { name: 'nodes.stop', input: { nodeId: 'anvil', network: 'mainnet' } },
    ])
    expect(notices()).toEqual([])
    await pass(2_000)
    expect(await sentence()).toContain('Waiting for Anvil, Relay miner to stop')
    const [window] = notices()
    expect(window?.options.webPreferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false, devTools: false })
    expect(window?.options.webPreferences.preload).toBeUndefined()
    app.put('nodes', 'anvil', { ...app.state.nodes['anvil'], seen: 'stopped' } as AppState['nodes'][string])
    await pass(500)
    expect(await sentence()).toContain('Waiting for Relay miner to stop')
    expect([app.stopped(), exits()]).toEqual([false, []])
    app.put('nodes', 'miner', { ...app.state.nodes['miner'], seen: 'stopping' } as AppState['nodes'][string])
    await pass(1_000)
    expect(app.stopped()).toBe(false)
    app.put('nodes', 'miner', { ...app.state.nodes['miner'], seen: 'stopped' } as AppState['nodes'][string])
    await pass(1_000)
    expect([app.stopped(), exits()]).toEqual([true, ['exit 0']])
    expect(notices()).toHaveLength(1)
  })

  test('stop all takes the networks that are not chosen along, their miners first, and what is down and wanted', async () => {
    app.set('app', { ...app.state.app, network: 'practice' })
    app.put('elsewhere', 'mainnet', elsewhere('mainnet', { up: { ingress: 'Ingress', miner: 'Relay miner' }, down: ['gate'] }))
    await stage.start()
    answer('Stop all and quit')
    stage.electron.emit('before-quit')
    await settle()
    expect(app.calls).toEqual([
      { name: 'nodes.stop', input: { nodeId: 'miner', network: 'mainnet' } },
      { name: 'nodes.stop', input: { nodeId: 'ingress', network: 'mainnet' } },
      { name: 'nodes.stop', input: { nodeId: 'gate', network: 'mainnet' } },
    ])
    await pass(2_000)
    expect([await sentence(), app.stopped()]).toEqual([expect.stringContaining('Waiting for Ingress, Relay miner to stop'), false])
    app.put('elsewhere', 'mainnet', elsewhere('mainnet', { up: {} }))
    await pass(1_000)
    expect([app.stopped(), exits()]).toEqual([true, ['exit 0']])
  })

  test('the system waits for what is on its way on a network that is not chosen', async () => {
    app.set('app', { ...app.state.app, network: 'practice' })
    app.put('elsewhere', 'mainnet', elsewhere('mainnet', { clock: { verdict: 'wait', facts: { blocks: '2' }, height: 107 } }))
    await stage.start()
    stage.electron.desktop.power('shutdown')
    await pass(3_000)
    expect([exits(), app.stopped()]).toEqual([[], false])
    app.put('elsewhere', 'mainnet', elsewhere('mainnet'))
    await pass(1_000)
    expect(exits()).toEqual(['exit 0'])
  })

  test('stop all takes back what is wanted and does not run, so that no later start brings it up', async () => {
    app.put('nodes', 'anvil', { ...app.state.nodes['anvil'], seen: 'stopped' } as AppState['nodes'][string])
    await stage.start()
    answer('Stop all and quit')
    stage.electron.emit('before-quit')
    await settle()
    expect(app.calls.map((call) => call.input)).toEqual([
      { nodeId: 'miner', network: 'mainnet' },
      { nodeId: 'anvil', network: 'mainnet' },
    ])
    app.put('nodes', 'miner', { ...app.state.nodes['miner'], seen: 'stopped' } as AppState['nodes'][string])
    await pass(1_000)
    expect(exits()).toEqual(['exit 0'])
  })

  test('a node that does not stop does not keep Hearth for ever', async () => {
    await stage.start()
    answer('Stop all and quit')
    stage.electron.emit('before-quit')
    await pass(NODES_LIMIT_MS + 2_000)
    expect([app.stopped(), exits()]).toEqual([true, ['exit 0']])
  })

  test('a core that does not end is waited for with a word, and then left', async () => {
    await stage.start()
    answer('Quit, let them run')
    app.stop = () => new Promise(() => undefined)
    stage.electron.emit('before-quit')
    await pass(3_000)
    expect(await sentence()).toContain('Writing down what runs')
    expect(exits()).toEqual([])
    await pass(STOP_LIMIT_MS)
    expect(exits()).toEqual(['exit 1'])
  })

  test('a core that ends badly is told to whoever started Hearth', async () => {
    await stage.start()
    answer('Quit, let them run')
    app.stop = () => Promise.reject(new Error('disk'))
    stage.electron.emit('before-quit')
    await vi.waitFor(() => expect(exits()).toEqual(['exit 1']), PATIENCE)
  })

  test('when the system ends nobody is asked; what is on its way is waited for, up to a limit', async () => {
    await stage.start()
    app.verdict('wait', { blocks: '2' })
    expect(stage.electron.desktop.power('shutdown')).toBe(true)
    await pass(3_000)
    expect([stage.electron.questions, exits(), app.stopped()]).toEqual([[], [], false])
    expect(await sentence()).toContain('asks this PC to wait 60 s')
    // macOS asks once more: it is prevented and changes nothing.
    expect(stage.electron.emit('before-quit')).toBe(true)
    app.verdict('safe')
    await pass(1_000)
    expect([stage.electron.questions, exits(), app.stopped()]).toEqual([[], ['exit 0'], true])
  })

  test('the system is not held for longer, nor for what is merely close to a deadline', async () => {
    await stage.start()
    app.verdict('wait', { blocks: '9' })
    stage.electron.desktop.power('shutdown')
    await pass(SYSTEM_LIMIT_MS - 2_000)
    expect(exits()).toEqual([])
    await pass(4_000)
    expect(exits()).toEqual(['exit 0'])
  })
})

describe('the notice window', () => {
  test('serves one page without script, its words escaped, and nothing else', async () => {
    await stage.start()
    app.put('nodes', 'miner', { ...app.state.nodes['miner'], title: '<script>alert(1)</script>' } as AppState['nodes'][string])
    answer('Stop all and quit')
    stage.electron.emit('before-quit')
    await pass(2_000)
    const handler = stage.sessionOf('hearth-notice').handlers.get('app')
    const get = async (url: string, method = 'GET') => handler?.(new Request(url, { method }))
    const page = await get('app://notice/?1')
    expect(page?.headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    const html = (await page?.text()) ?? ''
    expect(html).toContain('&lt;script&gt;')
    expect(html).not.toContain('<script')
    expect((await get('app://notice/style.css'))?.status).toBe(200)
    for (const url of ['app://hearth/', 'app://notice/', 'app://notice/index.html', 'app://notice/../secret.json'])
      expect([url, (await get(url))?.status]).toEqual([url, 404])
    expect((await get('app://notice/?1', 'POST'))?.status).toBe(404)
    // It may ask for nothing, and speaks to nobody.
    let cancelled: boolean | undefined
    stage.sessionOf('hearth-notice').beforeRequest?.({ url: 'https://evil.example/' }, (said) => void (cancelled = said.cancel))
    expect(cancelled).toBe(true)
    for (const id of ['miner', 'anvil']) app.put('nodes', id, undefined)
    await pass(2_000)
  })
})
