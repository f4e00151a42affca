import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { UtilityProcesses } from '#main/shells/electron/electron-api.ts'

const SHIM = fileURLToPath(new URL('parent-port.ts', import.meta.url))

/** Utility processes that run: Node children that speak over a parent port. What is Electron's own (its fuses, its serializer) is not in it. */
export const nodeUtilityProcesses: UtilityProcesses = {
  fork(file, args, { env, stdio }) {
    const child = fork(file, args, {
      execArgv: ['--import', SHIM, '--no-warnings'],
      env,
      stdio: [stdio, stdio, stdio, 'ipc'],
      serialization: 'advanced',
    })
    let pid: number | undefined
    child.once('spawn', () => (pid = child.pid))
    child.once('exit', () => (pid = undefined))
    return {
      get pid() {
        return pid
      },
      postMessage: (message) => void child.send(structuredClone(message) as object),
      on: (event: string, listener: (message?: unknown) => void) => child.on(event, listener),
      kill: () => pid !== undefined && child.kill('SIGTERM'),
    }
  },
}
