import type { StatePublisher } from '../state/publisher.ts'
import type { Heads } from '../chain/heads.ts'
import type { Handlers } from '../dispatch.ts'
import { diffText } from '../relays/miner-diff.ts'
import type { MinerSetup } from '../relays/miner-setup.ts'
import { mustBeCertain } from './bundle-handlers.ts'
import { newestLines } from './newest-lines.ts'
import type { Nodes } from './nodes.ts'
import type { OpenClaims } from './open-claims.ts'

type Rows = Pick<
  Handlers,
  | 'engine.check'
  | 'localChain.start'
  | 'localChain.remove'
  | 'nodes.start'
  | 'nodes.stop'
  | 'nodes.restart'
  | 'nodes.keepRunning'
  | 'nodes.stopUnlisted'
  | 'nodes.changePort'
  | 'nodes.suggestPort'
  | 'nodes.look'
  | 'nodes.logs'
  | 'supplier.previewConfig'
>

/** Rows of the request table about containers. */
export function nodeHandlers(deps: {
  nodes: Nodes
  miner: Pick<MinerSetup, 'config' | 'preview'>
  state: StatePublisher
  open: OpenClaims
  heads: Pick<Heads, 'isCertain' | 'requireKnown'>
  /** The supplier's record is of no use any more. */
  forgetSupplier: () => void
  activity: (text: string, facts?: Record<string, string>) => void
}): Rows {
  const { nodes, miner, state, activity } = deps
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
      if (!loseOpenClaims) await deps.open.mustBeNone()
      activity('local-chain-remove')
      deps.forgetSupplier()
      return { taskId: nodes.removeLocalChain() }
    },
    'nodes.start': async ({ nodeId }) => {
      if (nodeId === 'miner') await mustBeCertain(deps.heads)
      await nodes.start(nodeId)
      activity('node-start', { nodeId })
      return {}
    },
    'nodes.look': () => {
      nodes.looked()
      return Promise.resolve({})
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
    'nodes.stopUnlisted': () => {
      activity('nodes-stop-unlisted', { titles: (state.state.engine.unlisted ?? []).map((each) => each.title).join(', ') })
      nodes.stopUnlisted()
      return Promise.resolve({})
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
