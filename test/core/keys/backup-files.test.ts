import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { requests } from '#shared/api/requests.ts'
import { fromBase64, toBase64 } from '#shared/lib/base64.ts'
import { createBackupFiles } from '#main/core/keys/backup-files.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { rejection } from '#test/fakes/rejection.ts'

const TICKET = 'ticket-of-sixteen'
const sealed = Uint8Array.from({ length: 20_000 }, (_, at) => (at * 7) % 256)

function setup() {
  const clock = createTestClock()
  const kept: Uint8Array[] = []
  const vault = {
    backupFile: (path: string) =>
      path.endsWith('a.hearth-backup') ? Promise.resolve(sealed) : Promise.reject(new HearthError('backup-missing', { path })),
    keepBackup: (file: Uint8Array) => {
      kept.push(file)
      return Promise.resolve('/data/backups/brought-1.hearth-backup')
    },
  }
  return { clock, kept, files: createBackupFiles({ vault, clock }) }
}

describe('a backup on its way through the browser', () => {
  it('goes out once, whole, to who has the ticket of its page', async () => {
    const { files } = setup()
    const take = files.handlers['vault.takeBackup']
    expect((await rejection(take({ ticket: TICKET }))).code).toBe('backup-missing')
    files.written(TICKET, '/data/backups/hearth-keys-a.hearth-backup')
    expect((await rejection(take({ ticket: 'another-ticket-xx' }))).code).toBe('backup-missing')
    const answer = await take({ ticket: TICKET })
    expect(requests['vault.takeBackup'].output.parse(answer).fileName).toBe('hearth-keys-a.hearth-backup')
    expect(fromBase64(answer.base64)).toEqual(sealed)
    expect((await rejection(take({ ticket: TICKET }))).code).toBe('backup-missing')
  })

  it('not ten minutes later', async () => {
    const { files, clock } = setup()
    files.written(TICKET, '/data/backups/hearth-keys-a.hearth-backup')
    await clock.advance(10 * 60_000 + 1)
    expect((await rejection(files.handlers['vault.takeBackup']({ ticket: TICKET }))).code).toBe('backup-missing')
  })

  it('comes in byte for byte, bounded, and not as anything that is no base64', async () => {
    const { files, kept } = setup()
    const input = requests['vault.bringBackup'].input
    const base64 = toBase64(sealed)
    expect(input.safeParse({ base64 }).success).toBe(true)
    expect(await files.handlers['vault.bringBackup']({ base64 })).toEqual({ path: '/data/backups/brought-1.hearth-backup' })
    expect(kept).toEqual([sealed])
    for (const text of ['', '/etc/passwd\n', 'x'.repeat(240_001), 'AA==AA']) expect(input.safeParse({ base64: text }).success).toBe(false)
    expect((await rejection(files.handlers['vault.bringBackup']({ base64: 'A' }))).code).toBe('backup-damaged')
  })

  it('is base64 as everybody writes it', () => {
    for (const length of [0, 1, 2, 3, 8_191, 8_192, 8_193, 50_000]) {
      const bytes = sealed.subarray(0, Math.min(length, sealed.length))
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
    }
  })
})
