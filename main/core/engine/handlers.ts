import { HearthError, type ErrorCode } from '#shared/api/errors.ts'
import type { EnginesAnswer, FoundEngineView } from '#shared/api/engine-requests.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { EngineStep, EngineStepKey } from '#shared/model/engines.ts'
import { settingValue } from '#shared/settings/table.ts'
import type { Handlers } from '../dispatch.ts'
import type { Clock } from '../ports/clock.ts'
import type { EngineFinder, EngineHost, FoundEngine } from '../ports/engine-finder.ts'
import type { Store } from '../ports/store.ts'
import type { Settings } from '../settings/settings.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import { installStep, nextStep, type NextStep } from './next-step.ts'
import { mustOweNoProof, mustShowNoOpenProof } from './open-work.ts'
import { wantedRunning } from './wanted-running.ts'

const MOST_SHOWN = 24
/** A virtual machine that is started for the first time takes minutes. */
const ANSWER_TRIES = 90
const ANSWER_PAUSE_MS = 2_000
const LINE_CHARACTERS = 200
/** Steps that end every container of the engine. */
const ENDS_CONTAINERS: readonly EngineStepKey[] = ['restart', 'set-clock']

/**
 * Rejects `engine-place-unknown` for an address at which this machine has no engine that Hearth would find by itself, unless it is in use or chosen already.
 * Rejects `engine-holds-claims` while what proves a claim of the network that is shown lies on the one in use.
 * SECURITY: S16 the engine is given the operator key: whoever is signed in to the page may choose among the machine's engines, and not name another.
 */
export async function mustBeKnownEngine(
  endpoint: string,
  { finder, settings, state }: { finder: EngineFinder; settings: Pick<Settings, 'get'>; state: StatePublisher },
): Promise<void> {
  const { app, engine } = state.state
  const isUsed = app.network !== 'practice' && engine.kind === 'ready' && engine.endpoint === endpoint
  if (endpoint === '' || endpoint === settings.get('engineEndpoint') || endpoint === finder.given || isUsed) return
  const found = await finder.find([])
  if (!found.some((each) => each.endpoint === endpoint)) throw new HearthError('engine-place-unknown', { endpoint })
  if (endpoint !== engine.endpoint) mustShowNoOpenProof(state.state)
}

/**
 * Which engines this machine has, which one is used, and the small steps that Hearth takes for the user.
 * SECURITY: S16 a request names a step, never a program: what runs stands in `next-step.ts`, and only where it is the step that is due.
 */
export function engineHandlers(deps: {
  finder: EngineFinder
  settings: Settings
  state: StatePublisher
  tasks: Tasks
  store: Pick<Store, 'nodes' | 'claims'>
  /** Of this machine. */
  clock: Clock
  /** Looks at the engine in use; a changed choice counts from then on. */
  check(): Promise<unknown>
  activity(text: string, facts: Record<string, string>): void
}): Pick<Handlers, 'engine.find' | 'engine.choose' | 'engine.runStep'> {
  const { finder, settings, state, tasks, clock } = deps
  const chosen = (): string => settings.get('engineEndpoint')
  const used = (): string =>
    state.state.app.network === 'practice' || state.state.engine.kind !== 'ready' ? '' : state.state.engine.endpoint
  const find = (also: string[]): Promise<FoundEngine[]> =>
    finder.find([...also, finder.given ?? '', chosen(), used()].filter((endpoint) => endpoint !== ''))
  const running = (): string[] => [
    ...(state.state.app.network === 'practice' ? [] : Object.values(state.state.nodes)).flatMap((node) =>
      ['running', 'starting', 'stopping'].includes(node.seen) ? [node.title] : [],
    ),
    // Containers of a network that is not chosen run on the same engine.
    ...Object.values(state.state.elsewhere).flatMap((other) =>
      Object.values(other.up).map((title) => `${networkOf(other.network).title}: ${title}`),
    ),
  ]
  const mustBeIdle = (): void => {
    const names = running()
    if (names.length > 0) throw new HearthError('engine-in-use', { names: names.join(', ').slice(0, 300) })
  }
  /** Those of an engine that does not answer may go on without its service: two relay miners with one key void each other's proofs. */
  const mustHaveEnded = async (endpoint: string): Promise<void> => {
    const { app, engine, nodes } = state.state
    const isSeen = engine.kind === 'ready' && Object.values(nodes).every((node) => node.seen !== 'unknown')
    if (app.network === 'practice' || isSeen || endpoint === engine.endpoint) return
    const names = new Set((await wantedRunning(deps.store)).map((row) => nodes[row.id]?.title ?? row.id))
    if (names.size > 0) throw new HearthError('engine-away', { names: [...names].join(', ').slice(0, 300), endpoint: engine.endpoint })
  }
  const dueStep = async (endpoint: string): Promise<NextStep | undefined> => {
    const host = await finder.host()
    if (endpoint === '') return installStep(host)
    const found = (await find([])).find((each) => each.endpoint === endpoint)
    return found && nextStep(found, host)
  }
  const answers = async (endpoint: string): Promise<boolean> => {
    const found = await find(endpoint === '' ? [] : [endpoint])
    return found.some((each) => each.probe.kind === 'ready' && (endpoint === '' || each.endpoint === endpoint))
  }

  return {
    async 'engine.find'() {
      const [found, host] = await Promise.all([find([]), finder.host()])
      return {
        platform: host.platform,
        engines: found.slice(0, MOST_SHOWN).map((each) => view(each, host)),
        install: shown(installStep(host)),
        chosen: chosen(),
        used: used(),
        isGiven: finder.given !== undefined,
        passedOver: host.passedOver,
      } satisfies EnginesAnswer
    },
    async 'engine.choose'({ endpoint }, signal) {
      if (finder.given !== undefined) throw new HearthError('not-allowed', { reason: 'given-at-start' })
      const wanted = settingValue('engineEndpoint', endpoint)
      if (wanted === undefined) throw new HearthError('setting-invalid', { problem: 'text', key: 'engineEndpoint' })
      await unlessCancelled(signal, () => mustBeKnownEngine(wanted, deps))
      if (wanted !== '' && wanted !== used()) {
        const found = (await unlessCancelled(signal, () => find([wanted]))).find((each) => each.endpoint === wanted)
        if (!found) throw new HearthError('engine-absent', { endpoint: wanted })
        const { probe } = found
        if (probe.kind !== 'ready') {
          const code: ErrorCode = `engine-${probe.kind}`
          throw new HearthError(code, { reason: probe.detail, endpoint: wanted })
        }
        mustBeIdle()
        await mustHaveEnded(wanted)
        if (wanted !== state.state.engine.endpoint) await mustOweNoProof(deps.store, clock.now())
      }
      await settings.set({ engineEndpoint: wanted })
      await deps.check()
      deps.activity('engine-chosen', { endpoint: wanted })
      return {}
    },
    async 'engine.runStep'({ endpoint, key }, signal) {
      const step = await unlessCancelled(signal, () => dueStep(endpoint))
      if (step?.key !== key || step.programs === undefined) throw new HearthError('not-allowed', { reason: 'no-such-step' })
      if (ENDS_CONTAINERS.includes(key) && (endpoint === used() || used() === '')) mustBeIdle()
      const { programs } = step
      deps.activity('engine-step', { command: step.command.slice(0, 300) })
      const taskId = tasks.start('engine-step', ['engine-run', 'engine-answers'], async (task) => {
        await task.step('engine-run', () =>
          finder.run(programs, (line) => task.update({ lastLine: line.slice(0, LINE_CHARACTERS) }), task.signal),
        )
        await task.step('engine-answers', async () => {
          for (let tries = 0; tries < ANSWER_TRIES; tries += 1) {
            if (task.signal.aborted) throw new HearthError('cancelled')
            if (await answers(endpoint)) return void (await deps.check())
            await clock.sleep(ANSWER_PAUSE_MS, task.signal)
          }
          throw new HearthError('engine-not-started', { reason: 'started, and does not answer yet', endpoint })
        })
      })
      return { taskId }
    },
  }
}

function view(found: FoundEngine, host: EngineHost): FoundEngineView {
  const { probe, product, endpoint } = found
  const step = nextStep(found, host)
  const ready = probe.kind === 'ready'
  return {
    endpoint,
    product,
    kind: probe.kind,
    version: ready ? probe.version.slice(0, 60) : '',
    detail: (ready ? (probe.platform ?? '') : probe.detail).slice(0, 500),
    rootless: ready ? (probe.rootless ?? false) : false,
    cpus: ready ? probe.cpus : 0,
    memoryBytes: ready ? probe.memoryBytes : 0,
    clockOffsetMs: ready ? probe.clockOffsetMs : 0,
    freeBytes: found.freeBytes ?? null,
    step: step === undefined ? null : shown(step),
  }
}

const shown = ({ key, command, runs }: NextStep): EngineStep => ({ key, command: command.slice(0, 400), runs })
