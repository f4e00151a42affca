import type { NetworkRooms } from './network-shape.ts'
import { NETWORK_REQUESTS } from './network-requests.ts'
import type { Clock } from './ports/clock.ts'

/** Whoever looks at the page is served first; with nobody there, rooms begin after this. */
const NOBODY_LOOKS_MS = 300

/** So much for the answer to leave before they keep the program busy. */
const ANSWER_MS = 10

/** The rooms of the start: they join a moment after the page can have its state, and whatever is asked of them until then waits for them. */
export interface RoomsLater {
  rooms: NetworkRooms
  /** Somebody has the first state: now is the time. */
  looked(): void
  /** Resolves when the rooms run. Rejects what making them rejects. */
  joined: Promise<void>
}

/** @param make makes the rooms; called once, some time after `rooms.begin()` */
export function createRoomsLater(make: () => Promise<NetworkRooms>, clock: Clock): RoomsLater {
  const first = new AbortController()
  const begun = Promise.withResolvers<void>()
  const real = begun.promise.then(async () => {
    await clock.sleep(NOBODY_LOOKS_MS, first.signal)
    await clock.sleep(ANSWER_MS)
    const made = await make()
    await made.begin()
    return made
  })
  const joined = real.then(() => undefined)
  // Told through `joined`; a request that waits has it, too.
  joined.catch(() => undefined)
  const entries = NETWORK_REQUESTS.map((name) => [
    name,
    async (...asked: never[]) => ((await real).handlers[name] as (...passed: never[]) => unknown)(...asked),
  ])
  return {
    joined,
    looked: () => first.abort(),
    rooms: {
      handlers: Object.fromEntries(entries) as NetworkRooms['handlers'],
      begin() {
        begun.resolve()
        return Promise.resolve()
      },
      signed: async (intentId, txBytes) => (await real).signed(intentId, txBytes),
      discard: async (intentId) => (await real).discard(intentId),
      closeSheets: async () => (await real).closeSheets(),
      forgetChain: async () => (await real).forgetChain(),
      pendingClaims: async (operatorAddress) => (await real).pendingClaims(operatorAddress),
      wake: () => void real.then((made) => made.wake()).catch(() => undefined),
      async stop() {
        first.abort()
        begun.resolve()
        await real.then(
          (made) => made.stop(),
          () => undefined,
        )
      },
    },
  }
}
