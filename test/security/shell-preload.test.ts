import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'

describe('S15: the preload', () => {
  afterEach(() => {
    vi.doUnmock('electron')
    vi.resetModules()
    for (const name of ['sandboxed', 'contextIsolated']) Reflect.deleteProperty(process, name)
  })
  const load = async (flags: {
    sandboxed: boolean
    contextIsolated: boolean
  }): Promise<{ exposed: Map<string, Record<string, (...args: unknown[]) => unknown>>; log: unknown[][] }> => {
    Object.assign(process, flags)
    const exposed = new Map<string, Record<string, (...args: unknown[]) => unknown>>()
    const log: unknown[][] = []
    vi.doMock('electron', () => ({
      contextBridge: { exposeInMainWorld: (name: string, api: Record<string, (...args: unknown[]) => unknown>) => exposed.set(name, api) },
      ipcRenderer: {
        invoke: (...args: unknown[]) => {
          log.push(['invoke', ...args])
          return Promise.resolve('answer')
        },
        on: (...args: unknown[]) => log.push(['on', ...args]),
        off: (...args: unknown[]) => log.push(['off', ...args]),
      },
    }))
    await import('#main/shells/electron/preload.ts')
    return { exposed, log }
  }

  test('exposes two functions on two fixed channels', async () => {
    const { exposed, log } = await load({ sandboxed: true, contextIsolated: true })
    expect([...exposed.keys()]).toEqual(['hearth'])
    const api = exposed.get('hearth')
    expect(Object.keys(api ?? {}).sort()).toEqual(['call', 'onPush'])
    expect(await api?.['call']?.('state.get', { a: 1 })).toBe('answer')
    const got: unknown[] = []
    const stop = api?.['onPush']?.((patch: unknown) => got.push(patch))
    expect(log[0]).toEqual(['invoke', 'hearth:call', 'state.get', '{"a":1}'])
    expect(log[1]?.slice(0, 2)).toEqual(['on', 'hearth:push'])
    const receive = log[1]?.[2] as (event: unknown, patch: unknown) => void
    receive({ sender: 'the event never crosses' }, { seq: 1 })
    expect(got).toEqual([{ seq: 1 }])
    ;(stop as () => void)()
    expect(log[2]).toEqual(['off', 'hearth:push', receive])
  })

  test.each([
    { sandboxed: false, contextIsolated: true },
    { sandboxed: true, contextIsolated: false },
  ])('exposes nothing when %j', async (flags) => {
    await expect(load(flags)).rejects.toThrow(/sandboxed, isolated/)
  })
})

test('what is built of it is one CommonJS file that loads Electron and nothing else', async () => {
  await promisify(execFile)(process.execPath, [fileURLToPath(new URL('../../main/build.ts', import.meta.url)), 'preload'])
  const code = await readFile(new URL('../../dist/preload/preload.cjs', import.meta.url), 'utf8')
  expect([...code.matchAll(/\brequire\((['"`])(.*?)\1\)/g)].map((match) => match[2])).toEqual(['electron'])
  expect(code).not.toMatch(/^\s*(import|export)\b/m)
  expect(code).toContain('exposeInMainWorld("hearth"')
})
