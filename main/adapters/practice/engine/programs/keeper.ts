import type { ContainerHandle, Program } from '../../parts.ts'
import { execCommand } from './small-commands.ts'
import { pocketdCommands } from './pocketd.ts'
import type { PocketdContext } from './pocketd-keys.ts'

/** The key keeper: waits, ends politely, and takes keys into the memory volume that it holds. */
export function createKeeperProgram(context: PocketdContext): Program {
  let handle: ContainerHandle | undefined
  const commands = pocketdCommands(context)
  return {
    start(started) {
      handle = started
    },
    // Its script traps SIGTERM and ends well.
    stop: () => handle?.exit(0),
    exec(command, more) {
      if (!handle) throw new Error('an exec before the start')
      return execCommand(command, more, handle, commands)
    },
    usage: () => ({ cpuPercent: 0, memoryBytes: 1_600_000, diskBytes: 0, netBytes: 0 }),
  }
}
