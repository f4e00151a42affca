/**
 * The whole flow that pays, with official programs only: stakes, keeper, stock miner, relays, claim, proof,
 * settlement. It says whether images, network and keys of this machine work, before the application is blamed.
 * Run it with `node test/localnet/pay-flow.ts` through npm (about fifteen seconds).
 */
import { startTestChain, TEST_LABEL, type TestChain } from './chain.ts'
import { docker, mustDocker } from './engine.ts'
import { getJson } from './get-json.ts'
import type { Genesis } from './genesis.ts'
import { readMachine } from './prepare.ts'
import { until } from './process.ts'

const OWNER_STAKE_UPOKT = 60_000_000_000n
const RELAYS = 20
const BLOCKS_PER_SESSION = 4
const ROUNDS = 4

/** What the flow ended with; amounts in upokt, times in milliseconds. */
export type PayFlowResult = {
  relaysSent: number
  claimedComputeUnits: number
  ownerEarnedUpokt: bigint
  friendEarnedUpokt: bigint
  settledAtHeight: number
  /** From the first relay to the settlement block. */
  relayToPayoutMs: number
}

type Event = { type: string; attributes: { key: string; value: string }[] }

async function makeKey(chain: TestChain, name: string): Promise<string> {
  const added = await chain.exec(['pocketd', 'keys', 'add', name, '--output', 'json', '--keyring-backend', 'test'])
  return (JSON.parse(added.stdout) as { address: string }).address
}

async function mustSend(chain: TestChain, from: string, command: readonly string[], config?: string): Promise<void> {
  const file = '/tmp/stake.yaml'
  if (config !== undefined) await chain.exec(['sh', '-c', `cat > ${file}`], config)
  const sent = await chain.send(from, [...command, ...(config === undefined ? [] : ['--config', file])])
  if (sent.code !== 0) throw new Error(`${command.join(' ')} from ${from}: ${sent.log}`)
}

async function stake(chain: TestChain): Promise<PayFlowPeople> {
  const application = await makeKey(chain, 'application')
  const owner = await makeKey(chain, 'owner')
  const operator = await makeKey(chain, 'operator')
  const friend = await makeKey(chain, 'friend')
  await chain.fund([application, owner, operator], 100_000_000_000n)
  await mustSend(chain, 'application', ['application', 'stake-application'], 'stake_amount: 50000000000upokt\nservice_ids: ["anvil"]\n')
  const identity = `owner_address: ${owner}\noperator_address: ${operator}\n`
  const share = `default_rev_share_percent:\n  ${owner}: 70\n  ${friend}: 30\n`
  // Without these flags the program refuses a file that lacks either half.
  const stakeOnly = ['supplier', 'stake-supplier', '--stake-only']
  const servicesOnly = ['supplier', 'stake-supplier', '--services-only']
  await mustSend(chain, 'owner', stakeOnly, `${identity}stake_amount: ${String(OWNER_STAKE_UPOKT)}upokt\n${share}`)
  await mustSend(
    chain,
    'operator',
    servicesOnly,
    `${identity}${share}services:\n  - service_id: anvil\n    endpoints:\n      - publicly_exposed_url: http://miner:8545\n        rpc_type: JSON_RPC\n`,
  )
  return { application, owner, operator, friend }
}

/** Puts the operator key on a memory-only volume by the stdin of an exec, as the application does. */
async function startKeeper(socket: string, image: string, name: string, keyHex: string): Promise<void> {
  const volume = ['--driver', 'local', '--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=uid=1025,gid=1025,mode=0700,size=1m']
  await mustDocker(socket, ['volume', 'create', '--label', TEST_LABEL, ...volume, `${name}-keys`])
  await mustDocker(
    socket,
    [
      ['run', '--detach', '--init', '--label', TEST_LABEL, '--name', `${name}-keeper`, '--log-driver', 'none', '--network', 'none'],
      ['--volume', `${name}-keys:/keys`, '--entrypoint', 'sleep', image, '86400'],
    ].flat(),
  )
  const command = ['pocketd', 'keys', 'import-hex', 'operator', '--keyring-backend', 'test', '--keyring-dir', '/keys']
  await mustDocker(socket, ['exec', '-i', `${name}-keeper`, ...command], { input: `${keyHex}\n` })
}

function minerConfig(): string {
  return `default_signing_key_names: [operator]
smt_store_path: /home/pocket/smt
metrics: {enabled: true, addr: ":9090"}
pocket_node:
  query_node_rpc_url: tcp://chain:26657
  query_node_grpc_url: tcp://chain:9090
  tx_node_rpc_url: tcp://chain:26657
suppliers:
  - service_id: anvil
    listen_url: http://0.0.0.0:8545
    service_config:
      backend_url: http://backend:8547
`
}

async function startMiner(socket: string, image: string, chain: TestChain, name: string): Promise<void> {
  const config = Buffer.from(minerConfig()).toString('base64')
  const start = [
    ['pocketd', 'relayminer', 'start', '--config', '/tmp/miner.yaml', '--chain-id', chain.chainId],
    ['--keyring-backend', 'test', '--keyring-dir', '/keys', '--home', '/tmp/home'],
    ['--grpc-insecure=true', '--gas-prices', '0.001upokt', '--gas-adjustment', '1.5'],
  ]
    .flat()
    .join(' ')
  await mustDocker(
    socket,
    [
      ['run', '--detach', '--init', '--label', TEST_LABEL, '--name', `${name}-miner`],
      ['--network', chain.network, '--network-alias', 'miner', '--volume', `${name}-keys:/keys:ro`],
      ['--entrypoint', '/bin/sh', image, '-c', `echo ${config} | base64 -d > /tmp/miner.yaml && exec ${start}`],
    ].flat(),
  )
  await until('the miner', 30_000, async () => {
    const logs = await docker(socket, ['logs', `${name}-miner`])
    return `${logs.stdout}${logs.stderr}`.includes('starting relay proxy server') ? true : undefined
  }).catch(async (error: unknown) => {
    const logs = await docker(socket, ['logs', '--tail', '15', `${name}-miner`])
    throw new Error(`the miner does not listen: ${logs.stdout}${logs.stderr}`, { cause: error })
  })
}

async function settledClaims(chain: TestChain, height: number): Promise<Event[]> {
  const answer = await fetch(`${chain.rpcUrl}/block_results?height=${String(height)}`)
  const { result } = (await answer.json()) as { result?: { finalize_block_events: Event[] | null } }
  return (result?.finalize_block_events ?? []).filter((event) => event.type === 'pocket.tokenomics.EventClaimSettled')
}

type Paid = { claims: Event[]; height: number; firstRelayAt: number }

/** Sends relays in the next session and waits for its settlement; undefined when the session ended without one. */
async function earnInNextSession(
  chain: TestChain,
  application: string,
  operator: string,
  log: (line: string) => void,
): Promise<Paid | undefined> {
  // At a session start, so that all relays belong to one session; new services count from a session start on.
  const sessionStart = Math.ceil((await chain.height()) / BLOCKS_PER_SESSION) * BLOCKS_PER_SESSION + 1
  await chain.waitForHeight(sessionStart)
  const firstRelayAt = Date.now()
  const relayed = await chain.exec(
    [
      ['pocketd', 'relayminer', 'relay', '--app', application, '--supplier', operator],
      ['--node', 'tcp://chain:26657', '--grpc-addr', 'chain:9090', '--grpc-insecure=true'],
      ['--supplier-public-endpoint-override', 'http://miner:8545', '--count', String(RELAYS)],
      ['--payload', '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'],
      ['--keyring-backend', 'test', '--chain-id', chain.chainId],
    ].flat(),
  )
  // The program ends with 0 even when every relay failed: only its lines tell.
  const good = relayed.stderr.match(/Request \d+: Status code 200/g)?.length ?? 0
  log(`${String(good)} of ${String(RELAYS)} relays answered, ${String(Date.now() - firstRelayAt)} ms`)
  if (good === 0) log(`the relay program's last words: ${relayed.stderr.trim().split('\n').slice(-2).join(' ')}`)
  const lastSettlement = sessionStart + 3 * BLOCKS_PER_SESSION
  await chain.waitForHeight(sessionStart + BLOCKS_PER_SESSION)
  for (let height = sessionStart; height <= lastSettlement; height += 1) {
    await chain.waitForHeight(height)
    const claims = await settledClaims(chain, height)
    if (claims.length > 0) return { claims, height, firstRelayAt }
  }
  return undefined
}

/** Addresses of those who take part; their keys lie in the node's own test keyring under these names. */
export type PayFlowPeople = { application: string; owner: string; operator: string; friend: string }

export type PayFlowOptions = {
  /** Called when all have been paid, before the chain goes. */
  whenPaid?: (chain: TestChain, people: PayFlowPeople) => Promise<void>
  /** Last changes of the genesis, in place. */
  editGenesis?: (genesis: Genesis) => void
}

/** Runs the flow on a chain of its own and cleans up. Throws where it does not pay. */
export async function runPayFlow(log: (line: string) => void = () => undefined, options: PayFlowOptions = {}): Promise<PayFlowResult> {
  const machine = readMachine()
  const socket = machine.engineSocket
  const { pocketd, anvil } = machine.testImages
  if (socket === null || pocketd === undefined || anvil === undefined) throw new Error('this machine lacks the engine or an image')
  const chain = await startTestChain({
    name: 'pay-flow',
    blocksPerSession: BLOCKS_PER_SESSION,
    services: [{ id: 'anvil', computeUnitsPerRelay: 100 }],
    ...(options.editGenesis ? { editGenesis: options.editGenesis } : {}),
  })
  const name = chain.container
  log('chain started')
  try {
    const keys = await stake(chain)
    log('application and supplier staked')
    const exported = await chain.exec([
      'pocketd',
      'keys',
      'export',
      'operator',
      '--unsafe',
      '--unarmored-hex',
      '--yes',
      '--keyring-backend',
      'test',
    ])
    const keyHex = (exported.stdout.trim() || exported.stderr.trim()).split('\n').at(-1) ?? ''
    await startKeeper(socket, pocketd, name, keyHex)
    await mustDocker(
      socket,
      [
        ['run', '--detach', '--init', '--label', TEST_LABEL, '--name', `${name}-backend`],
        ['--network', chain.network, '--network-alias', 'backend', anvil, 'anvil -p 8547 --host 0.0.0.0'],
      ].flat(),
    )
    await startMiner(socket, pocketd, chain, name)
    log('keeper, backend and miner started')

    // A 500 ms chain leaves one block for each of claim and proof, so a busy machine can miss a window.
    let paid: Paid | undefined
    for (let round = 1; paid === undefined; round += 1) {
      if (round > ROUNDS) throw new Error(`${String(ROUNDS)} sessions with relays, and none was settled`)
      paid = await earnInNextSession(chain, keys.application, keys.operator, log)
      if (paid === undefined) {
        const logs = await docker(socket, ['logs', '--tail', '5', `${name}-miner`])
        log(`session ${String(round)} was not settled; the miner's last words: ${logs.stdout}${logs.stderr}`)
      }
    }
    const { claims, height, firstRelayAt } = paid
    const relayToPayoutMs = Date.now() - firstRelayAt
    const attribute = (key: string): string => claims[0]?.attributes.find((each) => each.key === key)?.value.replaceAll('"', '') ?? ''
    // The owner's payout is what the balance gained in the settlement block, which holds no other movement of it.
    const balanceAt = async (address: string, at: number): Promise<bigint> => {
      const answer = (await getJson(`${chain.restUrl}/cosmos/bank/v1beta1/balances/${address}/by_denom?denom=upokt`, at)) as {
        balance: { amount: string }
      }
      return BigInt(answer.balance.amount)
    }
    const gained = async (address: string): Promise<bigint> => (await balanceAt(address, height)) - (await balanceAt(address, height - 1))
    const result: PayFlowResult = {
      relaysSent: RELAYS,
      claimedComputeUnits: Number(attribute('num_claimed_compute_units')),
      ownerEarnedUpokt: await gained(keys.owner),
      friendEarnedUpokt: await gained(keys.friend),
      settledAtHeight: height,
      relayToPayoutMs,
    }
    if (result.ownerEarnedUpokt <= 0n || result.friendEarnedUpokt <= 0n) throw new Error('the settlement paid nobody')
    await options.whenPaid?.(chain, keys)
    return result
  } finally {
    const containers = ['miner', 'keeper', 'backend'].map((part) => `${name}-${part}`)
    await docker(socket, ['rm', '--force', '--volumes', ...containers])
    await docker(socket, ['volume', 'rm', '--force', `${name}-keys`])
    await chain.stop()
  }
}

if (import.meta.main) {
  const begun = Date.now()
  const result = await runPayFlow((line) => console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${line}`))
  console.log(result)
}
