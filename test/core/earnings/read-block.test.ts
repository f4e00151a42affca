import { describe, expect, test } from 'vitest'
import { readBlock } from '#main/core/earnings/read-block.ts'
import type { ChainBlock } from '#main/core/ports/chain.ts'
import type { BlockRows, MovementRow } from '#main/core/ports/store.ts'
import {
  addressOf,
  emptyBlock,
  recordedBalances,
  recordedBlock,
  recordedChain,
  recordedHeights,
  type RecordedName,
} from './recorded-chain.ts'

const NAMES: RecordedName[] = ['default', 'mainnet-like', 'overserviced']
const accounts = (name: RecordedName): Map<string, string> => new Map(recordedBalances(name).map((row) => [row.account, row.address]))
const read = (name: RecordedName, height: number, ...names: string[]): BlockRows =>
  readBlock('local', recordedBlock(name, height), new Set(names.map((account) => addressOf(name, account))))
const sum = (rows: MovementRow[]): bigint => rows.reduce((total, row) => total + row.deltaUpokt, 0n)

describe('against the real bank', () => {
  test.each(NAMES)('%s: the rows of all recorded blocks add up to every recorded balance, to the upokt', (name) => {
    const watched = new Set(accounts(name).values())
    const rows = recordedHeights(name).flatMap((height) => readBlock('local', recordedBlock(name, height), watched).movements)
    for (const [account, address] of accounts(name)) {
      const balances = recordedBalances(name).filter((row) => row.address === address)
      const [first] = balances
      expect(balances.length).toBeGreaterThan(1)
      const openingUpokt =
        BigInt(first?.upokt ?? '') - sum(rows.filter((row) => row.address === address && row.height <= (first?.height ?? 0)))
      // The stake of the second application was not recorded; everything else starts at nothing or at its genesis amount.
      if (account !== 'faucet' && account !== 'validator' && account !== 'app2') expect([account, openingUpokt]).toEqual([account, 0n])
      for (const { height, upokt } of balances) {
        const counted = openingUpokt + sum(rows.filter((row) => row.address === address && row.height <= height))
        expect([account, height, counted]).toEqual([account, height, BigInt(upokt)])
      }
    }
  })

  test('the bank of the recordings is the real one', async () => {
    for (const name of NAMES) {
      const { chain } = recordedChain(name)
      for (const row of recordedBalances(name).filter((candidate) =>
        ['owner', 'friend', 'op1', 'op2', 'op3', 'app'].includes(candidate.account),
      )) {
        expect([row.account, row.height, await chain.balance(row.address, row.height)]).toEqual([
          row.account,
          row.height,
          BigInt(row.upokt),
        ])
      }
    }
  })

  test('blocks 93, 97 and 100: claim, proof, and the payout as the balances changed', () => {
    const owner = addressOf('default', 'owner')
    const friend = addressOf('default', 'friend')
    const operator = addressOf('default', 'op1')
    const identity = {
      network: 'local',
      operatorAddress: operator,
      applicationAddress: addressOf('default', 'app'),
      serviceId: 'anvil',
      sessionEndHeight: 90,
    }

    const claimed = read('default', 93, 'owner', 'op1')
    expect(claimed.claims).toEqual([
      {
        ...identity,
        stage: 'claimed',
        relays: 20n,
        claimedComputeUnits: 2000n,
        estimatedComputeUnits: 2000n,
        claimedUpokt: 84_000n,
        claimHeight: 93,
        claimTxHash: recordedBlock('default', 93).txs[0]?.hash,
      },
    ])
    expect(claimed.movements).toMatchObject([{ address: operator, deltaUpokt: -223n, kind: 'fee', position: 'tx:0:0' }])

    const proven = read('default', 97, 'owner', 'op1')
    expect(proven.claims).toMatchObject([
      { ...identity, stage: 'proven', proofHeight: 97, proofTxHash: recordedBlock('default', 97).txs[0]?.hash },
    ])
    expect(proven.movements.map((row) => [row.address, row.deltaUpokt, row.kind])).toEqual([
      [operator, -514n, 'fee'],
      [operator, -1000n, 'proof-fee'],
    ])

    const settled = read('default', 100, 'owner', 'op1')
    expect(settled.claims).toEqual([
      {
        ...identity,
        stage: 'settled',
        sessionId: '0d29bd2316bd2c73795f46a899830dc920f79b6f0f15202904c98e7bd72b8320',
        relays: 20n,
        claimedComputeUnits: 2000n,
        estimatedComputeUnits: 2000n,
        claimedUpokt: 84_000n,
        settledUpokt: 84_000n,
        mintedUpokt: 84_000n,
        overservicingLossUpokt: 0n,
        deflationLossUpokt: 0n,
        settledHeight: 100,
        settledAtMs: recordedBlock('default', 100).timeMs,
        proofRequirement: 'probabilistic',
      },
    ])
    expect(sum(settled.movements.filter((row) => row.address === owner))).toBe(140_490_045_106n - 140_489_999_830n)
    expect(sum(settled.movements.filter((row) => row.address === friend))).toBe(19_404n)
    expect(settled.movements.filter((row) => row.address === operator)).toEqual([])
    expect(settled.movements.every((row) => row.kind === 'reward' && row.claim?.sessionEndHeight === 90)).toBe(true)
  })
})

describe('claims that were lost or paid less', () => {
  test('block 300: two proofs missing, expired and slashed', () => {
    const { claims, movements } = read('default', 300, 'owner', 'op1', 'op2')
    expect(
      claims.map((claim) => [
        claim.operatorAddress,
        claim.stage,
        claim.reason,
        claim.slashedUpokt,
        claim.claimedUpokt,
        claim.settledHeight,
      ]),
    ).toEqual([
      [addressOf('default', 'op2'), 'expired', 'PROOF_MISSING', 1_000_000n, 37_800n, 300],
      [addressOf('default', 'op1'), 'expired', 'PROOF_MISSING', 1_000_000n, 29_400n, 300],
    ])
    // The penalty is taken from the stake, which is no balance of anyone.
    expect(movements).toEqual([])
  })

  test('block 310: the stake comes back to the owner', () => {
    expect(read('default', 310, 'owner').movements).toMatchObject([
      { address: addressOf('default', 'owner'), deltaUpokt: 59_509_000_000n, kind: 'unstake' },
    ])
  })

  test('block 390: one settled, one discarded with its error, and a stake returned in the same block', () => {
    const { claims, movements } = read('default', 390, 'owner', 'op1', 'op2')
    expect(claims.map((claim) => [claim.operatorAddress, claim.stage])).toEqual([
      [addressOf('default', 'op2'), 'settled'],
      [addressOf('default', 'op1'), 'discarded'],
    ])
    expect(claims[1]?.reason).toMatch(/^\[UNEXPECTED ERROR\] Critical error/)
    expect(claims[1]?.reason?.length).toBeLessThanOrEqual(600)
    expect(movements.map((row) => [row.kind, row.deltaUpokt])).toEqual([
      ['reward', 14_700n],
      ['reward', 1_470n],
      ['unstake', 59_510_000_000n],
    ])
  })

  test('overserviced 110: the loss and its cause stand on the claim', () => {
    const { claims } = read('overserviced', 110, 'op1', 'op3')
    const lost = claims.find((claim) => claim.claimedUpokt === 525_000n)
    expect(lost).toMatchObject({
      stage: 'settled',
      settledUpokt: 491_590n,
      overservicingLossUpokt: 33_410n,
      reason: 'APPLICATION_OVERSERVICED',
    })
    expect(claims).toHaveLength(3)
  })

  test('mainnet-like 60: deflation, threshold, claim and proof in their own blocks', () => {
    expect(read('mainnet-like', 60, 'op1').claims).toMatchObject([
      { stage: 'settled', claimedUpokt: 437n, mintedUpokt: 426n, deflationLossUpokt: 11n, proofRequirement: 'threshold', proofHeight: 60 },
    ])
  })
})

describe('who is counted', () => {
  test('all recipients of our own claims are kept, other people only when watched', () => {
    const rows = read('default', 100, 'op1').movements
    expect(new Set(rows.map((row) => row.address))).toEqual(new Set([addressOf('default', 'owner'), addressOf('default', 'friend')]))
    expect(read('default', 100, 'op2')).toMatchObject({ claims: [], movements: [] })
  })

  test('a watched recipient of a foreign claim is paid for, but no supplier income is made of other reasons', () => {
    const rows = read('default', 100, 'faucet')
    expect(rows.claims).toEqual([])
    expect(rows.movements.map((row) => [row.kind, row.deltaUpokt, row.claim?.opReason])).toEqual([
      ['other', 12_600n, 'TLM_RELAY_BURN_EQUALS_MINT_SOURCE_OWNER_REWARD_DISTRIBUTION'],
      ['other', 1_260n, 'TLM_GLOBAL_MINT_SOURCE_OWNER_REWARD_DISTRIBUTION'],
    ])
  })

  test('validator rewards, which no claim names, come from the bank', () => {
    expect(read('default', 100, 'validator').movements.map((row) => [row.kind, row.deltaUpokt, row.claim])).toEqual([
      ['other', 4_200n, undefined],
      ['other', 420n, undefined],
    ])
  })
})

describe('transactions', () => {
  test('a failed one pays its fee and nothing else', () => {
    const block = recordedBlock('default', 245)
    expect(block.txs[0]?.code).not.toBe(0)
    expect(read('default', 245, 'op2').movements).toMatchObject([{ deltaUpokt: -1n, kind: 'fee', txHash: block.txs[0]?.hash }])
    const pretending = structuredClone(block)
    pretending.txs[0]?.events.push({
      type: 'coin_spent',
      attributes: { spender: addressOf('default', 'op2'), amount: '500upokt', msg_index: '0' },
    })
    expect(readBlock('local', pretending, new Set([addressOf('default', 'op2')])).movements).toHaveLength(1)
  })

  test('a stake and its fee', () => {
    expect(read('default', 61, 'owner').movements.map((row) => [row.kind, row.deltaUpokt])).toEqual([
      ['fee', -169n],
      ['stake', -59_510_000_000n],
      ['stake', -1n],
    ])
  })

  test('a transfer, on both sides', () => {
    const rows = read('default', 39, 'faucet', 'owner').movements
    expect(rows.map((row) => [row.kind, row.deltaUpokt])).toEqual([
      ['fee', -219n],
      ['transfer', -800_000_000_000n],
      ['transfer', 200_000_000_000n],
    ])
  })
})

describe('form', () => {
  test('every row has a place of its own, and the same block gives the same rows', () => {
    for (const name of NAMES) {
      const watched = new Set(accounts(name).values())
      for (const height of recordedHeights(name)) {
        const rows = readBlock('local', recordedBlock(name, height), watched)
        const places = rows.movements.map((row) => `${row.position} ${row.address}`)
        expect(new Set(places).size).toBe(places.length)
        expect(readBlock('local', recordedBlock(name, height), watched)).toEqual(rows)
      }
    }
  })

  test('coins as objects and missing keys of old formats are read', () => {
    const attributes = {
      supplier_operator_address: 'a',
      application_address: 'b',
      service_id: 's',
      session_end_block_height: '10',
      claimed_upokt: { denom: 'upokt', amount: '7' },
    }
    const block: ChainBlock = { ...emptyBlock(12), blockEvents: [{ type: 'pocket.tokenomics.EventClaimSettled', attributes }] }
    expect(readBlock('local', block, new Set(['a'])).claims).toEqual([
      {
        network: 'local',
        operatorAddress: 'a',
        applicationAddress: 'b',
        serviceId: 's',
        sessionEndHeight: 10,
        stage: 'settled',
        claimedUpokt: 7n,
        settledHeight: 12,
        settledAtMs: block.timeMs,
      },
    ])
  })

  test('a proof that was found invalid is none', () => {
    const claim = { supplier_operator_address: 'a', application_address: 'b', service_id: 's', session_end_block_height: '10' }
    const block: ChainBlock = {
      ...emptyBlock(12),
      blockEvents: [
        { type: 'pocket.proof.EventProofSubmitted', attributes: claim },
        {
          type: 'pocket.proof.EventProofValidityChecked',
          attributes: { ...claim, claim_proof_status_int: 2, failure_reason: 'closest path' },
        },
      ],
    }
    expect(readBlock('local', block, new Set(['a'])).claims).toMatchObject([
      { stage: 'claimed', reason: 'PROOF_INVALID closest path', proofHeight: 12 },
    ])
  })

  test('a reward that cannot be read stops the block instead of being left out', () => {
    const block = recordedBlock('default', 100)
    const settled = block.blockEvents.find((event) => event.type.endsWith('EventClaimSettled'))
    if (settled)
      settled.attributes.reward_distribution_detailed = [
        { recipient_address: addressOf('default', 'owner'), op_reason: 'X', amount: 'many' },
      ]
    expect(() => readBlock('local', block, new Set([addressOf('default', 'owner')]))).toThrow(/cannot be read/)
  })
})
