import { HearthError } from '#shared/api/errors.ts'
import type { SpawnKeyProcess } from '#main/adapters/vault/index.ts'
import { createKeyService } from '#main/adapters/vault/key-service.ts'
import type { FromKeyProcess, Saved } from '#main/adapters/vault/messages.ts'

/**
 * The key service behind the key process's messages, without a process of its own: every file is written by the side that stays, so that a life in which that side dies costs
 * a third of one with both. The first rounds of each point have the real key process.
 */
export const keysInProcess: SpawnKeyProcess = () => {
  let isEnded = false
  let told: (message: FromKeyProcess) => void = () => undefined
  let ended: () => void = () => undefined
  const saves = new Map<number, (saved: Saved) => void>()
  const post = (message: FromKeyProcess): void => {
    // Copied, as it would be on its way: either side wipes what is its own.
    const own = structuredClone(message)
    setImmediate(() => isEnded || told(own))
  }
  const service = createKeyService({
    save: (file, target) =>
      new Promise((resolve) => {
        const id = saves.size + 1
        saves.set(id, resolve)
        post({ type: 'save', id, file, target })
      }),
  })
  return {
    pid: undefined,
    send(message) {
      const own = structuredClone(message)
      if (own.type === 'saved') {
        saves.get(own.id)?.(own)
        return
      }
      const { id, request } = own
      service.handle(request).then(
        (value) => post({ type: 'answer', id, value }),
        (error: unknown) =>
          error instanceof HearthError
            ? post({ type: 'failed', id, code: error.code, detail: error.detail })
            : post({ type: 'failed', id, code: 'internal', detail: { reason: String(error) } }),
      )
    },
    onMessage: (listener) => void (told = listener),
    onExit: (listener) => void (ended = listener),
    kill() {
      if (isEnded) return
      isEnded = true
      setImmediate(ended)
    },
  }
}
