import { HearthError } from '#shared/api/errors.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Handlers } from '../dispatch.ts'
import type { Store } from '../ports/store.ts'
import { diffText } from '../relays/miner-diff.ts'
import type { MinerSetup } from '../relays/miner-setup.ts'
import { newestLines } from './newest-lines.ts'
import type { Nodes } from './nodes.ts'

type Rows = Pick<
  Handlers,
  | 'engine.check'
  | 'localChain.start'
  | 'localChain.remove'
  | 'nodes.start'
  | 'nodes.stop'
  | 'nodes.restart'
  | 'nodes.keepRunning'
  | 'nodes.changePort'
  | 'nodes.suggestPort'
  | 'nodes.logs'
  | 'supplier.previewConfig'
>

/** More than sessions and services under way can make. */
const CLAIMS_COUNTED = 1_000

/** Rows of the request table about containers. */
export function nodeHandlers(deps: {
  nodes: Nodes
  miner: Pick<MinerSetup, 'config' | 'preview'>
  state: StatePublisher
  store: Pick<Store, 'claims'>
  network: string | null
  /** The supplier's record is of no use any more. */
  forgetSupplier: () => void
  activity: (text: string, facts?: Record<string, string>) => void
}): Rows {
  const { nodes, miner, state, activity } = deps
  /** What is claimed and not settled is lost with the volume that the miner keeps it on. Rejects `claims-open` with the figures. */
  const mustHaveNothingOpen = async (): Promise<void> => {
    const open = await deps.store.claims({ network: deps.network ?? '', stages: ['claimed', 'proven'], limit: CLAIMS_COUNTED })
    if (open.length === 0) return
    const upokt = open.reduce((total, claim) => total + claim.claimedUpokt, 0n)
    throw new HearthError('claims-open', { claims: String(open.length), upokt: upokt.toString() })
  }
  return {
    'engine.check': async () => {
      await nodes.checkEngine()
      return {}
    },
    'localChain.start': () => {
      activity('local-chain-start')
      return Promise.resolve({ taskId: nodes.startLocalChain() })
    },
    'localChain.remove': async ({ loseOpenClaims }) => {
      if (!loseOpenClaims) await mustHaveNothingOpen()
      activity('local-chain-remove')
      deps.forgetSupplier()
      return { taskId: nodes.removeLocalChain() }
    },
    'nodes.start': async ({ nodeId }) => {
      await nodes.start(nodeId)
      activity('node-start', { nodeId })
      return {}
    },
    'nodes.stop': async ({ nodeId, when, drained }) => {
      await nodes.stop(nodeId, { when, drained })
      activity(when === 'now' ? 'node-stop' : 'node-stop-later', { nodeId })
      // Nothing waits for a key any more.
      if (nodeId === 'miner' && when === 'now') state.patch('vault', { needed: null })
      return {}
    },
    'nodes.restart': async ({ nodeId, when, drained }) => {
      await nodes.restart(nodeId, { when, drained })
      activity(when === 'now' ? 'node-restart' : 'node-restart-later', { nodeId })
      return {}
    },
    'nodes.keepRunning': async ({ nodeId }) => {
      await nodes.keepRunning(nodeId)
      activity('node-keep-running', { nodeId })
      return {}
    },
    'nodes.changePort': async ({ nodeId, containerPort, hostPort }) => {
      await nodes.changePort(nodeId, containerPort, hostPort)
      return {}
    },
    'nodes.suggestPort': async ({ nodeId, containerPort }) => ({ hostPort: await nodes.suggestPort(nodeId, containerPort) }),
    'nodes.logs': async ({ nodeId, tail }) => ({ lines: newestLines(await nodes.logs(nodeId, tail)) }),
    'supplier.previewConfig': async ({ services }) => {
      const offered = services.map(({ serviceId, rpcTypes }) => ({
        serviceId,
        endpoints: rpcTypes.map((rpcType) => ({ url: '', rpcType })),
      }))
      const [before, after] = await Promise.all([miner.config(), miner.preview(offered)])
      const diff = diffText(before?.yaml ?? '', after?.yaml ?? '')
      const node = state.state.nodes['miner']
      const isHit = diff !== '' && node?.wanted === 'running'
      return { diff, restarts: isHit ? [{ nodeId: node.id, title: node.title, drained: true }] : [] }
    },
  }
}
