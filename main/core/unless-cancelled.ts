import { HearthError } from '#shared/api/errors.ts'

/**
 * Waits for what somebody outside does, for as long as it is wanted. What was asked goes on by itself where it cannot be stopped; nobody waits for it any more.
 * Rejects `cancelled` as soon as the signal aborts.
 */
export async function unlessCancelled<T>(signal: AbortSignal | undefined, wait: () => Promise<T>): Promise<T> {
  if (signal === undefined) return wait()
  if (signal.aborted) throw new HearthError('cancelled')
  let stop: () => void = () => undefined
  const cancelled = new Promise<never>((_, reject) => {
    stop = () => reject(new HearthError('cancelled'))
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([wait(), cancelled])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** The same port, each of whose questions ends when the signal aborts. */
export function cancellable<T extends object>(port: T, signal: AbortSignal | undefined): T {
  if (signal === undefined) return port
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return (...args: unknown[]): unknown => {
        if (signal.aborted) return Promise.reject(new HearthError('cancelled'))
        const answer = Reflect.apply(member as (...all: unknown[]) => unknown, target, args)
        return answer instanceof Promise ? unlessCancelled(signal, () => answer) : answer
      }
    },
  })
}
