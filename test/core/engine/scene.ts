import { engineHandlers, mustBeKnownEngine } from '#main/core/engine/handlers.ts'
import type { EngineFinder, EngineHost, FoundEngine } from '#main/core/ports/engine-finder.ts'
import type { UnreadyEngine } from '#main/core/ports/engine.ts'
import type { ClaimRow, NodeRow } from '#main/core/ports/store.ts'
import { createSettings } from '#main/core/settings/settings.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import type { AppState, NetworkId } from '#shared/api/state.ts'
import type { EngineProduct } from '#shared/model/engines.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

export const ONE = 'unix:///one.sock'
export const TWO = 'unix:///two.sock'
export const linux: EngineHost = { platform: 'linux', distributions: ['debian'], starter: 'systemd', programs: [], passedOver: [] }
export const tick = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** An engine that was found. */
export const engine = (
  endpoint: string,
  product: EngineProduct = 'docker-engine',
  kind: UnreadyEngine | 'ready' = 'ready',
  detail = 'said',
): FoundEngine => ({
  endpoint,
  product,
  freeBytes: kind === 'ready' ? 10 ** 12 : undefined,
  probe:
    kind === 'ready'
      ? {
          kind,
          name: 'Docker',
          version: '29.1.2',
          apiVersion: '1.52',
          os: 'linux',
          arch: 'x86_64',
          memoryBytes: 1,
          cpus: 2,
          endpoint,
          clockOffsetMs: 0,
        }
      : { kind, endpoint, detail },
})

/** The handlers over a finder, a record and a state that the test holds. */
export async function setup(
  options: { found?: FoundEngine[]; elsewhere?: FoundEngine[]; given?: string; network?: NetworkId | null; used?: string } = {},
) {
  const clock = createTestClock()
  const log = createTestLog()
  const app = { version: '1', shell: 'web' as const, host: 'h', network: options.network ?? null, startedAtMs: 0, notice: null }
  const state = createStatePublisher(initialState(app), clock)
  const rows = new Map<string, string>()
  const store = {
    setting: (key: string) => Promise.resolve(rows.get(key)),
    setSetting: (key: string, value: string) => Promise.resolve(void rows.set(key, value)),
  }
  const settings = await createSettings({ store, state, log, version: '1' })
  const world = {
    found: options.found ?? [engine(ONE), engine(TWO, 'podman-rootless')],
    asked: [] as string[][],
    ran: [] as string[][],
    checks: 0,
  }
  let afterRun: () => void = () => undefined
  let runs: Promise<void> = Promise.resolve()
  const finder: EngineFinder = {
    given: options.given,
    host: () => Promise.resolve(linux),
    find: (also) => {
      world.asked.push(also)
      return Promise.resolve([...world.found, ...(options.elsewhere ?? []).filter((each) => also.includes(each.endpoint))])
    },
    async run(commands, onLine) {
      world.ran.push(...commands)
      onLine('starting the machine')
      await runs
      afterRun()
    },
  }
  const noted: [string, Record<string, string>][] = []
  const nodeRows: NodeRow[] = []
  const claimRows: ClaimRow[] = []
  const tasks = createTasks(state, clock, log)
  const handlers = engineHandlers({
    finder,
    settings,
    state,
    tasks,
    store: {
      nodes: (network) => Promise.resolve(nodeRows.filter((row) => row.network === network)),
      claims: ({ network, stages }) =>
        Promise.resolve(claimRows.filter((row) => row.network === network && (stages === undefined || stages.includes(row.stage)))),
    },
    clock,
    check: () => Promise.resolve((world.checks += 1)),
    activity: (text, facts) => void noted.push([text, facts]),
  })
  const used = options.used ?? ONE
  state.patch('engine', { kind: 'ready', endpoint: used })
  return {
    clock,
    state,
    settings,
    mayUse: (endpoint: string) => mustBeKnownEngine(endpoint, { finder, settings, state }),
    world,
    handlers,
    noted,
    tasks,
    /** A claim; on the engine lies the volume of a relay miner that was stopped a moment ago. */
    owes: (network: NetworkId, fields: Partial<ClaimRow> = {}) => {
      claimRows.push({ ...({} as ClaimRow), network, stage: 'claimed', claimedUpokt: 500n, proofRequirement: undefined, ...fields })
      nodeRows.push({ ...({} as NodeRow), network, id: 'miner', wanted: 'stopped', updatedAtMs: clock.now() })
    },
    noMiner: () => void nodeRows.splice(0, nodeRows.length),
    paid: () => void claimRows.splice(0, claimRows.length),
    onRun: (then: () => void) => (afterRun = then),
    holdRun: (until: Promise<void>) => (runs = until),
    wants: (network: NetworkId, id: string, wanted: NodeRow['wanted']) =>
      void nodeRows.splice(0, nodeRows.length, { ...({} as NodeRow), network, id, wanted }),
    runs: (title: string, seen: AppState['nodes'][string]['seen'] = 'running') =>
      state.put('nodes', title, { ...({} as AppState['nodes'][string]), id: title, title, seen }),
  }
}
