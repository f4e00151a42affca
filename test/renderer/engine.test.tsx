import { act } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { App } from '#renderer/app/App.tsx'
import { bridgeOver } from '#renderer/bridge/connect.ts'
import { en } from '#renderer/text/en.ts'
import { startText } from '#renderer/text/text.ts'
import type { EnginesAnswer } from '#shared/api/engine-requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { ENGINE_STEPS } from '#shared/model/engines.ts'
import { answers, engine } from './answers.ts'
import { fakeLink, settle, type FakeLink } from './fake-link.ts'
import { choosing } from './scene.ts'

const DOCKER = 'unix:///var/run/docker.sock'
const PODMAN = 'unix:///run/user/1000/podman/podman.sock'

let root: Root | undefined
beforeAll(() => {
  ;(globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true
  startText()
})
beforeEach(() => {
  globalThis.location.hash = '/'
})
afterEach(async () => {
  await act(async () => root?.unmount())
  document.body.replaceChildren()
})

/** The first page of setup over engines that were found. */
async function show(found: Partial<EnginesAnswer>, fields: Partial<AppState> = {}): Promise<FakeLink> {
  const link = fakeLink({ ...choosing(Date.now()), ...fields })
  for (const [name, value] of Object.entries(answers(Date.now()))) link.answers[name] = () => ({ ok: true, value })
  const value = { platform: 'linux', engines: [], install: null, chosen: '', used: '', isGiven: false, passedOver: [], ...found }
  link.answers['engine.find'] = () => ({ ok: true, value })
  const box = document.createElement('div')
  document.body.append(box)
  root = createRoot(box)
  await act(async () => {
    root?.render(<App bridge={bridgeOver(link)} />)
    await settle()
  })
  await act(settle)
  return link
}
const rows = (): HTMLLIElement[] => [...document.querySelectorAll<HTMLLIElement>('li')].filter((row) => /unix:\/\//.test(row.textContent))
const rowOf = (endpoint: string): HTMLElement => {
  const row = rows().find((each) => each.textContent.includes(endpoint))
  if (!row) throw new Error(`no row of ${endpoint}`)
  return row
}
const buttonIn = (place: ParentNode, name: string): HTMLButtonElement | undefined =>
  [...place.querySelectorAll('button')].find((each) => (each.getAttribute('aria-label') ?? each.textContent) === name)
async function press(button: HTMLButtonElement | undefined): Promise<void> {
  if (!button) throw new Error('no such button')
  await act(async () => {
    button.click()
    await settle()
  })
  await act(settle)
}

describe('the engines that were found', () => {
  it('are listed with their state, and the one in use is marked', async () => {
    await show({
      engines: [
        engine('docker-engine', DOCKER, { version: '29.1.2', freeBytes: 412_000_000_000 }),
        engine('podman-rootless', PODMAN, { kind: 'failed', detail: 'the virtual machine is starting' }),
      ],
      used: DOCKER,
    })
    expect(rows()).toHaveLength(2)
    expect(rowOf(DOCKER).textContent).toContain('Docker Engine 29.1.2')
    expect(rowOf(DOCKER).textContent).toContain('in use')
    expect(rowOf(DOCKER).textContent).toContain('412')
    expect(rowOf(PODMAN).textContent).toContain('Podman of your own')
    expect(rowOf(PODMAN).textContent).toContain('answers with errors')
    expect(rowOf(PODMAN).textContent).toContain('the virtual machine is starting')
    expect(rowOf(PODMAN).textContent).not.toContain('in use')
  })

  it('another one that is ready can be chosen, one that is not cannot', async () => {
    const link = await show({
      engines: [
        engine('docker-engine', DOCKER),
        engine('podman-rootless', PODMAN),
        engine('colima', 'unix:///c.sock', { kind: 'not-started' }),
      ],
      used: DOCKER,
      chosen: DOCKER,
    })
    expect(buttonIn(rowOf(DOCKER), 'Use this one')).toBeUndefined()
    expect(buttonIn(rowOf('unix:///c.sock'), 'Use this one')).toBeUndefined()
    await press(buttonIn(rowOf(PODMAN), 'Use this one'))
    expect(link.calls.filter((call) => call.name === 'engine.choose').map((call) => call.input)).toEqual([{ endpoint: PODMAN }])
    await press(buttonIn(document, 'Let Hearth choose'))
    expect(link.calls.findLast((call) => call.name === 'engine.choose')?.input).toEqual({ endpoint: '' })
  })

  it('a choice that waits for what runs elsewhere says so, and a refusal names what runs', async () => {
    const link = await show({
      engines: [engine('docker-engine', DOCKER), engine('podman-rootless', PODMAN)],
      used: DOCKER,
      chosen: PODMAN,
    })
    expect(document.body.textContent).toContain(`You chose ${PODMAN}. It is used once nothing of Hearth runs on ${DOCKER}.`)
    link.answers['engine.choose'] = () => ({ ok: false, error: { code: 'engine-in-use', detail: { names: 'Relay miner' }, ref: 'r1' } })
    await press(buttonIn(rowOf(DOCKER), 'Use this one'))
    expect(document.querySelector('[role=alert]')?.textContent).toContain('Relay miner')
  })

  it('an address given at the start leaves no choice', async () => {
    await show({ engines: [engine('docker-engine', DOCKER), engine('podman-rootless', PODMAN)], used: DOCKER, isGiven: true })
    expect(buttonIn(document, 'Use this one')).toBeUndefined()
    expect(document.body.textContent).toContain('given when Hearth was started')
  })

  it('another machine that Docker’s commands are set to is named, with why it is not used', async () => {
    await show({ engines: [engine('docker-engine', DOCKER)], used: DOCKER })
    expect(document.body.textContent).not.toContain('Docker’s own commands are set to use another machine')
    await act(async () => root?.unmount())
    await show({ engines: [engine('docker-engine', DOCKER)], used: DOCKER, passedOver: ['ssh://nas.local'] })
    expect(document.body.textContent).toContain('Docker’s own commands are set to use another machine (ssh://nas.local)')
  })
})

describe('the next step', () => {
  it('shows the command with a button that copies it, and runs only what needs no further rights', async () => {
    const link = await show({
      engines: [
        engine('docker-engine', DOCKER, {
          kind: 'no-permission',
          step: { key: 'add-group', command: 'sudo usermod -aG docker $USER', runs: false },
        }),
        engine('podman-rootless', PODMAN, {
          kind: 'not-started',
          step: { key: 'start', command: 'systemctl --user enable --now podman.socket', runs: true },
        }),
      ],
    })
    expect(rowOf(DOCKER).querySelector('code')?.textContent).toBe('sudo usermod -aG docker $USER')
    expect(buttonIn(rowOf(DOCKER), 'Run it for me')).toBeUndefined()
    const copied: string[] = []
    Object.defineProperty(navigator, 'clipboard', {
      configurable: true,
      value: { writeText: async (value: string) => void copied.push(value) },
    })
    await press(buttonIn(rowOf(DOCKER), 'Copy the command'))
    expect(copied).toEqual(['sudo usermod -aG docker $USER'])
    link.answers['engine.runStep'] = () => ({ ok: true, value: { taskId: 't1' } })
    await press(buttonIn(rowOf(PODMAN), 'Run it for me'))
    expect(link.calls.findLast((call) => call.name === 'engine.runStep')?.input).toEqual({ endpoint: PODMAN, key: 'start' })
  })

  it('without any engine the way to install one is there', async () => {
    await show({ install: { key: 'install', command: 'sudo apt install docker.io', runs: false } })
    expect(document.body.textContent).toContain('None was found.')
    expect(document.querySelector('code')?.textContent).toBe('sudo apt install docker.io')
  })

  it('where there is nothing to type, it says what to do', async () => {
    await show({ install: { key: 'install', command: '', runs: false } })
    expect(document.querySelector('code')).toBeNull()
    expect(document.body.textContent).toContain(en.setup.engine.plain.install)
  })

  it('has words for each', () => {
    for (const key of ENGINE_STEPS) expect(en.setup.engine.steps[key], key).toMatch(/^[A-Z].{10,}[.]$/)
  })
})
