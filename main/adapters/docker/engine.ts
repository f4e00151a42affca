import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Engine } from '#main/core/ports/engine.ts'
import type { Log } from '#main/core/ports/log.ts'
import { PULL_STALL_MS } from '#main/core/retry.ts'
import { packFile } from './archive.ts'
import { answer, imageSchema } from './answers.ts'
import { createConnection, type EngineChoice } from './connection.ts'
import { LABELS } from './container-options.ts'
import { createContainer } from './create-container.ts'
import { engineDisk, engineFreeBytes } from './disk.ts'
import { engineError, statusOf, textOf } from './errors.ts'
import { followEvents } from './events.ts'
import { execIn } from './exec.ts'
import { createKnownContainers } from './known-containers.ts'
import { readLogs } from './logs.ts'
import { readFile } from './read-file.ts'
import { createLiveSamples } from './live-samples.ts'
import { inspectContainer, mustBeName, mustBeReference, orNothing, ownedContainer } from './owned.ts'
import { offeredDigest, removeImage } from './images.ts'
import { ambiguousNetwork, ensureNetwork, ensureVolume, findVolume, keepOneNetwork, removeNetwork, removeVolume } from './places.ts'
import { pullImage, wholePull } from './pull.ts'
import { seenContainer } from './seen-container.ts'
import { createStats } from './stats.ts'
import { stopContainer } from './stop-container.ts'
import { unpackInto } from './unpack.ts'

const CALL_TIMEOUT_MS = 60_000
/** On top of a container's grace: the engine's own work for ending it. */
const STOP_SLACK_MS = 30_000
/** An engine begins its answer about events at once. */
const EVENTS_HEAD_MS = 30_000

/**
 * A Docker or Podman engine. SECURITY: S16 this adapter alone opens the engine's socket (and the key process, for the stdin of one exec).
 * Only containers, volumes and networks that carry this installation's label are ever changed.
 * @param options.endpoint asked instead of looking for one, `options.choice` what was chosen and used before; `options.installId` label of everything that is ours;
 * `options.pullStallMs` silence after which a pull counts as stalled, `options.callTimeoutMs` after which an ordinary call does
 */
export function createDockerEngine(options: {
  endpoint?: string
  choice?: EngineChoice
  installId: string
  clock: Clock
  log: Log
  pullStallMs?: number
  callTimeoutMs?: number
}): Engine {
  const { installId, clock, log, pullStallMs = PULL_STALL_MS, callTimeoutMs = CALL_TIMEOUT_MS } = options
  const connection = createConnection({ ...options, callTimeoutMs })
  const { probe, client, patient } = connection
  const known = createKnownContainers({ installId, clock, ask: connection.ask })
  // Podman sends a sample every five seconds.
  const live = createLiveSamples({ read: connection.read, mayFollow: () => !connection.isPodman(), clock })
  const stats = createStats(connection.ask, live, clock)
  /**
   * The last request that makes something. One after the other: an engine that is asked twice at the same time makes two networks of one name, and then
   * knows neither by it, or refuses a container's name and does not know the container yet.
   */
  let making: Promise<void> = Promise.resolve()

  const guarded = async <T>(run: (api: Docker) => Promise<T>): Promise<T> => {
    try {
      return await run(await client())
    } catch (error) {
      // A refusal is the answer of an engine that works; whatever else went wrong may be its own trouble.
      if ((statusOf(error) ?? 500) >= 500) connection.doubt()
      throw engineError(error)
    }
  }
  const inTurn = (run: (api: Docker) => Promise<void>): Promise<void> => {
    const made = making.then(() => guarded(run))
    making = made.catch(() => undefined)
    return made
  }
  /** Runs on a container that must be there and ours. */
  const onOwned = <T>(name: string, run: (container: Docker.Container, api: Docker) => Promise<T>): Promise<T> =>
    guarded(async (api) => {
      if (!(await ownedContainer(api, name, installId))) throw new HearthError('engine-failed', { reason: `there is no container ${name}` })
      return run(api.getContainer(name), api)
    })

  /** What Hearth itself does to a container is known here before the engine's event about it arrives. */
  const changing = <T>(name: string, run: Promise<T>): Promise<T> => run.finally(() => known.changed(name))

  const image: Engine['image'] = (reference) =>
    guarded(async (api) => {
      mustBeReference(reference)
      const found = await orNothing((): Promise<unknown> => api.getImage(reference).inspect())
      if (found === undefined) return undefined
      const info = answer(imageSchema, found, 'image')
      const repository = reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '')
      const digests = info.RepoDigests ?? []
      const digest = digests.find((entry) => entry.startsWith(`${repository}@`)) ?? digests[0]
      return { imageId: info.Id, digest: digest?.split('@')[1], sizeBytes: info.Size }
    })

  return {
    probe,
    image,
    list: () => guarded(() => known.list()),
    containerState: (name) =>
      guarded(async (api) => {
        mustBeName('container', name)
        const info = await inspectContainer(api, name)
        return info && seenContainer(info).state
      }),

    async pull(reference, onProgress, signal) {
      if (!signal.aborted) mustBeReference(reference)
      const last = await guarded(async () => pullImage(await patient(), reference, { onProgress, signal, stallMs: pullStallMs }))
      const info = await image(reference)
      if (!info) throw new HearthError('image-unavailable', { reference, reason: 'pulled, and the engine does not list it' })
      onProgress(wholePull(last, info.imageId))
      return info
    },

    offeredDigest: (reference) => guarded((api) => offeredDigest(api, reference)),
    removeImage: (reference) => guarded((api) => removeImage(api, reference)),

    ensureNetwork: (name, { internal = false } = {}) => inTurn((api) => ensureNetwork(api, name, internal, installId)),
    ensureVolume: (name, wanted) => inTurn((api) => ensureVolume(api, name, wanted, installId)),
    volume: (name) => guarded((api) => findVolume(api, name, installId)),
    removeVolume: (name) => guarded((api) => removeVolume(api, name, installId)),
    removeNetwork: (name) => guarded((api) => removeNetwork(api, name, installId)),

    create: (spec) =>
      changing(
        spec.name,
        inTurn(async (api) => {
          await connection.settle()
          await createContainer(api, spec, installId)
        }),
      ),
    start: (name) =>
      changing(
        name,
        onOwned(name, async (container, api) => {
          try {
            await container.start().catch(async (error: unknown) => {
              const network = ambiguousNetwork(error)
              if (network === undefined) throw error
              await keepOneNetwork(api, network, installId)
              await container.start()
            })
          } catch (error) {
            // 304: it runs already.
            if (statusOf(error) === 304) return
            // Made on a network that is gone, it never starts again, also not on a new one of that name: it is made anew.
            if (statusOf(error) === 404 && /network \S+ not found/.test(textOf(error))) await container.remove({ v: false })
            throw error
          }
        }),
      ),
    stop: (name, graceSeconds) =>
      changing(
        name,
        guarded(async (api) => {
          if (!(await ownedContainer(api, name, installId))) return
          await stopContainer(await patient(graceSeconds * 1000 + STOP_SLACK_MS), name, graceSeconds, connection.isPodman())
        }),
      ),
    remove: (name) =>
      changing(
        name,
        guarded(async (api) => {
          if (!(await ownedContainer(api, name, installId))) return
          await orNothing(() => api.getContainer(name).remove({ force: true, v: false }))
        }),
      ),

    exec: (name, command, execOptions = {}) => onOwned(name, async () => execIn(await patient(), name, command, execOptions)),

    writeFile: (name, path, content, { mode, uid, gid }) =>
      onOwned(name, async (container) => {
        const slash = path.lastIndexOf('/')
        const archive = packFile(path.slice(slash + 1), content, { mode, uid, gid, mtimeMs: clock.now() })
        await container.putArchive(archive, { path: path.slice(0, slash) || '/' })
      }),
    unpack: (name, folder, tar, signal) => onOwned(name, async () => unpackInto((await patient()).getContainer(name), folder, tar, signal)),
    readFile: (name, path) => onOwned(name, (container) => readFile(container, path, callTimeoutMs)),

    logs: (name, { tail, sinceMs }) =>
      guarded((api) => {
        mustBeName('container', name)
        return readLogs(api, name, tail, sinceMs)
      }),
    stats: (name) =>
      guarded((api) => {
        mustBeName('container', name)
        return stats.of(api, name)
      }),
    disk: () => guarded((api) => engineDisk(api)),
    freeBytes: () => guarded((api) => engineFreeBytes(api)),

    follow: (onEvent, onResync, signal) =>
      followEvents({
        connect: async () =>
          (await probe()).kind === 'ready' ? { docker: await patient(0, EVENTS_HEAD_MS), until: connection.whileSame() } : undefined,
        filter: `${LABELS.install}=${installId}`,
        onEvent(event) {
          // A command run in a container is no change of it, and the loop runs some.
          if (!event.action.startsWith('exec_')) known.changed(event.container)
          onEvent(event)
        },
        onHeard(isHeard) {
          known.heard(isHeard)
          // It may have been started anew since.
          connection.doubt()
        },
        onResync,
        signal,
        clock,
        log,
      }),
  }
}
