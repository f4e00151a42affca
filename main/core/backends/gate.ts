import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { GateEntry } from '#shared/catalog/entries/gate.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { ContainerSpec, Engine, SeenContainer } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Net } from '../ports/net.ts'
import type { Names } from '../nodes/specs.ts'
import { GATE_LOOK_HEADER, GATE_NO_SERVICE, GATE_PATHS } from './gate-config.ts'

/** Waits for its configuration in memory, then serves it and takes changes of it without letting a relay fall. */
const COMMAND = `while [ ! -f ${GATE_PATHS.config} ]; do sleep 0.2; done; exec caddy run --config ${GATE_PATHS.config} --watch`
const DELIVER = `umask 077; cat > ${GATE_PATHS.part} && mv ${GATE_PATHS.part} ${GATE_PATHS.config}`
const EXEC_MS = 10_000
const REACH_MS = 10_000
const PORTS_TRIED = 50

/** How the gate is: `none` while nothing is attached. */
export interface GateView {
  kind: 'none' | 'waits' | 'ready' | 'failing'
  reason: string
}
/** Whether an endpoint answers from inside a container. */
export type Reach = { kind: 'reached' } | { kind: 'refused'; reason: string } | { kind: 'unknown' }

export interface Gate {
  /** One look: makes it so that the gate runs with this configuration, or is gone. Never rejects. */
  round(): Promise<void>
  view(): GateView
  /** Asks an endpoint the way the relay miner does: through the gate, from a container. */
  reach(path: string, body: string): Promise<Reach>
}

/**
 * @param imagePin of the ingress, whose image it is; undefined while there is none
 * @param config text with secrets, or undefined while nothing is attached
 */
export function createGate(deps: {
  engine: Engine
  names: Names
  entry: GateEntry
  clock: Clock
  log: Log
  imagePin: () => Promise<string | undefined>
  /** Networks beside its own that it has to reach. */
  alsoOn?: () => string[]
  config: () => Promise<string | undefined>
  net: Pick<Net, 'post' | 'portFree'>
  /** The port that was published last, and where it is remembered. */
  port: { get(): Promise<number | undefined>; set(port: number): Promise<void> }
  /** The same as in the configuration. */
  lookToken: string
}): Gate {
  const { engine, names, entry, log } = deps
  const name = names.container(entry.nodeId)
  let delivered = ''
  let port: number | undefined
  let view: GateView = { kind: 'none', reason: '' }
  /** Whether nothing of it can be left on the engine. A Hearth that ended in the middle may have left its memory without its container. */
  let isGone = false

  const look = async (): Promise<SeenContainer | undefined> => (await engine.list()).find((container) => container.nodeId === entry.nodeId)

  const freePort = async (preferred: number): Promise<number> => {
    for (let candidate = preferred; candidate < preferred + PORTS_TRIED; candidate += 1)
      if (await deps.net.portFree(candidate)) return candidate
    throw new HearthError('port-taken', { port: String(preferred) })
  }
  const bringUp = async (config: string): Promise<void> => {
    const image = await deps.imagePin()
    if (image === undefined) {
      view = { kind: 'waits', reason: 'image' }
      return
    }
    port ??= (await deps.port.get()) ?? (await freePort(entry.ports[0].preferredHostPort))
    const networks = [...entry.networks, ...(deps.alsoOn?.() ?? [])]
    const spec = gateSpec(entry, names, image, port, networks)
    let seen = await look()
    if (seen && seen.specHash !== spec.specHash && seen.state === 'running') {
      await engine.stop(name, entry.stopGraceSeconds)
      seen = await look()
    }
    if (seen?.state !== 'running' || seen.specHash !== spec.specHash) {
      for (const network of networks) await engine.ensureNetwork(names.network(network))
      await engine.ensureVolume(names.volume(entry.volumes[0].name), { memory: true })
      await engine.create(spec)
      await engine.start(name)
      await deps.port.set(port)
      seen = await look()
    }
    if (!seen) throw new HearthError('engine-failed', { reason: 'the gate is not there' })
    const mark = `${seen.id} ${seen.startedAtMs} ${bytesToHex(sha256(new TextEncoder().encode(config)))}`
    if (mark === delivered) return
    // SECURITY: S18 over the stdin of an exec into memory: not in the image, the command, the environment, a label, or a layer on disk.
    const { exitCode, stderr } = await engine.exec(name, ['/bin/sh', '-c', DELIVER], { stdin: config, timeoutMs: EXEC_MS })
    if (exitCode !== 0) throw new HearthError('engine-failed', { reason: `the gate did not take its configuration: ${stderr.slice(-200)}` })
    delivered = mark
  }

  const once = async (): Promise<void> => {
    let isWanted = false
    try {
      const config = await deps.config()
      isWanted = config !== undefined
      if (config === undefined) {
        delivered = ''
        if (view.kind !== 'none' || (await look()) || !isGone) {
          await engine.stop(name, entry.stopGraceSeconds)
          await engine.remove(name)
          await engine.removeVolume(names.volume(entry.volumes[0].name))
          isGone = true
        }
        view = { kind: 'none', reason: '' }
        return
      }
      view = { kind: view.kind === 'ready' ? 'ready' : 'waits', reason: '' }
      isGone = false
      await bringUp(config)
      if (delivered !== '') view = { kind: 'ready', reason: '' }
    } catch (error) {
      // Somebody else has the port now: another does as well, nobody has written it down.
      if (error instanceof HearthError && error.code === 'port-taken' && port !== undefined)
        port = await freePort(port + 1).catch(() => undefined)
      // With nothing attached there is no gate to speak of: an engine that does not run is told where it is looked at.
      if (!isWanted && view.kind === 'none' && error instanceof HearthError) return
      const reason = error instanceof HearthError ? (error.detail['reason'] ?? error.code) : 'unexpected'
      if (view.reason !== reason) log.warn('the backend gate is not as wanted', { reason })
      view = { kind: 'failing', reason: reason.slice(0, 200) }
    }
  }
  let last: Promise<void> = Promise.resolve()

  return {
    view: () => view,
    // One after the other: the loop and the user's click may come at once, and a container is not made twice.
    round: () => (last = last.then(once)),
    async reach(path, body) {
      if (view.kind !== 'ready' || port === undefined) return { kind: 'unknown' }
      const headers = { 'content-type': 'application/json', [GATE_LOOK_HEADER]: deps.lookToken }
      try {
        const answer = await deps.net.post(`http://127.0.0.1:${port}${path}`, new TextEncoder().encode(body), headers, REACH_MS)
        // What the gate says when nobody answers it; an answer of the node itself, even an unfriendly one, is an answer.
        if (answer.status === 502 || answer.status === 504) return { kind: 'refused', reason: `HTTP ${answer.status}` }
        // It takes a change of its configuration a moment later than it is given it.
        const isOwnWord = answer.status === 403 || (answer.status === 404 && new TextDecoder().decode(answer.body) === GATE_NO_SERVICE)
        return isOwnWord ? { kind: 'unknown' } : { kind: 'reached' }
      } catch {
        return { kind: 'unknown' }
      }
    },
  }
}

/** Nothing in it is a secret, nor made of one: its hash is a label that anybody with the engine can read. */
export function gateSpec(
  entry: GateEntry,
  names: Names,
  image: string,
  port: number,
  networks: readonly string[] = entry.networks,
): ContainerSpec {
  const spec = {
    name: names.container(entry.nodeId),
    nodeId: entry.nodeId,
    image,
    entrypoint: ['/bin/sh', '-c'],
    command: [COMMAND],
    ...(entry.user === undefined ? {} : { user: entry.user }),
    env: {},
    ports: [{ containerPort: entry.ports[0].containerPort, hostPort: port }],
    mounts: entry.volumes.map((volume) => ({
      kind: 'volume' as const,
      volume: names.volume(volume.name),
      path: volume.path,
      readOnly: false,
    })),
    networks: networks.map((network) => ({ name: names.network(network), aliases: [entry.nodeId] })),
    restart: entry.restart,
    memoryBytes: entry.memoryBytes,
    stopGraceSeconds: entry.stopGraceSeconds,
    logDriver: entry.logDriver,
    capAdd: entry.capAdd,
    reachesHost: true,
  }
  return { ...spec, specHash: bytesToHex(sha256(new TextEncoder().encode(JSON.stringify(spec)))).slice(0, 24) }
}
