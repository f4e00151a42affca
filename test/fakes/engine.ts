import { createPracticeEngine } from '#main/adapters/practice/engine/engine.ts'
import type { Program } from '#main/adapters/practice/parts.ts'
import type { ContainerSpec, Engine, EngineProbe, ExecResult, LogLine, SeenContainer } from '#main/core/ports/engine.ts'
import type { HearthError } from '#shared/api/errors.ts'
import { createEngineClock } from './engine-clock.ts'

/** Plays the commands of `exec`. A promise that never resolves is a command that hangs. */
export type ExecScript = (
  container: string,
  command: string[],
  options: { stdin?: string; user?: string },
) => ExecResult | undefined | Promise<ExecResult | undefined>

/** What a pull meets: an answer, an answer in drops for about half a second, or silence. */
export type PullMood = 'honest' | 'slow' | 'silent'

type Unready = Exclude<EngineProbe['kind'], 'ready'>

/** The practised engine with programs that a test scripts, quick waits, and a record of what was asked. */
export interface FakeEngine extends Engine {
  /** Every call that changes something, as `create hearth-a`, `start hearth-a`, `pull repo:1`: in order, also those that were refused. */
  readonly calls: string[]
  /** The spec of a container as it was created. */
  specOf(name: string): ContainerSpec | undefined
  stateOf(name: string): SeenContainer['state'] | undefined
  /** Makes an image pullable; with `local` it is on the engine already. @returns its digest in the registry */
  publish(reference: string, options?: { sizeBytes?: number; local?: boolean }): string
  /** Takes an image off the engine, or with `registry` out of the registry. */
  forget(reference: string, from?: 'engine' | 'registry'): void
  pullMood: PullMood
  /** Answers `exec`; commands for which it gives nothing end with 0 and say nothing. */
  execScript: ExecScript
  /** Called after each start, so that a test can write logs, crash the container, or take its time. */
  onStart: (spec: ContainerSpec) => void
  writeLog(name: string, stream: LogLine['stream'], text: string): void
  /** The program ends by itself. `unless-stopped` starts it again and counts. */
  crash(name: string, exitCode?: number, options?: { oomKilled?: boolean }): void
  removeByHand(name: string): void
  stopByHand(name: string): void
  /** A container without Hearth's label. */
  addForeign(name: string): void
  /** A program outside the engine takes a port, or gives it back. */
  takePort(port: number): void
  freePort(port: number): void
  /** The engine is gone, with followers and containers untouched, until `undefined`. */
  down: Unready | undefined
  /** Breaks the connections of the followers; they come again at once unless it is down. */
  cutEvents(): void
  /** The next call of that name rejects with this. */
  failNext(call: keyof Engine, error: HearthError): void
}

/** Waits of the practised world are so much shorter here. */
const QUICKER = 1_000
/** Two megabytes in honest mood are there after a tick, in slow mood after about 500. */
const BYTES_PER_SECOND = { honest: 50_000_000, slow: 16_000 }
const DISK_BYTES = 1024 ** 4

/** Calls that change something, with what stands beside them in the record. */
const CHANGING: Partial<Record<keyof Engine, (...given: never[]) => string>> = {
  pull: (reference: string) => reference,
  ensureNetwork: (name: string) => name,
  ensureVolume: (name: string) => name,
  removeVolume: (name: string) => name,
  removeNetwork: (name: string) => name,
  create: (spec: ContainerSpec) => spec.name,
  start: (name: string) => name,
  stop: (name: string) => name,
  remove: (name: string) => name,
  exec: (name: string, command: string[]) => `${name} ${command.join(' ')}`,
  writeFile: (name: string, path: string) => `${name} ${path}`,
}

/** @param options.now UTC ms for times of containers, logs and events; `options.pullStallMs` silence after which a pull counts as stalled */
export function createFakeEngine(options: { now?: () => number; pullStallMs?: number } = {}): FakeEngine {
  const { now = Date.now, pullStallMs = 50 } = options
  const takenPorts = new Set<number>()
  const failures = new Map<keyof Engine, HearthError>()
  const practice = createPracticeEngine({
    clock: createEngineClock({ now, quicker: QUICKER }),
    choose: (spec) => scripted(spec),
    registry: [],
    installId: 'fake',
    diskBytes: DISK_BYTES,
    onChange: () => undefined,
    portFree: (port) => !takenPorts.has(port),
    name: 'Fake',
    endpoint: 'unix:///fake.sock',
    bytesPerSecond: BYTES_PER_SECOND,
    pullStallMs: pullStallMs * QUICKER,
  })
  let down: Unready | undefined
  let pullMood: PullMood = 'honest'

  const scripted = (spec: ContainerSpec): Program => ({
    start: () => fake.onStart(spec),
    stop: () => undefined,
    exec: async (command, more) => (await fake.execScript(spec.name, command, more)) ?? { exitCode: 0, stdout: '', stderr: '' },
    usage: () => ({ cpuPercent: 1.5, memoryBytes: Math.floor(spec.memoryBytes / 4), diskBytes: 0, netBytes: 0 }),
  })

  const { engine } = practice
  const recorded = <Name extends keyof Engine>(name: Name): Engine[Name] => {
    const call = engine[name] as (...given: unknown[]) => Promise<unknown>
    const describe = CHANGING[name] as ((...given: unknown[]) => string) | undefined
    return (async (...given: unknown[]) => {
      const signal = given.find((value): value is AbortSignal => value instanceof AbortSignal)
      // Nobody is asked by a call that was cancelled before it began.
      if (describe && !signal?.aborted) fake.calls.push(`${name} ${describe(...given)}`)
      await Promise.resolve()
      const failure = failures.get(name)
      failures.delete(name)
      if (failure) throw failure
      return call(...given)
    }) as Engine[Name]
  }

  const fake: FakeEngine = {
    calls: [],
    get pullMood() {
      return pullMood
    },
    set pullMood(mood) {
      pullMood = mood
      practice.setRegistryMood(mood === 'silent' ? 'stall' : mood)
    },
    get down() {
      return down
    },
    set down(kind) {
      down = kind
      practice.setUnreachable(kind)
    },
    execScript: () => undefined,
    onStart: () => undefined,
    specOf: (name) => practice.specOf(name),
    stateOf: (name) => practice.stateOf(name),
    publish(reference, { sizeBytes = 2_000_000, local = false } = {}) {
      const small = Math.floor(sizeBytes / 4)
      const digest = practice.images.publish({ reference, sizeBytes, layerBytes: [small, sizeBytes - small] })
      if (local) practice.images.load(reference)
      return digest
    },
    forget: (reference, from = 'engine') => (from === 'engine' ? practice.images.drop(reference) : practice.images.withdraw(reference)),
    writeLog: (name, stream, text) => practice.writeLog(name, stream, text),
    crash: (name, exitCode = 1, { oomKilled = false } = {}) => (oomKilled ? practice.oom(name) : practice.crash(name, exitCode)),
    removeByHand: (name) => practice.removeByHand(name),
    stopByHand: (name) => void practice.stopByHand(name),
    addForeign: (name) => practice.addForeign(name),
    takePort: (port) => void takenPorts.add(port),
    freePort: (port) => void takenPorts.delete(port),
    cutEvents: () => practice.cutEvents(),
    failNext: (call, error) => void failures.set(call, error),

    probe: recorded('probe'),
    list: recorded('list'),
    containerState: recorded('containerState'),
    image: recorded('image'),
    pull: recorded('pull'),
    ensureNetwork: recorded('ensureNetwork'),
    ensureVolume: recorded('ensureVolume'),
    volume: recorded('volume'),
    removeVolume: recorded('removeVolume'),
    removeNetwork: recorded('removeNetwork'),
    create: recorded('create'),
    start: recorded('start'),
    stop: recorded('stop'),
    remove: recorded('remove'),
    exec: recorded('exec'),
    writeFile: recorded('writeFile'),
    readFile: recorded('readFile'),
    logs: recorded('logs'),
    stats: recorded('stats'),
    offeredDigest: async (reference) => engine.offeredDigest?.(reference),
    removeImage: async (reference) => (await engine.removeImage?.(reference)) ?? false,
    disk: async () => (await engine.disk?.()) ?? { freeBytes: undefined, usedBytes: 0 },
    follow: (...given) => engine.follow(...given),
  }
  return fake
}
