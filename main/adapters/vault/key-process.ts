import { HearthError } from '#shared/api/errors.ts'
import { createKeyService } from './key-service.ts'
import type { Saved } from './messages.ts'
import { connectParent } from './parent-channel.ts'

/**
 * Entry of the key process, the only one that ever holds a private key in the clear. It ends with its parent, and locking the vault is killing it.
 * It writes no file, prints nothing and starts nothing. As a Node child it could not (fork-key-process.ts); as Electron's utility process it only does not
 * (shells/electron/key-process.ts). What leaves it are the messages of messages.ts.
 */
const saves = new Map<number, (saved: Saved) => void>()
let saveCounter = 0

const parent = connectParent(process)

const service = createKeyService({
  save: (file, target) =>
    new Promise((resolve) => {
      saveCounter += 1
      saves.set(saveCounter, resolve)
      parent.post({ type: 'save', id: saveCounter, file, target })
    }),
})

parent.onMessage((message) => {
  if (message.type === 'saved') {
    const save = saves.get(message.id)
    saves.delete(message.id)
    save?.(message)
    return
  }
  const { id, request } = message
  service.handle(request).then(
    (value) => parent.post({ type: 'answer', id, value }),
    (error: unknown) => {
      // SECURITY: S18 an unexpected error crosses without its text: it could quote what it failed on.
      if (error instanceof HearthError) parent.post({ type: 'failed', id, code: error.code, detail: error.detail })
      else parent.post({ type: 'failed', id, code: 'internal', detail: { reason: `key-process: ${request.kind}` } })
    },
  )
})

// A key process without its parent has nobody to answer to.
parent.onGone(() => process.exit(0))
// Ctrl-C reaches the whole group; the parent decides when keys are dropped.
process.on('SIGINT', () => undefined)
process.on('SIGHUP', () => undefined)
