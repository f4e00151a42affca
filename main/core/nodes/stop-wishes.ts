import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import {
  expectedAt,
  isDue,
  momentOf,
  refusesRelays,
  stopWishSchema,
  type ShownWish,
  type StopWhen,
  type StopWish,
} from '#shared/model/stop-wish.ts'
import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'

/** Stops and restarts that wait for their moment. What is written here is carried out by the loop, whoever looks or not. */
export interface StopWishes {
  /** Reads what is written; once, before the first round. */
  load(): Promise<void>
  /** Replaces what was wished of this node before. Rejects `not-now` (detail.when) when there is no such moment to wait for. */
  add(wish: { nodeId: string; action: StopWish['action']; when: StopWhen; by: StopWish['by']; life: string }): Promise<void>
  remove(nodeId: string): Promise<void>
  /** All are forgotten, with the chain that they were about. */
  clear(): Promise<void>
  of(nodeId: string): StopWish | undefined
  /** Whose time has come. */
  due(clock: AppState['clock']): StopWish[]
  /** Whether the ingress refuses relays because the miner stops once what it served is paid. */
  refusesRelays(height: number): boolean
  /** As the page shows it; null for none, and for what is under way. */
  shown(nodeId: string, clock: AppState['clock']): ShownWish | null
}

/** @param deps.network undefined while none is chosen: then nothing can be wished */
export function createStopWishes(deps: {
  store: Pick<Store, 'setting' | 'setSetting'>
  clock: Clock
  network: () => string | null
  view: () => AppState['clock']
}): StopWishes {
  const { store, clock, view } = deps
  let wishes: StopWish[] = []
  const keyName = (): string => `stop-wishes ${deps.network() ?? ''}`
  const write = async (next: StopWish[]): Promise<void> => {
    await store.setSetting(keyName(), JSON.stringify(next))
    wishes = next
  }
  const others = (nodeId: string): StopWish[] => wishes.filter((wish) => wish.nodeId !== nodeId)
  return {
    async load() {
      const read = stopWishSchema.array().safeParse(parse(await store.setting(keyName())))
      // What cannot be read is no wish that anybody remembers: containers go on.
      wishes = read.success ? read.data : []
    },
    async add({ nodeId, action, when, by, life }) {
      const moment = momentOf(when, view())
      if (!moment) throw new HearthError('not-now', { problem: 'no-moment', when })
      await write([...others(nodeId), { nodeId, action, when, by, askedAtMs: clock.now(), life, ...moment }])
    },
    async remove(nodeId) {
      if (wishes.some((wish) => wish.nodeId === nodeId)) await write(others(nodeId))
    },
    async clear() {
      if (wishes.length > 0) await write([])
    },
    of: (nodeId) => wishes.find((wish) => wish.nodeId === nodeId),
    due: (now) => wishes.filter((wish) => isDue(wish, now)),
    refusesRelays: (height) => wishes.some((wish) => wish.nodeId === 'miner' && refusesRelays(wish, height)),
    shown(nodeId, now) {
      const wish = wishes.find((candidate) => candidate.nodeId === nodeId)
      if (!wish || wish.when === 'now') return null
      return { action: wish.action, when: wish.when, askedAtMs: wish.askedAtMs, ...expectedAt(wish, now) }
    },
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? [] : JSON.parse(text)
  } catch {
    return undefined
  }
}
