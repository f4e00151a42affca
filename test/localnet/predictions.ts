/**
 * Follows a real chain over several sessions and says before every settlement what it will be: heights, worth of each claim, whether it needs a proof, who gets what, what an
 * application that was served too much can still pay, the difficulty that follows, and what every single account holds afterwards. Only then the chain is asked. About a minute and a half.
 */
import { moduleAddress, type ModuleName } from '#main/adapters/practice/chain/addresses.ts'
import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'
import { EASIEST_TARGET, pendingSessions, ratio, type Shares } from '#shared/model/claim-value.ts'
import { nextRelaysAverage, targetHashFor, targetHashHex } from '#shared/model/difficulty.ts'
import { nextSessionStart, sessionAt, type SessionHeights, type SessionRules } from '#shared/model/session.ts'
import { openForecast, type Forecast } from './forecast.ts'
import { predictSettlement, type BeforeSettlement, type PredictedSettlement } from './predict-settlement.ts'
import { relaySender, type MinedRelays } from './predictions-relays.ts'
import { openReads, type Reads } from './predictions-reads.ts'
import { SERVICE, startScene, type Scene } from './predictions-scene.ts'
import { prepareMachine } from './prepare.ts'
import { sleep } from './process.ts'

export interface Predictions {
  sessions: number
  predictions: number
  /** Each that was wrong, with what came. */
  wrong: string[]
  overserviced: number
  /** Claims that were worth more than their relays, since not every relay counts. */
  aboveBaseDifficulty: number
  withoutProof: number
  withProof: number
}

const SESSIONS = 6
const PREFIX = 'pokt'
/** Relays a session, by application and supplier. */
const LOAD = [
  ['rich', 'operator1', 34],
  ['rich', 'operator2', 11],
  ['poor', 'operator1', 6],
  ['poor', 'operator2', 29],
] as const

/** The validator of the genesis is its own only delegator. */
const VALIDATOR_COMMISSION = '0.1'
const VALIDATOR_STAKE_UPOKT = 900_000_000n

const LOOK_MS = 80
/** For all sessions together, from the first wait on. */
const PATIENCE_MS = 240_000

const module = (name: ModuleName): string => moduleAddress(name, PREFIX)

interface Rules {
  session: SessionRules
  before: Pick<BeforeSettlement, 'rules' | 'pendingSessions' | 'overservicingBonusMultiplier' | 'proofThresholdUpokt'>
  price: { computeUnitsToTokensMultiplier: bigint; computeUnitCostGranularity: bigint }
  proofFeeUpokt: bigint
  targetNumRelays: bigint
}

async function readRules(reads: Reads, height: number): Promise<Rules> {
  const [shared, tokenomics, proof, service] = await Promise.all(
    ['shared', 'tokenomics', 'proof', 'service'].map((name) => reads.params(name, height)),
  )
  const upokt = (coin: unknown): bigint => BigInt((coin as { amount: string }).amount)
  const shares = (value: unknown): Shares => {
    const parts = value as Record<string, unknown>
    const part = (name: string): Shares['supplier'] => ratio(String(parts[name]))
    return { supplier: part('supplier'), proposer: part('proposer'), sourceOwner: part('source_owner'), application: part('application') }
  }
  const number = (name: string): number => Number(shared?.[name])
  const session: SessionRules = {
    numBlocksPerSession: number('num_blocks_per_session'),
    gracePeriodEndOffsetBlocks: number('grace_period_end_offset_blocks'),
    claimWindowOpenOffsetBlocks: number('claim_window_open_offset_blocks'),
    claimWindowCloseOffsetBlocks: number('claim_window_close_offset_blocks'),
    proofWindowOpenOffsetBlocks: number('proof_window_open_offset_blocks'),
    proofWindowCloseOffsetBlocks: number('proof_window_close_offset_blocks'),
    sessionGridAnchorHeight: number('session_grid_anchor_height') || 0,
    sessionNumberAtAnchor: number('session_number_at_anchor') || 0,
  }
  return {
    session,
    before: {
      rules: {
        mintRatio: ratio(String(tokenomics?.['mint_ratio'])),
        globalInflation: ratio(String(tokenomics?.['global_inflation_per_claim'])),
        claimShares: shares(tokenomics?.['mint_equals_burn_claim_distribution']),
        globalMintShares: shares(tokenomics?.['mint_allocation_percentages']),
      },
      pendingSessions: pendingSessions(session),
      overservicingBonusMultiplier: BigInt(Number(tokenomics?.['overservicing_bonus_multiplier'] ?? 1)),
      proofThresholdUpokt: upokt(proof?.['proof_requirement_threshold']),
    },
    price: {
      computeUnitsToTokensMultiplier: BigInt(String(shared?.['compute_units_to_tokens_multiplier'])),
      computeUnitCostGranularity: BigInt(String(shared?.['compute_unit_cost_granularity'])),
    },
    proofFeeUpokt: upokt(proof?.['proof_submission_fee']),
    targetNumRelays: BigInt(String(service?.['target_num_relays'])),
  }
}

/** What is said of the sessions of one run, and what of it was used to say more. */
interface Run {
  scene: Scene
  reads: Reads
  forecast: Forecast
  rules: Rules
  difficulties: { from: number; targetHash: bigint; average: bigint }[]
  log: (line: string) => void
  /** Resolves when the chain has that height. */
  reached: (height: number) => Promise<void>
}

interface Counted {
  overserviced: number
  aboveBase: number
  withoutProof: number
  withProof: number
}

const targetAt = ({ difficulties }: Run, start: number): bigint =>
  difficulties.findLast(({ from }) => from <= start)?.targetHash ?? EASIEST_TARGET

/** One session from its start to its settlement. */
async function followSession(run: Run, start: number, counted: Counted): Promise<void> {
  const { forecast, reads, rules, scene } = run
  const { people } = scene
  const heights = sessionAt(start, rules.session)
  const { end } = heights
  const named = (what: string): string => `session ending ${end}: ${what}`
  for (const what of ['number', 'start', 'end'] as const) forecast.predict(named(what), heights[what])
  forecast.predict(named('settlement at'), heights.settle)
  await run.reached(start)
  const header = await reads.sessionHeader(people.rich.address, SERVICE, start)
  for (const what of ['number', 'start', 'end'] as const) forecast.see(named(what), header[what])

  const targetHash = targetAt(run, start)
  const mined = await relaySender(scene, reads, targetHash)(start, LOAD)
  await run.reached(heights.claimClose)
  const { settlement, held, supply } = await predict(run, heights, mined, targetHash, named)
  // Said in time, or the word of it is worth nothing.
  const height = await scene.chain.height()
  if (height >= heights.settle) throw new Error(`the prediction for ${heights.settle} came at ${height}: this machine is too slow for it`)

  await run.reached(heights.settle)
  await seeBalances(run, heights, { settlement, held, supply }, named)
  const blocks = await Promise.all(Array.from({ length: heights.settle - end }, (_, index) => reads.block(end + 1 + index)))
  seeEvents(forecast, blocks, heights, named)
  for (const [name] of settlement.applicationStakes)
    forecast.see(named(`stake of ${name}`), await reads.applicationStake(name, heights.settle))
  counted.overserviced += settlement.claims.filter(({ overserviced }) => overserviced !== undefined).length
  if (targetHash < EASIEST_TARGET) counted.aboveBase += settlement.claims.length
  counted.withProof += settlement.claims.filter(({ proofRequirement }) => proofRequirement !== 0).length
  counted.withoutProof += settlement.claims.filter(({ proofRequirement }) => proofRequirement === 0).length
  run.log(`session ending ${end}: ${settlement.claims.length} claims, settled at ${heights.settle}`)
}

async function predict(
  run: Run,
  heights: SessionHeights,
  mined: MinedRelays,
  targetHash: bigint,
  named: (what: string) => string,
): Promise<{ settlement: PredictedSettlement; held: Map<string, bigint>; supply: bigint }> {
  const { forecast, reads, rules, scene } = run
  const at = heights.claimClose
  const { address: rich } = scene.people.rich
  // Of an application without means the miner claims less than it answered, by an estimate of its own.
  for (const [who, relays] of mined) if (relays > 0 && who.endsWith(rich)) forecast.predict(named(`relays in the claim of ${who}`), relays)
  const [all, held, supply] = await Promise.all([reads.claims(at), reads.balances(at), reads.supply(at)])
  const claims = all.filter(({ sessionEnd }) => sessionEnd === heights.end)
  const operators = [...new Set(claims.map(({ operator }) => operator))]
  const applications = [...new Set(claims.map(({ application }) => application))]
  for (const { operator, application, relays } of claims)
    if (application === rich) forecast.see(named(`relays in the claim of ${operator} ${application}`), relays)
  const settlement = predictSettlement({
    ...rules.before,
    claims,
    revenueShares: new Map(
      await Promise.all(operators.map(async (operator) => [operator, await reads.revenueShares(operator, SERVICE, at)] as const)),
    ),
    applicationStakes: new Map(
      await Promise.all(applications.map(async (address) => [address, await reads.applicationStake(address, at)] as const)),
    ),
    pricing: { ...rules.price, targetHash },
    sourceOwner: scene.people.source.address,
    dao: scene.people.dao.address,
    validators: [{ address: scene.chain.validatorAddress, stakeUpokt: VALIDATOR_STAKE_UPOKT, commission: ratio(VALIDATOR_COMMISSION) }],
    modules: { application: module('application') },
  })
  for (const one of settlement.claims) {
    const of = (what: string): string => named(`${what} of ${one.claim.operator} ${one.claim.application}`)
    forecast.predict(of('claimed_upokt'), one.claimedUpokt)
    forecast.predict(of('num_estimated_compute_units'), one.estimatedComputeUnits)
    forecast.predict(of('num_estimated_relays'), one.estimatedRelays)
    forecast.predict(of('claim window'), `${heights.claimOpen} to ${heights.claimClose}`)
    forecast.predict(of('worth when claimed'), one.claimedUpokt)
    forecast.predict(of('proof_requirement_int'), one.proofRequirement)
    if (one.proofRequirement !== 0) forecast.predict(of('proof window'), `${heights.proofOpen} to ${heights.proofClose}`)
    forecast.predict(of('settled_upokt'), one.settledUpokt)
    forecast.predict(of('minted_upokt'), one.mintedUpokt)
    forecast.predict(of('overservicing_loss_upokt'), one.overservicingLossUpokt)
    forecast.predict(of('deflation_loss_upokt'), one.deflationLossUpokt)
    forecast.predict(of('payouts'), one.payouts.join(', '))
    if (one.overserviced) {
      forecast.predict(of('expected_burn'), one.overserviced.expectedBurnUpokt)
      forecast.predict(of('effective_burn'), one.overserviced.effectiveBurnUpokt)
    }
  }
  for (const [address, upokt] of settlement.applicationStakes) forecast.predict(named(`stake of ${address}`), upokt)
  const before = run.difficulties.at(-1)?.average ?? settlement.relays
  const average = nextRelaysAverage(before, settlement.relays)
  const next = targetHashFor(rules.targetNumRelays, average)
  run.difficulties.push({ from: nextSessionStart(heights.settle, rules.session), targetHash: next, average })
  forecast.predict(named('average of relays'), average)
  forecast.predict(named('target hash'), targetHashHex(next))
  return { settlement, held, supply }
}

/** What everybody holds after the settlement: said of all, and compared with all. Only the fees that senders chose are taken from the blocks between. */
async function seeBalances(
  { forecast, reads, rules }: Run,
  { claimClose, settle }: SessionHeights,
  { settlement, held, supply }: { settlement: PredictedSettlement; held: Map<string, bigint>; supply: bigint },
  named: (what: string) => string,
): Promise<void> {
  const expected = new Map(held)
  const give = (address: string, upokt: bigint): void => void expected.set(address, (expected.get(address) ?? 0n) + upokt)
  for (const [address, upokt] of settlement.changes) give(address, upokt)
  // Fees rest one block with their collector.
  give(module('distribution'), held.get(module('fee_collector')) ?? 0n)
  give(module('fee_collector'), -(held.get(module('fee_collector')) ?? 0n))
  for (let height = claimClose + 1; height <= settle; height += 1)
    for (const { payer, feeUpokt, proofs } of await reads.txs(height)) {
      const proofFees = BigInt(proofs) * rules.proofFeeUpokt
      give(payer, -feeUpokt - proofFees)
      give(module('proof'), proofFees)
      give(module(height === settle ? 'fee_collector' : 'distribution'), feeUpokt)
    }
  for (const [address, upokt] of expected) if (upokt !== 0n) forecast.predict(named(`balance of ${address}`), upokt)
  forecast.predict(named('supply'), supply + settlement.supplyChange)
  for (const [address, upokt] of await reads.balances(settle)) if (upokt !== 0n) forecast.see(named(`balance of ${address}`), upokt)
  forecast.see(named('supply'), await reads.supply(settle))
}

const coin = (value: unknown): string => String(value).replace(/upokt$/, '')

/** What the blocks after a session said of its claims, wherever they said it. */
function seeEvents(forecast: Forecast, blocks: readonly ChainBlock[], heights: SessionHeights, named: (what: string) => string): void {
  const settledAt = new Set<number>()
  const isOurs = ({ attributes }: ChainEvent): boolean => String(attributes['session_end_block_height']) === String(heights.end)
  const windowOf = (height: number, from: number, to: number): string =>
    height >= from && height <= to ? `${from} to ${to}` : `at ${height}`
  for (const block of blocks) {
    for (const { attributes, type } of block.txs.flatMap(({ events }) => events).filter(isOurs)) {
      const who = `${String(attributes['supplier_operator_address'])} ${String(attributes['application_address'])}`
      if (type === 'pocket.proof.EventClaimCreated') {
        forecast.see(named(`claim window of ${who}`), windowOf(block.height, heights.claimOpen, heights.claimClose))
        forecast.see(named(`worth when claimed of ${who}`), coin(attributes['claimed_upokt']))
      }
      if (type === 'pocket.proof.EventProofSubmitted')
        forecast.see(named(`proof window of ${who}`), windowOf(block.height, heights.proofOpen, heights.proofClose))
    }
    for (const event of block.blockEvents) {
      const { attributes, type } = event
      if (type === 'pocket.service.EventRelayMiningDifficultyUpdated' && block.height === heights.settle) {
        forecast.see(named('average of relays'), String(attributes['new_num_relays_ema']))
        forecast.see(named('target hash'), String(attributes['new_target_hash_hex_encoded']))
      }
      if (!isOurs(event)) continue
      if (type === 'pocket.tokenomics.EventApplicationOverserviced') {
        const who = `${String(attributes['supplier_operator_addr'])} ${String(attributes['application_addr'])}`
        for (const what of ['expected_burn', 'effective_burn']) forecast.see(named(`${what} of ${who}`), coin(attributes[what]))
      }
      if (type !== 'pocket.tokenomics.EventClaimSettled') continue
      settledAt.add(block.height)
      const who = `${String(attributes['supplier_operator_address'])} ${String(attributes['application_address'])}`
      for (const what of SETTLED_FIELDS) forecast.see(named(`${what} of ${who}`), coin(attributes[what]))
      const details = attributes['reward_distribution_detailed'] as { recipient_address: string; op_reason: string; amount: string }[]
      const payouts = (details ?? []).map(({ recipient_address: to, op_reason: why, amount }) => `${why} ${to} ${coin(amount)}`)
      forecast.see(named(`payouts of ${who}`), payouts.sort().join(', '))
    }
  }
  forecast.see(named('settlement at'), [...settledAt].join(' and '))
}

const SETTLED_FIELDS = [
  'claimed_upokt',
  'num_estimated_compute_units',
  'num_estimated_relays',
  'proof_requirement_int',
  'settled_upokt',
  'minted_upokt',
  'overservicing_loss_upokt',
  'deflation_loss_upokt',
]

/** One asks for all who wait. */
function headWatch(scene: Scene): { reached: Run['reached']; stop: () => void } {
  const seen = { head: 0, isOver: false }
  const look = async (): Promise<void> => {
    seen.head = await scene.chain.height().catch(() => seen.head)
    if (!seen.isOver) setTimeout(() => void look(), LOOK_MS)
  }
  void look()
  return {
    async reached(height) {
      const end = Date.now() + PATIENCE_MS
      while (seen.head < height) {
        if (seen.isOver || Date.now() > end) throw new Error(`block ${height} did not come, the last one was ${seen.head}`)
        await sleep(LOOK_MS)
      }
    },
    stop: () => void (seen.isOver = true),
  }
}

/** Makes the chain, follows it and removes it. Throws where the scene could not be played. */
export async function runPredictions(log: (line: string) => void = () => undefined): Promise<Predictions> {
  const scene = await startScene(log)
  const watch = headWatch(scene)
  try {
    const reads = openReads(scene.chain)
    const now = await scene.chain.height()
    const rules = await readRules(reads, now)
    const forecast = openForecast()
    const run: Run = { scene, reads, forecast, rules, difficulties: [], log, reached: watch.reached }
    // New services count from the next session on, and the miner has to have seen its first block.
    const first = nextSessionStart(now, rules.session)
    const counted: Counted = { overserviced: 0, aboveBase: 0, withoutProof: 0, withProof: 0 }
    await Promise.all(
      Array.from({ length: SESSIONS }, (_, index) => followSession(run, first + index * rules.session.numBlocksPerSession, counted)),
    )
    const { predictions, wrong } = forecast.result()
    return {
      sessions: SESSIONS,
      predictions,
      wrong,
      overserviced: counted.overserviced,
      aboveBaseDifficulty: counted.aboveBase,
      withoutProof: counted.withoutProof,
      withProof: counted.withProof,
    }
  } finally {
    watch.stop()
    await scene.stop()
  }
}

if (import.meta.main) {
  const begun = Date.now()
  const log = (line: string): void => console.log(`${((Date.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${line}`)
  await prepareMachine({ log })
  const { wrong, ...found } = await runPredictions(log)
  for (const line of wrong) log(line)
  const figures = { ...found, predictionsWrong: { value: wrong.length, goal: 0 } }
  console.log(JSON.stringify({ bench: 'predictions', figures }))
  process.exitCode = wrong.length === 0 ? 0 : 1
}
