import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metricsMethods, openMetricsDatabase } from '#main/adapters/sqlite/metrics-database.ts'
import { createMetricsRoom, type MetricsRoom } from '#main/core/metrics/metrics-room.ts'
import type { Engine } from '#main/core/ports/engine.ts'
import type { MetricsStore } from '#main/core/ports/metrics.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { CATALOG } from '#shared/catalog/index.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { serving } from '#test/renderer/scene.ts'

let folder: string
let metrics: MetricsStore
const log = createTestLog()
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearth-metrics-'))
  // The store itself without its thread: no answer of it comes later than a second of the test's clock.
  const { db } = openMetricsDatabase(join(folder, 'metrics.db'))
  const { addPoints, series, seriesNames, addLogLines, logLines } = metricsMethods(db)
  metrics = {
    addPoints: async (points) => addPoints(points),
    series: async (query) => series(query),
    seriesNames: async () => seriesNames(),
    addLogLines: async (lines) => addLogLines(lines),
    logLines: async (query) => logLines(query),
    close: async () => void db.close(),
  }
})
afterEach(async () => {
  await metrics.close()
  rmSync(folder, { recursive: true })
})

interface Miner {
  served: number
  refused: number
  dropped: number
  startedAtS: number
  /** What it answers instead of its page. */
  instead: Uint8Array | 'refused' | undefined
}

/** A room over a state with a running miner whose page a test writes. */
function scene(clock = createTestClock(Date.UTC(2026, 10, 22, 12)), served = 100) {
  const world = { backMs: 0 }
  const told = { now: () => clock.now() - world.backMs, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal) }
  const miner: Miner = { served, refused: 5, dropped: 0, startedAtS: 1_000, instead: undefined }
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: clock.now(), notice: null }),
    clock,
  )
  const template = Object.values(serving(clock.now()).nodes).find((node) => node.kind === 'relay-miner')!
  const putMiner = (cpuPercent: number, memoryBytes: number): void =>
    state.put('nodes', 'miner', {
      ...template,
      id: 'miner',
      ports: { '9090': 9190 },
      cpuPercent,
      memoryBytes,
      startedAtMs: 5,
      atMs: clock.now(),
    })
  putMiner(12, 1_000)
  const asked = { stats: 0, pages: 0 }
  let cpu = 50
  const page = (): Uint8Array =>
    new TextEncoder().encode(
      [
        `process_start_time_seconds ${miner.startedAtS}`,
        `relayminer_requests_total{service_id="anvil",supplier_operator_address="a"} ${miner.served + miner.refused}`,
        `relayminer_requests_success_total{service_id="anvil"} ${miner.served}`,
        `relayminer_requests_errors_total{service_id="anvil"} ${miner.refused}`,
        `relayminer_relays_dropped_total{service_id="anvil",supplier_operator_address="a",reason="mining_channel_full"} ${miner.dropped}`,
      ].join('\n'),
    )
  const makeRoom = (): MetricsRoom =>
    createMetricsRoom({
      network: 'local',
      world: {
        engine: {
          stats: async () => {
            asked.stats += 1
            cpu += 1
            return { cpuPercent: cpu, memoryBytes: 2_000, memoryLimitBytes: 9_000 }
          },
          logs: async () => [{ timeMs: 1, stream: 'out', text: 'ERR x' }],
        } as unknown as Engine,
        net: {
          post: async () => {
            asked.pages += 1
            if (miner.instead === 'refused') throw new Error('refused')
            return { status: 200, body: miner.instead ?? page() }
          },
          portFree: async () => true,
          freeDiskBytes: async () => 1,
        },
        clock: told,
        catalog: CATALOG,
      },
      metrics,
      state,
      clock: told,
      log,
      installId: 'x',
    })
  const abort = new AbortController()
  const room = makeRoom()
  const run = room.run(abort.signal)
  return {
    clock,
    world,
    miner,
    room,
    asked,
    state,
    putMiner,
    makeRoom,
    seconds: async (count: number): Promise<void> => {
      for (let at = 0; at < count; at += 1) {
        await clock.advance(1_000)
        // The store answers from a thread of its own.
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    end: async (): Promise<void> => {
      abort.abort()
      await run
    },
  }
}

describe('the figures of the nodes', () => {
  it('are measured by the second while somebody looks, and with what is known anyway when nobody does', async () => {
    const { room, seconds, asked, clock, end, putMiner } = scene()
    await seconds(30)
    expect(asked.stats).toBe(0)
    const ask = () =>
      room.handlers['metrics.series']({
        name: 'node.miner.cpu-percent',
        step: 'second',
        fromMs: clock.now() - 600_000,
        toMs: clock.now() + 1_000,
      })
    // One figure of the state counts once, however often it is looked at.
    expect((await ask()).points.map((point) => point.mean)).toEqual([12])
    await seconds(10)
    expect(asked.stats).toBeGreaterThanOrEqual(9)
    expect((await ask()).points.length).toBeGreaterThanOrEqual(10)
    await seconds(16)
    const before = asked.stats
    await seconds(10)
    expect(asked.stats).toBe(before)
    putMiner(77, 1_000)
    await seconds(2)
    expect((await ask()).points.at(-1)?.mean).toBe(77)
    await end()
  })

  it('go on at once after the clock was set back, live and kept, and so do the counts of the miner', async () => {
    const { room, seconds, clock, end, asked, world } = scene()
    const live = (): ReturnType<MetricsRoom['handlers']['metrics.series']> => {
      const now = clock.now() - world.backMs
      return room.handlers['metrics.series']({ name: 'node.miner.cpu-percent', fromMs: now - 60_000, toMs: now + 1, step: 'second' })
    }
    await live()
    await seconds(12)
    expect((await live()).points.length).toBeGreaterThan(5)
    world.backMs = 3_600_000
    const pages = asked.pages
    await live()
    await seconds(12)
    expect((await live()).points.length).toBeGreaterThan(5)
    expect(asked.pages).toBeGreaterThan(pages)
    const now = clock.now() - world.backMs
    expect(
      (await metrics.series({ name: 'local.node.miner.cpu-percent', step: 'minute', fromMs: now - 60_000, toMs: now + 1 })).length,
    ).toBeGreaterThan(0)
    await end()
  })

  it('are kept by the minute, each network for itself, and outlive a restart', async () => {
    const { room, seconds, clock, end, makeRoom } = scene()
    await seconds(3)
    await end()
    const query = { name: 'node.miner.memory-bytes', step: 'minute' as const, fromMs: clock.now() - 3_600_000, toMs: clock.now() + 60_000 }
    expect((await room.handlers['metrics.series'](query)).points.map((point) => point.mean)).toEqual([1_000])
    expect((await makeRoom().handlers['metrics.series'](query)).points).toHaveLength(1)
    expect(await metrics.seriesNames()).toContain('local.node.miner.memory-bytes')
  })

  it('are not given for longer than fits, nor for a node that is not there', async () => {
    const { room, clock, end } = scene()
    await expect(
      room.handlers['metrics.series']({ name: 'node.miner.cpu-percent', step: 'minute', fromMs: 0, toMs: clock.now() }),
    ).rejects.toMatchObject({ code: 'invalid-request' })
    const none = await room.handlers['metrics.series']({
      name: 'node.x.cpu-percent',
      step: 'second',
      fromMs: clock.now() - 9,
      toMs: clock.now(),
    })
    expect(none).toEqual({ points: [] })
    await expect(room.handlers['nodes.logPage']({ nodeId: 'toString', limit: 5 })).rejects.toMatchObject({ code: 'node-unknown' })
    expect((await room.handlers['nodes.logPage']({ nodeId: 'miner', limit: 5 })).lines).toMatchObject([{ text: 'ERR x', level: 'error' }])
    await end()
  })
})

describe('what the miner did', () => {
  it('is the sum of what came between readings, over its restarts', async () => {
    const { room, seconds, miner, end } = scene()
    await seconds(2)
    miner.served = 130
    miner.dropped = 2
    await seconds(11)
    // It begins again at zero, and has answered more than before by the next look.
    Object.assign(miner, { served: 140, refused: 1, dropped: 1, startedAtS: 2_000 })
    await seconds(11)
    const told = await room.handlers['metrics.miner']({ hours: 1 })
    expect(told).toMatchObject({ state: 'ok', served: 30 + 140, refused: 1, dropped: 3, failedLater: 0, unreadable: 0 })
    expect(told.services).toMatchObject([{ serviceId: 'anvil', successes: 140 }])
    await end()
  })

  it('counts what was served while Hearth was away', async () => {
    const first = scene()
    await first.seconds(12)
    await first.end()
    // The store is busy at the first reading: what was counted is not lost for that.
    const whole = metrics
    let isBusy = true
    metrics = {
      ...whole,
      series: (query) => {
        if (!isBusy || !query.name.includes('miner.count.')) return whole.series(query)
        isBusy = false
        return Promise.reject(new Error('busy'))
      },
    }
    const second = scene(first.clock, 160)
    await second.seconds(14)
    expect(await second.room.handlers['metrics.miner']({ hours: 1 })).toMatchObject({ served: 60, refused: 0 })
    await second.end()
  })

  it('is also a rate, of which a restart makes no negative one', async () => {
    const { room, seconds, miner, clock, end } = scene()
    await seconds(2)
    miner.served += 20
    await seconds(10)
    Object.assign(miner, { served: 10, startedAtS: 3_000 })
    await seconds(10)
    const { points } = await room.handlers['metrics.series']({
      name: 'miner.relays-per-minute',
      step: 'second',
      fromMs: clock.now() - 600_000,
      toMs: clock.now() + 1_000,
    })
    expect(points.map((point) => Math.round(point.mean))).toEqual([120, 60])
    await end()
  })

  it('says why nothing can be told', async () => {
    const { room, seconds, miner, state, end } = scene()
    const told = async () => (await room.handlers['metrics.miner']({ hours: 1 })).state
    await seconds(1)
    expect(await told()).toBe('ok')
    miner.instead = 'refused'
    await seconds(11)
    expect(await told()).toBe('no-answer')
    miner.instead = new TextEncoder().encode('<html>hello</html>')
    await seconds(11)
    expect(await told()).toBe('not-a-page')
    miner.instead = new Uint8Array(9 * 1024 * 1024)
    await seconds(11)
    expect(await told()).toBe('too-large')
    state.remove('nodes', 'miner')
    await seconds(11)
    expect(await told()).toBe('not-running')
    await end()
  })
})
