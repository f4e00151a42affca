import type Docker from 'dockerode'
import type { Clock } from '#main/core/ports/clock.ts'
import type { EngineProbe } from '#main/core/ports/engine.ts'
import type { Log } from '#main/core/ports/log.ts'
import { answer, containerRowsSchema } from './answers.ts'
import { createAsking, type Asking } from './ask.ts'
import { connect } from './connect.ts'
import { LABELS } from './container-options.ts'
import { candidateEndpoints, here, installedProducts, isKnownPlace, type EngineSurroundings } from './engine-places.ts'
import { socketCodeOf } from './errors.ts'
import { probeEndpoints, probeError } from './probe.ts'

/** What decides which of several engines is used. */
export interface EngineChoice {
  /** Asked again at every look, so that a choice counts at once. Empty: none was made. */
  chosen(): Promise<string>
  /** The engine on which this installation has made containers. */
  used: { get(): Promise<string | undefined>; set(endpoint: string): Promise<void> }
  /** What marks this installation's containers, on whichever network; those of the one in use alone unless told. */
  marks?: readonly string[]
  /** Whether something of ours is wanted to run, on whichever network; nothing is, unless told. */
  wantsRunning?: () => Promise<boolean>
  /** Whether a volume of the engine in use is needed yet: what proves a claim lies on it. None is, unless told. */
  holdsProofs?: () => Promise<boolean>
}

/** The way to the one engine in use. */
export interface EngineConnection {
  /**
   * Looks for the engine, or looks at it again; a changed choice counts from here on. An engine that was looked at a moment ago is only asked whether it answers.
   */
  probe: () => Promise<EngineProbe>
  /** What is known of the engine may not hold any more: the next look is a whole one. */
  doubt(): void
  /** Rejects as `probeError` when there is none. */
  client: () => Promise<Docker>
  /** A small question over a connection that is kept. Rejects as `client`, and as `Asking`. @param limitMs for the whole answer; that of an ordinary call unless told */
  ask: (path: string, limitMs?: number) => Promise<unknown>
  /** A long answer as it comes. Rejects as `client`, and as `Asking`. */
  read: Asking['read']
  /** A client that may wait: for an event, a slow layer, a container that takes its time to end. `headMs` limits the wait for an answer to begin. */
  patient: (timeoutMs?: number, headMs?: number) => Promise<Docker>
  /** Containers are made on this engine: from now on it is the one, also after the next start. */
  settle(): Promise<void>
  /** Some things must be done otherwise there. */
  isPodman(): boolean
  /** Aborts when another engine has taken its place. */
  whileSame(): AbortSignal
}

const ASK_RUNNING_MS = 5_000
/** However well an engine answers, all about it is asked anew after this long: its clock, its memory, its version. */
export const WHOLE_PROBE_MS = 60_000
const PING_MS = 5_000
/** A clock that is off is read at every look, so that putting it right is seen at once. */
const CLOCK_FINE_MS = 1_000

/**
 * @param options.endpoint the only one to be asked, whatever was chosen
 * @param options.surroundings where to look; tests give their own
 */
export function createConnection(options: {
  endpoint?: string
  choice?: EngineChoice
  installId: string
  clock: Clock
  log: Log
  callTimeoutMs: number
  surroundings?: () => EngineSurroundings
}): EngineConnection {
  const { choice, installId, clock, log, callTimeoutMs, surroundings = here } = options
  /** Once found it stays: containers that run on one engine must not be made again on another because the first was away for a moment. */
  let current: { endpoint: string; docker: Docker; asking: Asking } | undefined
  let name = ''
  let same = new AbortController()
  let settled: string | undefined
  /** Chosen and not used yet; told once, not at every look. */
  let heldBack = ''
  /** The last whole look at the engine in use, while nothing gave cause to doubt it. */
  let known: { probe: EngineProbe; atMs: number } | undefined

  /** What is known of the engine, if it was looked at a moment ago and still answers. Asking all of it makes the engine walk through its whole configuration, at every round of the loop. */
  const stillReady = async (endpoint: string | undefined): Promise<EngineProbe | undefined> => {
    const before = known
    if (before === undefined || current === undefined || endpoint !== current.endpoint) return undefined
    const passedMs = clock.now() - before.atMs
    if (passedMs >= WHOLE_PROBE_MS || passedMs < 0) return undefined
    const said = await current.asking.get('/_ping', PING_MS).catch(() => undefined)
    // Somebody may have doubted it while it was asked.
    return said instanceof Uint8Array && new TextDecoder().decode(said) === 'OK' && known === before ? before.probe : undefined
  }
  /**
   * Whether containers of ours may run there. Those of an engine whose service is gone may go on without it (Podman's always do, Docker's with live-restore): while they are wanted to
   * run it is not known, until the user has stopped them in Hearth.
   */
  const mayRun = async (endpoint: string): Promise<boolean> => {
    try {
      const api = await connect(endpoint, { timeoutMs: ASK_RUNNING_MS })
      // Those of a network that is not chosen now go on too.
      for (const mark of choice?.marks ?? [installId]) {
        const filters = { label: [`${LABELS.install}=${mark}`], status: ['running', 'restarting', 'paused'] }
        if (answer(containerRowsSchema, await api.listContainers({ all: true, filters }), 'containers').length > 0) return true
      }
      return false
    } catch (error) {
      return !['ENOENT', 'ECONNREFUSED'].includes(socketCodeOf(error) ?? '') || ((await choice?.wantsRunning?.()) ?? false)
    }
  }
  const worthAsking = async (): Promise<string[]> => {
    if (options.endpoint !== undefined) return [options.endpoint]
    const chosen = (await choice?.chosen()) ?? ''
    const bound = current?.endpoint ?? (await choice?.used.get())
    if (chosen !== '') {
      // Two relay miners with one key void each other's proofs: nothing is made elsewhere while something runs here.
      if (bound === undefined || bound === chosen) return [chosen]
      // Nor while a claim needs its proof yet: a relay miner elsewhere would begin with nothing.
      if (!(await mayRun(bound)) && !((await choice?.holdsProofs?.()) ?? false)) return [chosen]
      if (heldBack !== chosen)
        log.warn('another engine is chosen and not used yet: containers may run on this one, or it holds proofs', { chosen, used: bound })
      heldBack = chosen
      return [bound]
    }
    if (current !== undefined) return [current.endpoint]
    const all = candidateEndpoints(surroundings())
    if (bound === undefined) return all
    // An engine that was taken off this machine is not waited for, once nothing is wanted to run on it.
    return isKnownPlace(bound, surroundings()) || (await mayRun(bound)) ? [bound] : all
  }
  const take = async (endpoint: string): Promise<void> => {
    if (current?.endpoint === endpoint) return
    const docker = await connect(endpoint, { timeoutMs: callTimeoutMs })
    // Somebody else may have asked meanwhile.
    if (current?.endpoint === endpoint) return
    const before = current
    known = undefined
    current = { endpoint, docker, asking: createAsking(endpoint) }
    if (before === undefined) return
    before.asking.close()
    log.info('another container engine is used from now on', { from: before.endpoint, to: endpoint })
    same.abort()
    same = new AbortController()
  }
  const connection: EngineConnection = {
    async probe() {
      const asked = await worthAsking()
      const still = asked.length === 1 ? await stillReady(asked[0]) : undefined
      if (still) return still
      known = undefined
      const askedAtMs = clock.now()
      // One that was used before is on this machine, wherever its program lies.
      const isKnown = asked.length === 1 && (asked[0] === current?.endpoint || asked[0] === (await choice?.used.get()))
      const result = await probeEndpoints(asked, () => isKnown || installedProducts(surroundings()).length > 0, clock)
      if (result.kind === 'ready') {
        await take(result.endpoint)
        name = result.name
        known = Math.abs(result.clockOffsetMs) < CLOCK_FINE_MS ? { probe: result, atMs: askedAtMs } : undefined
      }
      return result
    },
    doubt: () => (known = undefined),
    async client() {
      if (current !== undefined) return current.docker
      const result = await connection.probe()
      if (result.kind !== 'ready') throw probeError(result)
      return connect(result.endpoint, { timeoutMs: callTimeoutMs })
    },
    async ask(path, limitMs = callTimeoutMs) {
      await connection.client()
      return current?.asking.get(path, limitMs)
    },
    async read(path, onText, signal) {
      await connection.client()
      await current?.asking.read(path, onText, signal)
    },
    async patient(timeoutMs = 0, headMs = 0) {
      await connection.client()
      return connect(current?.endpoint ?? '', { timeoutMs, headMs })
    },
    async settle() {
      const endpoint = current?.endpoint
      if (endpoint === undefined || endpoint === settled) return
      await choice?.used.set(endpoint)
      settled = endpoint
    },
    isPodman: () => name === 'Podman',
    whileSame: () => same.signal,
  }
  return connection
}
