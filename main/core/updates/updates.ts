import { HearthError } from '#shared/api/errors.ts'
import { faultPoint } from '#shared/lib/fault-point.ts'
import { isDue, type StopWish } from '#shared/model/stop-wish.ts'
import { isOpen, isSwapping, repositoryOf, type UpdateMemory, type UpdateRow } from '#shared/model/update.ts'
import { isUp } from '../nodes/plan.ts'
import type { NodeRow } from '../ports/store.ts'
import type { UpdateBook, UpdateDeps } from './book.ts'
import { createImageFetch } from './image-fetch.ts'
import { offerKey, readMemory, writeMemory } from './memory.ts'
import { nextStep, type UpdatedNode, type UpdateFacts, type UpdateWait } from './next-step.ts'
import { autoTime, offersOf, runningOf, tooOld, type Offer, type Running, type UpgradeFacts } from './offers.ts'
import { createPlanFollower } from './plan-follower.ts'
import { publishUpdates } from './publish.ts'

const LOOK_MS = 1_500
const REGISTRY_MS = 12 * 3_600_000
const DAY_MS = 86_400_000
/** Between two looks no more than this passes while the PC is awake. */
const SLEPT_MS = 60_000
/** Nothing else is begun so near to an upgrade: an update and its way back must be over by then. */
const NEAR_MS = 15 * 60_000
const NEAR_BLOCKS = 10
/** Ends of one container that was just made. */
const ENDS_ALLOWED = 3
/** Nodes that wait for the user have nothing to show. */
const WAITS_FOR_USER = new Set(['needs-key', 'waits-for-supplier', 'waits-for-host', 'waits-for-image'])

export interface Updates {
  book: UpdateBook
  /** Rejects `not-now` (detail.problem `upgrade`) while the chain's node is changed: what is signed then goes nowhere, or twice. */
  mustBeStill(): void
  /** Of which release an image is; undefined for one that no update brought. */
  ofPin(pin: string): { reference: string; version: string } | undefined
  /** The chain was removed with all that ran. */
  clear(): Promise<void>
  run(signal: AbortSignal): Promise<void>
}

/**
 * Updates of containers and upgrades of the chain. What is begun stands in the store, and one loop carries it on in small steps that can be done twice: killed anywhere, the next
 * start goes on. Containers themselves are changed by the reconcile loop, which drains and orders; here it is only said what they are to be made of.
 */
export function createUpdates(deps: UpdateDeps): Updates {
  const { network, store, state, clock, log, settings, nodes, catalog, activity } = deps
  const hourOf = deps.hourOf ?? ((ms) => new Date(ms).getHours())
  const fetching = createImageFetch(deps)
  let watchedSinceMs = clock.now()
  let roundAtMs = watchedSinceMs
  const waiting = new Map<string, UpdateWait | null>()
  let rows: UpdateRow[] = []
  let nodeRows: NodeRow[] = []
  let memory: UpdateMemory | undefined
  let running: Running[] = []
  let offers: Offer[] = []
  let made = 0
  let wakeUp: () => void = () => undefined

  const nodesOf = (image: string): string[] =>
    catalog.filter((entry) => repositoryOf(entry.image.reference) === image).map((entry) => entry.nodeId)
  const titleOf = (image: string): string =>
    catalog.find((entry) => repositoryOf(entry.image.reference) === image && entry.kind !== 'keeper')?.title ?? image
  const known = (): UpdateMemory => memory ?? { seen: {}, skipped: [], digests: {}, lookedAtMs: null, lookFailed: false }
  const upgradeFacts = (): UpgradeFacts => ({
    network,
    height: state.state.chain.height,
    plan: plans.plan(),
    done: plans.missed().concat(rows.flatMap((row) => (row.reason === 'upgrade' && row.stage === 'done' && row.plan ? [row.plan] : []))),
  })

  /** The loop, the fetching of an image and the user's requests change rows at the same time: one after the other, each on what the one before left. */
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const mine = turn.then(run)
    turn = mine.catch(() => undefined)
    return mine
  }
  const put = async (row: UpdateRow): Promise<void> => {
    await store.putUpdate(row)
    rows = rows.some((other) => other.id === row.id) ? rows.map((other) => (other.id === row.id ? row : other)) : [row, ...rows]
  }
  const change: UpdateBook['change'] = (id, make) =>
    inTurn(async () => {
      const row = rows.find((candidate) => candidate.id === id)
      const next = row && make(row)
      if (next) await put(next)
      return next !== undefined
    })
  const keep = async (next: UpdateMemory): Promise<void> => {
    if (JSON.stringify(next) === JSON.stringify(memory)) return
    await writeMemory(store, network, next)
    memory = next
  }
  const remember: UpdateBook['remember'] = (make) => inTurn(() => keep({ ...known(), ...make(known()) }))
  const makeRow = async (fields: Parameters<UpdateBook['add']>[0]): Promise<UpdateRow> => {
    made += 1
    const now = clock.now()
    const id = `${network}-${now.toString(36)}-${made.toString(36)}-${Math.floor(Math.random() * 1e6).toString(36)}`
    const row: UpdateRow = {
      ...fields,
      id,
      network,
      createdAtMs: now,
      stageAtMs: now,
      stageHeight: state.state.chain.height,
      problem: null,
    }
    await put(row)
    return row
  }
  const add: UpdateBook['add'] = (fields) =>
    inTurn(() => {
      const isBusy = fields.reason !== 'upgrade' && rows.some((row) => row.image === fields.image && isOpen(row))
      if (isBusy) throw new HearthError('update-blocked', { problem: 'busy' })
      return makeRow(fields)
    })

  const plans = createPlanFollower({ ...deps, rows: () => rows, running: () => running, change, add })

  const look = (): Promise<void> => inTurn(lookNow)
  const lookNow = async (): Promise<void> => {
    nodeRows = await store.nodes(network)
    const pins = new Map(nodeRows.flatMap((row) => (row.imagePin === undefined ? [] : [[row.id, row.imagePin] as const])))
    running = runningOf(catalog, pins, rows)
    // What ran before the first update is the first line of the history, so that a newer catalogue does not change its name.
    for (const now of running) {
      if (rows.some((row) => row.image === now.image && (row.toPin === now.pin || row.fromPin === now.pin))) continue
      await makeRow({
        image: now.image,
        reason: 'first',
        plan: null,
        fromReference: '',
        fromVersion: '',
        toReference: now.reference,
        toVersion: now.version,
        fromPin: null,
        toPin: now.pin,
        digest: now.pin.split('@')[1] ?? null,
        stage: 'done',
        dueAtMs: 0,
        atOnce: false,
      })
    }
    offers = offersOf(catalog, running, known().digests, upgradeFacts())
    const now = clock.now()
    const seen = Object.fromEntries(offers.map((offer) => [offerKey(offer), known().seen[offerKey(offer)] ?? now]))
    await keep({ ...known(), seen })
  }

  const lookAtRegistry = async (): Promise<void> => {
    const { engine } = deps
    if (!engine.offeredDigest) return
    const digests = { ...known().digests }
    let failed = false
    for (const reference of new Set([...running.map((now) => now.reference), ...catalog.map((entry) => entry.image.reference)])) {
      try {
        const digest = await engine.offeredDigest(deps.imageOverrides[reference] ?? reference)
        if (digest !== undefined) digests[reference] = digest
      } catch {
        failed = true
      }
    }
    await remember(() => ({ digests, lookedAtMs: clock.now(), lookFailed: failed }))
  }

  /** What the user lets Hearth take without being asked, once its days are over. */
  const takeByItself = async (): Promise<void> => {
    const auto = settings.get('updatesAuto')
    if (auto === 'off') return
    for (const offer of offers) {
      const key = offerKey(offer)
      const seenAtMs = known().seen[key] ?? clock.now()
      if (offer.blocked || known().skipped.includes(key) || (auto === 'security' && offer.release?.security !== true)) continue
      // One that failed is not tried again by itself.
      if (rows.some((row) => row.image === offer.image && (isOpen(row) || isSameTarget(row, offer)))) continue
      if (clock.now() < seenAtMs + settings.get('updatesDelayDays') * DAY_MS) continue
      await begin(offer, autoTime(seenAtMs, settings.get('updatesDelayDays'), settings.get('updatesHour'), hourOf), false)
    }
  }

  const begin = (offer: Offer, dueAtMs: number, atOnce: boolean): Promise<UpdateRow> => {
    const now = running.find((candidate) => candidate.image === offer.image)
    return add({
      image: offer.image,
      reason: offer.reason,
      plan: null,
      fromReference: now?.reference ?? '',
      fromVersion: now?.version ?? '',
      toReference: offer.toReference,
      toVersion: offer.toVersion,
      fromPin: now?.pin ?? null,
      toPin: null,
      digest: offer.digest,
      stage: 'planned',
      dueAtMs,
      atOnce,
    })
  }

  const factsOf = (row: UpdateRow): UpdateFacts => {
    const { chain, clock: sessions } = state.state
    const members = nodesOf(row.image)
    const left = plans.blocksLeft(row.id)
    const wish: StopWish = {
      nodeId: '',
      action: 'restart',
      when: 'quiet',
      by: 'hearth',
      askedAtMs: 0,
      life: '',
      lastServed: null,
      settled: null,
    }
    const hasNode = members.includes('pocket') && nodeRows.some((candidate) => candidate.id === 'pocket')
    const atHeight = row.plan !== null && chain.height >= row.plan.height - 1
    const isGivenUp = members.includes('miner') && state.state.nodes['miner']?.seen === 'failing'
    return {
      nowMs: clock.now(),
      sinceMs: row.stageAtMs > clock.now() ? watchedSinceMs : Math.max(row.stageAtMs, watchedSinceMs),
      chain,
      hangs: hasNode ? plans.hangs(row) : atHeight && chain.height >= (row.plan?.height ?? 0),
      // As it is written down: for a moment after a start nothing is published yet, and that is no quiet. One that was given up sends nothing: another image may bring it back.
      quiet: nodeRows.find((candidate) => candidate.id === 'miner')?.wanted !== 'running' || isGivenUp || isDue(wish, sessions),
      upgradeNear: left <= NEAR_BLOCKS || left * (chain.medianBlockMs ?? 0) <= NEAR_MS,
      nodes: members.flatMap((id) => nodeFacts(id, row)),
    }
  }
  const nodeFacts = (id: string, update: UpdateRow): UpdatedNode[] => {
    const row = nodeRows.find((candidate) => candidate.id === id)
    const entry = catalog.find((candidate) => candidate.nodeId === id)
    const shown = state.state.nodes[id]
    if (!row || !entry) return []
    const isUsers = WAITS_FOR_USER.has(shown?.reason?.key ?? '')
    return [
      {
        id,
        kind: entry.kind,
        wanted: isUsers ? 'stopped' : row.wanted,
        pin: row.imagePin,
        runs: nodes.runs(id),
        well: shown?.seen === 'running' && shown.reason === null,
        // A container that was just made and ends again and again need not be watched until the loop gives it up.
        failing: shown?.seen === 'failing' || (nodes.runs(id) === update.toPin && (nodes.seen(id)?.restartCount ?? 0) >= ENDS_ALLOWED),
      },
    ]
  }

  const toStage = async (row: UpdateRow, stage: UpdateRow['stage'], problem: UpdateRow['problem']): Promise<void> => {
    const next = { ...row, stage, stageAtMs: clock.now(), stageHeight: state.state.chain.height, problem: problem ?? row.problem }
    // The user, who was quicker, decided otherwise: the next look goes by that.
    if (!(await change(row.id, (now) => (now === row ? next : undefined)))) return
    faultPoint('updates.stage-written')
    const facts = { title: titleOf(row.image), from: row.fromVersion, to: row.toVersion, name: row.plan?.name ?? '' }
    if (stage === 'swap-node' || (stage === 'swap-rest' && row.stage === 'fetched')) activity('update-begins', facts, 'hearth')
    if (stage === 'done') activity(row.reason === 'upgrade' ? 'upgrade-done' : 'update-done', facts, 'hearth')
    if (stage === 'rolling-back') activity('update-does-not-work', facts, 'hearth', 'warn')
    if (stage === 'rolled-back') activity('update-rolled-back', facts, 'hearth', 'warn')
    if (stage === 'failed') activity(row.reason === 'upgrade' ? 'upgrade-failed' : 'update-not-back', facts, 'hearth', 'bad')
    wakeUp()
  }

  const carryOn = async (id: string): Promise<void> => {
    const row = rows.find((candidate) => candidate.id === id)
    if (!row || !isOpen(row)) return
    const step = nextStep(row, factsOf(row))
    waiting.set(row.id, step.kind === 'wait' ? step.for : null)
    switch (step.kind) {
      case 'wait':
        return
      case 'fetch':
        await fetching.fetch(
          row,
          async (pin) => {
            faultPoint('updates.fetched')
            await change(id, (now) =>
              now.stage === 'planned' ? { ...now, toPin: pin, stage: 'fetched', stageAtMs: clock.now() } : undefined,
            )
            wakeUp()
          },
          async () => {
            // What the chain asks for is fetched again all the same.
            const isOff = (now: UpdateRow): boolean => now.stage === 'planned' && now.reason !== 'upgrade'
            await change(id, (now) => (isOff(now) ? { ...now, stage: 'withdrawn', stageAtMs: clock.now() } : undefined))
          },
        )
        return
      case 'stage':
        await toStage(row, step.stage, step.problem ?? null)
        return
      case 'pin':
        await nodes.pin(step.nodeIds, step.pin)
        faultPoint('updates.pinned')
        return
    }
  }

  /** A keeper that is down holds no key: it may run what the others run. */
  const moveKeepers = async (): Promise<void> => {
    for (const entry of catalog) {
      const row = nodeRows.find((candidate) => candidate.id === entry.nodeId)
      const now = running.find((candidate) => candidate.image === repositoryOf(entry.image.reference))
      if (entry.kind !== 'keeper' || !row || !now || row.imagePin === now.pin || isUp(nodes.seen(row.id))) continue
      if (rows.some((other) => other.image === now.image && isSwapping(other))) continue
      await nodes.pin([row.id], now.pin)
    }
  }

  const round = async (): Promise<void> => {
    const now = clock.now()
    // The PC slept, or its clock was set: what took that long in between is no failure of what changed.
    if (now < roundAtMs || now - roundAtMs > SLEPT_MS) watchedSinceMs = now
    roundAtMs = now
    await look()
    await plans.read()
    if (state.state.engine.kind !== 'ready' || nodeRows.length === 0) return
    await plans.follow()
    const lookedAtMs = known().lookedAtMs
    if (lookedAtMs === null || clock.now() - lookedAtMs > REGISTRY_MS || clock.now() < lookedAtMs) await lookAtRegistry()
    await takeByItself()
    // One at a time; what changes containers goes before what waits. The chain waits for nobody: its upgrade is held by a change of its own image alone.
    const open = rows.filter(isOpen).toReversed()
    const isHeld = (row: UpdateRow): boolean =>
      rows.some((busy) => busy.id !== row.id && isSwapping(busy) && (row.reason !== 'upgrade' || busy.image === row.image))
    for (const row of open) if (isSwapping(row) || row.stage === 'planned' || !isHeld(row)) await carryOn(row.id)
    await moveKeepers()
  }
  const publish = (): void =>
    publishUpdates({
      state,
      rows,
      offers: offers.filter((offer) => !known().skipped.includes(offerKey(offer)) && !offer.blocked),
      // Where nothing runs, or nobody can look, no software is missing.
      plan: nodeRows.length === 0 || state.state.engine.kind !== 'ready' ? null : plans.plan(),
      tooOld: tooOld(running, upgradeFacts()),
      titleOf,
      fetchFailed: (id) => fetching.failed(id),
      waits: waiting,
    })

  const mustBeStill = (): void => {
    const isChanging = rows.some((row) => row.stage === 'swap-node') || plans.hangs()
    if (isChanging) throw new HearthError('not-now', { problem: 'upgrade' })
  }

  return {
    book: {
      rows: () => rows,
      running: () => running,
      offers: () => offers,
      memory: known,
      upgrade: upgradeFacts,
      waits: (id) => waiting.get(id) ?? null,
      change,
      remember,
      add,
      async look() {
        await look()
        publish()
      },
      lookAtRegistry,
      nextAt: (fromMs) => autoTime(fromMs, 0, settings.get('updatesHour'), hourOf),
      titleOf,
      nodesOf,
      wake: () => wakeUp(),
    },
    mustBeStill,
    ofPin(pin) {
      const row = rows.find((candidate) => candidate.toPin === pin)
      if (row) return { reference: row.toReference, version: row.toVersion }
      const before = rows.find((candidate) => candidate.fromPin === pin)
      return before && { reference: before.fromReference, version: before.fromVersion }
    },
    async clear() {
      await inTurn(async () => {
        await store.removeUpdates(network)
        rows = []
      })
      plans.forget()
      publish()
    },
    async run(signal) {
      rows = await store.updates(network)
      memory = await readMemory(store, network)
      while (!signal.aborted) {
        await round().catch((error: unknown) => {
          if (error instanceof HearthError) log.warn('updates', { code: error.code, reason: error.detail['reason'] ?? '' })
          else log.error('updates', error)
        })
        if (signal.aborted) break
        publish()
        const pause = new AbortController()
        wakeUp = () => pause.abort()
        await clock.sleep(LOOK_MS, AbortSignal.any([signal, pause.signal]))
      }
      await fetching.stop()
    },
  }
}

const isSameTarget = (row: UpdateRow, offer: Offer): boolean =>
  row.toVersion === offer.toVersion && row.digest === offer.digest && ['rolled-back', 'failed', 'skipped', 'withdrawn'].includes(row.stage)
