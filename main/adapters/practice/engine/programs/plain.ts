import type { ContainerHandle, Program } from '../../parts.ts'
import { wordsOf } from './command.ts'
import { execCommand, isKnown, runCommand } from './small-commands.ts'

/** A program that is nobody's: simple shell commands are run, anything else waits for its end. */
export function createPlainProgram(): Program {
  let handle: ContainerHandle | undefined
  return {
    start(started) {
      handle = started
      const argv = [...(started.spec.entrypoint ?? []), ...started.spec.command]
      if (!isKnown(argv)) return
      runCommand(argv, {
        stdin: '',
        user: started.spec.user,
        out: (text) => started.log('out', text),
        err: (text) => started.log('err', text),
        handle: started,
      }).then(
        (code) => started.exit(code),
        (error: unknown) => {
          started.log('err', wordsOf(error))
          started.exit(1)
        },
      )
    },
    stop: () => undefined,
    exec(command, options) {
      if (!handle) throw new Error('an exec before the start')
      return execCommand(command, options, handle)
    },
    usage: () => ({ cpuPercent: 0.1, memoryBytes: 1_200_000, diskBytes: 0, netBytes: 0 }),
  }
}
