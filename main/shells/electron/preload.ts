import { contextBridge, ipcRenderer } from 'electron'
import { CALL_CHANNEL, PUSH_CHANNEL } from './channels.ts'

// SECURITY: S1 S2 asserted where it can be seen: without sandbox or isolation nothing is exposed, so main has nobody to serve.
if (!process.sandboxed || !process.contextIsolated) throw new Error('Hearth runs only in a sandboxed, isolated page')

// SECURITY: S15 two functions, two fixed channels; nothing of Electron crosses. Requests travel as text, so that their size is what it says.
contextBridge.exposeInMainWorld('hearth', {
  call: (name: string, input: unknown, id?: number, shown?: string | null): Promise<unknown> =>
    ipcRenderer.invoke(
      CALL_CHANNEL,
      name,
      JSON.stringify(input ?? {}),
      ...(id === undefined ? [] : shown === undefined ? [id] : [id, shown]),
    ),
  onPush: (listener: (patch: unknown) => void): (() => void) => {
    const receive = (_event: unknown, patch: unknown): void => listener(patch)
    ipcRenderer.on(PUSH_CHANNEL, receive)
    return () => {
      ipcRenderer.off(PUSH_CHANNEL, receive)
    }
  },
})
