import type { EndpointState } from '#shared/api/state.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { Clock } from '../ports/clock.ts'
import type { Engine, SeenContainer } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { Net } from '../ports/net.ts'
import { createDrain, type DrainReason } from '../relays/drain.ts'
import { createWatchdog, type WatchdogFinding } from '../relays/watchdog.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Tasks } from '../tasks/tasks.ts'
import { lookAtIngress, setRefusing, type IngressLook } from './ingress.ts'
import { isUp, lifeOf, type NodeFacts, type NodePlan } from './plan.ts'
import type { Names } from './specs.ts'
import type { StopWishes } from './stop-wishes.ts'

/** Looks after the relay miner and the ingress in front of it: what may be lost by a stop, who refuses relays, and whether the miner still hears the chain. */
export interface MinerCare {
  /** Whether a stop of this container loses nothing, as far as the drain goes. @param serves whether it may have answered relays lately */
  mayStop(seen: SeenContainer | undefined, serves: boolean): boolean
  /** After each planning: drains what is to stop, and has the ingress refuse or serve as it should. */
  follow(round: { miner: { node: NodeFacts; planned: NodePlan } | undefined; ingress: IngressLook | undefined }): Promise<void>
  /** Whether the miner lags behind the chain; asks for a restart when nothing else helps. */
  watch(seen: SeenContainer | undefined, minerHeight: number | null): Promise<WatchdogFinding>
  /** The miner's stop is not to wait any more. */
  skipDrain(): void
  /** Hearth ends and the containers go on: relays that are refused for a drain alone are taken again. */
  release(): Promise<void>
}

const REFUSE_LOOKS = 10
const REFUSE_LOOK_MS = 200

/** @param deps.seen containers as of this round @param deps.rowPorts host ports of a node @param deps.onCancel the user cancelled the drain */
export function createMinerCare(deps: {
  engine: Engine
  names: Names
  net: Net
  state: StatePublisher
  clock: Clock
  log: Log
  tasks: Tasks
  wishes: StopWishes
  ingress: CatalogEntry | undefined
  ports: (nodeId: string) => Record<string, number>
  seen: (nodeId: string) => SeenContainer | undefined
  served: () => bigint | undefined
  onCancel: () => Promise<void>
  /** Whether a miner that is started now finds the chain: without its host it would end again and again. */
  mayRestart: () => boolean
  /** The miner is restarted because it lags by so many blocks. */
  onDeaf: (blocks: number) => void
  wake: () => void
}): MinerCare {
  const { engine, names, net, state, clock, log, wishes } = deps
  const watchdog = createWatchdog()
  const ingressId = deps.ingress?.nodeId ?? ''
  const isIngressUp = (): boolean => deps.seen(ingressId)?.state === 'running'
  const ingressPort = (): number | undefined => {
    const port = deps.ingress?.ports[0]
    return port && deps.ports(ingressId)[String(port.containerPort)]
  }
  let look: IngressLook | undefined
  let saidSilent = false
  let wasHostAway = false

  /** The host that the miner asks, as Hearth sees it; undefined where the miner asks a node of this machine. */
  const askedHost = (): EndpointState | undefined => {
    const { bundle, chain } = state.state
    return bundle ? Object.values(chain.endpoints ?? {}).find((each) => each.host === bundle.host) : undefined
  }
  /** As far as the miner can hear it: one whose host lags is as high as it can be. */
  const heardHeight = (asked: EndpointState | undefined): number | undefined => {
    const { status, height } = state.state.chain
    if (status !== 'ready') return undefined
    return asked !== undefined && asked.height > 0 ? Math.min(height, asked.height) : height
  }

  const refuse = async (): Promise<boolean> => {
    if (!isIngressUp()) return false
    await setRefusing(engine, names.container(ingressId), true)
    for (let looks = 0; looks < REFUSE_LOOKS; looks += 1) {
      look = await lookAtIngress(net, ingressPort())
      if (look === 'refusing') return true
      await clock.sleep(REFUSE_LOOK_MS)
    }
    return false
  }
  const drain = createDrain({
    tasks: deps.tasks,
    clock,
    log,
    refuse,
    served: deps.served,
    onCancel: deps.onCancel,
    wake: deps.wake,
  })
  const wantsRefusal = (): boolean => drain.refuses || wishes.refusesRelays(state.state.chain.height)
  const set = async (refusing: boolean): Promise<void> => {
    try {
      await setRefusing(engine, names.container(ingressId), refusing)
      saidSilent = false
    } catch (error) {
      // Tried again in the next round.
      if (!saidSilent) log.warn('the ingress did not take a change', { reason: error instanceof Error ? error.message : '' })
      saidSilent = true
    }
  }

  return {
    mayStop: (seen, serves) => seen?.state !== 'running' || !serves || drain.isOver(lifeOf(seen)),
    async follow({ miner, ingress }) {
      look = ingress
      const node = miner?.node
      const isMinerUp = node !== undefined && isUp(node.seen)
      const life = isMinerUp && node.seen ? lifeOf(node.seen) : undefined
      drain.note(life, miner && miner.planned.steps.some((step) => step.kind === 'drain') ? reasonOf(miner.node) : stillDue(miner))
      if (ingress === 'serving' && wantsRefusal()) await set(true)
      // A miner that does not answer yet is better refused for: a gateway then asks somebody else at once.
      if (ingress === 'refusing' && !wantsRefusal() && node?.ready === true) await set(false)
    },
    async watch(seen, minerHeight) {
      const asked = askedHost()
      const isHostAway = !deps.mayRestart()
      // Deaf for as long as its host was away: what was tried before says nothing now.
      if (wasHostAway && !isHostAway) watchdog.forgive()
      wasHostAway = isHostAway
      const mayRestart = !isHostAway && (asked === undefined || asked.status === 'good') && wishes.of('miner') === undefined
      const finding = watchdog.look({
        nowMs: clock.now(),
        life: seen?.state === 'running' ? lifeOf(seen) : undefined,
        minerHeight,
        chainHeight: heardHeight(asked),
        lanes: state.state.clock.lanes,
        mayRestart,
      })
      if (finding.restart && seen) {
        log.warn('the relay miner does not hear the chain any more and is started anew', { blocks: finding.behind ?? 0 })
        deps.onDeaf(finding.behind ?? 0)
        await wishes.add({ nodeId: 'miner', action: 'restart', when: 'now', by: 'hearth', life: lifeOf(seen) })
      }
      return finding
    },
    skipDrain() {
      const seen = deps.seen('miner')
      if (seen) drain.skip(lifeOf(seen))
    },
    async release() {
      if (isIngressUp() && look !== 'serving' && !wishes.refusesRelays(state.state.chain.height)) await set(false)
    },
  }
}

/** What the steps of a drained miner are for is still wanted while it goes down. */
function stillDue(miner: { node: NodeFacts; planned: NodePlan } | undefined): DrainReason | undefined {
  return miner && miner.node.mayStop && miner.planned.steps.some((step) => step.kind === 'stop') ? reasonOf(miner.node) : undefined
}

const reasonOf = (node: NodeFacts): DrainReason => (node.row.wanted === 'stopped' ? 'stop' : node.restart ? 'restart' : 'change')
