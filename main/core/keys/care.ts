/** What was done for the safety of the keys, and when: backups written, and backups proven to restore. Kept in the store, by key. */
export interface Care {
  backup: { atMs: number; path: string } | undefined
  drill: { atMs: number; path: string; madeAtMs: number } | undefined
  /** The last drill when it did not pass. */
  failedDrill: { atMs: number; path: string; reason: string } | undefined
  backupAtMs: Record<string, number>
  drillAtMs: Record<string, number>
}

export interface KeyCare {
  read(): Promise<Care>
  noteBackup(backup: { atMs: number; path: string }, keyIds: string[]): Promise<void>
  noteDrill(drill: { atMs: number; path: string; madeAtMs: number }, keyIds: string[]): Promise<void>
  noteFailedDrill(failed: { atMs: number; path: string; reason: string }): Promise<void>
}

export const CARE_SETTING = 'key-care'

export function createKeyCare(store: {
  setting(key: string): Promise<string | undefined>
  setSetting(key: string, value: string): Promise<void>
}): KeyCare {
  const read = async (): Promise<Care> => readCare(await store.setting(CARE_SETTING))
  const write = (care: Care): Promise<void> => store.setSetting(CARE_SETTING, JSON.stringify(care))
  const dated = (before: Record<string, number>, ids: string[], atMs: number): Record<string, number> => ({
    ...before,
    ...Object.fromEntries(ids.map((id) => [id, atMs])),
  })
  return {
    read,
    async noteBackup(backup, keyIds) {
      const care = await read()
      await write({ ...care, backup, backupAtMs: dated(care.backupAtMs, keyIds, backup.atMs) })
    },
    async noteDrill(drill, keyIds) {
      const care = await read()
      await write({ ...care, drill, failedDrill: undefined, drillAtMs: dated(care.drillAtMs, keyIds, drill.atMs) })
    },
    async noteFailedDrill(failedDrill) {
      await write({ ...(await read()), failedDrill })
    },
  }
}

/** What cannot be read counts as never done: then it is asked for again. */
function readCare(text: string | undefined): Care {
  const none: Care = { backup: undefined, drill: undefined, failedDrill: undefined, backupAtMs: {}, drillAtMs: {} }
  if (text === undefined) return none
  try {
    const found = JSON.parse(text) as Partial<Care> | null
    if (typeof found !== 'object' || found === null) return none
    return {
      backup: dateOf(found.backup),
      drill: dateOf(found.drill),
      failedDrill: dateOf(found.failedDrill),
      backupAtMs: datesOf(found.backupAtMs),
      drillAtMs: datesOf(found.drillAtMs),
    }
  } catch {
    return none
  }
}

function dateOf<T extends { atMs: number; path: string }>(found: T | undefined): T | undefined {
  return found && Number.isSafeInteger(found.atMs) && typeof found.path === 'string' ? found : undefined
}

function datesOf(found: Record<string, number> | undefined): Record<string, number> {
  return Object.fromEntries(Object.entries(found ?? {}).filter(([, atMs]) => Number.isSafeInteger(atMs)))
}
