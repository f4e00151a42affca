import { HearthError } from '#shared/api/errors.ts'

/**
 * The result, unless real time runs out or the signal aborts first. Real time, because this guards a caller against a command that hangs, and the practised time may
 * stand still or run at x600. Rejects `engine-failed` (detail.reason `timeout`), `cancelled`.
 */
export async function inTime<T>(work: Promise<T>, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
  if (signal?.aborted) throw new HearthError('cancelled')
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const timer = setTimeout(() => reject(new HearthError('engine-failed', { reason: 'timeout' })), Math.min(timeoutMs, 2 ** 31 - 1))
  const cancel = (): void => reject(new HearthError('cancelled'))
  signal?.addEventListener('abort', cancel, { once: true })
  work.then(resolve, reject)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', cancel)
  }
}

/** Whether the work ended, well or not, within so much real time. */
export async function endsWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), Math.min(Math.max(0, timeoutMs), 2 ** 31 - 1))
  work.then(
    () => resolve(true),
    () => resolve(true),
  )
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}
