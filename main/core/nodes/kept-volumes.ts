import type { NetworkId } from '#shared/api/state.ts'
import { isSameEngine, keptVolumesSchema, MAX_LOST, type KeptVolumes, type LostVolume } from '#shared/model/kept-volumes.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine, EngineProbe, SeenContainer } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { namesOf } from './specs.ts'
import { isOver, MINER, sessionsAtRisk } from './volume-risk.ts'

/** How often is looked whether volumes that no container holds are there; one that is held cannot be taken away. */
const LOOK_MS = 60_000

/**
 * An engine that misses what is taken away behind Hearth's back: after `docker container prune` and `docker volume prune` a node would begin with an empty volume without a word. What a
 * container of ours had on disk is written down; where it is absent without Hearth having removed it, that is written down first and told (`engine.lost`, the log of activity), and then
 * the volume is made anew: a node with an empty one is better than none. Nobody takes a volume away in Practice, so it is not watched.
 * Trouble with the record or with a look keeps no container from running: it is logged, and tried again with the next list.
 * @param place fingerprint of this machine and its data folder
 * @returns the same engine
 */
export function keepVolumes(
  engine: Engine,
  deps: {
    network: NetworkId | null
    installId: string
    store: Pick<Store, 'setting' | 'setSetting'>
    state: StatePublisher
    clock: Pick<Clock, 'now'>
    log: Log
    activity: (text: string, facts: Record<string, string>, actor: 'hearth', level: 'warn' | 'bad') => void
    place: () => Promise<string>
  },
): Engine {
  const { network, store, state, clock, log } = deps
  if (network === null || network === 'practice') return engine
  const key = `volumes ${network}`
  const prefix = namesOf(deps.installId).volume('')
  const inMemory = new Set<string>()
  let here: Omit<KeptVolumes['at'], 'place'> | undefined
  let place: string | undefined
  let kept: KeptVolumes | undefined
  let written = ''
  let lookedAtMs = -LOOK_MS
  let turn: Promise<unknown> = Promise.resolve()
  /** The record is read, changed and written by one at a time, and no look is between a removal and its note. */
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = turn.then(run)
    turn = mine.catch(() => undefined)
    return mine
  }
  const quietly = (run: () => Promise<void>): Promise<void> =>
    run().catch((error: unknown) => log.warn('volumes could not be looked at', { reason: error instanceof Error ? error.message : '' }))

  const probe = async (): Promise<EngineProbe> => {
    const found = await engine.probe()
    if (found.kind === 'ready') here = { endpoint: found.endpoint, ...(found.id === undefined ? {} : { id: found.id }) }
    return found
  }
  /** @returns undefined while there is no engine */
  const read = async (): Promise<KeptVolumes | undefined> => {
    if (!here) await probe()
    if (!here) return undefined
    place ??= await deps.place()
    const at = { ...here, place }
    if (!kept) {
      written = (await store.setting(key)) ?? ''
      kept = parse(written) ?? { at, made: {}, lost: {} }
    }
    kept = { ...kept, at, made: isSameEngine(kept.at, at) ? kept.made : {} }
    return kept
  }
  const publish = ({ lost }: KeptVolumes): void => {
    const shown = Object.values(lost).sort((one, other) => other.atMs - one.atMs)
    if (JSON.stringify(shown.slice(0, MAX_LOST)) !== JSON.stringify(state.state.engine.lost ?? []))
      state.patch('engine', { lost: shown.slice(0, MAX_LOST) })
  }
  const save = async (next: KeptVolumes): Promise<void> => {
    kept = next
    publish(next)
    const text = JSON.stringify(next)
    if (text === written || (written === '' && Object.keys({ ...next.made, ...next.lost }).length === 0)) return
    await store.setSetting(key, text)
    written = text
  }
  const lose = async ({ at, made, lost }: KeptVolumes, gone: readonly string[]): Promise<void> => {
    const news = Object.fromEntries(gone.map((name): [string, LostVolume] => [name, lostOf((made[name] ?? '').slice(0, 60))]))
    const left = Object.fromEntries(Object.entries(made).filter(([name]) => !gone.includes(name)))
    try {
      await save({ at, made: left, lost: { ...lost, ...news } })
    } finally {
      for (const [volume, { nodeId, risk }] of Object.entries(news)) {
        log.warn('a volume is gone that Hearth did not remove', { volume, node: nodeId })
        const title = state.state.nodes[nodeId]?.title ?? nodeId
        deps.activity('volume-lost', { title, volume }, 'hearth', nodeId === MINER && risk?.length !== 0 ? 'bad' : 'warn')
      }
    }
  }
  const lostOf = (nodeId: string): LostVolume => ({
    nodeId,
    atMs: clock.now(),
    risk: nodeId === MINER ? (sessionsAtRisk(state.state) ?? null) : [],
  })

  /** What the listed containers have is there; of the others the engine is asked. */
  const look = async (containers: readonly SeenContainer[]): Promise<void> => {
    let now = await read()
    if (!now) return
    const held = containers.flatMap(({ nodeId, volumes }) => (nodeId === '' ? [] : (volumes ?? []).map((name) => ({ name, nodeId }))))
    const made = { ...now.made }
    for (const { name, nodeId } of held) {
      if (!name.startsWith(prefix) || inMemory.has(name) || made[name] !== undefined) continue
      const found = await engine.volume(name)
      if (found?.memory === true) inMemory.add(name)
      else if (found) made[name] = nodeId
    }
    now = { ...now, made, lost: followed(now.lost) }
    await save(now)
    if (Math.abs(clock.now() - lookedAtMs) < LOOK_MS) return
    const gone: string[] = []
    for (const name of Object.keys(made)) if (held.every((each) => each.name !== name) && !(await engine.volume(name))) gone.push(name)
    lookedAtMs = clock.now()
    if (gone.length > 0) await lose(now, gone)
  }
  /** Those from which something still follows, with the sessions that were open, as soon as the chain tells them. */
  const followed = (lost: KeptVolumes['lost']): KeptVolumes['lost'] =>
    Object.fromEntries(
      Object.entries(lost)
        .map(([name, each]): [string, LostVolume] => [name, { ...each, risk: each.risk ?? sessionsAtRisk(state.state) ?? null }])
        .filter(([, each]) => !isOver(state.state, each, clock.now())),
    )

  return {
    ...engine,
    probe,
    async list() {
      const listed = await engine.list()
      await inTurn(() => quietly(() => look(listed)))
      return listed
    },
    async ensureVolume(name, options) {
      // Written down before it is made: a Hearth that is killed in between finds it noted, and one that is killed before finds it absent.
      if (!options.memory)
        await inTurn(() =>
          quietly(async () => {
            const now = await read()
            if (now?.made[name] !== undefined && !(await engine.volume(name))) await lose(now, [name])
          }),
        )
      await engine.ensureVolume(name, options)
    },
    removeVolume: (name) =>
      inTurn(async () => {
        let nodeId: string | undefined
        // Forgotten first: killed in between, Hearth finds it there and notes it again.
        await quietly(async () => {
          const now = await read()
          nodeId = now?.made[name]
          if (now) await save({ ...now, made: without(now.made, name), lost: without(now.lost, name) })
        })
        try {
          await engine.removeVolume(name)
        } catch (error) {
          const owner = nodeId
          await quietly(async () => {
            if (owner !== undefined && kept && (await engine.volume(name))) await save({ ...kept, made: { ...kept.made, [name]: owner } })
          })
          throw error
        }
      }),
  }
}

const without = <T>(record: Record<string, T>, name: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))

/** What cannot be read is not known: better no word than a false alarm. */
function parse(text: string): KeptVolumes | undefined {
  if (text === '') return undefined
  try {
    const read = keptVolumesSchema.safeParse(JSON.parse(text))
    return read.success ? read.data : undefined
  } catch {
    return undefined
  }
}
