import type { PullProgress } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'

/** What a pull meets: an answer, an answer in drops for about half a second, or silence. */
export type PullMood = 'honest' | 'slow' | 'silent'

/** The result, unless time runs out or the signal aborts first. */
export function inTime<T>(work: Promise<T>, timeoutMs: number, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new HearthError('engine-failed', { reason: 'timeout' })), timeoutMs)
    const cancel = (): void => reject(new HearthError('cancelled'))
    signal?.addEventListener('abort', cancel, { once: true })
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', cancel)
    })
  })
}

/** Plays a pull of two layers. Rejects `cancelled`, `image-unavailable` with detail.reason `stalled`. */
export async function pullLayers(
  mood: PullMood,
  sizeBytes: number,
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal,
  stallMs: number,
  reference: string,
): Promise<void> {
  const sizes = [Math.floor(sizeBytes / 4), sizeBytes - Math.floor(sizeBytes / 4)]
  const tell = (status: PullProgress['layers'][number]['status'], share: number): void => {
    if (signal.aborted) throw new HearthError('cancelled')
    const layers = sizes.map((totalBytes, at) => ({
      id: `layer${at}`,
      currentBytes: Math.floor(totalBytes * share),
      totalBytes: status === 'waiting' ? 0 : totalBytes,
      status,
    }))
    onProgress({ layers, lastLine: `${layers[0]?.id} ${status}` })
  }
  const pause = (ms: number): Promise<void> => inTime(new Promise((resolve) => setTimeout(resolve, ms)), 60_000, signal)
  if (mood === 'silent') {
    await pause(stallMs)
    throw new HearthError('image-unavailable', { reference, reason: 'stalled' })
  }
  tell('waiting', 0)
  const drops = mood === 'slow' ? 100 : 0
  for (let drop = 0; drop < drops; drop += 1) {
    tell('fetching', drop / drops)
    await pause(5)
  }
  tell('fetching', 0.5)
  await pause(0)
  tell('unpacking', 1)
  tell('ready', 1)
}
