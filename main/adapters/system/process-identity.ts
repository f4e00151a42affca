import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * When a process began, as a text that only has to be equal for the same process and different for the next one with its number: numbers are given out again,
 * and in a container the first process is always 1. Nothing where the system does not tell.
 */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // Field 22 of stat, counted after the name, which may hold spaces and brackets. Ticks since boot, so the boot belongs to it.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      return ticks === undefined ? undefined : `${boot}:${ticks}`
    }
    if (process.platform === 'darwin') {
      return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5_000 }).trim() || undefined
    }
  } catch {
    // No such process, or no right to ask.
  }
  return undefined
}

/** Whether a process with this number runs, whosever it is. */
export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
