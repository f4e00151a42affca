import type { Engine, EngineEvent } from '#main/core/ports/engine.ts'

interface Follower {
  onEvent: (event: EngineEvent) => void
  onResync: () => void
}

/** Who follows the events of the engine. */
export interface Followers {
  follow: Engine['follow']
  tell(event: EngineEvent): void
  /** Tells everybody to list again. */
  resync(): void
}

export function createFollowers(): Followers {
  const followers = new Set<Follower>()
  return {
    async follow(onEvent, onResync, signal) {
      if (signal.aborted) return
      const follower = { onEvent, onResync }
      const { promise, resolve } = Promise.withResolvers<void>()
      followers.add(follower)
      signal.addEventListener('abort', () => resolve(), { once: true })
      onResync()
      await promise
      followers.delete(follower)
    },
    tell(event) {
      for (const follower of followers) follower.onEvent({ ...event })
    },
    resync() {
      for (const follower of followers) follower.onResync()
    },
  }
}
