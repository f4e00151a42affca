/** A chain, keys, clock and fake miner around a relay sender. */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Chain, SessionInfo } from '#main/core/ports/chain.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { RelayResultRow } from '#main/core/ports/store.ts'
import { createRelaySender, type TestWish } from '#main/core/relays/send-relays.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import type { TaskState } from '#shared/api/state.ts'
import { createFakeChain, PARAMS } from '#test/fakes/chain.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { createFakeMiner } from './fake-miner.ts'

export const APPLICATION = 'pokt1application'
export const OPERATOR = 'pokt1operator'
export const URL_ON_CHAIN = 'http://127.0.0.1:8545'

/** Sleeping moves the time and lets others run; nothing takes real time. */
function createJumpClock(): Clock & { skip(ms: number): void; onSleep: () => void } {
  let now = 1_790_000_000_000
  const clock = {
    /** Called at the start of every sleep. */
    onSleep: (): void => undefined,
    now: () => now,
    async sleep(ms: number, signal?: AbortSignal) {
      clock.onSleep()
      await new Promise((resolve) => setImmediate(resolve))
      if (!signal?.aborted) now += ms
    },
    skip: (ms: number): void => void (now += ms),
  }
  return clock
}

export function createRelayScene() {
  const applicationSecret = secp256k1.utils.randomSecretKey()
  const applicationPubKeyHex = bytesToHex(secp256k1.getPublicKey(applicationSecret, true))
  const miner = createFakeMiner()
  miner.ringKeys.add(applicationPubKeyHex)
  const clock = createJumpClock()
  const log = createTestLog()
  // The publisher sleeps on a clock of its own, so that its rhythm does not move the time of the relays.
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: '', network: 'local', startedAtMs: 0, notice: null }),
    createJumpClock(),
  )
  const tasks = createTasks(state, clock, log)
  const rows: Omit<RelayResultRow, 'id'>[] = []
  const writes: number[] = []

  const world = {
    height: 25,
    suppliers: ['pokt1other', OPERATOR],
    operatorKeyHex: bytesToHex(miner.operatorPubKey) as string | undefined,
    applicationStaked: true,
    grace: 1,
    endpoints: [
      { url: 'ws://127.0.0.1:1', rpcType: 'WEBSOCKET' },
      { url: URL_ON_CHAIN, rpcType: 'JSON_RPC' },
    ],
    supplierKnown: true,
    /** How many more times `session` fails. */
    sessionFailures: 0,
    sessionsAsked: 0,
    keysUsed: [] as string[],
  }
  const sessionIdAt = (height: number): string => `session-${Math.floor((height - 1) / 10) + 1}`
  miner.sessions.add(sessionIdAt(world.height))
  const chain: Chain = {
    ...createFakeChain(() => 'HASH'),
    head: async () => Promise.resolve({ height: world.height, timeMs: 0, hash: '', catchingUp: false }),
    params: async () => Promise.resolve({ ...PARAMS, gracePeriodEndOffsetBlocks: world.grace }),
    account: async () => Promise.resolve({ accountNumber: 1n, sequence: 1n, pubKeyHex: world.operatorKeyHex }),
    application: async () =>
      Promise.resolve(
        world.applicationStaked
          ? { stakeUpokt: 1n, serviceIds: ['anvil'], delegatedGateways: [], unstakeSessionEndHeight: 0, spendLimitUpokt: undefined }
          : undefined,
      ),
    supplier: async (operatorAddress) =>
      Promise.resolve(
        world.supplierKnown
          ? {
              ownerAddress: 'pokt1owner',
              operatorAddress,
              stakeUpokt: 1n,
              services: [{ serviceId: 'anvil', endpoints: world.endpoints, revShare: [] }],
              pending: [],
              unstakeSessionEndHeight: 0,
            }
          : undefined,
      ),
    session: async (applicationAddress, serviceId): Promise<SessionInfo> => {
      world.sessionsAsked += 1
      if (world.sessionFailures > 0) {
        world.sessionFailures -= 1
        throw new Error('block height 207 is ahead of the last committed block height 206')
      }
      const startHeight = Math.floor((world.height - 1) / 10) * 10 + 1
      const sessionNumber = Math.floor((world.height - 1) / 10) + 1
      const session = { sessionId: sessionIdAt(world.height), sessionNumber, startHeight, endHeight: startHeight + 9 }
      return Promise.resolve({ ...session, applicationAddress, serviceId, suppliers: world.suppliers, delegatedGateways: [] })
    },
  }
  const connected = { chain: chain as Chain | undefined }
  const sender = createRelaySender({
    chain: () => connected.chain,
    net: miner.net,
    store: {
      addRelayResults: async (added) => {
        writes.push(added.length)
        rows.push(...added)
        return Promise.resolve()
      },
    },
    rehearsal: {
      ensure: async (chainId) => {
        world.keysUsed.push(chainId)
        return Promise.resolve({ address: APPLICATION, pubKeyHex: applicationPubKeyHex })
      },
      sign: async () => Promise.reject(new Error('not used')),
      withPrivateKey: async (_chainId, _name, use) => Promise.resolve(use(applicationSecret)),
      forget: async () => Promise.resolve(),
    },
    state,
    tasks,
    clock,
    log,
  })
  return {
    miner,
    clock,
    log,
    state,
    tasks,
    rows,
    writes,
    world,
    connected,
    sender,
    sessionIdAt,
    /** Sends a batch and waits for its end. */
    async send(wish: Partial<TestWish> = {}): Promise<TaskState> {
      const id = sender.sendTest({ serviceId: 'anvil', count: 10, operatorAddress: OPERATOR, ...wish })
      await tasks.settled()
      const task = state.state.tasks[id]
      if (!task) throw new Error('no task')
      return task
    },
  }
}
