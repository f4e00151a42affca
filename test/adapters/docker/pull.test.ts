import { describe, expect, test } from 'vitest'
import { PassThrough } from 'node:stream'
import type Docker from 'dockerode'
import { noteProgress, pullImage, wholePull, type Layer, type PullEvent } from '#main/adapters/docker/pull.ts'
import { rejection } from '#test/fakes/rejection.ts'

const play = (events: PullEvent[]): Layer[] => {
  const layers = new Map<string, Layer>()
  for (const event of events) noteProgress(layers, event)
  return [...layers.values()]
}

describe('noteProgress', () => {
  const id = '0a1b2c3d4e5f'
  test('a layer goes from waiting over fetching and unpacking to ready', () => {
    const steps: [PullEvent, Layer['status'], number, number][] = [
      [{ id, status: 'Pulling fs layer', progressDetail: {} }, 'waiting', 0, 0],
      [{ id, status: 'Waiting', progressDetail: {} }, 'waiting', 0, 0],
      [{ id, status: 'Downloading', progressDetail: { current: 40, total: 100 } }, 'fetching', 40, 100],
      [{ id, status: 'Download complete', progressDetail: {} }, 'unpacking', 100, 100],
      [{ id, status: 'Extracting', progressDetail: { current: 10, total: 100 } }, 'unpacking', 100, 100],
      [{ id, status: 'Pull complete', progressDetail: {} }, 'ready', 100, 100],
    ]
    for (const [at, [, status, currentBytes, totalBytes]] of steps.entries()) {
      expect(play(steps.slice(0, at + 1).map(([event]) => event))).toEqual([{ id, status, currentBytes, totalBytes }])
    }
  })

  test('a layer that is there already is ready at once; lines about the image are no layers', () => {
    const events: PullEvent[] = [
      { id: '20240501', status: 'Pulling from pokt-network/pocketd' },
      { id, status: 'Already exists', progressDetail: {} },
      { status: 'Digest: sha256:00' },
      { id: 'latest', status: 'Status: Image is up to date' },
    ]
    expect(play(events)).toEqual([{ id, status: 'ready', currentBytes: 0, totalBytes: 0 }])
  })
})

describe('wholePull', () => {
  test('all layers are ready, and the description that Podman counts among them is none', () => {
    const layer = (id: string, currentBytes: number, status: Layer['status']): Layer => ({ id, currentBytes, totalBytes: 100, status })
    const last = {
      layers: [layer('0a1b2c3d4e5f', 40, 'unpacking'), layer('c7d39e1c50dc', 7, 'unpacking')],
      lastLine: 'c7d39e1c50dc Download complete',
    }
    expect(wholePull(last, `sha256:c7d39e1c50dc${'0'.repeat(52)}`)).toEqual({
      layers: [layer('0a1b2c3d4e5f', 100, 'ready')],
      lastLine: last.lastLine,
    })
  })
})

describe('a pull in which nothing moves', () => {
  /** An engine that says something every few milliseconds, until the pull is given up. */
  const pull = (stallMs: number, line: (at: number) => object, lines = Infinity) => {
    const stream = new PassThrough()
    let at = 0
    const timer = setInterval(() => {
      if (stream.destroyed) return clearInterval(timer)
      if (at >= lines) return void stream.end()
      stream.write(`${JSON.stringify(line(at))}\n`)
      at += 1
    }, 10)
    const docker = { pull: () => Promise.resolve(stream) } as unknown as Docker
    const done = pullImage(docker, 'a/b:1', { onProgress: () => undefined, signal: new AbortController().signal, stallMs })
    return done.finally(() => clearInterval(timer))
  }
  const id = '0a1b2c3d4e5f'

  test('is stalled also where the engine says the same of its layers again and again', async () => {
    const ids = [id, 'ffffffffffff']
    const error = await rejection(
      pull(150, (at) => ({ id: ids[at % 2], status: 'Downloading', progressDetail: { current: 40, total: 100 }, progress: `[=> ] ${at}` })),
    )
    expect([error.code, error.detail['reason']]).toEqual(['image-unavailable', 'stalled'])
  })
  test('is not, as long as one byte after the other comes', async () => {
    const last = await pull(10_000, (at) => ({ id, status: 'Downloading', progressDetail: { current: at, total: 100 } }), 40)
    expect(last.layers).toEqual([{ id, status: 'fetching', currentBytes: 39, totalBytes: 100 }])
  })
})
