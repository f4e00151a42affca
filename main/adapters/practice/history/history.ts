import type { ChainBlock } from '#main/core/ports/chain.ts'
import { sessionAt } from '#shared/model/session.ts'
import { genesisState, logBalances } from '../chain/make-state.ts'
import { relayCostAt } from '../chain/pricing.ts'
import { restoredState, savedState } from '../chain/saved-state.ts'
import { paramsAt, type ChainState } from '../chain/state.ts'
import type { PracticeGenesis } from '../parts.ts'
import { endState, readSums, takeOver, writeAverages, writeSums, type Average } from './carry.ts'
import { createCounting, type ClaimRecord, type Prices } from './count.ts'
import { createEventLog } from './event-log.ts'
import { makePlan, startOf } from './plan.ts'
import { createReplay, momentsOf, type Before } from './replay.ts'
import { createSparseLedger, passOver, type SparseLedger } from './sparse-ledger.ts'
import { decisionTx, pastTx, type People } from './txs.ts'

export interface HistoryOptions {
  genesis: PracticeGenesis
  seed: string
  /** The end of a session. */
  lastHeight: number
  people: People
  stakeUpokt: bigint
  /** Where gateways were told to send relays. */
  endpointUrl: string
  /** Of the owner, in per cent; the rest is the operator's. */
  ownerPercent: number
  applicationStakeUpokt: bigint
  topUpUpokt: bigint
}

/** A past that nobody lived through: counted in a moment, and any of its blocks made when it is asked for. */
export interface History {
  readonly lastHeight: number
  readonly claims: number
  /** Any block from 1 to `lastHeight`, as the chain would have made it. Throws for others. */
  block(height: number): ChainBlock
  /** Heights in a range whose block names one of the addresses; one too many at times, never one too few. Addresses of others than owner and operator are not looked for. */
  heightsOf(addresses: readonly string[], from: number, to: number): number[]
  /** After block `height`; undefined for addresses other than owner and operator. */
  balance(address: string, height: number): bigint | undefined
  /** The chain's state at its end, as a saved ledger: what comes next goes on from there. */
  endLedger(keepBlocks?: number): string
}

/** The stake of the supplier from a height on. */
interface StakeChange {
  height: number
  upokt: bigint
}

/** @throws when the genesis' windows are not those that plans are made for */
export function createHistory(options: HistoryOptions): History {
  const { genesis, people } = options
  const state = genesisState(genesis)
  const ledger = createSparseLedger(state)
  const kept = firstBlocks(ledger, options)
  const plan = makePlan({
    seed: options.seed,
    lastHeight: options.lastHeight,
    blockMs: genesis.blockMs,
    params: genesis.params,
    services: genesis.services,
    topUpUpokt: options.topUpUpokt,
  })
  requireLayout(state)
  const claims = plan.firstClaim[plan.sessions + 1] ?? 0
  const records: ClaimRecord = { applicationStake: new BigInt64Array(claims), average: new Float64Array(claims) }
  const { sums, bases } = readSums(state, people)
  const start = { owner: sums.owner, operator: sums.operator, supply: sums.supply }
  const counting = createCounting({ plan, genesis, ownerPercent: options.ownerPercent, sums, records })
  const log = createEventLog(2 * plan.sessions)
  const stakes: StakeChange[] = [{ height: 0, upokt: sums.supplierStake }]
  const averages: Average[][] = genesis.services.map(() => [])

  let decision = 0
  const decideUpTo = (height: number): void => {
    for (let next = plan.decisions[decision]; next && next.height < height; next = plan.decisions[decision]) {
      // The chain's own code decides, on the true numbers.
      writeSums(state, people, sums, bases)
      kept.set(next.height, ledger.deliverAt(next.height, [decisionTx(state, people, next)]))
      passOver(state, next.height + 1)
      takeOver(state, people, sums, bases)
      decision += 1
    }
  }
  /** What a settlement leaves behind besides balances. */
  const note = (height: number, paid: readonly number[]): void => {
    if (stakes.at(-1)?.upokt !== sums.supplierStake) stakes.push({ height, upokt: sums.supplierStake })
    const nextStart = sessionAt(height, genesis.params).end + 1
    for (const service of paid) {
      const list = averages[service] ?? []
      const relays = sums.averages[service] ?? 0n
      if (list.length === 0) list.push({ height, relays })
      list.push({ height: nextStart, relays })
    }
  }
  const has = (session: number): boolean => session >= 1 && (plan.firstClaim[session + 1] ?? 0) > (plan.firstClaim[session] ?? 0)
  for (let session = 1; session <= plan.sessions; session += 1) {
    const { claim, proof } = momentsOf(session, state)
    // In this order the heights go up: the claim of a session stands in the block that settles the one before.
    if (has(session) || has(session - 1)) {
      decideUpTo(claim)
      counting.claims(session)
      if (has(session - 1)) {
        note(claim, counting.settle(session - 1, pricesOf(state, session - 1)))
      }
      log.add(claim, sums)
    }
    if (has(session)) {
      decideUpTo(proof)
      counting.proofs(session)
      log.add(proof, sums)
    }
  }
  decideUpTo(options.lastHeight)
  passOver(state, options.lastHeight)
  writeSums(state, people, sums, bases)
  writeAverages(state, averages)
  logBalances(state)

  const end = (keepBlocks?: number): string => savedState(endState(state, people), new Map(), keepBlocks)
  const before = (height: number): Before => {
    const at = log.lastAt(height - 1)
    return {
      owner: at < 0 ? start.owner : log.owner(at),
      operator: at < 0 ? start.operator : log.operator(at),
      supply: at < 0 ? start.supply : log.supply(at),
      supplierStake: stakes.findLast((change) => change.height < height)?.upokt ?? 0n,
    }
  }
  let replay: ((height: number) => ChainBlock) | undefined
  return {
    lastHeight: options.lastHeight,
    claims,
    block(height) {
      if (!Number.isInteger(height) || height < 1 || height > options.lastHeight) throw new Error(`no block ${height} in this past`)
      replay ??= createReplay({ state: restoredState(end()).state, plan, records, people, kept, before })
      return replay(height)
    },
    heightsOf(addresses, from, to) {
      if (!addresses.includes(people.owner) && !addresses.includes(people.operator)) return []
      const early = [...kept.keys()].filter((height) => height <= FIRST_BLOCKS && height >= from && height <= to)
      return [...early, ...log.heights(from, Math.min(to, options.lastHeight))]
    },
    balance(address, height) {
      if (address !== people.owner && address !== people.operator) return undefined
      const at = log.lastAt(height)
      if (at >= 0) return address === people.owner ? log.owner(at) : log.operator(at)
      return state.balanceLogs.get(address)?.at(Math.min(height, FIRST_BLOCKS)) ?? 0n
    },
    endLedger: end,
  }
}

/** As many blocks as the chain makes one by one: until the services are active, which is at the start of the second session. */
const FIRST_BLOCKS = 21

function firstBlocks(ledger: SparseLedger, options: HistoryOptions): Map<number, ChainBlock> {
  const { state } = ledger
  const { people, genesis } = options
  const { owner, operator } = people
  const stake = { kind: 'stake-supplier' as const, ownerAddress: owner, operatorAddress: operator }
  const shares = [
    { address: owner, percent: options.ownerPercent },
    { address: operator, percent: 100 - options.ownerPercent },
  ].filter(({ percent }) => percent > 0)
  const services = genesis.services.map(({ id }) => ({
    serviceId: id,
    endpoints: [{ url: options.endpointUrl, rpcType: 'JSON_RPC' as const }],
    revShare: shares,
  }))
  const applications = people.applications.map((address, index) =>
    pastTx(state, 2, address, [
      { kind: 'stake-application', address, stakeUpokt: options.applicationStakeUpokt, serviceIds: [genesis.services[index]?.id ?? ''] },
    ]),
  )
  const txs = new Map([
    [2, [pastTx(state, 2, owner, [{ ...stake, signer: owner, stakeUpokt: options.stakeUpokt, services: [] }]), ...applications]],
    [3, [pastTx(state, 3, operator, [{ ...stake, signer: operator, stakeUpokt: undefined, services }])]],
  ])
  const blocks = new Map<number, ChainBlock>()
  for (let height = 1; height <= FIRST_BLOCKS; height += 1) {
    const block = ledger.deliverAt(height, txs.get(height) ?? [])
    const refused = block.txs.find((tx) => tx.code !== 0)
    if (refused) throw new Error(`a past cannot begin so: ${refused.log}`)
    blocks.set(height, block)
  }
  return blocks
}

/** Prices at the start of a session: they are what its claims are worth (onchain facts 5.2). */
function pricesOf(state: ChainState, session: number): Prices {
  const start = startOf(session, state.genesis.params)
  const { computeUnitsToTokensMultiplier, computeUnitCostGranularity } = paramsAt(state, start)
  return {
    multiplier: computeUnitsToTokensMultiplier,
    granularity: computeUnitCostGranularity,
    computeUnitsPerRelay: state.genesis.services.map(({ id }) => relayCostAt(state, id, start) ?? 0n),
  }
}

/** Counting goes session by session: a settlement must stand in the block of the next session's claims, and proofs between two of them. */
function requireLayout(state: ChainState): void {
  const [first, second] = [momentsOf(1, state), momentsOf(2, state)]
  if (first.settle !== second.claim || first.proof <= first.claim || first.proof >= second.claim)
    throw new Error('a past can only be made with windows like those of mainnet')
}
