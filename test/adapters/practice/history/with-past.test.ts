import { beforeAll, describe, expect, it } from 'vitest'
import { restoreLedger } from '#main/adapters/practice/chain/ledger.ts'
import type { History } from '#main/adapters/practice/history/history.ts'
import { createMainnetPast } from '#main/adapters/practice/history/mainnet-past.ts'
import { withPast, type TellingLedger } from '#main/adapters/practice/history/with-past.ts'
import { practiceAddress } from '#main/adapters/practice/scenarios/practice-address.ts'

const owner = practiceAddress('test/owner', 'practice')
const operator = practiceAddress('test/operator', 'practice')
const END = 1_795_000_000_000
let history: History
let ledger: TellingLedger

beforeAll(() => {
  history = createMainnetPast({
    chainId: 'hearth-practice-1',
    addressPrefix: 'practice',
    seed: 'live',
    owner,
    operator,
    years: 0.01,
    endMs: END,
    endpointUrl: 'https://relay.example.org',
  })
  ledger = withPast(restoreLedger(history.endLedger()), history)
})

describe('a chain that goes on from a past', () => {
  it('begins where the past ended, with the supplier at work', () => {
    expect([ledger.height, ledger.timeMs]).toEqual([history.lastHeight, END])
    expect(ledger.supplier(operator)).toMatchObject({ ownerAddress: owner, unstakeSessionEndHeight: 0 })
    expect(
      ledger
        .supplier(operator)
        ?.services.map(({ serviceId }) => serviceId)
        .sort(),
    ).toEqual(['anvil', 'base', 'eth'])
    expect(ledger.pendingClaims(operator)).toEqual([])
  })

  it('answers for both sides of the seam', () => {
    const before = ledger.balance(owner)
    expect(ledger.balance(owner, history.lastHeight)).toBe(before)
    expect(ledger.balance(owner, 1)).toBe(65_000_000_000n)
    expect(ledger.block(1)?.height).toBe(1)
    const first = ledger.deliver({
      timeMs: END + 60_000,
      txs: [
        {
          hash: 'AA',
          messages: [{ kind: 'send', fromAddress: owner, toAddress: operator, amountUpokt: 5n }],
          feePayer: owner,
          feeUpokt: 1n,
          gasWanted: 300_000n,
          gasUsed: 100_000n,
          pubKeyHex: undefined,
        },
      ],
    })
    expect(first.txs[0]?.log).toBe('')
    ledger.deliver({ timeMs: END + 120_000, txs: [] })
    expect(ledger.height).toBe(history.lastHeight + 2)
    expect(ledger.balance(owner)).toBe(before - 6n)
    expect(ledger.balance(owner, history.lastHeight)).toBe(before)
    expect(ledger.block(history.lastHeight + 1)).toEqual(first)
    expect(ledger.heightsOf([owner], history.lastHeight - 20, history.lastHeight + 2)).toEqual([history.lastHeight + 1])
    expect(ledger.heightsOf([owner], 1, 3)).toEqual([1, 2, 3])
  })

  it('is the same after a restart', () => {
    const again = withPast(restoreLedger(ledger.save()), history)
    expect(again.height).toBe(ledger.height)
    expect(again.balance(owner, 1_000)).toBe(ledger.balance(owner, 1_000))
    expect(again.balance(operator)).toBe(ledger.balance(operator))
    expect(again.block(history.lastHeight)).toEqual(ledger.block(history.lastHeight))
  })
})
