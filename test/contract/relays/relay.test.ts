import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Net } from '#main/core/ports/net.ts'
import type { RelayResultRow } from '#main/core/ports/store.ts'
import type { RehearsalKeys } from '#main/core/ports/vault.ts'
import { parseMinerMetrics } from '#main/core/relays/miner-metrics.ts'
import { signRing } from '#main/core/relays/ring-signature.ts'
import { createRelaySender, sendRelay, type RelayTarget } from '#main/core/relays/send-relays.ts'
import { testCall } from '#main/core/relays/test-calls.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { isShort, walkRing } from '#test/core/relays/independent-ring.ts'
import { until } from '#test/localnet/process.ts'
import { SERVICE, startMinerBundle, type MinerBundle } from './miner-bundle.ts'
import { createRestChain } from './rest-chain.ts'

/** Relays to the real stock miner on a real chain: what it accepts, what it refuses, and that each accepted one is claimed and paid. */

const RELAYS = 120
const SESSION_BLOCKS = 8
let bundle: MinerBundle

const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
const net: Net = {
  async post(url, body, headers, timeoutMs, signal) {
    const limit = AbortSignal.timeout(timeoutMs)
    const joined = signal ? AbortSignal.any([signal, limit]) : limit
    const answer = await fetch(url, { method: 'POST', body: Uint8Array.from(body), headers, signal: joined })
    return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) }
  },
  portFree: async () => Promise.resolve(true),
  freeDiskBytes: async () => Promise.resolve(0),
}

const chainOf = () => createRestChain(bundle.chain.restUrl, bundle.chain.chainId)

function rehearsalOf({ application }: MinerBundle): RehearsalKeys {
  return {
    ensure: async () => Promise.resolve({ address: application.address, pubKeyHex: application.pubKeyHex }),
    sign: async () => Promise.reject(new Error('not used')),
    withPrivateKey: async (_chainId, _name, use) => Promise.resolve(use(application.privateKey)),
    forget: async () => Promise.resolve(),
  }
}

async function targetNow(): Promise<RelayTarget> {
  const { sessionId, startHeight, endHeight } = await chainOf().session(bundle.application.address, SERVICE)
  return {
    url: bundle.relayUrl,
    rpcType: 'JSON_RPC',
    session: { applicationAddress: bundle.application.address, serviceId: SERVICE, sessionId, startHeight, endHeight },
    operatorAddress: bundle.operator.address,
    operatorPubKey: hexToBytes(bundle.operator.pubKeyHex),
  }
}

const sendWith = async (target: RelayTarget, ring: Uint8Array[], key = bundle.application.privateKey, spoil?: (wire: Uint8Array) => void) =>
  sendRelay(
    {
      net,
      clock,
      timeoutMs: 10_000,
      sign: async (hash) => {
        const wire = signRing(hash, key, ring)
        spoil?.(wire)
        return Promise.resolve(wire)
      },
    },
    target,
    testCall(SERVICE, 'JSON_RPC', 1),
  )

beforeAll(async () => {
  bundle = await startMinerBundle({
    blockMs: 500,
    blocksPerSession: SESSION_BLOCKS,
    grace: 1,
    claimOpen: 1,
    claimClose: 3,
    proofOpen: 0,
    proofClose: 3,
  })
  // The services count from a session start on.
  const start = Math.ceil((await bundle.chain.height()) / SESSION_BLOCKS) * SESSION_BLOCKS + 1
  await bundle.chain.waitForHeight(start)
})
afterAll(async () => bundle?.stop())

describe('the stock relay miner', () => {
  it('answers every signed relay, signs each answer, and claims exactly those that it answered', async () => {
    const log = createTestLog()
    const state = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: '', network: 'local', startedAtMs: 0, notice: null }),
      clock,
    )
    const tasks = createTasks(state, clock, log)
    const rows: Omit<RelayResultRow, 'id'>[] = []
    const sender = createRelaySender({
      chain: chainOf,
      net,
      store: { addRelayResults: async (added) => Promise.resolve(void rows.push(...added)) },
      rehearsal: rehearsalOf(bundle),
      state,
      tasks,
      clock,
      log,
    })
    const firstHeight = await bundle.chain.height()
    const taskId = sender.sendTest({ serviceId: SERVICE, count: RELAYS, operatorAddress: bundle.operator.address })
    await tasks.settled()

    expect(state.state.tasks[taskId], await bundle.minerLogs()).toMatchObject({ status: 'done', done: RELAYS, error: null })
    expect(rows.filter((row) => !row.ok).map((row) => row.error)).toEqual([])
    expect(rows).toHaveLength(RELAYS)
    expect(rows.every((row) => row.signatureOk && row.httpStatus === 200 && row.answer.includes('"result"'))).toBe(true)
    expect(state.state.relays.last).toMatchObject({ sent: RELAYS, verified: RELAYS, refused: 0 })

    const metrics = parseMinerMetrics(await (await fetch(bundle.metricsUrl)).text())
    expect(metrics.services[SERVICE]).toMatchObject({ successes: RELAYS, dropped: 0, delayedFailures: 0 })
    expect(metrics.height).toBeGreaterThanOrEqual(firstHeight)

    const settled = await settledRelays(firstHeight, RELAYS)
    expect(settled).toBe(RELAYS)
  })

  it('takes a ring of one, and a signature whose ring has the key in the second place', async () => {
    const key = hexToBytes(bundle.application.pubKeyHex)
    expect(await sendWith(await targetNow(), [key])).toMatchObject({ ok: true, signatureOk: true })
    expect(await sendWith(await targetNow(), [key, key, key])).toMatchObject({ ok: true, signatureOk: true })
  })

  it('takes signatures with a short challenge, which stand at the left as the reference puts them', async () => {
    const key = hexToBytes(bundle.application.pubKeyHex)
    let found = 0
    for (let tries = 0; tries < 5; tries += 1) {
      const outcome = await sendRelay(
        {
          net,
          clock,
          timeoutMs: 10_000,
          sign: async (hash) => {
            for (;;) {
              const wire = signRing(hash, bundle.application.privateKey, [key])
              // Only what ends in a zero can be short: a quick look before the long one.
              if (wire[35] !== 0 || !walkRing(hash, wire).reduced.some(isShort)) continue
              found += 1
              return Promise.resolve(wire)
            }
          },
        },
        await targetNow(),
        testCall(SERVICE, 'JSON_RPC', tries),
      )
      // Looking for one takes a while: the session may be over by then.
      if (!outcome.sessionRefused) expect(outcome).toMatchObject({ ok: true, failure: undefined })
      else found -= 1
      if (found >= 3) break
    }
    expect(found).toBeGreaterThanOrEqual(3)
  })

  it('refuses a spoilt signature, a foreign ring and a wrong session before it serves them', async () => {
    const key = hexToBytes(bundle.application.pubKeyHex)
    const target = await targetNow()
    const spoilt = await sendWith(target, [key, key], undefined, (wire) => (wire[80] = (wire[80] ?? 0) ^ 1))
    expect(spoilt).toMatchObject({ ok: false, signatureOk: false, failure: 'miner-refused' })
    const foreign = await sendWith(target, [hexToBytes(bundle.operator.pubKeyHex)], bundle.operator.privateKey)
    expect(foreign).toMatchObject({ ok: false, failure: 'miner-refused' })
    const wrongSession = { ...target, session: { ...target.session, sessionId: '00'.repeat(32) } }
    const refused = await sendWith(wrongSession, [key, key])
    // With lazy validation this one would come back with status 200 and a good signature.
    expect(refused).toMatchObject({ ok: false, signatureOk: false, failure: 'miner-refused', sessionRefused: true })
  })

  it('is not believed when another key than the operator’s should have signed', async () => {
    const key = hexToBytes(bundle.application.pubKeyHex)
    const target = { ...(await targetNow()), operatorPubKey: key }
    expect(await sendWith(target, [key, key])).toMatchObject({ ok: false, signatureOk: false, failure: 'bad-signature' })
  })
})

/** Adds up the relays of settled claims from a height on, until `wanted` are there or half a minute has passed. */
async function settledRelays(fromHeight: number, wanted: number): Promise<number> {
  interface Event {
    type: string
    attributes: { key: string; value: string }[]
  }
  let height = fromHeight
  let found = 0
  await until('the settlement of all relays', 40_000, async () => {
    for (; height <= (await bundle.chain.height()); height += 1) {
      const answer = await fetch(`${bundle.chain.rpcUrl}/block_results?height=${height}`)
      const { result } = (await answer.json()) as { result: { finalize_block_events: Event[] | null } }
      for (const event of result.finalize_block_events ?? []) {
        if (event.type !== 'pocket.tokenomics.EventClaimSettled') continue
        const count = event.attributes.find((attribute) => attribute.key === 'num_relays')?.value.replaceAll('"', '')
        found += Number(count)
      }
    }
    return found >= wanted ? true : undefined
  }).catch(() => undefined)
  return found
}
