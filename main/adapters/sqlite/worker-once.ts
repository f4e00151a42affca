import { dirname } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import { checkCopy } from './backup.ts'
import { copyStore } from './copy.ts'
import { exportStore } from './export.ts'
import type { WorkerTask } from './protocol.ts'
import { requireFolder } from './places.ts'
import { cureStore, restoreBackup } from './restore.ts'
import { port, send } from './worker-port.ts'

/** Does the one thing that its thread was started for. @returns what the main thread gets */
export async function runOnce(task: Exclude<WorkerTask, { kind: 'write' | 'read' | 'metrics' }>): Promise<unknown> {
  switch (task.kind) {
    case 'restore':
      return restoreBackup(task.file, task.backup, task.nowMs)
    case 'cure':
      return cureStore(task.file, task.nowMs, new HearthError(task.refusal.code, task.refusal.detail), [undefined, ...task.folders])
    case 'check':
      return checkCopy(task.path)
    case 'folder':
      return requireFolder(task.path, dirname(task.file))
    case 'copy':
    case 'export':
      return listening(task)
  }
}

/** Hears of a cancellation between two pieces of the work. */
async function listening(task: WorkerTask & { kind: 'copy' | 'export' }): Promise<unknown> {
  let stopped = false
  port.on('message', () => {
    stopped = true
  })
  const throwIfStopped = (): void => {
    if (stopped) throw new HearthError('cancelled')
  }
  const ears = {
    throwIfStopped,
    onProgress(done: number, total: number) {
      throwIfStopped()
      send({ kind: 'progress', done, total })
    },
  }
  // A share that does not answer holds this thread and nothing else.
  const folder = task.folder === undefined ? undefined : requireFolder(task.folder, dirname(task.file))
  return task.kind === 'copy' ? copyStore({ ...task, folder }, ears) : exportStore({ ...task, folder: folder ?? '' }, ears)
}
