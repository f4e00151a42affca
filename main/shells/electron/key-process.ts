/* oxlint-disable unicorn/require-post-message-target-origin -- processes have no origins */
import { keyProcessFile, postOwnBytes, type FromKeyProcess, type SpawnKeyProcess } from '#main/adapters/vault/index.ts'
import type { UtilityProcesses } from './electron-api.ts'

/**
 * Starts the key process as a utility process: Electron's own program is no Node to fork (fuse `runAsNode`, S12).
 * SECURITY: S18 a process of its own, ended to lock; no environment of ours, no output, no inspector (fuses, S12). Electron passes none of Node's flags on, so that
 * unlike in fork-key-process.ts nothing but the code itself keeps it from files, processes, add-ons and code from strings.
 * SECURITY: S14 does not hold here: neither Node nor Electron can set the limit of core files. Both are rows in docs/known-gaps.md.
 * @returns what `createVault` takes; to be called when Electron is ready
 */
export function createUtilityKeyProcess(utilityProcess: UtilityProcesses): SpawnKeyProcess {
  return () => {
    const child = utilityProcess.fork(keyProcessFile(), [], { serviceName: 'Hearth keys', stdio: 'ignore', env: environment() })
    let running = false
    let killed = false
    let gone = false
    const kill = (): void => {
      killed = true
      // Electron kills for good when asking was not enough, but only what runs already.
      if (running && !gone) child.kill()
    }
    child.on('spawn', () => {
      running = true
      if (killed) kill()
    })
    child.on('exit', () => (gone = true))
    // SECURITY: S18 what V8 died of comes with a report of its memory and is not read. Without a listener it would end the main process too.
    child.on('error', kill)
    return {
      get pid() {
        return child.pid
      },
      send(message) {
        if (!gone && !killed) postOwnBytes(message, (own) => child.postMessage(own))
      },
      onMessage(listener) {
        child.on('message', (message) => {
          if (!killed) listener(message as FromKeyProcess)
        })
      },
      onExit(listener) {
        child.on('exit', () => listener())
      },
      kill,
    }
  }
}

/** SECURITY: S18 not empty, because Electron would then give it ours. */
function environment(): Record<string, string> {
  return process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] ?? 'C:\\Windows' } : { LC_ALL: 'C' }
}
