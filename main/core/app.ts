import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'
import type { LocalChainRules } from '#shared/networks/local.ts'
import type { App } from './app-shape.ts'
import { createHeads } from './chain/heads.ts'
import { runChecks } from './checks/index.ts'
import { createDispatcher, type Handlers } from './dispatch.ts'
import { createEarnings } from './earnings/earnings.ts'
import { createKeyGiver } from './keys/give-key.ts'
import { createKeys } from './keys/keys.ts'
import { requestPlayMoney } from './nodes/faucet.ts'
import { createNodes } from './nodes/nodes.ts'
import type { ConnectChain } from './ports/chain.ts'
import type { Clock } from './ports/clock.ts'
import type { Engine } from './ports/engine.ts'
import type { Log } from './ports/log.ts'
import type { Net } from './ports/net.ts'
import type { Store } from './ports/store.ts'
import type { TxCodec } from './ports/tx.ts'
import type { RehearsalKeys, Vault } from './ports/vault.ts'
import { createSessionClock } from './relays/session-clock.ts'
import { createMinerSetup } from './relays/miner-setup.ts'
import { ensureApplication } from './relays/rehearsal-application.ts'
import { createRelaySender } from './relays/send-relays.ts'
import { initialState } from './state/initial.ts'
import { createStatePublisher } from './state/publisher.ts'
import { supplierOptions } from './supplier/options.ts'
import { createTransactions } from './supplier/transactions.ts'
import { createSupplierWatch } from './supplier/watch.ts'
import { createTasks } from './tasks/tasks.ts'

/** Everything outside the core. */
export interface Ports {
  engine: Engine
  connectChain: ConnectChain
  vault: Vault
  rehearsal: RehearsalKeys
  store: Store
  net: Net
  clock: Clock
  log: Log
  codec: TxCodec
  /** Text of a file under resources/templates. */
  template(name: string): string
}

export interface AppOptions {
  version: string
  shell: AppState['app']['shell']
  host: string
  installId: string
  /** Address at which the shell serves a ticket of the confirm surface. */
  surfaceUrl(token: string): string
  localRules: LocalChainRules
  imageOverrides: Record<string, string>
  /** Sentence key when the store had to be cured at start. */
  notice: string | null
}

/** How often checks look without being woken. */
const CHECK_MS = 2_000

/**
 * The whole application: wires the rooms of the core to the ports and to the request table. Returns at once; what takes time goes on behind.
 * Everything that was wanted before a crash is taken up again from the store.
 */
export async function createApp(ports: Ports, options: AppOptions): Promise<App> {
  const { engine, vault, rehearsal, store, net, clock, log, codec } = ports
  const network = await store.setting('network')
  const state = createStatePublisher(
    initialState({
      version: options.version,
      shell: options.shell,
      host: options.host,
      network: network === 'local' ? 'local' : null,
      startedAtMs: clock.now(),
      notice: options.notice,
    }),
    clock,
  )
  const abort = new AbortController()
  const tasks = createTasks(state, clock, log)
  const chosen = (): AppState['app']['network'] => state.state.app.network

  const keys = createKeys({ vault, store, state, clock, log })
  const heads = createHeads({ connect: ports.connectChain, endpoints: () => nodes.endpoints(), network: chosen, store, state, clock, log })
  const watch = createSupplierWatch({ state, clock, served: () => miner.served() })
  const miner = createMinerSetup({
    template: (name) => ports.template(name),
    heads,
    record: () => watch.record(),
    backendUrl: (serviceId) => nodes.backendUrl(serviceId),
    nodeUrls: () => nodes.insideUrls(),
  })
  const nodes = createNodes({
    engine,
    store,
    net,
    state,
    tasks,
    clock,
    log,
    rehearsal,
    installId: options.installId,
    rules: options.localRules,
    imageOverrides: options.imageOverrides,
    heads,
    network: chosen,
    minerConfig: () => miner.config(),
    async onChainReady(signal) {
      heads.wake()
      for (const service of options.localRules.services) {
        await ensureApplication({ chain: heads.require(), codec, rehearsal, clock }, service.id, signal)
      }
    },
    giveKey: () => giveKey(),
    async onChainRemoved() {
      watch.clear()
      const blank = initialState(state.state.app)
      state.set('supplier', blank.supplier)
      state.set('clock', blank.clock)
      await earnings.resume()
    },
  })
  const giveKey = createKeyGiver({
    vault,
    keys: () => keys.list(),
    stakedOperator: () => watch.record()?.operatorAddress,
    keeperTarget: () => nodes.keeperTarget(),
    network: chosen,
    heads,
    state,
    clock,
    log,
  })
  const transactions = createTransactions({
    heads,
    network: chosen,
    store,
    vault,
    codec,
    state,
    clock,
    log,
    surfaceUrl: (token) => options.surfaceUrl(token),
    networkTitle: () => ({ title: 'Local chain', playMoney: true }),
  })
  const earnings = createEarnings({
    heads,
    store,
    state,
    clock,
    log,
    network: chosen,
    keys: () => keys.list(),
    record: () => watch.record(),
  })
  const sessionClock = createSessionClock({
    state,
    store,
    clock,
    network: chosen,
    params: () => heads.params(),
    served: () => nodes.served(),
  })
  const relays = createRelaySender({
    chain: () => heads.current(),
    params: () => heads.params(),
    net,
    store,
    rehearsal,
    state,
    tasks,
    clock,
    log,
  })

  const activity = (
    text: string,
    facts: Record<string, string> = {},
    actor: 'you' | 'hearth' | 'network' = 'you',
    level: 'info' | 'warn' | 'bad' = 'info',
  ): void => {
    store.addActivity({ atMs: clock.now(), actor, level, text, facts }).catch((error: unknown) => log.error('activity', error))
  }

  let busy = false
  heads.onHead((head, chain) => {
    if (busy) return
    busy = true
    void (async () => {
      const params = heads.params()
      await transactions.follow(chain, head.height)
      if (params) {
        await watch.read(chain, head.height, params, await keys.list())
        await earnings.catchUp(chain, head.height)
        await sessionClock.update(head.height)
        if (state.state.nodes['miner']?.wanted === 'running') nodes.wake()
      }
      runChecks(state, clock.now())
    })()
      .catch((error: unknown) => {
        if (!(error instanceof HearthError && error.code === 'chain-unreachable')) log.error('after a new head', error)
      })
      .finally(() => {
        busy = false
      })
  })
  transactions.onDone((intent) => {
    if (intent.status === 'discarded') return
    const level = intent.status === 'included' ? 'info' : 'warn'
    activity(
      `tx-${intent.status}`,
      { kind: intent.kind, ...intent.facts, height: String(intent.includedHeight ?? ''), hash: intent.txHash ?? '' },
      'network',
      level,
    )
    heads.wake()
  })
  vault.onLock(() => {
    keys.refresh().catch((error: unknown) => log.error('after a lock', error))
  })

  const checks = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      runChecks(state, clock.now())
      await clock.sleep(CHECK_MS, abort.signal)
    }
  }

  const chooseNetwork = async (id: AppState['app']['network']): Promise<void> => {
    // Real networks are shown and not yet offered: what staking real money needs is not all built.
    if (id !== 'local') throw new HearthError('not-allowed', { network: String(id) })
    await store.setSetting('network', id)
    state.patch('app', { network: id })
    activity('network-chosen', { network: id })
    nodes.wake()
  }

  const handlers: Handlers = {
    'state.get': () => Promise.resolve(state.snapshot()),
    'app.chooseNetwork': async ({ network: id }) => {
      await chooseNetwork(id)
      return {}
    },
    'vault.create': async ({ password }) => {
      await keys.create(password)
      activity('vault-created')
      return {}
    },
    'vault.unlock': async ({ password }) => {
      await keys.unlock(password)
      nodes.wake()
      return {}
    },
    'vault.lock': async () => {
      await keys.lock()
      return {}
    },
    'keys.open': async ({ name, role, mode }) => {
      if (chosen() === null) throw new HearthError('no-network')
      const ticket = await keys.openNewKey({ name, role, mode })
      return { surfaceUrl: options.surfaceUrl(ticket.token), expiresAtMs: ticket.expiresAtMs }
    },
    'engine.check': async () => {
      await nodes.checkEngine()
      return {}
    },
    'localChain.start': () => {
      mustBeLocal()
      activity('local-chain-start')
      return Promise.resolve({ taskId: nodes.startLocalChain() })
    },
    'localChain.remove': () => {
      mustBeLocal()
      activity('local-chain-remove')
      watch.clear()
      return Promise.resolve({ taskId: nodes.removeLocalChain() })
    },
    'nodes.start': async ({ nodeId }) => {
      await nodes.start(nodeId)
      activity('node-start', { nodeId })
      return {}
    },
    'nodes.stop': async ({ nodeId }) => {
      await nodes.stop(nodeId)
      activity('node-stop', { nodeId })
      // Nothing waits for a key any more.
      if (nodeId === 'miner') state.patch('vault', { needed: null })
      return {}
    },
    'nodes.restart': async ({ nodeId }) => {
      await nodes.restart(nodeId)
      activity('node-restart', { nodeId })
      return {}
    },
    'nodes.changePort': async ({ nodeId, containerPort, hostPort }) => {
      await nodes.changePort(nodeId, containerPort, hostPort)
      return {}
    },
    'nodes.suggestPort': async ({ nodeId, containerPort }) => ({ hostPort: await nodes.suggestPort(nodeId, containerPort) }),
    'nodes.logs': async ({ nodeId, tail }) => ({ lines: await nodes.logs(nodeId, tail) }),
    'tasks.cancel': ({ taskId }) => {
      tasks.cancel(taskId)
      return Promise.resolve({})
    },
    'tasks.dismiss': ({ taskId }) => {
      tasks.dismiss(taskId)
      return Promise.resolve({})
    },
    'faucet.request': (wish) => {
      mustBeLocal()
      const onArrived = (facts: Record<string, string>): void => activity('faucet', facts)
      const isAddress = (text: string): boolean => codec.isAddress(text)
      const send = (address: string, upokt: bigint, signal: AbortSignal): Promise<void> => nodes.faucet(address, upokt, signal)
      return Promise.resolve({ taskId: requestPlayMoney({ tasks, heads, clock, isAddress, send, onArrived }, wish) })
    },
    'supplier.options': () => supplierOptions({ chain: heads.require(), params: required(heads.params(), 'chain-unreachable'), nodes }),
    'tx.prepare': (wish) => transactions.prepare(wish),
    'tx.reopen': ({ intentId }) => transactions.reopen(intentId),
    'tx.discard': async ({ intentId }) => {
      await transactions.discard(intentId)
      return {}
    },
    'relays.sendTest': ({ serviceId, count }) => {
      mustBeLocal()
      const { operatorAddress } = state.state.supplier
      if (operatorAddress === '' || watch.record() === undefined) throw new HearthError('supplier-absent')
      return Promise.resolve({ taskId: relays.sendTest({ serviceId, count, operatorAddress }) })
    },
    'relays.results': async ({ beforeId, limit }) => ({
      rows: (await store.relayResults({ ...(beforeId === undefined ? {} : { beforeId }), limit })).map((row) => ({
        ...row,
        error: row.error ?? null,
      })),
    }),
    'earnings.claims': (input) => earnings.claims(input),
    'earnings.days': ({ days }) => earnings.days(days),
    'earnings.check': async () => {
      await earnings.check()
      return {}
    },
    'activity.list': async ({ beforeId, limit }) => ({
      rows: await store.activity({ ...(beforeId === undefined ? {} : { beforeId }), limit }),
    }),
  }

  const mustBeLocal = (): void => {
    if (chosen() !== 'local') throw new HearthError('no-network')
  }
  await keys.refresh()
  await transactions.resume()
  await earnings.resume()
  const running = [heads.run(abort.signal), nodes.run(abort.signal), checks()]

  const dispatch = createDispatcher(handlers, log)

  return {
    call(name, input) {
      // Reading is no sign of a person: the page reads by itself.
      if (Object.hasOwn(requests, name) && requests[name as RequestName].writes) keys.touch()
      return dispatch(name, input)
    },
    subscribe: (listener) => state.subscribe(listener),
    async surface(token, method, body) {
      const { page, outcome } = await vault.surface(token, method, body)
      if (outcome) {
        await keys.take(outcome)
        if (outcome.kind === 'signed') {
          // The page of the surface is already made; how the sending went is told through state.
          transactions.signed(outcome.intentId, outcome.txBytes).catch((error: unknown) => log.error('sending a signed transaction', error))
        }
        if (outcome.kind === 'refused') await transactions.discard(outcome.intentId)
        if (outcome.kind === 'key-made') {
          activity('key-made', { role: outcome.key.role, name: outcome.key.name, address: outcome.key.address })
          heads.wake()
        }
      }
      return { status: page.status, html: page.html }
    },
    async stop() {
      abort.abort()
      tasks.cancelAll()
      keys.stop()
      await Promise.all([tasks.settled(), ...running])
      await earnings.stop()
      await vault.stop()
      await store.close()
    },
  }
}

function required<T>(value: T | undefined, code: HearthError['code']): T {
  if (value === undefined) throw new HearthError(code)
  return value
}
