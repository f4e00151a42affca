import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { AppState } from '#shared/api/state.ts'
import { PASSWORD } from '#test/localnet/driver.ts'
import { docker, mustDocker } from '#test/localnet/engine.ts'
import { until } from '#test/localnet/process.ts'
import { startAppProcess, WAIT_MS, type AppProcess } from './app-process.ts'
import type { OwnEngine } from './own-engine.ts'
import { checkPruned } from './pruned.ts'
import { claimed, sendRelays, SETTLED_MS } from './reboot.ts'

/**
 * A proof window long enough for a restart of the engine on a machine that does other things beside it: blocks come by the clock as soon as the engine is back, and what
 * starts after them by the processor. With three engines and thirty waiting programs beside it, a hundred and twenty blocks were counted.
 */
export const RULES = {
  blockMs: 500,
  blocksPerSession: 20,
  grace: 1,
  claimOpen: 1,
  claimClose: 4,
  // Time for a slow machine to be stopped while the claim has no proof yet.
  proofOpen: 20,
  proofClose: 200,
  supplierUnbondingSessions: 12,
}
const NODES = ['pocket', 'backend', 'keeper', 'miner'] as const
type NodeId = (typeof NODES)[number]

export interface Reporter {
  report: (name: string, problem: string | undefined) => void
  /** Counts a process killed. */
  killed: () => void
}

const running =
  (...ids: NodeId[]) =>
  (state: AppState): boolean =>
    ids.every((id) => state.nodes[id]?.seen === 'running')

/**
 * The whole app on the real engine: killed, started again, the engine restarted under it, containers killed and taken away. What was wanted comes back,
 * what the user stopped stays stopped, and what needs the user is said.
 */
export async function checkRestart({ report, killed }: Reporter, engine: OwnEngine): Promise<void> {
  const { socket } = engine
  const root = mkdtempSync(join(tmpdir(), 'hearth-faults-'))
  const dataDir = join(root, 'data')
  const start = (): Promise<AppProcess> => startAppProcess(dataDir, RULES)
  const step = async (name: string, run: () => Promise<void>): Promise<void> => {
    const startedAt = Date.now()
    try {
      await run()
      report(`restart: ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`, undefined)
    } catch (error) {
      report(`restart: ${name}`, error instanceof Error ? error.message : String(error))
    }
  }
  const must = (what: string, good: boolean): void => {
    if (!good) throw new Error(what)
  }
  let app = await start()
  const restartKilled = async (): Promise<void> => {
    await app.kill()
    killed()
    app = await start()
  }
  const container = (id: NodeId): string => `hearth-${installId(dataDir)}-${id}`
  /** Which life of which container: changes with every start. */
  const life = async (id: NodeId): Promise<string> =>
    (await docker(socket, ['inspect', '--format', '{{.Id}} {{.State.StartedAt}} {{.State.Running}}', container(id)])).stdout.trim()
  const isRunning = async (id: NodeId): Promise<boolean> => (await life(id)).endsWith('true')
  const lives = async (): Promise<string[]> => Promise.all(NODES.map(life))

  try {
    await app.reachServing()

    await step('kill -9 of the app leaves every container running; the next start finds all of it, with the vault locked', async () => {
      const before = await lives()
      const { supplier } = await app.state()
      await restartKilled()
      const state = await app.until(
        'all nodes and the supplier',
        (now) => running(...NODES)(now) && now.supplier.status === 'active' && now.chain.status === 'ready',
      )
      must(`the vault is ${state.vault.kind}`, state.vault.kind === 'locked')
      must('keys are asked for, though the keeper holds them', state.vault.needed === null)
      must('the keys are not listed', Object.keys(state.keys).length === 2)
      must(
        'the supplier is another',
        state.supplier.operatorAddress === supplier.operatorAddress && state.supplier.stakeUpokt === supplier.stakeUpokt,
      )
      must('a container was touched', (await lives()).join() === before.join())
    })

    await step('the miner serves with the vault locked', async () => {
      await sendRelays(app, 3, must)
    })

    await step('killed right after the user stopped a node: the next start stops it, and it stays so', async () => {
      await app.call('nodes.stop', { nodeId: 'backend' })
      await restartKilled()
      await app.until('the stopped backend', (now) => now.nodes['backend']?.seen === 'stopped' && running('pocket', 'keeper', 'miner')(now))
      await restartKilled()
      const state = await app.until('the other nodes', (now) => running('pocket', 'keeper', 'miner')(now) && now.chain.status === 'ready')
      must(`wanted ${state.nodes['backend']?.wanted}`, state.nodes['backend']?.wanted === 'stopped')
      must('it runs', !(await isRunning('backend')))
    })

    await step('a taken port: said, the next one offered, and taken', async () => {
      const port = (await app.state()).nodes['backend']?.ports['8545'] ?? 0
      const other = createServer()
      await new Promise<void>((resolve, reject) => {
        other.once('error', reject)
        other.listen(port, '127.0.0.1', resolve)
      })
      try {
        await app.call('nodes.start', { nodeId: 'backend' })
        const state = await app.until('the taken port', (now) => now.nodes['backend']?.error?.code === 'port-taken')
        must(`told ${JSON.stringify(state.nodes['backend']?.error)}`, state.nodes['backend']?.error?.detail['port'] === String(port))
        const { hostPort } = await app.call('nodes.suggestPort', { nodeId: 'backend', containerPort: 8545 })
        must(`offered ${hostPort} after ${port}`, hostPort > port)
        await app.call('nodes.changePort', { nodeId: 'backend', containerPort: 8545, hostPort })
        await app.until('the backend on its new port', (now) => running('backend')(now) && now.nodes['backend']?.ports['8545'] === hostPort)
      } finally {
        other.close()
      }
    })

    await step('a container taken away by hand is made again', async () => {
      const before = await life('backend')
      await mustDocker(socket, ['rm', '--force', container('backend')])
      await until('a new backend', WAIT_MS, async () =>
        (await isRunning('backend')) && (await life('backend')) !== before ? true : undefined,
      )
      await app.until('the new backend', running('backend'))
    })

    await step('five crashes in ten minutes: given up, with the last lines; one word of the user starts it again', async () => {
      // The container taken away died too: the count begins anew with the user's word.
      await app.call('nodes.start', { nodeId: 'backend' })
      for (let crash = 1; crash <= 5; crash += 1) {
        const before = await life('backend')
        await mustDocker(socket, ['kill', container('backend')])
        if (crash === 5) break
        await until(`start ${crash}`, WAIT_MS, async () =>
          (await isRunning('backend')) && (await life('backend')) !== before ? true : undefined,
        )
        await app.until('the backend up again', running('backend'))
      }
      const state = await app.until('giving up', (now) => now.nodes['backend']?.seen === 'failing')
      const node = state.nodes['backend']
      must(`reason ${JSON.stringify(node?.reason)}`, node?.reason?.key === 'stops-trying')
      must('no last lines', (node?.lastLines.length ?? 0) > 0)
      must('it runs', !(await isRunning('backend')))
      await app.call('nodes.start', { nodeId: 'backend' })
      await app.until('the backend', running('backend'))
    })

    const name =
      'the engine restarted with a claim open: node and backend come back, keys are asked for with what is at risk, the unlocked miner proves the claim'
    await step(name, () => engineRestart(app, engine, must))

    // The last one: it costs stake.
    await step('the miner’s volume pruned with a claim open: told with what it costs, and the miner starts', () =>
      checkPruned(app, { socket, name: (nodeId) => `hearth-${installId(dataDir)}-${nodeId}`, rules: RULES, must }),
    )
  } finally {
    const { taskId } = await app.call('localChain.remove', { loseOpenClaims: true })
    await app
      .until('the removal', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
      .catch((error: unknown) => report('restart: clearing up', String(error)))
    await app.stop()
    rmSync(root, { recursive: true, force: true })
  }
}

async function engineRestart(app: AppProcess, engine: OwnEngine, must: (what: string, good: boolean) => void): Promise<void> {
  const endHeight = await claimed(app, 5, RULES, must)
  const claim = async () => (await app.call('earnings.claims', { limit: 50 })).rows.find((row) => row.sessionEndHeight === endHeight)

  await engine.stop()
  const away = await app.until('the engine gone', (state) => state.engine.kind !== 'ready')
  must(
    `nodes without an engine: ${JSON.stringify(Object.values(away.nodes).map((node) => node.seen))}`,
    Object.values(away.nodes).every((node) => node.seen === 'unknown'),
  )
  await engine.start()

  const isAsking = (state: AppState): boolean =>
    (state.vault.needed?.claimsAtRisk ?? 0) > 0 && state.nodes['miner']?.reason?.key === 'needs-key'
  const back = await app.until(
    'node and backend, and the question for the key',
    (state) => running('pocket', 'backend')(state) && isAsking(state),
  )
  const needed = back.vault.needed
  must(`needed ${JSON.stringify(needed)}`, needed?.claimsAtRisk === 1 && needed.deadlineMs !== null)
  const expected = endHeight + RULES.claimOpen + RULES.claimClose + RULES.proofOpen + RULES.proofClose + 1
  must(`deadline ${needed?.deadlineHeight}, expected ${expected}`, needed?.deadlineHeight === expected)
  must('the miner runs without its key', back.nodes['miner']?.seen !== 'running')

  await app.call('vault.unlock', { password: PASSWORD })
  await app.until('the miner by itself', (state) => running('keeper', 'miner')(state) && state.vault.needed === null)
  await until('the settlement', SETTLED_MS, async () => ((await claim())?.stage === 'settled' ? true : undefined))
  must(`the claim holds ${(await claim())?.relays} relays`, (await claim())?.relays === '5')
  await sendRelays(app, 3, must)
}

function installId(dataDir: string): string {
  const db = new Database(join(dataDir, 'hearth.db'), { readonly: true })
  try {
    return db.prepare<[], string>("SELECT value FROM settings WHERE key = 'install-id'").pluck().get() ?? ''
  } finally {
    db.close()
  }
}
