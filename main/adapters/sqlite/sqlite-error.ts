import Database from 'better-sqlite3'
import { HearthError } from '#shared/api/errors.ts'

/**
 * What SQLite or the file system said, as an error that the user can act on: a damaged file, a full disk, a file that may not be written or that another program holds. Anything else stays what it is.
 * @param file named in the detail @param backups verified copies that can be restored, newest first
 */
export function explainStoreError(error: unknown, file: string, backups: string[] = []): unknown {
  if (error instanceof HearthError) return error
  const code = errorCode(error)
  const detail = (reason: string): Record<string, string> => ({ reason, file, backups: backups.join('\n').slice(0, 600) })
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new HearthError('store-damaged', detail('damaged'), { cause: error })
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return new HearthError('store-busy', { file }, { cause: error })
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return new HearthError('disk-full', { file }, { cause: error })
  if (
    code.startsWith('SQLITE_READONLY') ||
    code.startsWith('SQLITE_CANTOPEN') ||
    code === 'EACCES' ||
    code === 'EPERM' ||
    code === 'EROFS'
  ) {
    return new HearthError('store-damaged', detail('not-writable'), { cause: error })
  }
  if (code.startsWith('SQLITE_IOERR')) return new HearthError('store-damaged', detail('unreadable'), { cause: error })
  return error
}

function errorCode(error: unknown): string {
  if (error instanceof Database.SqliteError) return error.code
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
