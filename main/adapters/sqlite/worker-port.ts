/* oxlint-disable unicorn/require-post-message-target-origin -- worker threads have no origins */
import { parentPort } from 'node:worker_threads'
import { carryError, type FromWorker, type Opened, type ToWorker } from './protocol.ts'
import { explainStoreError } from './sqlite-error.ts'

if (!parentPort) throw new Error('the store worker runs as a worker thread')
export const port = parentPort
export const send = (message: FromWorker): void => port.postMessage(message)

/** Answers calls, in the order in which they came, until it is told to close. @param close puts the database away */
export function serve(file: string, opened: Opened, methods: object, close: () => void): void {
  const known = new Map(Object.entries(methods) as [string, (...args: unknown[]) => unknown][])
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'close') {
      close()
      port.close()
      return
    }
    try {
      const run = known.get(message.method)
      if (!run) throw new Error(`this thread does not do ${message.method}`)
      send({ kind: 'answer', id: message.id, value: run(...message.args) })
    } catch (error) {
      send({ kind: 'refusal', id: message.id, error: carryError(explainStoreError(error, file)) })
    }
  })
  send({ kind: 'opened', opened })
}
