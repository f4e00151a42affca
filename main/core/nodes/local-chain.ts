import { HearthError } from '#shared/api/errors.ts'
import type { LocalChainRules } from '#shared/networks/local.ts'
import type { Heads } from '../chain/heads.ts'
import type { RehearsalKeys } from '../ports/vault.ts'
import type { TaskContext, Tasks } from '../tasks/tasks.ts'
import { fetchImages } from './fetch-images.ts'
import { isChainMade, makeChain, releaseChain } from './make-chain.ts'
import { ensureNode, type Hold, lookAtEngine, makeRoom, type SetUpDeps, want } from './set-up.ts'
import { type Removed, takeAway } from './take-away.ts'
import { takeUp } from './unlisted.ts'

export const START_STEPS = ['engine', 'room', 'images', 'genesis', 'start', 'first-block']
export const REMOVE_STEPS = ['stop', 'containers', 'volumes', 'records']

/** Space that images and some days of blocks take, with room to spare. */
const ROOM_BYTES = 3 * 1024 ** 3
const FIRST_BLOCK_MS = 120_000
const FIRST_BLOCK_PAUSE_MS = 500
/** Nodes that run as soon as there is a chain; keeper and miner wait for the user. */
const AT_ONCE = ['pocket', 'backend']

export interface LocalChainDeps extends SetUpDeps {
  tasks: Tasks
  rehearsal: RehearsalKeys
  heads: Heads
  rules: LocalChainRules
  onChainReady: (signal: AbortSignal) => Promise<void>
  /** Containers of the signed catalogue, which go with the chain that they were started for. */
  alsoRemoved: () => Removed[]
  onRemoving: () => Promise<void>
  onChainRemoved: () => Promise<void>
}

/**
 * Makes the Local chain, or finishes what an earlier try began: every step looks first whether it is done. Cancelled or killed anywhere, what was fetched is kept,
 * nodes that did not run before do not run afterwards, and the next start goes on. The reconcile loop rests while containers are made (`hold`).
 */
export async function startLocalChain(deps: LocalChainDeps, task: TaskContext, hold: Hold): Promise<void> {
  let before = await deps.store.nodes(deps.network)
  try {
    await task.step('engine', async () => {
      await lookAtEngine(deps, task)
      await hold(() => takeUp(deps))
    })
    // What ran without a row ran before, too.
    before = await deps.store.nodes(deps.network)
    await task.step('room', () => makeRoom(deps, task, ROOM_BYTES))
    await task.step('images', () => fetchImages(deps, task))
    await hold(async () => {
      await task.step('genesis', () => ensureChain(deps, task))
      await task.step('start', async () => {
        await ensureNode(deps, 'backend')
        for (const nodeId of AT_ONCE) await want(deps, nodeId, 'running', 'user')
      })
    })
    await task.step('first-block', async () => {
      await firstBlock(deps, task)
      await deps.onChainReady(task.signal)
    })
  } catch (error) {
    if (task.signal.aborted) {
      for (const nodeId of AT_ONCE) {
        if (before.find((row) => row.id === nodeId)?.wanted !== 'running') await want(deps, nodeId, 'stopped', 'hearth')
      }
    }
    throw error
  } finally {
    deps.wake()
  }
}

/** Makes the first block's file unless it is there, and lets the node's container go on into the chain. */
async function ensureChain(deps: LocalChainDeps, task: TaskContext): Promise<void> {
  const { engine, store, rules } = deps
  const node = await ensureNode(deps, 'pocket')
  if (await isChainMade(engine, node)) {
    task.stepFacts('genesis', { already: 'yes' })
    return
  }
  // A fresh chain: what was read from an older one is of no use any more.
  await store.removeChain(deps.network)
  deps.heads.forget()
  const application = await deps.rehearsal.ensure(rules.chainId, 'application')
  await makeChain(engine, node, rules, application.address, task.signal, (line) => task.update({ lastLine: line }))
  await store.putChain({
    network: deps.network,
    chainId: rules.chainId,
    block1Hash: undefined,
    genesisTime: undefined,
    createdAtMs: deps.clock.now(),
    facts: { application: application.address },
  })
  await releaseChain(engine, node)
}

/** Waits for the first block and the backend's first answer, and writes down by what the chain is known again. */
async function firstBlock(deps: LocalChainDeps, task: TaskContext): Promise<void> {
  const { store, clock, state } = deps
  const untilMs = clock.now() + FIRST_BLOCK_MS
  for (;;) {
    task.signal.throwIfAborted()
    deps.heads.wake()
    const chain = deps.heads.current()
    if (chain && state.state.chain.height >= 1) {
      const known = await store.chain(deps.network)
      if (known?.block1Hash === undefined) {
        const { chainId, block1Hash, genesisTime } = await chain.fingerprint()
        const { createdAtMs = clock.now(), facts = {} } = known ?? {}
        await store.putChain({ network: deps.network, chainId, block1Hash, genesisTime, createdAtMs, facts })
      }
      task.stepFacts('first-block', { height: String(state.state.chain.height) })
      if (AT_ONCE.every((nodeId) => state.state.nodes[nodeId]?.seen === 'running')) return
    }
    // Waiting on is of no use when a container has ended again and again.
    const failing = Object.values(state.state.nodes).find((node) => AT_ONCE.includes(node.id) && node.seen === 'failing')
    if (failing) throw new HearthError('node-not-ready', { nodeId: failing.id, lines: failing.lastLines.join(' ').slice(0, 500) })
    if (clock.now() >= untilMs) throw new HearthError('chain-unreachable', { reason: 'no first block within two minutes' })
    await clock.sleep(FIRST_BLOCK_PAUSE_MS, task.signal)
  }
}

/** Takes the Local chain away: containers, volumes, networks, and what was read from it. Only what carries this installation's label. */
export async function removeLocalChain(deps: LocalChainDeps, task: TaskContext, hold: Hold): Promise<void> {
  const { store, state } = deps
  await deps.onRemoving()
  await hold(async () => {
    await takeAway(deps, task, [...deps.catalog, ...deps.alsoRemoved()], () => true)
    await task.step('records', async () => {
      await store.removeNodes(deps.network)
      await store.removeChain(deps.network)
      await deps.rehearsal.forget(deps.rules.chainId)
      for (const slice of ['nodes', 'intents', 'balances'] as const)
        for (const id of Object.keys(state.state[slice])) state.remove(slice, id)
      await deps.onChainRemoved()
    })
  })
  deps.wake()
}
