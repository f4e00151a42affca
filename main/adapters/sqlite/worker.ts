import { workerData } from 'node:worker_threads'
import type { AheadOfTask, WorkerTask } from './protocol.ts'
import { readAhead } from './digest.ts'
import { port, send } from './worker-port.ts'

/** Entry of the store's threads. Each loads only what its task needs: two of them live as long as Hearth does. One that was started ahead is told its task later. */
async function run(task: WorkerTask): Promise<void> {
  try {
    if (task.kind === 'write' || task.kind === 'read') await (await import('./worker-store.ts')).serveStore(task)
    else if (task.kind === 'metrics') (await import('./worker-metrics.ts')).serveMetrics(task)
    else {
      send({ kind: 'done', value: await (await import('./worker-once.ts')).runOnce(task) })
      port.close()
    }
  } catch (error) {
    const { carryError } = await import('./protocol.ts')
    const { explainStoreError } = await import('./sqlite-error.ts')
    send({ kind: 'failed', error: carryError(explainStoreError(error, 'path' in task ? task.path : task.file)) })
    port.close()
  }
}

const given = workerData as WorkerTask | null | undefined
if (given === null || given === undefined) {
  // While there is time: most of what a store's thread does is to load.
  import('./worker-store.ts').then(
    ({ warmUp }) => warmUp(),
    // Told when there is something to open.
    () => undefined,
  )
  const told = (message: WorkerTask | AheadOfTask | { kind: 'close' }): void => {
    if (message.kind === 'ahead') {
      readAhead(message.file)
      return
    }
    port.off('message', told)
    if (message.kind === 'close') port.close()
    else void run(message)
  }
  port.on('message', told)
} else void run(given)
