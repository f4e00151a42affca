import { hexToBytes } from '@noble/hashes/utils.js'
import { createMiner, type MinerProgram } from '#main/adapters/practice/traffic/miner.ts'
import { signRing } from '#main/core/relays/ring-signature.ts'
import { sendRelay, type RelayOutcome, type RelayTarget } from '#main/core/relays/send-relay.ts'
import { testCall } from '#main/core/relays/test-calls.ts'
import {
  codec,
  makeWorld,
  minerFiles,
  mustSubmit,
  person,
  silent,
  testBackend,
  testHandle,
  type Files,
  type Person,
  type TestHandle,
  type TestWorld,
} from './world.ts'

export const operator = person('operator')
export const application = person('application')
export const stranger = person('stranger')
export const SERVICE = 'anvil'
export const STAKE = 59_600_000_000n

export interface Bench {
  world: TestWorld
  files: Files
  backend: ReturnType<typeof testBackend>
  miner: MinerProgram
  handle: TestHandle
}

/** A network with one staked application and one staked supplier that is active; no gateways send. */
export function bench(options: Parameters<typeof makeWorld>[0] = {}): Bench {
  const world = stakedWorld([operator], options)
  return { world, ...startMiner(world, minerFiles(operator)) }
}

/** The same with as many suppliers, each of its own operator. */
export function stakedWorld(operators: readonly Person[], options: Parameters<typeof makeWorld>[0] = {}): TestWorld {
  const world = makeWorld({ peopled: false, ...options })
  for (const each of operators) world.give(each.address, STAKE + 1_000_000n)
  world.give(application.address, 100_000_000_000n)
  mustSubmit(world, {
    messages: [{ kind: 'stake-application', address: application.address, stakeUpokt: 50_000_000_000n, serviceIds: [SERVICE] }],
    feePayer: application.address,
    pubKeyHex: application.pubKeyHex,
  })
  for (const { address, pubKeyHex } of operators) {
    const services = [
      {
        serviceId: SERVICE,
        endpoints: [{ url: 'http://127.0.0.1:8545', rpcType: 'JSON_RPC' as const }],
        revShare: [{ address, percent: 100 }],
      },
    ]
    mustSubmit(world, {
      messages: [{ kind: 'stake-supplier', signer: address, ownerAddress: address, operatorAddress: address, stakeUpokt: STAKE, services }],
      feePayer: address,
      pubKeyHex,
    })
  }
  world.untilHeight(12)
  return world
}

export function startMiner(world: TestWorld, files: Files, command?: string[], backend = testBackend()): Omit<Bench, 'world'> {
  const miner = createMiner({ node: world.node, codec })
  const peers = { pocket: silent, backend }
  const handle = testHandle({ clock: world.clock, files, peers, ...(command ? { command } : {}) })
  miner.start(handle)
  return { miner, handle, files, backend }
}

export const sessionNow = ({ world }: Pick<Bench, 'world'>) => world.node.ledger.session(application.address, SERVICE)

export function targetNow(made: Pick<Bench, 'world'>, supplier: Person = operator): RelayTarget {
  const { sessionId, startHeight, endHeight } = sessionNow(made)
  return {
    url: 'http://miner/',
    rpcType: 'JSON_RPC',
    session: { applicationAddress: application.address, serviceId: SERVICE, sessionId, startHeight, endHeight },
    operatorAddress: supplier.address,
    operatorPubKey: hexToBytes(supplier.pubKeyHex),
  }
}

export async function relay(made: Pick<Bench, 'world' | 'miner'>, target = targetNow(made), by = application): Promise<RelayOutcome> {
  const { miner, world } = made
  const net = {
    async post(_url: string, body: Uint8Array, headers: Record<string, string>) {
      const answer = await miner.http?.(8545, { method: 'POST', path: '/', headers, body })
      if (!answer) throw new Error('ECONNREFUSED')
      return answer
    },
    portFree: async () => Promise.resolve(true),
    freeDiskBytes: async () => Promise.resolve(0),
  }
  const key = hexToBytes(by.pubKeyHex)
  const sign = async (hash: Uint8Array) => Promise.resolve(signRing(hash, by.privateKey, [key, key]))
  return sendRelay({ net, clock: world.clock, sign, timeoutMs: 10_000 }, target, testCall(SERVICE, 'JSON_RPC', 1))
}

export const page = async (miner: MinerProgram): Promise<string> => {
  const answer = await miner.http?.(9090, { method: 'GET', path: '/metrics', headers: {}, body: new Uint8Array() })
  return new TextDecoder().decode(answer?.body)
}

export const settled = (world: TestWorld, type = 'EventClaimSettled', of: Person = operator): Record<string, unknown>[] =>
  Array.from({ length: world.node.ledger.height }, (_, index) => world.node.ledger.block(index + 1)?.blockEvents ?? [])
    .flat()
    .filter((event) => event.type === `pocket.tokenomics.${type}` && event.attributes['supplier_operator_address'] === of.address)
    .map((event) => event.attributes)
