import { HearthError } from '#shared/api/errors.ts'
import { createTxCodec } from '../cosmos/tx/index.ts'
import { createKeyService } from './key-service.ts'
import type { FromKeyProcess, ToKeyProcess } from './messages.ts'

/**
 * Entry of the key process, the only one that ever holds a private key in the clear. It ends with its parent, and locking the vault is killing it.
 * It writes no file, prints nothing and starts nothing (see fork-key-process.ts); what leaves it are the messages of messages.ts.
 */
const saves = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
let saveCounter = 0

const post = (message: FromKeyProcess): void => {
  process.send?.(message)
}

const service = createKeyService({
  codec: createTxCodec(),
  save: (file) =>
    new Promise((resolve, reject) => {
      saveCounter += 1
      saves.set(saveCounter, { resolve, reject })
      post({ type: 'save', id: saveCounter, file })
    }),
})

process.on('message', (message: ToKeyProcess) => {
  if (message.type === 'saved') {
    const save = saves.get(message.id)
    saves.delete(message.id)
    if (message.ok) save?.resolve()
    else save?.reject(new Error('the vault file could not be written'))
    return
  }
  const { id, request } = message
  service.handle(request).then(
    (value) => post({ type: 'answer', id, value }),
    (error: unknown) => {
      // SECURITY: S18 an unexpected error crosses without its text: it could quote what it failed on.
      if (error instanceof HearthError) post({ type: 'failed', id, code: error.code, detail: error.detail })
      else post({ type: 'failed', id, code: 'internal', detail: { reason: `key-process: ${request.kind}` } })
    },
  )
})

// A key process without its parent has nobody to answer to.
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group; the parent decides when keys are dropped.
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
