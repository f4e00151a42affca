import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { createPractice } from '#main/adapters/practice/machine.ts'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import type { App } from '#main/core/app-shape.ts'
import { createApp, type Ports } from '#main/core/app.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { EngineFinder } from '#main/core/ports/engine-finder.ts'
import type { MetricsStore } from '#main/core/ports/metrics.ts'
import type { Records } from '#main/core/ports/records.ts'
import type { PublicKeyInfo, RehearsalKeys, Vault } from '#main/core/ports/vault.ts'
import type { Snapshot } from '#shared/api/patches.ts'
import type { AppState } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { fakeVault, KEY } from '#test/core/keys/fake-vault.ts'
import { createSlowness, type Slowness } from './slow-ports.ts'

/** Seconds pass this much faster, for whoever sleeps. */
const QUICKER = 20

/** The whole core in Practice, over a real store; everything that can be slow by nature is slow when told to. */
export interface SlowApp {
  app: App
  slowness: Slowness
  owner: PublicKeyInfo
  operator: PublicKeyInfo
  copy: { name: string; chosen: boolean }
  state(): Promise<AppState>
  until(done: (state: AppState) => boolean): Promise<AppState>
}

export async function startSlowApp(): Promise<SlowApp> {
  const slowness = createSlowness()
  const clock: Clock = { now: () => systemClock.now(), sleep: (ms, signal) => systemClock.sleep(ms / QUICKER, signal) }
  const log = createTestLog()
  const codec = createTxCodec(networkOf('practice').addressPrefix)
  const key = (id: string, role: 'owner' | 'operator'): PublicKeyInfo => {
    const pubKeyHex = bytesToHex(secp256k1.getPublicKey(sha256(new TextEncoder().encode(`slow ${id}`)), true))
    return { ...KEY, id, role, name: id, network: 'practice', pubKeyHex, address: codec.addressOf(pubKeyHex) }
  }
  const owner = key('own', 'owner')
  const operator = key('op', 'operator')
  const { vault, self } = fakeVault(() => clock.now())
  self.keys.push(owner, operator)
  self.status = { kind: 'unlocked' }
  const tickets: Partial<Vault> = {
    openSign: () => Promise.resolve({ token: 'sheet', expiresAtMs: clock.now() + 600_000 }),
    closeTicket: () => Promise.resolve(),
    onLock: () => undefined,
    stop: () => Promise.resolve(),
  }
  const store = await openTestStore()
  const copy = { name: 'hearth-1.db', chosen: false }
  const facts = {
    folder: '/x',
    storeBytes: 1,
    logBytes: 1,
    metricsBytes: 1,
    backupBytes: 1,
    freeBytes: 1,
    chosenFolder: undefined,
    chosenReady: false,
    chosenSameDisk: false,
    copies: [],
    pending: undefined,
  }
  const records = {
    facts: () => Promise.resolve(facts),
    copy: () => Promise.resolve({ ...copy, atMs: 1, bytes: 1, version: 1 }),
    check: () => Promise.resolve(),
    chooseFolder: () => Promise.resolve(),
    planRestore: () => Promise.resolve(),
    cancelRestore: () => Promise.resolve(),
    export: () => Promise.resolve({ folder: '/x', rows: 1 }),
  } as unknown as Records
  const engines: EngineFinder = {
    given: undefined,
    host: () => Promise.resolve({ platform: 'linux' } as Awaited<ReturnType<EngineFinder['host']>>),
    find: () => Promise.resolve([]),
    run: () => Promise.resolve(),
  } as unknown as EngineFinder
  const metrics = {
    addPoints: () => Promise.resolve(),
    series: () => Promise.resolve([]),
    seriesNames: () => Promise.resolve([]),
    addLogLines: () => Promise.resolve(),
    logLines: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  } satisfies MetricsStore
  await store.setSetting('network', 'practice')
  const ports: Ports = {
    // Deriving a key from a password takes as long as it takes.
    vault: slowness.slow({ ...vault, ...tickets } as Vault, ['create', 'unlock', 'changePassword', 'setUnlockMode']),
    rehearsal: {
      ensure: () => Promise.resolve({ address: owner.address, pubKeyHex: owner.pubKeyHex }),
      sign: () => Promise.resolve(new Uint8Array(64)),
      withPrivateKey: () => Promise.reject(new Error('not here')),
      forget: () => Promise.resolve(),
    } as RehearsalKeys,
    store,
    records: slowness.slow(records),
    metrics: slowness.slow(metrics, ['series', 'logLines']),
    clock,
    log,
    template: () => '',
    ejectFolder: slowness.slow(
      {
        write: () => Promise.resolve('/x/eject'),
        look: () => Promise.resolve({ parent: '/x/eject', taken: [] }),
        owner: () => undefined,
      } as Ports['ejectFolder'],
      ['write', 'look'],
    ),
    https: slowness.slow({ postHttps: () => Promise.resolve({ status: 200 }) } as unknown as Ports['https'], ['postHttps']),
    engines: slowness.slow(engines, ['host', 'find', 'run']),
    world: async () => {
      const file = { read: () => Promise.resolve(undefined), write: () => Promise.resolve(), setAside: () => Promise.resolve() }
      const world = await createPractice({ file, installId: 'slow', clock, log, codec })
      return {
        ...world,
        engine: slowness.slow(world.engine),
        connectChain: (where) => slowness.slow(world.connectChain(where)),
        net: slowness.slow(world.net),
        practice: slowness.slow(world.practice, ['control']),
      }
    },
  }
  const app = await createApp(ports, {
    version: '0',
    shell: 'web',
    host: 'h',
    installId: 'slow',
    surfaceUrl: (token) => `http://localhost:1/s/${token}`,
    notice: null,
  })
  const state = async (): Promise<AppState> => {
    const answer = await app.call('state.get', {})
    if (!answer.ok) throw new Error('no state')
    return (answer.value as Snapshot).state
  }
  return {
    app,
    slowness,
    owner,
    operator,
    copy,
    state,
    async until(done) {
      for (let turn = 0; turn < 2_000; turn += 1) {
        const now = await state()
        if (done(now)) return now
        await systemClock.sleep(10)
      }
      throw new Error('it did not come')
    },
  }
}
