import { settingIn } from '#shared/settings/read.ts'
import type { Check, Finding } from './check.ts'

const DAY_MS = 86_400_000
const URGENT_DAYS = 2
/** Under this a database or a node may fail at any moment. */
const LEAST_BYTES = 2 * 1024 ** 3

/** A full disk stops every node at once, and with it claims and proofs. */
export const diskFull: Check = {
  id: 'disk-full',
  look(state, nowMs): Finding | undefined {
    const { disk, engineDisk } = state.health
    const gigabytes = ((disk?.freeBytes ?? 0) / 1024 ** 3).toFixed(1)
    if (disk && disk.freeBytes < LEAST_BYTES) return { level: 'bad', key: 'disk-nearly-full', facts: { gigabytes }, fix: 'nodes' }
    // Another disk, or that of a virtual machine, whose free room this PC's does not tell.
    if (engineDisk && engineDisk.freeBytes < LEAST_BYTES)
      return {
        level: 'bad',
        key: 'engine-disk-nearly-full',
        facts: { gigabytes: (engineDisk.freeBytes / 1024 ** 3).toFixed(1) },
        fix: 'engine',
      }
    if (!disk) return undefined
    if (disk.fullAtMs === null || disk.fullAtMs > nowMs + settingIn(state.settings, 'diskWarnDays') * DAY_MS) return undefined
    return {
      level: disk.fullAtMs <= nowMs + URGENT_DAYS * DAY_MS ? 'bad' : 'warn',
      key: 'disk-filling',
      facts: { gigabytes, fullMs: String(disk.fullAtMs), gigabytesPerDay: (disk.bytesPerDay / 1024 ** 3).toFixed(1) },
      fix: 'nodes',
    }
  },
}
