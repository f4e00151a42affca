import { describe, expect, test } from 'vitest'
import type { EngineEvent } from '#main/core/ports/engine.ts'
import { until } from '#test/localnet/process.ts'
import { PATIENCE_MS, type EngineStage } from './engine-under-test.ts'

/** The part of the engine contract about events. */
export function eventsContract(stage: EngineStage): void {
  describe('events', () => {
    const following = () => {
      const abort = new AbortController()
      const events: EngineEvent[] = []
      let resyncs = 0
      const ended = stage.engine.follow(
        (event) => events.push(event),
        () => (resyncs += 1),
        abort.signal,
      )
      return {
        resyncs: () => resyncs,
        actionsOf: (container: string) => events.filter((event) => event.container === container).map((event) => event.action),
        eventsOf: (container: string) => events.filter((event) => event.container === container),
        saw: (container: string, action: string) =>
          until(`${action} of ${container}`, PATIENCE_MS, async () =>
            events.find((event) => event.container === container && event.action === action),
          ),
        connected: (times: number) => until(`${times} resyncs`, PATIENCE_MS, async () => resyncs >= times || undefined),
        end: async () => {
          abort.abort()
          await ended
        },
      }
    }

    test('tell the life of our containers, with the node, and of no others', async () => {
      const follow = following()
      await follow.connected(1)
      const foreign = stage.nextName()
      await stage.under.makeForeign(foreign)
      const container = await stage.running()
      await stage.engine.stop(container, 1)
      await stage.under.removeByHand(container)
      const gone = await follow.saw(container, 'destroy')
      expect(gone.nodeId).toBe(`node-of-${container}`)
      expect(Math.abs(gone.timeMs - Date.now())).toBeLessThan(60_000)
      const actions = follow.actionsOf(container)
      expect(actions.filter((action) => ['create', 'start', 'die', 'destroy'].includes(action))).toEqual([
        'create',
        'start',
        'die',
        'destroy',
      ])
      expect(follow.eventsOf(foreign)).toEqual([])
      await follow.end()
      const after = await stage.running()
      await stage.becomes(after, 'running')
      expect(follow.eventsOf(after)).toEqual([])
    })

    test('after a cut the caller is told to list again, and events come again', async () => {
      const follow = following()
      await follow.connected(1)
      const before = follow.resyncs()
      stage.under.cut()
      // One for the loss, one for the new connection.
      await follow.connected(before + 2)
      const container = await stage.running()
      await follow.saw(container, 'start')
      await follow.end()
    })

    test('a follower that was ended before it began returns', async () => {
      await stage.engine.follow(
        () => undefined,
        () => undefined,
        AbortSignal.abort(),
      )
      expect((await stage.engine.probe()).kind).toBe('ready')
    })
  })
}
