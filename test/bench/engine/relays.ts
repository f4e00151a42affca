import { bytesToHex } from '@noble/hashes/utils.js'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createNet } from '#main/adapters/system/net.ts'
import type { Log } from '#main/core/ports/log.ts'
import { signRing } from '#main/core/relays/ring-signature.ts'
import { sendRelay } from '#main/core/relays/send-relay.ts'
import { createRelaySender } from '#main/core/relays/send-relays.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import { openReads } from '#test/localnet/predictions-reads.ts'
import { SERVICE, startScene, type Scene } from '#test/localnet/predictions-scene.ts'
import { sleep } from '#test/localnet/process.ts'

/**
 * Whole relays, signed, answered by the real miner and verified: Hearth's test relays, with its tasks, state and record, beside `pocketd relayminer relay`, which sends one after
 * the other. Both to the same miner in the same sessions, in turn.
 */
export interface RelayFigures {
  relays: number
  /** Time of Hearth per relay, as a part of that of the program. */
  relayVsCli: number
  hearthMs: number
  cliMs: number
  /** Hearth one after the other too, as the program does: without tasks and record, which a batch of four at a time hides. */
  oneByOneVsCli: number
  /** Of those sent by Hearth: answers whose signature held. */
  verified: number
}

const BLOCKS_PER_SESSION = 60
const ROUNDS = 4
const PER_ROUND = 250
const FEW = 5
const BODY = '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => '' }

/** @returns ms per relay by the program's own account of what it sent, its start left out */
async function byProgram({ chain, people }: Scene, count: number): Promise<number> {
  const line = [
    ['pocketd', 'relayminer', 'relay', '--app', people.rich.address, '--supplier', people.operator1.address],
    ['--node', 'tcp://chain:26657', '--grpc-addr', 'chain:9090', '--grpc-insecure=true'],
    ['--supplier-public-endpoint-override', 'http://miner:8545', '--payload', BODY],
    ['--keyring-backend', 'test', '--chain-id', chain.chainId, '--count'],
  ].flat()
  const run = async (relays: number): Promise<number> => {
    const startedMs = performance.now()
    const ended = await chain.exec([...line, String(relays)])
    const took = performance.now() - startedMs
    const good = ended.stderr.match(/Request \d+: Status code 200/g)?.length ?? 0
    if (good !== relays) throw new Error(`pocketd: ${good} of ${relays} relays: ${ended.stderr.slice(-400)}`)
    return took
  }
  // The same with a few: what is left is the relays alone.
  const [few, all] = [await run(FEW), await run(count)]
  return (all - few) / (count - FEW)
}

export async function benchRelays(log: (line: string) => void): Promise<RelayFigures> {
  const scene = await startScene(log, BLOCKS_PER_SESSION)
  const folder = mkdtempSync(join(tmpdir(), 'hearth-bench-relays-'))
  const store = await openStore({ file: join(folder, 'hearth.db'), clock: systemClock, log: silent })
  try {
    const { chain, people, relayUrl } = scene
    const state = createStatePublisher(
      initialState({ version: '0', shell: 'web', host: '', network: 'local', startedAtMs: 0, notice: null }),
      systemClock,
    )
    const tasks = createTasks(state, systemClock, silent)
    const connected = connectChain({ rpcUrl: chain.rpcUrl, restUrl: chain.restUrl })
    const { address, pubKey, secret } = people.rich
    const sender = createRelaySender({
      chain: () => connected,
      net: createNet(folder),
      store,
      rehearsal: {
        ensure: () => Promise.resolve({ address, pubKeyHex: bytesToHex(pubKey) }),
        withPrivateKey: (_chainId, _name, use) => Promise.resolve(use(secret)),
        sign: () => Promise.reject(new Error('nothing is signed here')),
        forget: () => Promise.resolve(),
      },
      state,
      tasks,
      clock: systemClock,
      log: silent,
    })
    let verified = 0
    const byHearth = async (count: number): Promise<number> => {
      const startedMs = performance.now()
      const id = sender.sendTest({ serviceId: SERVICE, count, operatorAddress: people.operator1.address, url: relayUrl })
      while (state.state.tasks[id]?.status === 'running') await sleep(5)
      const took = performance.now() - startedMs
      const { status, error } = state.state.tasks[id] ?? {}
      if (status !== 'done') throw new Error(`Hearth: ${status} ${JSON.stringify(error)}`)
      verified += state.state.relays.last?.verified ?? 0
      return took / count
    }
    /** Early enough in a session for a whole round. */
    const sessionStart = async (): Promise<void> => {
      for (;;) {
        const place = ((await chain.height()) - 1) % BLOCKS_PER_SESSION
        if (place >= 1 && place < BLOCKS_PER_SESSION / 3) return
        await sleep(200)
      }
    }
    // New services count from the next session on.
    await chain.waitForHeight(Math.ceil((await chain.height()) / BLOCKS_PER_SESSION) * BLOCKS_PER_SESSION + 2)
    await byProgram(scene, 20)
    await byHearth(40)
    verified = 0
    const net = createNet(folder)
    const oneByOne = async (count: number): Promise<number> => {
      const session = await openReads(chain).sessionHeader(address, SERVICE, await chain.height())
      const header = {
        applicationAddress: address,
        serviceId: SERVICE,
        sessionId: session.id,
        startHeight: session.start,
        endHeight: session.end,
      }
      const startedMs = performance.now()
      for (let sent = 0; sent < count; sent += 1) {
        const outcome = await sendRelay(
          { net, clock: systemClock, sign: (hash) => Promise.resolve(signRing(hash, secret, [pubKey, pubKey])), timeoutMs: 5_000 },
          {
            url: relayUrl,
            rpcType: 'JSON_RPC',
            session: header,
            operatorAddress: people.operator1.address,
            operatorPubKey: people.operator1.pubKey,
          },
          { method: 'POST', path: '', body: BODY },
        )
        if (!outcome.ok) throw new Error(`one by one: ${outcome.failure} ${outcome.detail}`)
      }
      return (performance.now() - startedMs) / count
    }
    const times: { hearth: number[]; cli: number[]; single: number[] } = { hearth: [], cli: [], single: [] }
    for (let round = 0; round < ROUNDS; round += 1) {
      await sessionStart()
      times.cli.push(await byProgram(scene, PER_ROUND))
      times.hearth.push(await byHearth(PER_ROUND))
      times.single.push(await oneByOne(PER_ROUND))
      const last = (values: number[]): string => values.at(-1)?.toFixed(1) ?? ''
      log(`ms a relay: pocketd ${last(times.cli)}, Hearth ${last(times.hearth)}, Hearth one by one ${last(times.single)}`)
    }
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const [hearthMs, cliMs, singleMs] = [mean(times.hearth), mean(times.cli), mean(times.single)]
    return { relays: ROUNDS * PER_ROUND, relayVsCli: hearthMs / cliMs, oneByOneVsCli: singleMs / cliMs, hearthMs, cliMs, verified }
  } finally {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
    await scene.stop()
  }
}
