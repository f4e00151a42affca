import { workerData } from 'node:worker_threads'
import type { WorkerTask } from './protocol.ts'
import { port, send } from './worker-port.ts'

/** Entry of the store's threads. Each loads only what its task needs: two of them live as long as Hearth does. */
const task = workerData as WorkerTask

async function run(): Promise<void> {
  if (task.kind === 'write' || task.kind === 'read') await (await import('./worker-store.ts')).serveStore(task)
  else if (task.kind === 'metrics') (await import('./worker-metrics.ts')).serveMetrics(task)
  else {
    send({ kind: 'done', value: await (await import('./worker-once.ts')).runOnce(task) })
    port.close()
  }
}

try {
  await run()
} catch (error) {
  const { carryError } = await import('./protocol.ts')
  const { explainStoreError } = await import('./sqlite-error.ts')
  send({ kind: 'failed', error: carryError(explainStoreError(error, 'path' in task ? task.path : task.file)) })
  port.close()
}
