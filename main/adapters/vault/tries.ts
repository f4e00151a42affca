import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'

const FREE_TRIES = 3
const MAX_WAIT_MS = 5 * 60_000

/** What is kept of the count between two starts. */
export interface TriesMemory {
  read(): Promise<Uint8Array | undefined>
  write(bytes: Uint8Array): Promise<void>
  remove(): Promise<void>
}

/**
 * Slows down guessing through Hearth itself: three tries are free, then 2 s, doubling up to five minutes. Kept beside the vault, so that a restart buys no tries;
 * the longest wait is five minutes whatever happens to the clock, so that it is never a way to lock somebody out.
 */
export interface Tries {
  /** Whole seconds until the next try; 0 = now. */
  waitSeconds(): number
  /** Rejects `too-many-tries` with `detail.seconds`. */
  check(): void
  wrong(): Promise<void>
  right(): Promise<void>
}

const countSchema = z.strictObject({ count: z.number().int().min(0).max(1_000_000), lastAtMs: z.number().int().nonnegative() })

/** @param memory a file that cannot be read or written counts as none: the password itself is what protects */
export async function createTries(clock: Clock, memory: TriesMemory): Promise<Tries> {
  let { count, lastAtMs } = await remembered(memory)
  const stepMs = (): number => (count < FREE_TRIES ? 0 : Math.min(MAX_WAIT_MS, 2_000 * 2 ** Math.min(20, count - FREE_TRIES)))
  const tries: Tries = {
    waitSeconds() {
      // A clock that was set back would otherwise keep the door shut until it comes round again.
      if (lastAtMs > clock.now()) lastAtMs = clock.now()
      return Math.max(0, Math.ceil((stepMs() - (clock.now() - lastAtMs)) / 1000))
    },
    check() {
      const seconds = tries.waitSeconds()
      if (seconds > 0) throw new HearthError('too-many-tries', { seconds: String(seconds) })
    },
    async wrong() {
      count += 1
      lastAtMs = clock.now()
      await memory.write(new TextEncoder().encode(`${JSON.stringify({ count, lastAtMs })}\n`)).catch(() => undefined)
    },
    async right() {
      if (count === 0) return
      count = 0
      await memory.remove().catch(() => undefined)
    },
  }
  return tries
}

async function remembered(memory: TriesMemory): Promise<z.infer<typeof countSchema>> {
  try {
    const bytes = await memory.read()
    if (bytes) return countSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch {
    // Unreadable: as good as none.
  }
  return { count: 0, lastAtMs: 0 }
}
