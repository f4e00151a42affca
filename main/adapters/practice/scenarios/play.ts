import { createHash } from 'node:crypto'
import type { SessionInfo, UpgradePlan } from '#main/core/ports/chain.ts'
import { HearthError } from '#shared/api/errors.ts'
import { sessionAt } from '#shared/model/session.ts'
import { moduleAddress } from '../chain/addresses.ts'
import { createLedger, restoreLedger } from '../chain/ledger.ts'
import type { History } from '../history/history.ts'
import { createMainnetPast, type PastOptions } from '../history/mainnet-past.ts'
import { withPast } from '../history/with-past.ts'
import type { InsideTx } from '../node/chain-node.ts'
import type { Ledger, PracticeGenesis, PracticeMessage, PracticeTx } from '../parts.ts'
import { practiceAddress } from './practice-address.ts'
import type { Effect, PracticeStart, Scenario, ScenarioWorld, StakeOptions, Work } from './world.ts'

/** What a world is made of before a scenario bends it. */
export interface ScenarioInput {
  /** With everybody's accounts but the user's, who is given what the scenario says. */
  genesis: PracticeGenesis
  /** Everybody's way onto the chain; all in the second block. */
  opening: readonly InsideTx[]
  /** Whose relays gateways send. */
  applications: readonly { address: string; serviceId: string }[]
  keys: { owner: string | undefined; operator: string | undefined }
  /** Services that the user has a backend for. */
  servedHere: readonly string[]
  /** Where the relay miner of Practice answers. */
  endpointUrl: string
  keepBlocks?: number
  /** UTC ms at which a world with years of past ends. */
  nowMs: number
}

/** Money for one whole stake and a good deal of learning. */
const OWNER_SPARE_UPOKT = 1_000_000_000n
const OPERATOR_UPOKT = 10_000_000n
/** A missed proof must not send away who does not want to practise that. */
const STAKE_MARGIN_UPOKT = 5_000_000n
/** Gas of a message of the miner, and the fee for a few of them at any price. */
const GAS = 300_000n

/**
 * Plays a scenario up to the moment in which the user comes in. Pure but for the memory it takes: the same input gives the same world.
 * @throws HearthError `key-unknown` when it needs keys that are not there; a plain error when the chain refuses what the scenario does
 */
export function playScenario(scenario: Pick<Scenario, 'needsKeys' | 'build'>, input: ScenarioInput): PracticeStart {
  const world = createScenarioWorld(input)
  if (scenario.needsKeys) world.keys()
  scenario.build(world)
  return world.finish()
}

interface Session {
  info: SessionInfo
  operators: string[]
  work: Work
}

export function createScenarioWorld(input: ScenarioInput): ScenarioWorld & { finish(): PracticeStart } {
  let { genesis } = input
  let made: Ledger | undefined
  let history: History | undefined
  let pastOptions: PastOptions | undefined
  let upgrade: UpgradePlan | undefined
  let ownServices: string[] = []
  const applications = [...input.applications]
  const openings = [...input.opening]
  const effects: Effect[] = []
  const later: PracticeStart['later'] = []
  const waiting = new Map<number, PracticeTx[]>()

  const keys = (): { owner: string; operator: string } => {
    const { owner, operator } = input.keys
    if (owner === undefined || operator === undefined)
      throw new HearthError('key-unknown', { role: owner === undefined ? 'owner' : 'operator' })
    return { owner, operator }
  }
  const ledger = (): Ledger => {
    made ??= begin()
    return made
  }
  const begin = (): Ledger => {
    const fresh = createLedger(genesis, input.keepBlocks === undefined ? {} : { keepBlocks: input.keepBlocks })
    made = fresh
    step()
    const refused = step(openings.map((tx) => practiceTx(tx))).find(({ code }) => code !== 0)
    if (refused) throw new Error(`the practised network does not begin: ${refused.log}`)
    return fresh
  }
  let count = 0
  const practiceTx = ({ messages, feePayer, feeUpokt, pubKeyHex }: InsideTx): PracticeTx => {
    count += 1
    const gas = GAS * BigInt(messages.length)
    return {
      hash: createHash('sha256').update(`${genesis.chainId}/${genesis.genesisTimeMs}/scenario/${count}`).digest('hex').toUpperCase(),
      messages,
      feePayer,
      feeUpokt: feeUpokt ?? 1n,
      gasWanted: gas,
      gasUsed: gas / 2n,
      pubKeyHex,
      unordered: true,
    }
  }
  /** One block, with what waits for it. */
  const step = (txs: PracticeTx[] = []): { code: number; log: string }[] => {
    const chain = ledger()
    const height = chain.height + 1
    const timeMs = chain.height === 0 ? genesis.genesisTimeMs : chain.timeMs + genesis.blockMs
    const due = waiting.get(height) ?? []
    waiting.delete(height)
    const { validators } = genesis
    const proposer = validators[height % validators.length]?.address
    const block = chain.deliver({ timeMs, txs: [...txs, ...due], ...(proposer === undefined ? {} : { proposer }) })
    return block.txs.slice(0, txs.length)
  }
  const act = (payer: string, ...messages: PracticeMessage[]): void => {
    const [done] = step([practiceTx({ messages, feePayer: payer })])
    if (done?.code !== 0) throw new Error(`the chain refuses what the scenario does: ${done?.log ?? ''}`)
  }
  const wait = (height: number, tx: InsideTx): void => void waiting.set(height, [...(waiting.get(height) ?? []), practiceTx(tx)])

  /** Whatever is decided about a session is decided at its end: claims and proofs go out in the block after their window opens. */
  const planSession = (work: Work): void => {
    const chain = ledger()
    const { end, claimOpen, proofOpen } = sessionAt(chain.height, chain.params())
    const found = applications.flatMap(({ address, serviceId }): Session[] => {
      if (work.application !== undefined && work.application !== address) return []
      if (work.relays === 0 || work.proofs === 'no-claim' || !ownServices.includes(serviceId)) return []
      const info = chain.session(address, serviceId, end <= chain.height ? end : chain.height)
      const { operator } = keys()
      const rivals = info.suppliers.filter((other) => other !== operator).slice(0, work.rivals ?? 0)
      const operators = [...(info.suppliers.includes(operator) ? [operator] : []), ...rivals]
      return operators.length === 0 ? [] : [{ info, operators, work }]
    })
    const byOperator = new Map<string, Session[]>()
    for (const each of found) for (const operator of each.operators) byOperator.set(operator, [...(byOperator.get(operator) ?? []), each])
    for (const [operator, own] of byOperator) {
      const claims = own.map(({ info }): PracticeMessage => {
        const relays = BigInt(work.relays)
        const computeUnits = relays * (chain.computeUnitsPerRelay(info.serviceId, info.startHeight) ?? 0n)
        return { kind: 'create-claim', operatorAddress: operator, session: info, relays, computeUnits, rootHex: info.sessionId }
      })
      wait(claimOpen + 1, { messages: claims, feePayer: operator })
      const isUser = operator === input.keys.operator
      if (isUser && work.proofs === 'missing') continue
      const valid = !(isUser && work.proofs === 'wrong')
      const proofs = own.map(({ info }): PracticeMessage => ({ kind: 'submit-proof', operatorAddress: operator, session: info, valid }))
      wait(proofOpen + 1, { messages: proofs, feePayer: operator })
    }
  }

  /** The operator says which services it serves from the next session on. */
  const serve = (services: readonly string[], options: StakeOptions): void => {
    const { owner, operator } = keys()
    ownServices = [...services]
    const ownerPercent = options.ownerPercent ?? 100
    const revShare = [
      { address: owner, percent: ownerPercent },
      { address: operator, percent: 100 - ownerPercent },
    ].filter(({ percent }) => percent > 0)
    const endpoints = [{ url: options.endpointUrl ?? input.endpointUrl, rpcType: 'JSON_RPC' as const }]
    act(operator, {
      kind: 'stake-supplier',
      ownerAddress: owner,
      operatorAddress: operator,
      signer: operator,
      stakeUpokt: undefined,
      services: ownServices.map((serviceId) => ({ serviceId, endpoints, revShare })),
    })
  }

  const stake = (options: StakeOptions = {}): void => {
    const { owner, operator } = keys()
    const minimum = genesis.params.supplierMinStakeUpokt
    const stakeUpokt = options.stakeUpokt ?? minimum + STAKE_MARGIN_UPOKT
    if (made === undefined) {
      const users = [
        { address: owner, upokt: stakeUpokt + OWNER_SPARE_UPOKT },
        { address: operator, upokt: options.operatorUpokt ?? OPERATOR_UPOKT },
      ]
      const others = genesis.accounts.filter(({ address }) => address !== owner && address !== operator)
      genesis = { ...genesis, accounts: [...others, ...users] }
    }
    const chain = ledger()
    act(owner, { kind: 'stake-supplier', ownerAddress: owner, operatorAddress: operator, signer: owner, stakeUpokt, services: [] })
    serve(options.services ?? input.servedHere, options)
    while (chain.supplier(operator)?.services.length === 0) step()
  }

  return {
    keys,
    get ledger() {
      return ledger()
    },
    servedHere: () => input.servedHere,
    services: () => (made ?? { services: () => genesis.services }).services(),
    minimumStake: () => genesis.params.supplierMinStakeUpokt,
    changeGenesis(change) {
      if (made) throw new Error('the first block is made')
      genesis = change(genesis)
    },
    stake,
    sessions(times, work) {
      const chain = ledger()
      for (let done = 0; done < times; done += 1) {
        const { end } = sessionAt(chain.height + 1, chain.params())
        while (chain.height < end) step()
        planSession(work)
      }
    },
    blocks(times) {
      for (let done = 0; done < times; done += 1) step()
    },
    act,
    later(inBlocks, payer, ...messages) {
      later.push({ height: ledger().height + inBlocks, tx: { messages, feePayer: payer } })
    },
    addApplication(serviceId, stakeUpokt) {
      if (made) throw new Error('the first block is made')
      const address = practiceAddress(`application/${applications.length}`, genesis.addressPrefix)
      genesis = { ...genesis, accounts: [...genesis.accounts, { address, upokt: stakeUpokt * 100n }] }
      openings.push({ messages: [{ kind: 'stake-application', address, stakeUpokt, serviceIds: [serviceId] }], feePayer: address })
      applications.push({ address, serviceId })
      return address
    },
    payer: () => genesis.accounts.reduce((best, each) => (each.upokt > best.upokt ? each : best), { address: '', upokt: -1n }).address,
    government: () => moduleAddress('gov', genesis.addressPrefix),
    upgrade(name, inBlocks) {
      upgrade = { name, height: ledger().height + inBlocks }
    },
    effect: (effect) => void effects.push(effect),
    past(years, options = {}) {
      if (made) throw new Error('the first block is made')
      const { owner, operator } = keys()
      pastOptions = {
        chainId: genesis.chainId,
        addressPrefix: genesis.addressPrefix,
        seed: `${genesis.chainId}/past`,
        owner,
        operator,
        years,
        endMs: input.nowMs,
        endpointUrl: input.endpointUrl,
        accounts: genesis.accounts,
        ...options,
      }
      history = createMainnetPast(pastOptions)
      made = withPast(restoreLedger(history.endLedger(input.keepBlocks)), history)
      genesis = made.genesis
      serve(input.servedHere, {})
    },
    finish() {
      // What waits for blocks that the user will see still has to be sent.
      for (const [height, txs] of waiting)
        for (const { messages, feePayer, feeUpokt } of txs) later.push({ height, tx: { messages, feePayer, feeUpokt } })
      const sorted = later.sort((a, b) => a.height - b.height)
      return { ledger: ledger(), history, past: pastOptions, upgrade, later: sorted, effects }
    },
  }
}
