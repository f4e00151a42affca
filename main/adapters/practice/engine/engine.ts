import type { ContainerSpec, Engine, EngineProbe } from '#main/core/ports/engine.ts'
import { PULL_STALL_MS } from '#main/core/retry.ts'
import { HearthError, type ErrorCode } from '#shared/api/errors.ts'
import { checkName, checkSpec } from './check-spec.ts'
import { createContainers } from './containers.ts'
import type { PracticeEngineControl, PracticeEngineOptions, UnreadyKind } from './control.ts'
import { createDisk } from './disk.ts'
import { createFollowers } from './followers.ts'
import { isRunning, placeOf, writeTo, type Held, type Life } from './held.ts'
import { createImageShelf } from './images.ts'
import { startKeySocket, type KeySocket } from './key-socket.ts'
import { noise } from './noise.ts'
import { createPlaces } from './places.ts'
import { checkLine, type RegistryMood } from './pull.ts'
import { restoreWorld, saveWorld } from './saved.ts'
import { inTime } from './waits.ts'

const EXEC_TIMEOUT_MS = 60_000
const KILLED = 137
const SETTLE_EVERY_MS = 1_000
/** A household's line, and one over which a pull takes half an hour. */
const BYTES_PER_SECOND = { honest: 12_000_000, slow: 60_000 }
const NO_ENDPOINT = 'practice:'

/**
 * A container engine inside Hearth: the same port, the same words, no container. What runs in one is a program that `choose` gives. Every wait of the world
 * (pulls, pauses before a restart) is in practised time; every wait of a caller (grace of a stop, limit of an exec) is in real time, so that nobody hangs while the
 * practised time stands. Rejects `store-damaged` for a `saved` that cannot be read.
 */
export function createPracticeEngine(options: PracticeEngineOptions): PracticeEngineControl {
  const { clock, onChange } = options
  let offsetMs = 0
  let mood: RegistryMood = 'honest'
  let away: { kind: UnreadyKind; stopped: string[] | undefined } | undefined
  let settledAtMs = -Infinity
  let keySocket: KeySocket | undefined
  let opening: Promise<KeySocket> | undefined
  let isClosed = false
  const now = (): number => (options.stampMs?.() ?? clock.now()) + offsetMs
  const disk = createDisk(Infinity)
  const places = createPlaces(disk)
  const followers = createFollowers()
  const failed = (reason: string): HearthError => new HearthError('engine-failed', { reason })
  const gone = (): HearthError | undefined =>
    away && new HearthError(downCode(away.kind), { reason: 'the practised engine does not answer', endpoint: endpoint() })
  const endpoint = (): string => keySocket?.endpoint ?? options.endpoint ?? NO_ENDPOINT
  const images = createImageShelf(options.registry, {
    clock,
    disk,
    mood: () => mood,
    bytesPerSecond: options.bytesPerSecond ?? BYTES_PER_SECOND,
    stallMs: options.pullStallMs ?? PULL_STALL_MS,
    gone,
  })
  const containers = createContainers({
    clock,
    now,
    choose: options.choose,
    places,
    disk,
    installId: options.installId,
    onChange,
    tell(held, action) {
      if (held.ours && !away) followers.tell({ nodeId: held.spec.nodeId, container: held.spec.name, action, timeMs: now() })
    },
  })
  let toBoot =
    options.saved === undefined ? [] : restoreWorld(options.saved, { containers, places, images }, (bytes) => disk.take(bytes, ''))
  disk.setCapacity(options.diskBytes)

  const settle = (): void => {
    settledAtMs = clock.now()
    containers.settle()
  }
  /** What every call meets first. */
  const enter = async (): Promise<void> => {
    await Promise.resolve()
    const trouble = gone()
    if (trouble) throw trouble
    if (clock.now() - settledAtMs >= SETTLE_EVERY_MS) settle()
  }
  const owned = (name: string): Held | undefined => {
    const held = containers.all.get(name)
    if (held && !held.ours) throw failed(`a container called ${name} exists and is not Hearth's`)
    return held
  }
  const mustOwn = (name: string): Held => {
    const held = owned(name)
    if (!held) throw failed(`there is no container ${name}`)
    return held
  }
  const mustRun = (name: string): Held & { life: Life } => {
    const held = mustOwn(name)
    if (!isRunning(held)) throw failed(`container ${name} is not running`)
    return held
  }
  const takenPort = async (held: Held): Promise<number | undefined> => {
    const wanted = held.spec.ports.map((port) => port.hostPort)
    const outside = await Promise.all(wanted.map(async (port) => (await options.portFree?.(port)) ?? true))
    const inside = new Set(
      [...containers.all.values()]
        .filter((other) => other !== held && isRunning(other))
        .flatMap((other) => other.spec.ports.map((port) => port.hostPort)),
    )
    return wanted.find((port, at) => inside.has(port) || outside[at] === false)
  }
  const begin = (name: string): void => {
    const held = containers.all.get(name)
    if (held && !isRunning(held)) containers.begin(held)
  }

  const engine: Engine = {
    async probe(): Promise<EngineProbe> {
      await Promise.resolve()
      if (away) return { kind: away.kind, endpoint: endpoint(), detail: 'the practised engine does not answer' }
      const machine = { os: 'linux', arch: 'x86_64', memoryBytes: 16 * 2 ** 30, cpus: 4 }
      const version = { name: options.name ?? 'Practice', version: '1.0.0', apiVersion: '1.41' }
      return { kind: 'ready', ...version, ...machine, endpoint: endpoint(), clockOffsetMs: offsetMs }
    },
    async list() {
      await enter()
      return [...containers.all.values()]
        .filter((held) => held.ours)
        .map((held) => ({ ...held.seen, volumes: held.spec.mounts.map((mount) => mount.volume) }))
    },
    async containerState(name) {
      await enter()
      return containers.all.get(name)?.seen.state
    },
    async image(reference) {
      await enter()
      return images.find(reference)
    },
    async offeredDigest(reference) {
      await enter()
      checkLine({ mood: () => mood, gone }, reference, new AbortController().signal)
      const digest = images.offered(reference)
      if (digest === undefined)
        throw new HearthError('image-unavailable', { reference, reason: `manifest for ${reference} not found: manifest unknown` })
      return digest
    },
    async removeImage(reference) {
      await enter()
      const image = images.find(reference)
      const isUsed = [...containers.all.values()].some((held) => held.seen.image === image?.imageId)
      if (!image || isUsed) return false
      images.remove(reference)
      return true
    },
    async pull(reference, onProgress, signal) {
      if (signal.aborted) throw new HearthError('cancelled')
      await enter()
      const info = await images.pull(reference, onProgress, signal)
      onChange()
      return info
    },
    async ensureNetwork(name, { internal = false } = {}) {
      await enter()
      places.ensureNetwork(name, internal)
      onChange()
    },
    async ensureVolume(name, { memory }) {
      await enter()
      places.ensureVolume(name, memory)
      onChange()
    },
    async volume(name) {
      await enter()
      checkName('volume', name)
      const volume = places.volumes.get(name)
      return volume && { memory: volume.memory }
    },
    async removeVolume(name) {
      await enter()
      const user = [...containers.all.values()].find((held) => held.spec.mounts.some((mount) => mount.volume === name))
      if (user) throw failed(`remove ${name}: volume is in use - [${user.seen.id}]`)
      places.removeVolume(name)
      onChange()
    },
    async removeNetwork(name) {
      await enter()
      const isUsed = [...containers.all.values()].some((held) => held.spec.networks.some((network) => network.name === name))
      if (isUsed) throw failed(`the network ${name} is used`)
      places.removeNetwork(name)
      onChange()
    },
    async create(wanted) {
      await enter()
      const spec = checkSpec(wanted)
      if (spec.ports.length > 0 && spec.networks.length === 0) throw failed(`${spec.name} has ports and no network`)
      for (const { volume } of spec.mounts) if (!places.volumes.has(volume)) throw failed(`there is no volume ${volume}`)
      const held = owned(spec.name)
      if (held?.seen.specHash === spec.specHash) return
      if (held && (isRunning(held) || held.seen.state === 'restarting'))
        throw failed(`${spec.name} runs; it must be stopped before it is replaced`)
      const image = images.find(spec.image)
      if (!image) throw new HearthError('image-unavailable', { reason: `No such image: ${spec.image}` })
      if (held) containers.drop(held)
      containers.add(spec, image.imageId, true)
    },
    async start(name) {
      await enter()
      if (isRunning(mustOwn(name))) return
      const port = await takenPort(mustOwn(name))
      // Somebody may have been quicker while the machine was asked about its ports.
      const held = mustOwn(name)
      if (isRunning(held)) return
      const missing = held.spec.networks.find((network) => !places.networks.has(network.name))
      if (missing) throw failed(`network ${missing.name} not found`)
      if (port !== undefined) throw new HearthError('port-taken', { port: String(port) })
      held.seen.restartCount = 0
      containers.begin(held)
    },
    async stop(name, graceSeconds) {
      await enter()
      const held = owned(name)
      if (held) await containers.halt(held, graceSeconds)
    },
    async remove(name) {
      await enter()
      const held = owned(name)
      if (held) containers.drop(held)
    },
    async exec(name, command, { stdin, user, timeoutMs = EXEC_TIMEOUT_MS, signal } = {}) {
      if (signal?.aborted) throw new HearthError('cancelled')
      await enter()
      const { life } = mustRun(name)
      const work = Promise.resolve().then(() =>
        life.program.exec([...command], { ...(stdin === undefined ? {} : { stdin }), ...(user === undefined ? {} : { user }) }),
      )
      // A command ends with its container.
      const killed = life.over.then(() => ({ exitCode: KILLED, stdout: '', stderr: '' }))
      return { ...(await inTime(Promise.race([work, killed]), timeoutMs, signal)) }
    },
    async writeFile(name, path, content, owner) {
      await enter()
      if (writeTo(mustOwn(name), places, path, content, owner).onDisk) onChange()
    },
    async readFile(name, path) {
      await enter()
      const { files, key } = placeOf(mustOwn(name), places, path)
      const file = files.get(key)
      if (!file) throw failed(`Could not find the file ${path} in container ${name}`)
      return file.content.slice()
    },
    async logs(name, { tail, sinceMs }) {
      await enter()
      const held = containers.all.get(name)
      return !held || held.spec.logDriver === 'none' ? [] : held.logs.read(tail, sinceMs)
    },
    async stats(name) {
      await enter()
      const held = containers.all.get(name)
      if (!held || !isRunning(held)) return undefined
      const use = held.life.program.usage()
      const limit = held.spec.memoryBytes
      const second = Math.floor(clock.now() / 1000)
      return {
        cpuPercent: Math.max(0, use.cpuPercent * (1 + 0.15 * noise(options.installId, name, 'cpu', second))),
        memoryBytes: Math.min(
          limit,
          Math.max(1, Math.floor(use.memoryBytes * (1 + 0.02 * noise(options.installId, name, 'memory', second)))),
        ),
        memoryLimitBytes: limit,
      }
    },
    async disk() {
      await enter()
      return { freeBytes: disk.freeBytes(), usedBytes: disk.usedBytes }
    },
    follow: followers.follow,
  }

  return {
    engine,
    images,
    crash: (name, exitCode) => containers.end(mustRun(name), exitCode),
    oom: (name) => containers.end(mustRun(name), KILLED, { oomKilled: true }),
    removeByHand(name) {
      const held = containers.all.get(name)
      if (!held) throw failed(`there is no container ${name}`)
      containers.drop(held)
    },
    async stopByHand(name) {
      const held = containers.all.get(name)
      if (!held) throw failed(`there is no container ${name}`)
      await containers.halt(held, held.spec.stopGraceSeconds)
    },
    setDisk: (freeBytes) => disk.setFree(freeBytes),
    freeDiskBytes: () => disk.freeBytes(),
    setRegistryMood(wanted) {
      mood = wanted
    },
    setDown(down) {
      if (down === false) {
        const again = away?.stopped ?? []
        away = undefined
        for (const name of again) begin(name)
        followers.resync()
        return
      }
      const up = [...containers.all.values()].filter((held) => isRunning(held) || held.seen.state === 'restarting')
      const again = up.filter((held) => held.spec.restart === 'unless-stopped').map((held) => held.spec.name)
      away = { kind: down === true ? 'not-started' : down, stopped: [...(away?.stopped ?? []), ...again] }
      for (const held of up) {
        held.stopAsked = true
        held.waiting?.abort()
        if (held.seen.state === 'restarting') held.seen.state = 'exited'
        containers.end(held, KILLED)
      }
      followers.resync()
    },
    setUnreachable(kind) {
      away = kind === undefined ? undefined : { kind, stopped: undefined }
    },
    clockOffset(ms) {
      offsetMs = ms
    },
    cutEvents() {
      // One for the loss, one for the new connection.
      followers.resync()
      if (!away) followers.resync()
    },
    specOf: (name) => containers.all.get(name)?.spec,
    stateOf: (name) => containers.all.get(name)?.seen.state,
    writeLog: (name, stream, text) => containers.all.get(name)?.logs.write(now(), stream, text),
    addForeign: (name) => void containers.add({ ...FOREIGN, name }, 'sha256:foreign', false),
    async request(hostPort, request) {
      await Promise.resolve()
      for (const held of containers.all.values()) {
        const port = isRunning(held) ? held.spec.ports.find((each) => each.hostPort === hostPort) : undefined
        if (port) return held.life?.program.http?.(port.containerPort, request)
      }
      return undefined
    },
    settle,
    boot() {
      for (const name of toBoot) begin(name)
      toBoot = []
    },
    save: () => saveWorld({ containers, places, images }),
    get endpoint() {
      return endpoint()
    },
    async openKeySocket(isKeeper) {
      opening ??= startKeySocket({ exec: (name, command, more) => engine.exec(name, command, more), isKeeper })
      keySocket = await opening
      return keySocket.endpoint
    },
    async close() {
      if (isClosed) return
      isClosed = true
      for (const held of containers.all.values()) {
        held.stopAsked = true
        held.waiting?.abort()
        held.life?.abort.abort()
      }
      await (await opening)?.close()
    },
  }
}

const FOREIGN: ContainerSpec = {
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

/** The error of a call while the engine is away. */
function downCode(kind: UnreadyKind): ErrorCode {
  const codes: Record<UnreadyKind, ErrorCode> = {
    absent: 'engine-absent',
    'not-started': 'engine-not-started',
    'no-permission': 'engine-no-permission',
    'too-old': 'engine-too-old',
    'wrong-architecture': 'engine-wrong-architecture',
    'windows-containers': 'engine-windows-containers',
    failed: 'engine-failed',
  }
  return codes[kind]
}
