import { describe, expect, test } from 'vitest'
import { packFile } from '#main/adapters/docker/archive.ts'
import { HearthError } from '#shared/api/errors.ts'
import { until } from '#test/localnet/process.ts'
import { rejection } from '#test/fakes/rejection.ts'
import { containerSpec, PATIENCE_MS, PROGRAMS, type EngineStage } from './engine-under-test.ts'

/** The part of the engine contract about what happens inside a running container. */
export function insideContract(stage: EngineStage): void {
  describe('exec', () => {
    test('gives stdin and brings back both outputs and the exit code', async () => {
      const container = await stage.running()
      const result = await stage.engine.exec(container, [...PROGRAMS.echo], { stdin: 'hëllo\n' })
      expect(result).toEqual({ exitCode: 3, stdout: 'hëllo\n', stderr: 'problem\n' })
      expect(await stage.engine.exec(container, [...PROGRAMS.deaf])).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    })

    test('a large input and output come through whole, and input that nobody reads does no harm', async () => {
      const container = await stage.running()
      const stdin = 'a line of text for the program\n'.repeat(40_000)
      const result = await stage.engine.exec(container, [...PROGRAMS.echo], { stdin })
      expect(result.stdout.length).toBe(stdin.length)
      expect(result.stdout === stdin).toBe(true)
      expect((await stage.engine.exec(container, [...PROGRAMS.deaf], { stdin })).exitCode).toBe(0)
    })

    test('gives up after its time', async () => {
      const container = await stage.running()
      const startedAtMs = Date.now()
      const error = await rejection(stage.engine.exec(container, [...PROGRAMS.hang], { timeoutMs: 500 }))
      expect(error).toMatchObject({ code: 'engine-failed', detail: { reason: 'timeout' } })
      expect(Date.now() - startedAtMs).toBeLessThan(10_000)
    })

    test('ends when it is cancelled, before and during', async () => {
      const container = await stage.running()
      const abort = new AbortController()
      setTimeout(() => abort.abort(), 300)
      expect((await rejection(stage.engine.exec(container, [...PROGRAMS.hang], { signal: abort.signal }))).code).toBe('cancelled')
      expect((await rejection(stage.engine.exec(container, [...PROGRAMS.deaf], { signal: abort.signal }))).code).toBe('cancelled')
    })

    test('ends with its container', async () => {
      const container = await stage.running()
      const asked = stage.engine.exec(container, [...PROGRAMS.hang], { timeoutMs: PATIENCE_MS })
      const { runs } = stage.under
      if (runs) await until('the command to run', PATIENCE_MS, async () => (await runs(container, PROGRAMS.hang)) || undefined)
      await stage.engine.stop(container, 1)
      expect(await asked).toEqual({ exitCode: 137, stdout: '', stderr: '' })
    })

    test('needs a running container', async () => {
      const spec = containerSpec(stage.under, stage.nextName())
      await stage.engine.create(spec)
      expect((await rejection(stage.engine.exec(spec.name, [...PROGRAMS.deaf]))).code).toBe('engine-failed')
    })
  })

  describe('files', () => {
    test('come back byte for byte, from a container that has not started and from one that runs', async () => {
      const content = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 7) % 256)
      const spec = containerSpec(stage.under, stage.nextName())
      await stage.engine.create(spec)
      await stage.engine.writeFile(spec.name, '/tmp/config', content, { mode: 0o644, uid: 0, gid: 0 })
      await stage.engine.start(spec.name)
      expect(Buffer.compare(await stage.engine.readFile(spec.name, '/tmp/config'), content)).toBe(0)
      await stage.engine.writeFile(spec.name, '/tmp/config', new Uint8Array(0), { mode: 0o644, uid: 0, gid: 0 })
      expect(await stage.engine.readFile(spec.name, '/tmp/config')).toHaveLength(0)
      expect((await rejection(stage.engine.readFile(spec.name, '/tmp/nothing'))).code).toBe('engine-failed')
    })
    test('come by many in one archive, and a source that fails is told with its own words', async () => {
      // The practised engine has no images that would take one.
      if (!stage.engine.unpack) return
      const unpack: NonNullable<typeof stage.engine.unpack> = (...given) => stage.engine.unpack?.(...given) ?? Promise.resolve()
      const spec = containerSpec(stage.under, stage.nextName())
      await stage.engine.create(spec)
      const content = new Uint8Array(300_000).fill(9)
      const archive = packFile('large', content, { mode: 0o644, uid: 0, gid: 0, mtimeMs: 0 })
      const never = new AbortController().signal
      await unpack(spec.name, '/tmp', inPieces(archive), never)
      expect(Buffer.compare(await stage.engine.readFile(spec.name, '/tmp/large'), content)).toBe(0)
      const broken = inPieces(archive, new HearthError('snapshot-refused', { reason: 'a link' }))
      expect(await rejection(unpack(spec.name, '/tmp', broken, never))).toMatchObject({
        code: 'snapshot-refused',
        detail: { reason: 'a link' },
      })
      expect((await rejection(unpack(spec.name, '/tmp', inPieces(archive), AbortSignal.abort()))).code).toBe('cancelled')
    })
  })

  describe('logs', () => {
    test('come in order, each with its time and stream, without colours, as many as asked and since when', async () => {
      const container = await stage.running({ command: [...PROGRAMS.talk] })
      const lines = await until('four lines', PATIENCE_MS, async () => {
        const found = await stage.engine.logs(container, { tail: 100 })
        return found.length >= 4 ? found : undefined
      })
      expect(lines.map(({ stream, text }) => [stream, text])).toEqual([
        ['out', 'one'],
        ['err', 'two'],
        ['out', 'three'],
        ['out', 'four'],
      ])
      const times = lines.map((line) => line.timeMs)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
      expect(Math.abs((times[0] ?? 0) - Date.now())).toBeLessThan(60_000)
      expect((await stage.engine.logs(container, { tail: 2 })).map((line) => line.text)).toEqual(['three', 'four'])
      const sinceMs = (times[2] ?? 0) - 10
      const later = await stage.engine.logs(container, { tail: 100, sinceMs })
      expect(later.map((line) => line.text).slice(-2)).toEqual(['three', 'four'])
      expect(later.every((line) => line.timeMs >= Math.floor(sinceMs / 1_000) * 1_000)).toBe(true)
      expect(await stage.engine.logs(container, { tail: 100, sinceMs: (times[3] ?? 0) + 2_000 })).toEqual([])
    })

    test('a container that keeps none has none, and one that is gone neither', async () => {
      const container = await stage.running({ command: [...PROGRAMS.talk], logDriver: 'none' })
      expect(await stage.engine.logs(container, { tail: 100 })).toEqual([])
      expect(await stage.engine.logs(stage.nextName(), { tail: 100 })).toEqual([])
    })
  })

  test('stats tell memory and load of a running container, and nothing of another', async () => {
    const container = await stage.running({ memoryBytes: 48 * 1024 * 1024 })
    const stats = await stage.engine.stats(container)
    expect(stats?.memoryLimitBytes).toBe(48 * 1024 * 1024)
    expect(stats?.memoryBytes).toBeGreaterThan(0)
    expect(stats?.memoryBytes).toBeLessThan(48 * 1024 * 1024)
    expect(stats?.cpuPercent).toBeGreaterThanOrEqual(0)
    await stage.engine.stop(container, 1)
    expect(await stage.engine.stats(container)).toBeUndefined()
    expect(await stage.engine.stats(stage.nextName())).toBeUndefined()
  })
}

/** @param failure thrown after the first pieces */
async function* inPieces(bytes: Uint8Array, failure?: HearthError): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    if (failure && at > 0) throw failure
    yield await Promise.resolve(bytes.subarray(at, at + 65_536))
  }
}
