import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { KeyProcess } from '#main/adapters/vault/index.ts'
import { createVault } from '#main/adapters/vault/index.ts'
import type { FromKeyProcess, ToKeyProcess } from '#main/adapters/vault/messages.ts'
import type { ComposeOptions } from '#main/shells/compose-options.ts'
import { createUtilityKeyProcess } from '#main/shells/electron/key-process.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { createFakeElectron, type FakeUtilityProcess } from '#test/fakes/electron.ts'
import { CHEAP, formOf, PASSWORD, temporaryFolder, textOf, VECTOR_KEYS } from '../adapters/vault/support.ts'
import { createElectronStage } from './support/electron-stage.ts'
import { nodeUtilityProcesses } from './support/utility-child.ts'
import { PATIENCE } from '#test/patience.ts'

const alive = (pid: number | undefined): boolean => pid !== undefined && existsSync(`/proc/${pid}`)
const saved: ToKeyProcess = { type: 'saved', id: 1, ok: true, path: '/vault', bytes: new Uint8Array(0) }
const answer: FromKeyProcess = { type: 'answer', id: 1, value: {} }

const start = (): { key: KeyProcess; utility: FakeUtilityProcess } => {
  const electron = createFakeElectron()
  electron.becomeReady()
  const key = createUtilityKeyProcess(electron.utilityProcess)()
  const [utility] = electron.utilities
  if (!utility) throw new Error('nothing was started')
  return { key, utility }
}

describe('the key process as a utility process', () => {
  it('is the same entry, named, silent, with nothing of our environment and no arguments', () => {
    const { utility } = start()
    expect(basename(utility.file)).toBe('key-process.ts')
    expect(existsSync(utility.file)).toBe(true)
    expect(utility.args).toEqual([])
    expect(utility.options).toMatchObject({ serviceName: 'Hearth keys', stdio: 'ignore' })
    expect(Object.keys(utility.environment)).toEqual([process.platform === 'win32' ? 'SystemRoot' : 'LC_ALL'])
  })

  it('carries messages both ways, and its number only while it runs', () => {
    const { key, utility } = start()
    const heard: FromKeyProcess[] = []
    key.onMessage((message) => heard.push(message))
    expect(key.pid).toBeUndefined()
    key.send(saved)
    utility.spawn(4711)
    expect(key.pid).toBe(4711)
    utility.say(answer)
    expect(utility.received).toEqual([saved])
    expect(heard).toEqual([answer])
  })

  it('sends the bytes of a password and not the memory around them, and keeps no copy', () => {
    const { key, utility } = start()
    const memory = new TextEncoder().encode('other secret|password|')
    const password = memory.subarray(13, 21)
    let posted: unknown
    vi.spyOn(utility, 'postMessage').mockImplementation((message) => {
      posted = message
      utility.received.push(structuredClone(message))
    })
    key.send({ type: 'request', id: 1, request: { kind: 'create', password, target: CHEAP, nowMs: 5 } })
    const [crossed] = utility.received as { request: { password: Uint8Array } }[]
    expect(new TextDecoder().decode(crossed?.request.password.buffer)).toBe('password')
    expect(posted).toMatchObject({ request: { password: new Uint8Array(8), target: CHEAP, nowMs: 5 } })
    expect(new TextDecoder().decode(password)).toBe('password')
  })

  it('can be killed before it runs: it is as soon as it does, and hears and says nothing more', () => {
    const { key, utility } = start()
    const heard: FromKeyProcess[] = []
    key.onMessage((message) => heard.push(message))
    key.kill()
    expect(utility.kills).toBe(0)
    utility.spawn(4711)
    expect(utility.kills).toBe(1)
    key.send(saved)
    utility.say(answer)
    expect(utility.received).toEqual([])
    expect(heard).toEqual([])
  })

  it('tells that it has ended, and is left alone from then on', () => {
    const { key, utility } = start()
    let ended = 0
    key.onExit(() => (ended += 1))
    utility.spawn(4711)
    utility.exit()
    expect(ended).toBe(1)
    utility.pid = 4712
    key.kill()
    key.send(saved)
    expect(utility.kills).toBe(0)
    expect(utility.received).toEqual([])
  })

  it('is ended by a fatal error in it, which does not end the main process', () => {
    const { utility } = start()
    utility.spawn(4711)
    expect(() => utility.emit('error', 'FatalError')).not.toThrow()
    expect(utility.kills).toBe(1)
  })

  it('is what the window hands to the wiring, which is called when Electron is ready', async () => {
    const stage = await createElectronStage()
    onTestFinished(() => stage.close())
    let options: ComposeOptions | undefined
    stage.begin({}, async (own) => {
      options = own
      own.spawnKeyProcess?.()
      return stage.app
    })
    await vi.waitFor(() => expect(stage.electron.windows).toHaveLength(1), PATIENCE)
    expect(options?.shell).toBe('electron')
    expect(stage.electron.utilities.map(({ options: own }) => own.serviceName)).toEqual(['Hearth keys'])
  })
})

describe('the vault over a parent port', { timeout: 30_000 }, () => {
  it('is made, keeps a key, locks by ending the process and opens again', async () => {
    const started: KeyProcess[] = []
    const begin = createUtilityKeyProcess(nodeUtilityProcesses)
    const vault = await createVault({
      dataDir: await temporaryFolder(),
      clock: createTestClock(),
      log: createTestLog(),
      kdf: CHEAP,
      spawn: () => {
        const key = begin()
        started.push(key)
        return key
      },
    })
    onTestFinished(() => vault.stop())
    await vault.create(PASSWORD)
    const pid = started[0]?.pid
    expect(alive(pid)).toBe(true)
    const environ = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').map((line) => line.split('=')[0] ?? '')
    expect(environ.filter((name) => name !== '' && !name.startsWith('NODE_CHANNEL_'))).toEqual(['LC_ALL'])
    const { token } = await vault.openNewKey({ name: 'first', role: 'owner', network: 'local', mode: 'import' })
    const shown = await vault.surface(token, 'GET', new Uint8Array(0))
    const secret = VECTOR_KEYS.keys[0]?.privateKeyHex ?? ''
    const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret }))
    expect(done.outcome, textOf(done.page)).toMatchObject({ kind: 'key-made', key: { address: VECTOR_KEYS.keys[0]?.address } })
    await vault.lock()
    expect(alive(pid)).toBe(false)
    expect(await vault.status()).toEqual({ kind: 'locked' })
    await expect(vault.unlock('wrong password')).rejects.toMatchObject({ code: 'wrong-password' })
    await vault.unlock(PASSWORD)
    expect((await vault.keys()).map(({ name }) => name)).toEqual(['first'])
  })

  it('the process ends when its parent is killed', async () => {
    const path = (specifier: string): string => JSON.stringify(fileURLToPath(new URL(specifier, import.meta.url)))
    const script = `
      const { createUtilityKeyProcess } = await import(${path('../../main/shells/electron/key-process.ts')})
      const { nodeUtilityProcesses } = await import(${path('support/utility-child.ts')})
      const key = createUtilityKeyProcess(nodeUtilityProcesses)()
      key.onMessage(() => console.log(key.pid))
      key.send({ type: 'request', id: 1, request: { kind: 'close-ticket', token: 'none' } })`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (data: Buffer) => resolve(Number(data.toString()))))
    expect(alive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await expect.poll(() => alive(pid), { timeout: 8_000 }).toBe(false)
  })
})
