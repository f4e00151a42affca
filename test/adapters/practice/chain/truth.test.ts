import { describe, expect, it } from 'vitest'
import { restoreLedger } from '#main/adapters/practice/chain/ledger.ts'
import type { Ledger, PracticeTx } from '#main/adapters/practice/parts.ts'
import type { PendingClaim, SupplierRecord } from '#main/core/ports/chain.ts'
import { claimedSessionIds, differences, DIFFERENCES, replay, type ReplayOptions } from '#test/replay/replay.ts'
import { recording, type Recording } from './recordings.ts'

/**
 * The truth test: runs of the real chain, recorded block by block, are fed to the ledger message by message. Every event of every recorded block must come out again, in
 * order, and every recorded balance, to the upokt. `default` and `overserviced` were recorded with gaps: what the ledger is given for them stands here by name.
 */

/** The second application of `overserviced` staked between recorded blocks; amount and fee follow from its balance of block 49 and its stake at 110. */
const OVERSERVICED_GAP: PracticeTx = {
  hash: '00',
  messages: [
    { kind: 'stake-application', address: 'pokt1d9fv579szva8jlcj4zepual8fh233v5j3m3uu3', stakeUpokt: 4_200_000n, serviceIds: ['eth'] },
  ],
  feePayer: 'pokt1d9fv579szva8jlcj4zepual8fh233v5j3m3uu3',
  feeUpokt: 112n,
  gasWanted: 0n,
  gasUsed: 90_000n,
  pubKeyHex: undefined,
}

function run(recorded: Recording, options: ReplayOptions = {}): ReturnType<typeof replay> {
  return replay(recorded.genesis, recorded.blocks, { sessionIds: claimedSessionIds(recorded.blocks), ...options })
}

function checkBalances(recorded: Recording, ledger: Ledger): void {
  for (const { account, address, height, upokt } of recorded.balances)
    expect(ledger.balance(address, height), `${account} at ${height}`).toBe(upokt)
}

describe.each([
  { name: 'default' as const, blocks: 27, events: 500, balances: 56, added: new Map<number, PracticeTx[]>() },
  { name: 'mainnet-like' as const, blocks: 10, events: 250, balances: 24, added: new Map<number, PracticeTx[]>() },
  { name: 'overserviced' as const, blocks: 11, events: 300, balances: 32, added: new Map([[13, [OVERSERVICED_GAP]]]) },
])('the recorded run "$name"', ({ name, blocks, events, balances, added }) => {
  const recorded = recording(name)
  const { ledger, lines, blocksCompared, eventsCompared } = run(recorded, { added })

  it('gives the same events, in the same order', () => {
    expect(lines).toEqual([])
    expect(blocksCompared).toBe(blocks)
    expect(eventsCompared).toBeGreaterThan(events)
  })

  it('gives the same balances, to the upokt', () => {
    expect(recorded.balances).toHaveLength(balances)
    checkBalances(recorded, ledger)
  })
})

describe('what the chain answers about "default"', () => {
  const recorded = recording('default')
  interface Seen {
    op1: SupplierRecord | undefined
    op2: SupplierRecord | undefined
    claims: PendingClaim[]
  }
  const op1 = 'pokt1kxgkr39ru422ztrjx9wm3ne0znlzkl369hl70j'
  const op2 = 'pokt1kj5erg5qz7ug7047r3jgwkfk2ds8l69wftgmmm'
  const seen = new Map<number, Seen>()
  const { ledger } = run(recorded, {
    after: (height, now) => void seen.set(height, { op1: now.supplier(op1), op2: now.supplier(op2), claims: now.pendingClaims(op1) }),
  })
  interface Answer {
    supplier?: {
      owner_address: string
      operator_address: string
      stake: { amount: string }
      services: {
        service_id: string
        endpoints: { url: string; rpc_type: string }[]
        rev_share: { address: string; rev_share_percentage: string }[]
      }[]
      unstake_session_end_height: string
    }
  }
  const recordOf = ({ supplier }: Answer): Omit<SupplierRecord, 'pending'> | undefined =>
    supplier && {
      ownerAddress: supplier.owner_address,
      operatorAddress: supplier.operator_address,
      stakeUpokt: BigInt(supplier.stake.amount),
      services: supplier.services.map((service) => ({
        serviceId: service.service_id,
        endpoints: service.endpoints.map(({ url, rpc_type: rpcType }) => ({ url, rpcType })),
        revShare: service.rev_share.map(({ address, rev_share_percentage: percent }) => ({ address, percent: Number(percent) })),
      })),
      unstakeSessionEndHeight: Number(supplier.unstake_session_end_height),
    }

  it.each(['op1', 'op2'] as const)('knows %s as the chain did, at every height that was asked about', (name) => {
    for (const height of [63, 100, 295, 305, 334]) {
      const answer = recordOf(recorded.rest(`supplier-${name}-at-${height}`) as Answer)
      const record = seen.get(height)?.[name]
      if (answer === undefined) expect(record, `${name} at ${height}`).toBeUndefined()
      else expect(record, `${name} at ${height}`).toMatchObject(answer)
    }
    expect(seen.get(63)?.op1?.pending.map(({ activationHeight }) => activationHeight)).toEqual([71])
  })

  it('knows the claim that waits at 294, and the numbers of accounts', () => {
    const { claims } = recorded.rest('claims-pending-at-294') as { claims: { session_header: { session_id: string } }[] }
    expect(seen.get(294)?.claims).toMatchObject([
      { sessionId: claims[0]?.session_header.session_id, computeUnits: 700n, relays: 7n, sessionEndHeight: 290, proofStatus: 'pending' },
    ])
    for (const name of ['account-no-pubkey', 'account-with-pubkey']) {
      const { account } = recorded.rest(name) as { account: { address: string; account_number: string; pub_key: { key: string } | null } }
      const key = account.pub_key === null ? undefined : Buffer.from(account.pub_key.key, 'base64').toString('hex')
      expect(ledger.account(account.address), name).toMatchObject({ accountNumber: BigInt(account.account_number), pubKeyHex: key })
    }
  })

  it('is the same again after being saved and restored in the middle', () => {
    const half = new Map([...recorded.blocks].filter(([height]) => height <= 295))
    const first = replay(recorded.genesis, half, { sessionIds: claimedSessionIds(recorded.blocks) }).ledger
    const second = restoreLedger(first.save())
    expect(second.save()).toBe(first.save())
    for (let height = 296; height <= 436; height += 1) {
      const block = recorded.blocks.get(height)
      const made = second.deliver({
        timeMs: block?.block.timeMs ?? second.timeMs,
        ...(block ? { hash: block.block.hash } : {}),
        txs: block?.txs ?? [],
      })
      if (block) expect(differences(block.block, made)).toEqual([])
    }
    checkBalances(recorded, second)
    expect(second.height).toBe(ledger.height)
  })
})

describe('the comparison itself', () => {
  it('sees one upokt, one event too few, and another order', () => {
    const recorded = recording('default')
    const block = recorded.blocks.get(100)?.block
    if (!block) throw new Error('no block 100')
    const { genesis } = recorded
    const dearer = {
      ...genesis,
      params: { ...genesis.params, computeUnitsToTokensMultiplier: genesis.params.computeUnitsToTokensMultiplier + 1_000n },
    }
    expect(replay(dearer, recorded.blocks, { sessionIds: claimedSessionIds(recorded.blocks) }).lines).not.toEqual([])
    const fewer = { ...block, blockEvents: block.blockEvents.slice(0, -1) }
    expect(differences(block, fewer)).toHaveLength(2)
    const [first, second, ...rest] = block.blockEvents
    if (!first || !second) throw new Error('no events')
    expect(differences(block, { ...block, blockEvents: [second, first, ...rest] })).toHaveLength(4)
  })
  it('lets one thing pass, and it has a name', () => {
    expect(DIFFERENCES).toEqual(['proof-checks-order'])
  })
})
