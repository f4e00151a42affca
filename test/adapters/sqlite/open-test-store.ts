import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openStore, type StoreOptions } from '#main/adapters/sqlite/open-store.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { Store } from '#main/core/ports/store.ts'

/** A clock that tests move: a pause without a signal is none, one with a signal ends when the signal does. */
export function testClock(startMs = 1_790_000_000_000): Clock & { nowMs: number } {
  return {
    nowMs: startMs,
    now() {
      return this.nowMs
    },
    sleep(_ms, signal) {
      return new Promise((resolve) => {
        if (!signal || signal.aborted) setImmediate(resolve)
        else signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  }
}

export interface KeptLog extends Log {
  lines: string[]
}

export function keptLog(): KeptLog {
  const lines: string[] = []
  return {
    lines,
    info: (message, facts) => void lines.push(`info ${message} ${JSON.stringify(facts ?? {})}`),
    warn: (message, facts) => void lines.push(`warn ${message} ${JSON.stringify(facts ?? {})}`),
    error(message, _cause, facts) {
      lines.push(`error ${message} ${JSON.stringify(facts ?? {})}`)
      return 'ref'
    },
  }
}

/** A folder that goes when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A real store on a real file, closed when the test ends. */
export async function openTestStore(
  file = join(temporaryFolder(), 'data', 'hearth.db'),
  options: Partial<StoreOptions> = {},
): Promise<Store & { file: string }> {
  const store = await openStore({ file, clock: testClock(), log: keptLog(), ...options })
  onTestFinished(() => store.close())
  return { ...store, file }
}
