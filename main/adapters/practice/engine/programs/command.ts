import { HearthError } from '#shared/api/errors.ts'
import type { ContainerHandle } from '../../parts.ts'

/** What a command reads and writes. */
export interface CommandIo {
  stdin: string
  user: string | undefined
  out: (text: string) => void
  err: (text: string) => void
  handle: ContainerHandle
}

/** Programs by name. @returns the exit code */
export type Commands = Record<string, (args: string[], io: CommandIo) => number | Promise<number>>

/** What a program says of a file that it cannot have. */
export function wordsOf(error: unknown): string {
  if (error instanceof HearthError) return error.code === 'disk-full' ? 'No space left on device' : (error.detail['reason'] ?? error.code)
  return error instanceof Error ? error.message : String(error)
}
