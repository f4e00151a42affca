import { describe, expect, it } from 'vitest'
import { codec, scene, signatureOf, signer } from './scene.ts'

const payer = signer('payer', 'owner')
const paid = signer('paid', 'operator')
const send = { kind: 'send', keyId: 'payer', toAddress: paid.address, amountPokt: '5' } as const

describe('a transaction without a place in the row of its account', () => {
  const unordered = async () => {
    const at = scene([payer, paid])
    const { transactions, state } = at.life()
    const { intentId } = await transactions.prepare({ ...send, order: 'unordered' })
    const row = () => {
      const found = at.rows.get(intentId)
      if (!found) throw new Error('no row')
      return found
    }
    await transactions.signed(intentId, codec.assemble(row().signDocBytes, signatureOf(payer, row().signDocBytes)))
    const follow = async (height: number) => {
      await transactions.follow(at.chain, height)
      return row().status
    }
    const inLedger = (failed: boolean): void =>
      void at.ledger.txs.push({ hash: row().txHash ?? '', payer: payer.address, height: 7, failed })
    return { ...at, follow, inLedger, limit: row().timeoutHeight, shown: () => state.state.intents[intentId] }
  }

  it('is called unpaid when the ledger has read every block that could hold it', async () => {
    const { follow, limit, shown, ledger } = await unordered()
    ledger.height = limit - 1
    expect(await follow(limit + 2)).toBe('broadcast')
    ledger.height = limit
    expect(await follow(limit + 3)).toBe('expired')
    expect(shown()?.error?.code).toBe('tx-expired')
  })

  it('is not called unpaid on the word of an index: where the blocks were not read it is not known', async () => {
    const { follow, limit, shown } = await unordered()
    expect(await follow(limit + 20)).toBe('broadcast')
    expect(await follow(limit + 21)).toBe('expired')
    expect(shown()?.error?.code).toBe('tx-unsure')
  })

  it('is in the block in which the ledger found it, whatever the index lacks', async () => {
    const well = await unordered()
    well.inLedger(false)
    expect(await well.follow(well.limit + 2)).toBe('included')
    expect(well.shown()?.includedHeight).toBe(7)
    const failed = await unordered()
    failed.inLedger(true)
    expect(await failed.follow(failed.limit + 2)).toBe('refused')
    expect(failed.shown()?.includedHeight).toBe(7)
  })
})

describe('a fee above the highest one', () => {
  it('is refused before a sheet opens and before the wallet is looked into, and nothing is kept', async () => {
    const at = scene([payer, paid])
    const { rows, chain } = at
    chain.minimumGasPrice = () => Promise.resolve('5000.000000000000000000')
    const { transactions, asked } = at.life()
    const refused = { code: 'fee-too-high', detail: { fee: '1,800', ceiling: '1', price: '5000' } }
    await expect(transactions.prepare(send)).rejects.toMatchObject(refused)
    chain.balances.set(payer.address, 5_000_000n)
    await expect(transactions.prepare(send)).rejects.toMatchObject(refused)
    expect([rows.size, asked.length]).toEqual([0, 0])
    // A node that was made with the program's own price is a million times dearer than the field's, and may still be paid.
    chain.minimumGasPrice = () => Promise.resolve('1')
    chain.balances.set(payer.address, 100_000_000n)
    await transactions.prepare(send)
    expect(asked).toHaveLength(1)
  })
})
