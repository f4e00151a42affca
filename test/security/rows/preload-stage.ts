import { vi } from 'vitest'

type Api = Record<string, (...args: unknown[]) => unknown>

/** Loads the preload as Electron would, with what a renderer is told of itself. @returns what it gave to the page, and every use of Electron's channel */
export async function loadPreload(flags: {
  sandboxed: boolean
  contextIsolated: boolean
}): Promise<{ exposed: Map<string, Api>; used: unknown[][] }> {
  const exposed = new Map<string, Api>()
  const used: unknown[][] = []
  const note =
    (what: string) =>
    (...args: unknown[]): Promise<string> => {
      used.push([what, ...args])
      return Promise.resolve('answer')
    }
  vi.resetModules()
  vi.doMock('electron', () => ({
    contextBridge: { exposeInMainWorld: (name: string, api: Api) => exposed.set(name, api) },
    ipcRenderer: { invoke: note('invoke'), on: note('on'), off: note('off'), send: note('send') },
  }))
  Object.assign(process, flags)
  try {
    // Both ways of an import that fails are of interest: what it threw, and what it had given away before.
    await import('#main/shells/electron/preload.ts').catch(() => undefined)
  } finally {
    for (const name of ['sandboxed', 'contextIsolated']) Reflect.deleteProperty(process, name)
    vi.doUnmock('electron')
  }
  return { exposed, used }
}
