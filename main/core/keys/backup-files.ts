import { HearthError } from '#shared/api/errors.ts'
import { fromBase64, toBase64 } from '#shared/lib/base64.ts'
import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { Vault } from '../ports/vault.ts'

/** How long a backup that was written can be fetched by whoever asked for it. */
const FETCHABLE_MS = 10 * 60_000
const MOST = 20

/** Sealed backups on their way through the browser: out once after the password was typed, and in to be tried or restored. */
export interface BackupFiles {
  handlers: Pick<Handlers, 'vault.takeBackup' | 'vault.bringBackup'>
  /** A backup was confirmed on the page of this ticket. */
  written(ticket: string, path: string): void
}

export function createBackupFiles({ vault, clock }: { vault: Pick<Vault, 'backupFile' | 'keepBackup'>; clock: Clock }): BackupFiles {
  const fetchable = new Map<string, { path: string; untilMs: number }>()
  return {
    handlers: {
      async 'vault.takeBackup'({ ticket }) {
        const found = fetchable.get(ticket)
        // SECURITY: S17 a file of keys, sealed as it is, goes out once, to the page that had its ticket, after the password was typed for it.
        fetchable.delete(ticket)
        if (!found || found.untilMs < clock.now()) throw new HearthError('backup-missing', { path: '' })
        const file = await vault.backupFile(found.path)
        return { fileName: found.path.split(/[\\/]/).at(-1) ?? 'keys.hearth-backup', base64: toBase64(file) }
      },
      async 'vault.bringBackup'({ base64 }) {
        const file = fromBase64(base64)
        if (!file) throw new HearthError('backup-damaged', { reason: 'not-a-vault' })
        return { path: await vault.keepBackup(file) }
      },
    },
    written(ticket, path) {
      for (const [old, { untilMs }] of fetchable) if (untilMs < clock.now() || fetchable.size >= MOST) fetchable.delete(old)
      fetchable.set(ticket, { path, untilMs: clock.now() + FETCHABLE_MS })
    },
  }
}
