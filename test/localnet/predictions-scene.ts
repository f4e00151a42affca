import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { startTestChain, TEST_LABEL, type TestChain } from './chain.ts'
import { docker, freePort, mustDocker } from './engine.ts'
import { paramsOf } from './genesis.ts'
import { readMachine } from './prepare.ts'
import { until } from './process.ts'

/** A chain on which every share and every rule differs from every other, so that no two figures are right by chance. */

export interface Person {
  name: string
  secret: Uint8Array
  pubKey: Uint8Array
  address: string
}

export interface Scene {
  chain: TestChain
  /** Of the relay miner, for both suppliers. */
  relayUrl: string
  people: Record<PersonName, Person>
  stop(): Promise<void>
}

const NAMES = ['rich', 'poor', 'owner1', 'operator1', 'owner2', 'operator2', 'friend', 'cousin', 'source', 'dao'] as const
export type PersonName = (typeof NAMES)[number]

export const SERVICE = 'anvil'
const POKT = 1_000_000n
const RICH_STAKE_UPOKT = 50_000n * POKT
/** Enough for nearly five sessions: it is there to the last one, and cannot pay all that it is served. */
const POOR_STAKE_UPOKT = 720_000n

function makePerson(name: string): Person {
  const secret = secp256k1.utils.randomSecretKey()
  const pubKey = secp256k1.getPublicKey(secret, true)
  return { name, secret, pubKey, address: createTxCodec().addressOf(bytesToHex(pubKey)) }
}

async function startChain(people: Scene['people'], blocksPerSession: number): Promise<TestChain> {
  return startTestChain({
    name: 'predictions',
    blocksPerSession,
    grace: 1,
    claimOpen: 1,
    claimClose: 4,
    proofOpen: 0,
    proofClose: 4,
    services: [{ id: SERVICE, computeUnitsPerRelay: 100, ownerAddress: people.source.address }],
    editGenesis: (genesis) => {
      paramsOf(genesis, 'shared')['compute_units_to_tokens_multiplier'] = '42000017'
      Object.assign(paramsOf(genesis, 'tokenomics'), {
        mint_ratio: 0.975,
        global_inflation_per_claim: 0.0173,
        dao_reward_address: people.dao.address,
        mint_equals_burn_claim_distribution: { supplier: 0.73, proposer: 0.12, dao: 0.05, source_owner: 0.07, application: 0.03 },
        mint_allocation_percentages: { supplier: 0.68, proposer: 0.06, dao: 0.11, source_owner: 0.12, application: 0.03 },
      })
      // By worth alone: what is drawn by lot is drawn by a generator that is Go's own.
      Object.assign(paramsOf(genesis, 'proof'), {
        proof_request_probability: 0,
        proof_requirement_threshold: { denom: 'upokt', amount: '100000' },
        proof_submission_fee: { denom: 'upokt', amount: '13' },
      })
      // The miner lets an application have what its stake can pay to so many suppliers, and the session before may take that away again.
      paramsOf(genesis, 'session')['num_suppliers_per_session'] = '2'
      paramsOf(genesis, 'application')['min_stake'] = { denom: 'upokt', amount: '1' }
      // Below what is served, so that the difficulty rises with the first settlement.
      paramsOf(genesis, 'service')['target_num_relays'] = '30'
    },
  })
}

async function stake({ chain, people }: Pick<Scene, 'chain' | 'people'>): Promise<void> {
  const keyed = NAMES.filter((name) => !['friend', 'cousin', 'source', 'dao'].includes(name))
  for (const name of keyed) {
    const imported = await chain.exec(
      ['pocketd', 'keys', 'import-hex', name, '--keyring-backend', 'test'],
      `${bytesToHex(people[name].secret)}\n`,
    )
    if (imported.code !== 0) throw new Error(`key ${name}: ${imported.stderr}`)
  }
  await chain.fund(
    keyed.map((name) => people[name].address),
    100_000n * POKT,
  )
  const send = async (from: string, command: string[], config: string): Promise<void> => {
    const file = `/tmp/${from}.yaml`
    await chain.exec(['sh', '-c', `cat > ${file}`], config)
    const sent = await chain.send(from, [...command, '--config', file])
    if (sent.code !== 0) throw new Error(`${command.join(' ')} of ${from}: ${sent.log}`)
  }
  const application = (upokt: bigint): string => `stake_amount: ${upokt}upokt\nservice_ids: ["${SERVICE}"]\n`
  const supplier = (owner: Person, operator: Person, shares: [Person, number][]): { stake: string; services: string } => {
    const identity = `owner_address: ${owner.address}\noperator_address: ${operator.address}\n`
    const share = `default_rev_share_percent:\n${shares.map(([person, percent]) => `  ${person.address}: ${percent}\n`).join('')}`
    const endpoint = '    endpoints:\n      - publicly_exposed_url: http://miner:8545\n        rpc_type: JSON_RPC\n'
    return {
      stake: `${identity}stake_amount: 60000000000upokt\n${share}`,
      services: `${identity}${share}services:\n  - service_id: ${SERVICE}\n${endpoint}`,
    }
  }
  const one = supplier(people.owner1, people.operator1, [
    [people.owner1, 61],
    [people.operator1, 7],
    [people.friend, 32],
  ])
  const two = supplier(people.owner2, people.operator2, [
    [people.owner2, 33],
    [people.operator2, 33],
    [people.cousin, 17],
    [people.friend, 17],
  ])
  const staking = ['supplier', 'stake-supplier']
  await Promise.all([
    send('rich', ['application', 'stake-application'], application(RICH_STAKE_UPOKT)),
    send('poor', ['application', 'stake-application'], application(POOR_STAKE_UPOKT)),
    send('owner1', [...staking, '--stake-only'], one.stake),
    send('owner2', [...staking, '--stake-only'], two.stake),
  ])
  await Promise.all([
    send('operator1', [...staking, '--services-only'], one.services),
    send('operator2', [...staking, '--services-only'], two.services),
  ])
}

const minerConfig = `default_signing_key_names: [operator1, operator2]
smt_store_path: /tmp/smt
enable_over_servicing: true
pocket_node:
  query_node_rpc_url: tcp://chain:26657
  query_node_grpc_url: tcp://chain:9090
  tx_node_rpc_url: tcp://chain:26657
suppliers:
  - service_id: ${SERVICE}
    listen_url: http://0.0.0.0:8545
    service_config:
      backend_url: http://backend:8547
`

async function startMiner(socket: string, { chain, people }: Pick<Scene, 'chain' | 'people'>, port: number): Promise<void> {
  const { pocketd, anvil } = readMachine().testImages
  if (pocketd === undefined || anvil === undefined) throw new Error('this machine lacks an image')
  const begin = (part: string, more: string[], image: string[]): Promise<string> =>
    mustDocker(
      socket,
      [
        ['run', '--detach', '--init', '--label', TEST_LABEL, '--name', `${chain.container}-${part}`],
        ['--network', chain.network, '--network-alias', part, ...more, ...image],
      ].flat(),
    )
  await begin('backend', [], [anvil, 'anvil -p 8547 --host 0.0.0.0'])
  const start = [
    ['pocketd', 'relayminer', 'start', '--config', '/tmp/miner.yaml', '--chain-id', chain.chainId],
    ['--keyring-backend', 'test', '--keyring-dir', '/tmp/keys', '--home', '/tmp/home'],
    ['--grpc-insecure=true', '--gas-prices', '0.001upokt', '--gas-adjustment', '1.5'],
  ].flat()
  const waiting = `while [ ! -f /tmp/ready ]; do sleep 0.05; done; exec ${start.join(' ')}`
  await begin('miner', ['--publish', `127.0.0.1:${port}:8545`, '--entrypoint', '/bin/sh'], [pocketd, '-c', waiting])
  const miner = `${chain.container}-miner`
  for (const name of ['operator1', 'operator2'] as const) {
    const command = ['pocketd', 'keys', 'import-hex', name, '--keyring-backend', 'test', '--keyring-dir', '/tmp/keys']
    await mustDocker(socket, ['exec', '-i', miner, ...command], { input: `${bytesToHex(people[name].secret)}\n` })
  }
  await mustDocker(socket, ['exec', '-i', miner, 'sh', '-c', 'cat > /tmp/miner.yaml && touch /tmp/ready'], { input: minerConfig })
  await until('the miner', 30_000, async () => {
    const logs = await docker(socket, ['logs', miner])
    return `${logs.stdout}${logs.stderr}`.includes('starting relay proxy server') ? true : undefined
  }).catch(async (error: unknown) => {
    const logs = await docker(socket, ['logs', '--tail', '15', miner])
    throw new Error(`the miner does not listen: ${logs.stdout}${logs.stderr}`, { cause: error })
  })
}

/** Two applications, two suppliers with shares of their own, one relay miner for both. */
export async function startScene(log: (line: string) => void, blocksPerSession = 10): Promise<Scene> {
  const socket = readMachine().engineSocket
  if (socket === null) throw new Error('this machine has no engine')
  const people = Object.fromEntries(NAMES.map((name) => [name, makePerson(name)])) as Scene['people']
  const chain = await startChain(people, blocksPerSession)
  const stop = async (): Promise<void> => {
    await docker(socket, ['rm', '--force', '--volumes', ...['miner', 'backend'].map((part) => `${chain.container}-${part}`)])
    await chain.stop()
  }
  try {
    log('chain started')
    const port = await freePort()
    await stake({ chain, people })
    await startMiner(socket, { chain, people }, port)
    log('two applications, two suppliers, one relay miner')
    return { chain, relayUrl: `http://127.0.0.1:${port}`, people, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
