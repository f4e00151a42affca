import { HearthError } from '#shared/api/errors.ts'
import type { KeyProcess } from './fork-key-process.ts'
import type { FromKeyProcess, KeyAnswers, KeyRequest, Saved, SaveTarget } from './messages.ts'

/** Questions to one running key process. */
export interface KeyProcessLink {
  /** Rejects what the key process rejects; `vault-locked` when it ends before the answer. */
  ask<K extends KeyRequest['kind']>(request: Extract<KeyRequest, { kind: K }>): Promise<KeyAnswers[K]>
  /** Resolves when the process is gone. */
  ended: Promise<void>
  kill(): void
}

/** A derivation on a slow machine fits; whatever takes longer is stuck, and a stuck key process is ended. */
const TIMEOUT_MS = 60_000

/** @param save writes sealed bytes when the key process asks for it */
export function linkKeyProcess(process: KeyProcess, save: (file: Uint8Array, target: SaveTarget) => Promise<Saved>): KeyProcessLink {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: unknown) => void; timer: NodeJS.Timeout }>()
  let counter = 0
  let gone = false
  const take = (id: number) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (one) clearTimeout(one.timer)
    return one
  }

  process.onMessage((message: FromKeyProcess) => {
    switch (message.type) {
      case 'answer':
        take(message.id)?.resolve(message.value as never)
        return
      case 'failed':
        take(message.id)?.reject(
          message.code === 'internal'
            ? new Error(message.detail['reason'] ?? 'key process')
            : new HearthError(message.code, message.detail),
        )
        return
      case 'save':
        save(new Uint8Array(message.file), message.target).then(
          (saved) => process.send({ type: 'saved', id: message.id, ...saved }),
          () => process.send({ type: 'saved', id: message.id, ok: false, reason: 'not-written' }),
        )
    }
  })
  const ended = new Promise<void>((resolve) => {
    process.onExit(() => {
      gone = true
      for (const id of waiting.keys()) take(id)?.reject(new HearthError('vault-locked', { reason: 'key-process-ended' }))
      resolve()
    })
  })

  return {
    ask<K extends KeyRequest['kind']>(request: Extract<KeyRequest, { kind: K }>): Promise<KeyAnswers[K]> {
      if (gone) return Promise.reject(new HearthError('vault-locked', { reason: 'key-process-ended' }))
      return new Promise<KeyAnswers[K]>((resolve, reject) => {
        counter += 1
        const timer = setTimeout(() => process.kill(), TIMEOUT_MS)
        timer.unref()
        waiting.set(counter, { resolve, reject, timer })
        process.send({ type: 'request', id: counter, request })
      })
    },
    ended,
    kill: () => process.kill(),
  }
}
