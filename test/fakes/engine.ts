import type {
  ContainerSpec,
  ContainerStats,
  Engine,
  EngineEvent,
  EngineProbe,
  ExecResult,
  LogLine,
  SeenContainer,
} from '#main/core/ports/engine.ts'
import { HearthError, type ErrorCode } from '#shared/api/errors.ts'
import { inTime, pullLayers, type PullMood } from './engine-pull.ts'

/** Plays the commands of `exec`. A promise that never resolves is a command that hangs. */
export type ExecScript = (
  container: string,
  command: string[],
  options: { stdin?: string; user?: string },
) => ExecResult | undefined | Promise<ExecResult | undefined>

type Unready = Exclude<EngineProbe['kind'], 'ready'>

/** An engine in memory, and what a test may do behind its back. */
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

interface Held {
  spec: ContainerSpec
  seen: SeenContainer
  ours: boolean
  logs: LogLine[]
  files: Map<string, Uint8Array>
}
interface Follower {
  onEvent: (event: EngineEvent) => void
  onResync: () => void
}

const KILLED = 137
const ENDED_BY_SIGNAL = 143

/** @param options.now UTC ms for times of containers, logs and events; `options.pullStallMs` silence after which a pull counts as stalled */
export function createFakeEngine(options: { now?: () => number; pullStallMs?: number } = {}): FakeEngine {
  const { now = Date.now, pullStallMs = 50 } = options
  const containers = new Map<string, Held>()
  const networks = new Map<string, { internal: boolean }>()
  const volumes = new Map<string, { memory: boolean; files: Map<string, Uint8Array> }>()
  const registry = new Map<string, { digest: string; sizeBytes: number }>()
  const local = new Map<string, { imageId: string; digest: string; sizeBytes: number }>()
  const takenPorts = new Set<number>()
  const followers = new Set<Follower>()
  const failures = new Map<keyof Engine, HearthError>()
  let ids = 0

  const failed = (reason: string): HearthError => new HearthError('engine-failed', { reason })
  const id = (kind: string): string =>
    Buffer.from(`${kind}${(ids += 1)}`)
      .toString('hex')
      .padEnd(64, '0')
      .slice(0, 64)
  const hashOf = (text: string): string => `sha256:${Buffer.from(text).toString('hex').padStart(64, '0').slice(-64)}`

  /** What every call meets first. */
  const enter = async (call: keyof Engine): Promise<void> => {
    await Promise.resolve()
    const failure = failures.get(call)
    failures.delete(call)
    if (failure) throw failure
    if (fake.down) throw new HearthError(downCode(fake.down), { reason: 'the fake engine is down' })
  }
  const changing = async (call: keyof Engine, what: string): Promise<void> => {
    fake.calls.push(`${call} ${what}`)
    await enter(call)
  }
  const tell = (held: Held, action: string): void => {
    if (!held.ours || fake.down) return
    const event = { nodeId: held.spec.nodeId, container: held.spec.name, action, timeMs: now() }
    for (const follower of followers) follower.onEvent({ ...event })
  }
  const owned = (name: string): Held | undefined => {
    const held = containers.get(name)
    if (held && !held.ours) throw failed(`a container called ${name} exists and is not Hearth's`)
    return held
  }
  const mustOwn = (name: string): Held => {
    const held = owned(name)
    if (!held) throw failed(`there is no container ${name}`)
    return held
  }
  const isRunning = (held: Held): boolean => held.seen.state === 'running'

  const begin = (held: Held): void => {
    Object.assign(held.seen, { state: 'running', startedAtMs: now(), exitCode: undefined, oomKilled: false })
    tell(held, 'start')
    fake.onStart(held.spec)
  }
  const end = (held: Held, exitCode: number): void => {
    Object.assign(held.seen, { state: 'exited', exitCode, finishedAtMs: now() })
    tell(held, 'die')
    for (const { volume } of held.spec.mounts) {
      const inUse = [...containers.values()].some((other) => isRunning(other) && other.spec.mounts.some((mount) => mount.volume === volume))
      const kept = volumes.get(volume)
      if (kept?.memory && !inUse) kept.files.clear()
    }
  }
  const drop = (held: Held): void => {
    if (isRunning(held)) end(held, KILLED)
    containers.delete(held.spec.name)
    tell(held, 'destroy')
  }
  const halt = (held: Held): void => {
    if (!isRunning(held) && held.seen.state !== 'restarting') return
    end(held, ENDED_BY_SIGNAL)
    tell(held, 'stop')
  }
  const portInUse = (held: Held): number | undefined =>
    held.spec.ports.find(
      ({ hostPort }) =>
        takenPorts.has(hostPort) ||
        [...containers.values()].some(
          (other) => other !== held && isRunning(other) && other.spec.ports.some((port) => port.hostPort === hostPort),
        ),
    )?.hostPort
  /** Where a path of a container lies: on the volume that is mounted there, or in the container. */
  const placeOf = (held: Held, path: string): { files: Map<string, Uint8Array>; key: string } => {
    const mount = held.spec.mounts.find((candidate) => path.startsWith(`${candidate.path}/`))
    const volume = mount && volumes.get(mount.volume)
    return mount && volume ? { files: volume.files, key: path.slice(mount.path.length) } : { files: held.files, key: path }
  }
  const addContainer = (spec: ContainerSpec, imageId: string, ours: boolean): void => {
    const seen: SeenContainer = {
      id: id('c'),
      name: spec.name,
      nodeId: spec.nodeId,
      specHash: spec.specHash,
      image: imageId,
      state: 'created',
      exitCode: undefined,
      startedAtMs: undefined,
      finishedAtMs: undefined,
      oomKilled: false,
      restartCount: 0,
    }
    const held: Held = { spec: structuredClone(spec), seen, ours, logs: [], files: new Map() }
    containers.set(spec.name, held)
    tell(held, 'create')
  }
  const findImage = (reference: string) =>
    local.get(reference) ?? [...local.values()].find((image) => image.imageId === reference || reference.endsWith(`@${image.digest}`))

  const fake: FakeEngine = {
    calls: [],
    pullMood: 'honest',
    down: undefined,
    execScript: () => undefined,
    onStart: () => undefined,
    specOf: (name) => containers.get(name)?.spec,
    stateOf: (name) => containers.get(name)?.seen.state,
    publish(reference, { sizeBytes = 2_000_000, local: isLocal = false } = {}) {
      const digest = hashOf(`digest of ${reference}`)
      registry.set(reference, { digest, sizeBytes })
      if (isLocal) local.set(reference, { imageId: hashOf(`image ${reference}`), digest, sizeBytes })
      return digest
    },
    forget: (reference, from = 'engine') => void (from === 'engine' ? local : registry).delete(reference),
    writeLog: (name, stream, text) => void containers.get(name)?.logs.push({ timeMs: now(), stream, text }),
    crash(name, exitCode = 1, { oomKilled = false } = {}) {
      const held = containers.get(name)
      if (!held || !isRunning(held)) throw new Error(`${name} does not run`)
      end(held, exitCode)
      held.seen.oomKilled = oomKilled
      if (held.spec.restart !== 'unless-stopped') return
      held.seen.state = 'restarting'
      setTimeout(() => {
        if (containers.get(name) !== held || held.seen.state !== 'restarting') return
        held.seen.restartCount += 1
        begin(held)
      }, 1)
    },
    removeByHand(name) {
      const held = containers.get(name)
      if (!held) throw new Error(`there is no container ${name}`)
      drop(held)
    },
    stopByHand(name) {
      const held = containers.get(name)
      if (!held) throw new Error(`there is no container ${name}`)
      halt(held)
    },
    addForeign: (name) => addContainer({ ...EMPTY_SPEC, name }, 'sha256:foreign', false),
    takePort: (port) => void takenPorts.add(port),
    freePort: (port) => void takenPorts.delete(port),
    cutEvents() {
      for (const follower of followers) follower.onResync()
      if (!fake.down) for (const follower of followers) follower.onResync()
    },
    failNext: (call, error) => void failures.set(call, error),

    async probe(): Promise<EngineProbe> {
      await Promise.resolve()
      const endpoint = 'unix:///fake.sock'
      if (fake.down) return { kind: fake.down, endpoint, detail: 'the fake engine is down' }
      const machine = { os: 'linux', arch: 'x86_64', memoryBytes: 16 * 2 ** 30, cpus: 4 }
      return { kind: 'ready', name: 'Fake', version: '1.0.0', apiVersion: '1.41', endpoint, clockOffsetMs: 0, ...machine }
    },
    async list() {
      await enter('list')
      return [...containers.values()].filter((held) => held.ours).map((held) => ({ ...held.seen }))
    },
    async image(reference) {
      await enter('image')
      const image = findImage(reference)
      return image && { ...image }
    },
    async pull(reference, onProgress, signal) {
      if (signal.aborted) throw new HearthError('cancelled')
      await changing('pull', reference)
      const [tag, wanted] =
        [...registry].find(([name, { digest }]) => name === reference || reference === `${withoutTag(name)}@${digest}`) ?? []
      if (!tag || !wanted) throw new HearthError('image-unavailable', { reference, reason: 'manifest unknown' })
      await pullLayers(fake.pullMood, wanted.sizeBytes, onProgress, signal, pullStallMs, reference)
      const image = { imageId: hashOf(`image ${tag}`), ...wanted }
      local.set(tag, image)
      return { ...image }
    },
    async ensureNetwork(name, { internal = false } = {}) {
      await changing('ensureNetwork', name)
      const network = networks.get(name)
      if (network && network.internal !== internal) throw failed(`the network ${name} has the other reach; remove it first`)
      networks.set(name, { internal })
    },
    async ensureVolume(name, { memory }) {
      await changing('ensureVolume', name)
      const volume = volumes.get(name)
      if (volume && volume.memory !== memory) throw failed(`the volume ${name} is ${memory ? 'not ' : ''}in memory; remove it first`)
      if (!volume) volumes.set(name, { memory, files: new Map() })
    },
    async removeVolume(name) {
      await changing('removeVolume', name)
      if ([...containers.values()].some((held) => held.spec.mounts.some((mount) => mount.volume === name))) throw failed('volume is in use')
      volumes.delete(name)
    },
    async removeNetwork(name) {
      await changing('removeNetwork', name)
      const isUsed = [...containers.values()].some((held) => isRunning(held) && held.spec.networks.some((network) => network.name === name))
      if (isUsed) throw failed(`network ${name} has active endpoints`)
      networks.delete(name)
    },
    async create(spec) {
      await changing('create', spec.name)
      if (spec.ports.length > 0 && spec.networks.length === 0) throw failed(`${spec.name} has ports and no network`)
      for (const { volume } of spec.mounts) if (!volumes.has(volume)) throw failed(`there is no volume ${volume}`)
      const held = owned(spec.name)
      if (held?.seen.specHash === spec.specHash) return
      if (held && (isRunning(held) || held.seen.state === 'restarting')) {
        throw failed(`${spec.name} runs; it must be stopped before it is replaced`)
      }
      if (held) drop(held)
      const image = findImage(spec.image)
      if (!image) throw new HearthError('image-unavailable', { reason: `No such image: ${spec.image}` })
      addContainer(spec, image.imageId, true)
    },
    async start(name) {
      await changing('start', name)
      const held = mustOwn(name)
      if (isRunning(held)) return
      const missing = held.spec.networks.find((network) => !networks.has(network.name))
      if (missing) throw failed(`network ${missing.name} not found`)
      const port = portInUse(held)
      if (port !== undefined) throw new HearthError('port-taken', { port: String(port) })
      held.seen.restartCount = 0
      begin(held)
    },
    async stop(name) {
      await changing('stop', name)
      const held = owned(name)
      if (held) halt(held)
    },
    async remove(name) {
      await changing('remove', name)
      const held = owned(name)
      if (held) drop(held)
    },
    async exec(name, command, { stdin, user, timeoutMs = 60_000, signal } = {}) {
      if (signal?.aborted) throw new HearthError('cancelled')
      await changing('exec', `${name} ${command.join(' ')}`)
      if (!isRunning(mustOwn(name))) throw failed(`container ${name} is not running`)
      const scripted = fake.execScript(name, command, {
        ...(stdin === undefined ? {} : { stdin }),
        ...(user === undefined ? {} : { user }),
      })
      return (await inTime(Promise.resolve(scripted), timeoutMs, signal)) ?? { exitCode: 0, stdout: '', stderr: '' }
    },
    async writeFile(name, path, content) {
      await changing('writeFile', `${name} ${path}`)
      const { files, key } = placeOf(mustOwn(name), path)
      files.set(key, content.slice())
    },
    async readFile(name, path) {
      await enter('readFile')
      const { files, key } = placeOf(mustOwn(name), path)
      const content = files.get(key)
      if (!content) throw failed(`could not find the file ${path} in container ${name}`)
      return content.slice()
    },
    async logs(name, { tail, sinceMs = 0 }) {
      await enter('logs')
      const held = containers.get(name)
      if (!held || held.spec.logDriver === 'none' || tail <= 0) return []
      return held.logs.filter((line) => line.timeMs >= sinceMs).slice(-tail)
    },
    async stats(name): Promise<ContainerStats | undefined> {
      await enter('stats')
      const held = containers.get(name)
      if (!held || !isRunning(held)) return undefined
      return { cpuPercent: 1.5, memoryBytes: Math.floor(held.spec.memoryBytes / 4), memoryLimitBytes: held.spec.memoryBytes }
    },
    follow: (onEvent, onResync, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) {
          resolve()
          return
        }
        const follower = { onEvent, onResync }
        followers.add(follower)
        signal.addEventListener(
          'abort',
          () => {
            followers.delete(follower)
            resolve()
          },
          { once: true },
        )
        onResync()
      }),
  }
  return fake
}

const EMPTY_SPEC: ContainerSpec = {
  name: '',
  nodeId: '',
  image: '',
  command: [],
  ports: [],
  mounts: [],
  networks: [],
  restart: 'no',
  memoryBytes: 0,
  stopGraceSeconds: 0,
  logDriver: 'default',
  specHash: '',
}

const withoutTag = (reference: string): string => reference.replace(/:[^:/]*$/, '')

function downCode(kind: Unready): ErrorCode {
  const codes: Record<Unready, ErrorCode> = {
    absent: 'engine-absent',
    'not-started': 'engine-not-started',
    'no-permission': 'engine-no-permission',
    'too-old': 'engine-too-old',
    failed: 'engine-failed',
  }
  return codes[kind]
}
