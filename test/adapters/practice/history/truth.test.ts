import { beforeAll, describe, expect, it } from 'vitest'
import { createLedger } from '#main/adapters/practice/chain/ledger.ts'
import { restoredState } from '#main/adapters/practice/chain/saved-state.ts'
import { MINER_FEE_UPOKT } from '#main/adapters/practice/history/count.ts'
import { createHistory, type History, type HistoryOptions } from '#main/adapters/practice/history/history.ts'
import { mainnetPastOptions } from '#main/adapters/practice/history/mainnet-past.ts'
import { makePlan, OUTCOME, type Decision } from '#main/adapters/practice/history/plan.ts'
import { practiceAddress } from '#main/adapters/practice/scenarios/practice-address.ts'
import type { Ledger, PracticeMessage, PracticeTx } from '#main/adapters/practice/parts.ts'
import type { ChainBlock } from '#main/core/ports/chain.ts'
import { sessionAt } from '#shared/model/session.ts'

/**
 * A week of past, made twice: counted in a moment, and block by block on the practised chain, whose own rules decide. Everything that happens once in three years happens in this
 * week, too. Only the plan (who claimed how much, what the network decided) is the same for both.
 */
const owner = practiceAddress('test/owner', 'practice')
const operator = practiceAddress('test/operator', 'practice')
const options: HistoryOptions = mainnetPastOptions({
  chainId: 'hearth-practice-1',
  addressPrefix: 'practice',
  seed: 'truth',
  owner,
  operator,
  years: 0.02,
  endMs: 1_795_000_000_000,
  endpointUrl: 'https://relay.example.org',
  ownerPercent: 90,
})
const { genesis, people, lastHeight } = options
const plan = makePlan({ ...options, blockMs: genesis.blockMs, params: genesis.params, services: genesis.services })

let history: History
let ledger: Ledger
const lived: ChainBlock[] = []
const balances: { owner: bigint; operator: bigint }[] = []

/** The hash of a transaction tells the two apart by nothing: it is taken over. */
function tx(height: number, index: number, feePayer: string, messages: PracticeMessage[]): PracticeTx {
  const counted = history.block(height).txs[index]
  const count = BigInt(messages.length)
  return {
    hash: counted?.hash ?? 'missing',
    messages,
    feePayer,
    feeUpokt: MINER_FEE_UPOKT,
    gasWanted: 300_000n * count,
    gasUsed: 152_000n * count,
    pubKeyHex: undefined,
    unordered: true,
  }
}

function claimsOf(session: number): number[] {
  return Array.from(
    { length: (plan.firstClaim[session + 1] ?? 0) - (plan.firstClaim[session] ?? 0) },
    (_, at) => (plan.firstClaim[session] ?? 0) + at,
  )
}

function minerMessages(height: number): { claims: PracticeMessage[]; proofs: PracticeMessage[] } {
  const found: { claims: PracticeMessage[]; proofs: PracticeMessage[] } = { claims: [], proofs: [] }
  for (let back = 1; back <= 3; back += 1) {
    const { start, number, claimOpen, proofOpen } = sessionAt(Math.max(1, height - back * 20), genesis.params)
    if (number > plan.sessions) continue
    for (const claim of claimsOf(number)) {
      const service = plan.service[claim] ?? 0
      const serviceId = genesis.services[service]?.id ?? ''
      const session = (): ReturnType<Ledger['session']> => ledger.session(people.applications[service] ?? '', serviceId, start)
      if (height === claimOpen + 1) {
        const relays = BigInt(plan.relays[claim] ?? 0)
        const computeUnits = relays * (ledger.computeUnitsPerRelay(serviceId, start) ?? 0n)
        found.claims.push({ kind: 'create-claim', operatorAddress: operator, session: session(), relays, computeUnits, rootHex: 'aa' })
      }
      if (height === proofOpen + 1 && plan.outcome[claim] !== OUTCOME.proofMissing)
        found.proofs.push({
          kind: 'submit-proof',
          operatorAddress: operator,
          session: session(),
          valid: plan.outcome[claim] === OUTCOME.paid,
        })
    }
  }
  return found
}

function decided(decision: Decision): [string, PracticeMessage] {
  if (decision.kind === 'pay') {
    const authority = governor
    return [people.serviceOwner, { kind: 'update-params', authority, params: { computeUnitsToTokensMultiplier: decision.multiplier } }]
  }
  const service = genesis.services[decision.service]
  const address = people.applications[decision.service]
  if (!service || address === undefined) throw new Error('no service')
  if (decision.kind === 'price')
    return [
      people.serviceOwner,
      {
        kind: 'add-service',
        ownerAddress: people.serviceOwner,
        id: service.id,
        name: service.name,
        computeUnitsPerRelay: decision.computeUnitsPerRelay,
      },
    ]
  const stakeUpokt = (ledger.application(address)?.stakeUpokt ?? 0n) + decision.addUpokt
  return [address, { kind: 'stake-application', address, stakeUpokt, serviceIds: [service.id] }]
}

function beginning(height: number): PracticeTx[] {
  const stake = { kind: 'stake-supplier' as const, ownerAddress: owner, operatorAddress: operator }
  if (height === 2) {
    return [
      tx(2, 0, owner, [{ ...stake, signer: owner, stakeUpokt: options.stakeUpokt, services: [] }]),
      ...people.applications.map((address, index) =>
        tx(2, index + 1, address, [
          {
            kind: 'stake-application',
            address,
            stakeUpokt: options.applicationStakeUpokt,
            serviceIds: [genesis.services[index]?.id ?? ''],
          },
        ]),
      ),
    ]
  }
  const revShare = [
    { address: owner, percent: 90 },
    { address: operator, percent: 10 },
  ]
  const services = genesis.services.map(({ id }) => ({
    serviceId: id,
    endpoints: [{ url: options.endpointUrl, rpcType: 'JSON_RPC' as const }],
    revShare,
  }))
  return height === 3 ? [tx(3, 0, operator, [{ ...stake, signer: operator, stakeUpokt: undefined, services }])] : []
}

let governor = ''

beforeAll(() => {
  history = createHistory(options)
  governor = [...restoredState(history.endLedger()).state.accounts.map].find(([, account]) => account.module === 'gov')?.[0] ?? ''
  ledger = createLedger(genesis, { keepBlocks: 0 })
  for (let height = 1; height <= lastHeight; height += 1) {
    const { claims, proofs } = minerMessages(height)
    const decision = plan.decisions.find((each) => each.height === height)
    const [payer, message] = decision ? decided(decision) : ['', undefined]
    const groups: [string, PracticeMessage[]][] = [
      [operator, claims],
      [operator, proofs],
      [payer, message ? [message] : []],
    ]
    const txs = [
      ...beginning(height),
      ...groups.filter(([, messages]) => messages.length > 0).map(([from, messages], index) => tx(height, index, from, messages)),
    ]
    lived.push(ledger.deliver({ timeMs: genesis.genesisTimeMs + (height - 1) * genesis.blockMs, txs }))
    balances.push({ owner: ledger.balance(owner), operator: ledger.balance(operator) })
  }
}, 120_000)

const text = (block: ChainBlock): string => JSON.stringify(block, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
const eventTypes = (): string[] =>
  lived.flatMap((block) => [...block.txs.flatMap((each) => each.events), ...block.blockEvents]).map(({ type }) => type)

describe('a counted past', () => {
  it('holds everything that happens once in three years', () => {
    expect(lived.flatMap((block) => block.txs).filter((each) => each.code !== 0)).toEqual([])
    const types = eventTypes()
    const times = (type: string): number => types.filter((each) => each === type).length
    expect(times('pocket.tokenomics.EventClaimSettled')).toBeGreaterThan(60)
    expect(times('pocket.tokenomics.EventClaimExpired')).toBe(4)
    expect(times('pocket.tokenomics.EventSupplierSlashed')).toBe(4)
    expect(times('pocket.application.EventApplicationStaked')).toBeGreaterThan(3)
    expect(plan.decisions.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['pay', 'price', 'top-up']))
  })

  it('is, block by block, what the chain made', () => {
    const different = lived.filter((block) => text(block) !== text(history.block(block.height))).map((block) => block.height)
    expect(different).toEqual([])
    if (different[0] !== undefined) expect(history.block(different[0])).toEqual(lived[different[0] - 1])
  })

  it('has, at every height, the balances of the chain, to the upokt', () => {
    const different = balances.flatMap(({ owner: o, operator: p }, index) => {
      const height = index + 1
      return history.balance(owner, height) === o && history.balance(operator, height) === p ? [] : [height]
    })
    expect(different).toEqual([])
  })

  it('tells every height that names one of ours', () => {
    const naming = lived.filter((block) => text(block).includes(owner) || text(block).includes(operator)).map((block) => block.height)
    const told = new Set(history.heightsOf([owner], 1, lastHeight))
    expect(naming.filter((height) => !told.has(height))).toEqual([])
    expect(told.size).toBeLessThan(naming.length + 25)
    expect(history.heightsOf([owner], 500, 700)).toEqual([...told].filter((height) => height >= 500 && height <= 700))
    expect(history.heightsOf(['somebody'], 1, lastHeight)).toEqual([])
  })

  it('ends in the state in which the chain ended', () => {
    const counted = restoredState(history.endLedger()).state
    const real = restoredState(ledger.save()).state
    for (const table of [
      'accounts',
      'balances',
      'counters',
      'suppliers',
      'unbonding',
      'applications',
      'services',
      'relayCosts',
      'difficulties',
      'claims',
    ] as const) {
      expect(sorted(counted[table].map), table).toEqual(sorted(real[table].map))
    }
    expect(counted.live).toEqual(real.live)
    expect(counted.paramsHistory).toEqual(real.paramsHistory)
    expect([counted.height, counted.timeMs]).toEqual([real.height, real.timeMs])
  })

  it('is the same again, in whatever order its blocks are asked for', () => {
    const again = createHistory(options)
    const heights = [lastHeight, 21, 3_000, 2_999, 1, lastHeight - 27, 3_000]
    for (const height of heights) expect(text(again.block(height)), String(height)).toBe(text(lived[height - 1] as ChainBlock))
  })

  it.each([0, -1, 1.5, lastHeight + 1, Number.NaN])('has no block %s', (height) => {
    expect(() => history.block(height)).toThrow('no block')
  })
})

const sorted = (map: ReadonlyMap<string, unknown>): unknown => [...map].sort(([a], [b]) => (a < b ? -1 : 1))
