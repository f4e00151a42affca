import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { createKeeperKeys, keeperTarget } from '#main/core/nodes/keeper-keys.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Engine, SeenContainer } from '#main/core/ports/engine.ts'
import type { Net } from '#main/core/ports/net.ts'
import { operatorKeyName } from '#main/core/keys/serving-keys.ts'
import { FLUSH_WAIT_MS } from '#main/core/relays/drain.ts'
import { signRing } from '#main/core/relays/ring-signature.ts'
import { sendRelay } from '#main/core/relays/send-relays.ts'
import { testCall } from '#main/core/relays/test-calls.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestLog } from '#test/fakes/clock.ts'
import { servingKeys } from '#test/fakes/serving-keys.ts'
import { docker } from '#test/localnet/engine.ts'
import { readMachine } from '#test/localnet/prepare.ts'
import { sleep, until } from '#test/localnet/process.ts'
import { SERVICE, startMinerBundle, type MinerBundle, type TestIdentity } from './miner-bundle.ts'
import { createRestChain } from './rest-chain.ts'

/** Two suppliers behind one real stock miner on a real chain: which keys it finds, whose relays it signs, and what becomes of the work of one whose key is not there for a while. */

const SESSION_BLOCKS = 60
const RELAYS = 4
let bundle: MinerBundle

const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
const net: Net = {
  async post(url, body, headers, timeoutMs) {
    const answer = await fetch(url, { method: 'POST', body: Uint8Array.from(body), headers, signal: AbortSignal.timeout(timeoutMs) })
    return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) }
  },
  portFree: async () => Promise.resolve(true),
  freeDiskBytes: async () => Promise.resolve(0),
}
const chainOf = () => createRestChain(bundle.chain.restUrl, bundle.chain.chainId)

async function relayTo({ address, pubKeyHex }: TestIdentity) {
  const { application } = bundle
  const { sessionId, startHeight, endHeight } = await chainOf().session(application.address, SERVICE)
  const key = hexToBytes(application.pubKeyHex)
  return sendRelay(
    { net, clock, timeoutMs: 10_000, sign: async (hash) => Promise.resolve(signRing(hash, application.privateKey, [key, key])) },
    {
      url: bundle.relayUrl,
      rpcType: 'JSON_RPC',
      session: { applicationAddress: application.address, serviceId: SERVICE, sessionId, startHeight, endHeight },
      operatorAddress: address,
      operatorPubKey: hexToBytes(pubKeyHex),
    },
    testCall(SERVICE, 'JSON_RPC', 1),
  )
}
/** Relays of a supplier's claims that the chain holds. */
const claimed = async ({ address }: TestIdentity): Promise<number> => {
  const answer = await fetch(`${bundle.chain.restUrl}/pokt-network/poktroll/proof/claim?supplier_operator_address=${address}`)
  return ((await answer.json()) as { claims?: unknown[] }).claims?.length ?? 0
}
const storedOf = async ({ address }: TestIdentity): Promise<string[]> =>
  (await bundle.inMiner(`find /home/pocket/smt -type f -path '*${address}*' -size +0`)).split('\n').filter((path) => path !== '')

beforeAll(async () => {
  bundle = await startMinerBundle({
    suppliers: 2,
    blockMs: 500,
    blocksPerSession: SESSION_BLOCKS,
    grace: 1,
    claimOpen: 1,
    claimClose: 30,
    proofOpen: 0,
    proofClose: 4,
  })
  const start = Math.ceil((await bundle.chain.height()) / SESSION_BLOCKS) * SESSION_BLOCKS + 1
  await bundle.chain.waitForHeight(start)
}, 150_000)
afterAll(async () => bundle?.stop())

describe('two suppliers behind one stock relay miner', { timeout: 120_000 }, () => {
  it('both keys lie in one keeper, where Hearth finds them by the names that it gave them', async () => {
    const [first, second] = bundle.operators
    if (!first || !second) throw new Error('no two suppliers')
    const machine = readMachine()
    const log = createTestLog()
    const state = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: '', network: 'local', startedAtMs: 0, notice: null }),
      clock,
    )
    // The keeper is of no installation, so that the engine's own adapter would not touch it.
    const engine: Pick<Engine, 'exec'> = {
      async exec(container, command) {
        const { code, stdout, stderr } = await docker(machine.engineSocket ?? '', ['exec', container, ...command])
        return { exitCode: code ?? -1, stdout, stderr }
      },
    }
    const keeper = { id: 'k', name: bundle.keeper, state: 'running', startedAtMs: 1 } as SeenContainer
    const look = async (...addresses: string[]) => {
      const keys = createKeeperKeys({ engine, serving: servingKeys(...addresses), giveKeys: () => Promise.resolve(false), state, log })
      await keys.look(keeper, undefined, true)
      return { mayServe: keys.mayServe, lacks: keys.lacks, names: keys.signing().map(({ name }) => name) }
    }
    const names = [first, second].map(({ address }) => operatorKeyName(address))
    expect(await look(first.address, second.address)).toEqual({ mayServe: true, lacks: false, names })
    // One that nobody gave.
    expect(await look(first.address, bundle.owner)).toEqual({ mayServe: false, lacks: true, names: names.slice(0, 1) })
    expect(await look(bundle.owner)).toEqual({ mayServe: false, lacks: true, names: [operatorKeyName(bundle.owner)] })
    // Given by an earlier version, under its name.
    const { application } = bundle
    const earlier = keeperTarget(keeper, '', 'operator')?.command ?? []
    await docker(machine.engineSocket ?? '', ['exec', '-i', bundle.keeper, ...earlier], {
      input: `${bytesToHex(application.privateKey)}\n`,
    })
    expect(await look(application.address)).toEqual({ mayServe: true, lacks: false, names: ['operator'] })
    expect((await look(bundle.owner)).names).toEqual([operatorKeyName(bundle.owner)])
    await docker(machine.engineSocket ?? '', [
      'exec',
      bundle.keeper,
      ...earlier.map((word) => (word === 'import-hex' ? 'delete' : word)),
      '-y',
    ])
    // Where no folder is there is no key, and that is no failure.
    const bare = createKeeperKeys({
      engine: { exec: (container, _command, options) => engine.exec(container, ['ls', '/keys/keyring-none'], options) },
      serving: servingKeys(first.address),
      giveKeys: () => Promise.resolve(false),
      state,
      log,
    })
    await bare.look(keeper, undefined, true)
    expect({ mayServe: bare.mayServe, lacks: bare.lacks }).toEqual({ mayServe: false, lacks: true })
  })

  it('each relay is signed by the supplier that it was for; of one whose key is missing for a while nothing is lost, and its claim follows', async () => {
    const [first, second] = bundle.operators
    if (!first || !second) throw new Error('no two suppliers')
    const names = [first, second].map(({ address }) => operatorKeyName(address))
    for (let times = 0; times < RELAYS; times += 1)
      for (const supplier of [first, second])
        expect(await relayTo(supplier), await bundle.minerLogs()).toMatchObject({ ok: true, signatureOk: true })

    // As Hearth stops it: what was served is written down every ten seconds, and not at the end.
    await sleep(FLUSH_WAIT_MS)
    await bundle.restartMiner(names.slice(0, 1))
    const kept = await storedOf(second)
    expect(kept, 'what it served for the second lies on its volume').toHaveLength(1)
    expect(await relayTo(second)).toMatchObject({ ok: false, failure: 'miner-refused' })
    expect(await relayTo(first)).toMatchObject({ ok: true, signatureOk: true })
    // The first claims its own, and the second's is not touched.
    await until('the claim of the first', 60_000, async () => ((await claimed(first)) > 0 ? true : undefined))
    expect(await claimed(second)).toBe(0)
    expect(await storedOf(second)).toEqual(kept)

    // As one that only owes: where nothing answers for its service any more.
    await bundle.restartMiner(names, 'http://127.0.0.1:1')
    await until('the claim of the second', 20_000, async () => ((await claimed(second)) > 0 ? true : undefined)).catch(
      async (error: unknown) => {
        throw new Error(await bundle.minerLogs(), { cause: error })
      },
    )
  })
})
