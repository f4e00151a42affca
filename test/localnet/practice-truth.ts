/**
 * The truth test of Practice on a chain of today: real programs stake, serve, claim, prove and are paid; then people stake and unstake in every way. Every block and every
 * balance of that chain is read, its transactions are fed to the practised chain, and all events and all balances must be the same. Takes about a minute.
 */
import { moduleAddress, MODULES } from '#main/adapters/practice/chain/addresses.ts'
import type { PracticeGenesis } from '#main/adapters/practice/parts.ts'
import { genesisOf, type RestAnswers } from '#test/replay/read-genesis.ts'
import { recordedBlock, type RecordedBlock } from '#test/replay/recorded-block.ts'
import { replay } from '#test/replay/replay.ts'
import type { TestChain } from './chain.ts'
import { getJson } from './get-json.ts'
import { paramsOf } from './genesis.ts'
import { runPayFlow, type PayFlowPeople } from './pay-flow.ts'
import { prepareMachine } from './prepare.ts'

export interface PracticeTruth {
  blocks: number
  eventsCompared: number
  balancesCompared: number
  /** Events that differ, `-` of the real chain, `+` of the practised one. */
  lines: string[]
  /** Sum of what balances differ by. */
  differenceUpokt: bigint
}

type Balances = Map<string, bigint>

const POKT = 1_000_000n
const PREFIX = 'pokt'
const ROUTE = '/pokt-network/poktroll'

/** How many blocks are asked for at the same time. */
const AT_ONCE = 6

/** Block 1 carries the events of the genesis itself, which no practised chain has. */
const NOT_COMPARED: ReadonlySet<number> = new Set([1])

/** What the life below must have brought about: a comparison of chains on which nothing happened would say little. */
const MUST_HAPPEN = [
  'pocket.application.EventApplicationUnbondingEnd',
  'pocket.application.EventRedelegation',
  'pocket.gateway.EventGatewayUnbondingEnd',
  'pocket.proof.EventProofValidityChecked',
  'pocket.service.EventRelayMiningDifficultyUpdated',
  'pocket.supplier.EventSupplierServiceConfigActivated',
  'pocket.supplier.EventSupplierUnbondingCanceled',
  'pocket.supplier.EventSupplierUnbondingEnd',
  'pocket.tokenomics.EventClaimSettled',
]

/** Everything that people can do, the refused things too. */
async function liveAWhile(chain: TestChain, { owner, operator, application }: PayFlowPeople, log: (line: string) => void): Promise<void> {
  const send = async (from: string, ...command: string[]): Promise<void> => {
    const sent = await chain.send(from, command)
    if (sent.code !== 0) throw new Error(`${command.join(' ')}: ${sent.log}`)
  }
  const write = async (name: string, text: string): Promise<string> => {
    const file = `/tmp/${name}.yaml`
    await chain.exec(['sh', '-c', `cat > ${file}`], text)
    return file
  }
  const keyOf = async (name: string): Promise<string> => {
    const added = await chain.exec(['pocketd', 'keys', 'add', name, '--output', 'json', '--keyring-backend', 'test'])
    return (JSON.parse(added.stdout) as { address: string }).address
  }
  const gateway = await keyOf('gateway')
  const stranger = await keyOf('stranger')
  await chain.fund([gateway, stranger], 50_000n * POKT)
  await send('gateway', 'bank', 'send', gateway, owner, '12345upokt')
  await send('gateway', 'gateway', 'stake-gateway', '--config', await write('gateway', 'stake_amount: 10000000000upokt\n'))
  await send('application', 'application', 'delegate-to-gateway', gateway)
  await send('application', 'application', 'stake-application', '--config', await raised(write, application, chain))
  await send('application', 'application', 'undelegate-from-gateway', gateway)
  log('a gateway, a delegation, a raised application')
  const identity = `owner_address: ${owner}\noperator_address: ${operator}\n`
  const share = `default_rev_share_percent:\n  ${owner}: 100\n`
  const stakeTo = async (upokt: bigint): Promise<void> => {
    const file = await write('stake', `${identity}stake_amount: ${String(upokt)}upokt\n${share}`)
    await send('owner', 'supplier', 'stake-supplier', '--stake-only', '--config', file)
  }
  await stakeTo(61_000n * POKT)
  await stakeTo(60_500n * POKT)
  // Too little, sent without a trial run: it fails in its block and pays its fee.
  await chain.exec(
    [
      [
        'pocketd',
        'tx',
        'supplier',
        'stake-supplier',
        '--stake-only',
        '--config',
        await write('poor', `${identity}stake_amount: 1upokt\n${share}`),
      ],
      [
        '--from',
        'owner',
        '--chain-id',
        chain.chainId,
        '--keyring-backend',
        'test',
        '--gas',
        '200000',
        '--gas-prices',
        '0.001upokt',
        '--yes',
      ],
    ].flat(),
  )
  await chain.waitForHeight((await chain.height()) + 2)
  await send('owner', 'supplier', 'unstake-supplier', operator)
  await stakeTo(60_600n * POKT)
  await send('operator', 'supplier', 'unstake-supplier', operator)
  await send('gateway', 'gateway', 'unstake-gateway')
  await send('application', 'application', 'unstake-application')
  log('stakes raised, lowered, refused, withdrawn, rescued and withdrawn again')
  // Long enough for everything that unbonds.
  await chain.waitForHeight((await chain.height()) + 8)
}

async function raised(write: (name: string, text: string) => Promise<string>, application: string, chain: TestChain): Promise<string> {
  const answer = (await getJson(`${chain.restUrl}${ROUTE}/application/application/${application}`)) as {
    application: { stake: { amount: string } }
  }
  const stake = BigInt(answer.application.stake.amount) + 1_000n * POKT
  return write('application', `stake_amount: ${String(stake)}upokt\nservice_ids: ["anvil"]\n`)
}

async function readBlock(chain: TestChain, height: number): Promise<RecordedBlock> {
  const rpc = async (what: string): Promise<unknown> =>
    ((await getJson(`${chain.rpcUrl}/${what}?height=${String(height)}`)) as { result: unknown }).result
  return recordedBlock(await rpc('block'), await rpc('block_results'))
}

/** What everybody holds after a block, modules too. */
async function readBalances(chain: TestChain, height: number): Promise<Balances> {
  const url = `${chain.restUrl}/cosmos/bank/v1beta1/denom_owners/upokt?pagination.limit=500`
  const answer = (await getJson(url, height)) as { denom_owners: { address: string; balance: { amount: string } }[] }
  return new Map(answer.denom_owners.map(({ address, balance }) => [address, BigInt(balance.amount)]))
}

async function readGenesis(chain: TestChain): Promise<PracticeGenesis> {
  const modules = ['shared', 'supplier', 'application', 'gateway', 'proof', 'tokenomics', 'session', 'service']
  const paths: Record<string, string> = {
    ...Object.fromEntries(modules.map((module) => [`params-${module}`, `${ROUTE}/${module}/params`])),
    services: `${ROUTE}/service/service`,
    'node-config': '/cosmos/base/node/v1beta1/config',
  }
  const answers = new Map<string, RestAnswers>()
  for (const [name, path] of Object.entries(paths)) {
    answers.set(name, (await getJson(`${chain.restUrl}${path}`, name === 'node-config' ? undefined : 1)) as RestAnswers)
  }
  const rest = (name: string): RestAnswers => {
    const answer = answers.get(name)
    if (answer === undefined) throw new Error(`no answer about ${name}`)
    return answer
  }
  const { validatorAddress, faucetAddress, chainId } = chain
  const genesis = genesisOf(rest, {
    chainId,
    genesisTimeMs: 0,
    blockMs: 500,
    validatorAddress,
    faucetAddress,
    serviceOwner: validatorAddress,
  })
  const held = await readBalances(chain, 1)
  const ofModules = new Set(MODULES.map((module) => moduleAddress(module, PREFIX)))
  return { ...genesis, accounts: [...held].filter(([address]) => !ofModules.has(address)).map(([address, upokt]) => ({ address, upokt })) }
}

/** Makes the chain, lives on it, reads it and replays it. */
export async function runPracticeTruth(log: (line: string) => void = () => undefined): Promise<PracticeTruth> {
  const blocks = new Map<number, RecordedBlock>()
  const balances = new Map<number, Balances>()
  let genesis: PracticeGenesis | undefined
  await runPayFlow(log, {
    // Which of the small claims need a proof is drawn by a generator that is Go's own: here all do.
    editGenesis: (made) => (paramsOf(made, 'proof')['proof_request_probability'] = 1),
    whenPaid: async (chain, people) => {
      await liveAWhile(chain, people, log)
      const last = await chain.height()
      genesis = await readGenesis(chain)
      const heights = Array.from({ length: last }, (_, index) => index + 1)
      for (let from = 0; from < last; from += AT_ONCE) {
        await Promise.all(
          heights.slice(from, from + AT_ONCE).map(async (height) => {
            blocks.set(height, await readBlock(chain, height))
            balances.set(height, await readBalances(chain, height))
          }),
        )
      }
      log(`${String(last)} blocks read`)
    },
  })
  if (genesis === undefined) throw new Error('the chain was not read')
  return compare(genesis, blocks, balances, log)
}

function compare(
  genesis: PracticeGenesis,
  blocks: ReadonlyMap<number, RecordedBlock>,
  balances: ReadonlyMap<number, Balances>,
  log: (line: string) => void,
): PracticeTruth {
  const { ledger, lines, blocksCompared, eventsCompared } = replay(genesis, blocks, { skip: NOT_COMPARED })
  const everybody = new Set([...balances.values()].flatMap((held) => [...held.keys()]))
  let differenceUpokt = 0n
  let balancesCompared = 0
  for (const [height, held] of balances) {
    for (const address of everybody) {
      const difference = ledger.balance(address, height) - (held.get(address) ?? 0n)
      balancesCompared += 1
      if (difference === 0n) continue
      log(`${address} at ${String(height)}: ${String(difference)} upokt too ${difference > 0n ? 'much' : 'little'}`)
      differenceUpokt += difference < 0n ? -difference : difference
    }
  }
  const seen = new Set(
    [...blocks.values()].flatMap(({ block }) => [...block.blockEvents, ...block.txs.flatMap((tx) => tx.events)].map(({ type }) => type)),
  )
  const missing = MUST_HAPPEN.filter((type) => !seen.has(type))
  if (missing.length > 0) throw new Error(`the chain never said ${missing.join(', ')}`)
  if (![...blocks.values()].some(({ block }) => block.txs.some((tx) => tx.code !== 0))) throw new Error('the chain refused nothing')
  for (const line of lines) log(line)
  return { blocks: blocksCompared, eventsCompared, balancesCompared, lines, differenceUpokt }
}

if (import.meta.main) {
  const begun = Date.now()
  const log = (line: string): void => console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${line}`)
  await prepareMachine({ log })
  const truth = await runPracticeTruth(log)
  const figures = {
    blocks: truth.blocks,
    eventsCompared: truth.eventsCompared,
    balancesCompared: truth.balancesCompared,
    differences: { value: truth.lines.length, goal: 0 },
    differenceUpokt: { value: Number(truth.differenceUpokt), goal: 0 },
  }
  console.log(JSON.stringify({ bench: 'practice-truth', figures }))
  process.exitCode = truth.lines.length === 0 && truth.differenceUpokt === 0n ? 0 : 1
}
