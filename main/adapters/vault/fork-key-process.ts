import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FromKeyProcess, ToKeyProcess } from './messages.ts'

/** The key process as the vault sees it: a Node child here, Electron's utilityProcess in the window (shells/electron/key-process.ts). */
export interface KeyProcess {
  readonly pid: number | undefined
  send(message: ToKeyProcess): void
  onMessage(listener: (message: FromKeyProcess) => void): void
  onExit(listener: () => void): void
  kill(): void
}

export type SpawnKeyProcess = () => KeyProcess

/** @returns path of the key process's entry */
export const keyProcessFile = (): string => fileURLToPath(new URL('./key-process.ts', import.meta.url))

/** Flags that some Node 24 and later know; unknown ones would keep it from starting. */
const OPTIONAL_FLAGS = ['--disable-sigusr1', '--allow-net']

/**
 * Starts the key process as a Node child.
 * SECURITY: S14 no core file (`ulimit -c 0` through a shell that becomes Node, since Node cannot set limits itself).
 * SECURITY: S18 an empty environment, no output, no inspector, no code from strings, no native add-ons, and Node's permission model: no file can be written,
 * no process or thread started from it.
 */
export const forkKeyProcess: SpawnKeyProcess = () => {
  const flags = [
    '--permission',
    '--allow-fs-read=*',
    '--no-addons',
    '--disallow-code-generation-from-strings',
    '--disable-proto=delete',
    '--no-warnings',
    '--no-deprecation',
    ...OPTIONAL_FLAGS.filter((flag) => process.allowedNodeEnvironmentFlags.has(flag)),
  ]
  const posix = process.platform !== 'win32'
  const child = fork(keyProcessFile(), [], {
    execPath: posix ? '/bin/sh' : process.execPath,
    execArgv: posix ? ['-c', 'ulimit -c 0; exec "$0" "$@"', process.execPath, ...flags] : flags,
    env: posix ? {} : { SystemRoot: process.env['SystemRoot'] ?? 'C:\\Windows' },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    windowsHide: true,
  })
  return {
    pid: child.pid,
    send(message) {
      if (child.connected) child.send(message, () => undefined)
    },
    onMessage(listener) {
      child.on('message', (message) => listener(message as FromKeyProcess))
    },
    onExit(listener) {
      let told = false
      const once = (): void => {
        if (!told) listener()
        told = true
      }
      child.on('exit', once)
      child.on('error', once)
    },
    kill() {
      child.kill('SIGKILL')
    },
  }
}
