import { describe, expect, it } from 'vitest'
import { describeTx, sheetText } from '#main/adapters/vault/describe-tx.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { Message, TxDraft } from '#main/core/ports/tx.ts'
import { SIGNED_BY_HEARTH, vector } from '../cosmos/vectors.ts'
import { codec, CONTEXT, OPERATOR, OWNER, ownerDraft, SERVICES } from './support.ts'

const known = (address: string): { name: string; role: 'owner' | 'operator' } | undefined =>
  address === OWNER ? { name: 'first', role: 'owner' } : undefined
const textFor = (draft: TxDraft): string => sheetText(describeTx(codec.decodeSignDoc(codec.signDoc(draft)), CONTEXT, known))

const vectors = SIGNED_BY_HEARTH.map((name) => vector(name))
const shown = vectors.filter(({ draft }) => draft.messages.length === 1)

describe('the sheet', () => {
  it.each([
    ...shown.map(({ name, draft }) => ({ name, draft })),
    { name: 'with a note', draft: ownerDraft({ memo: 'rent  of May' }) },
    { name: 'unordered, with a time', draft: ownerDraft({ unordered: true, sequence: 0n, timeoutAtMs: 1_795_350_896_789 }) },
  ])('$name: every changed byte changes the text or is refused', ({ draft }) => {
    const bytes = codec.signDoc(draft)
    const before = textFor(draft)
    let refused = 0
    let changed = 0
    for (let at = 0; at < bytes.length; at += 1)
      for (const mask of [0x01, 0x20, 0x80]) {
        const other = Uint8Array.from(bytes)
        other[at] = (other[at] ?? 0) ^ mask
        try {
          const after = sheetText(describeTx(codec.decodeSignDoc(other), CONTEXT, known))
          expect(after, `byte ${at} ^ ${mask}`).not.toBe(before)
          changed += 1
        } catch (error) {
          if (!(error instanceof HearthError)) throw error
          expect(error.code).toBe('tx-changed')
          refused += 1
        }
      }
    expect(changed).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
  })

  it('shows a time limit and an order apart from the row', () => {
    const sheet = describeTx(ownerDraft({ unordered: true, sequence: 0n, timeoutAtMs: 1_795_350_896_789 }), CONTEXT, known)
    expect(sheet.technical).toContainEqual({ term: 'Valid until', text: '2026-11-22T12:34:56.789Z' })
    expect(sheet.technical).toContainEqual({ term: 'Order', text: 'apart from the row of sequences' })
  })
  it('says what a stake locks, who pays, where it returns and what it can cost', () => {
    const sheet = describeTx(ownerDraft(), CONTEXT, known)
    expect(sheet.title).toBe('Stake 59,505 POKT for a supplier?')
    expect(sheet.act).toBe('Sign and stake 59,505 POKT')
    const row = (term: string) => sheet.rows.find((one) => one.term === term)
    expect(row('Locks')?.value).toBe('59,505.000000 POKT')
    expect(row('Paid by')).toMatchObject({ address: OWNER, value: 'your owner key' })
    expect(row('Comes back to')).toMatchObject({ address: OWNER })
    expect(row('Supplier')).toMatchObject({ address: OPERATOR, value: 'not a key of this vault' })
    expect(row('Locked for')?.strong).toBe('about 20 days after you ask')
    expect(row('If it goes wrong')?.strong).toContain('can be taken')
    expect(row('Network fee')?.strong).toBe('At most 0.000004 POKT')
    expect(sheet.reading).toEqual([
      { term: 'Now', text: '60,000.000000' },
      { term: 'Stake, at most', text: '− 59,505.000000' },
      { term: 'Network fee, at most', text: '− 0.000004' },
      { term: 'Left, before the staking fee', text: 'at least 494.999996' },
    ])
  })
  it('shows services with address, kind and shares of pay', () => {
    const message: Message = {
      kind: 'stake-supplier',
      signer: OPERATOR,
      ownerAddress: OWNER,
      operatorAddress: OPERATOR,
      stakeUpokt: undefined,
      services: SERVICES,
    }
    const sheet = describeTx(ownerDraft({ messages: [message] }), CONTEXT, known)
    expect(sheet.act).toBe('Sign and offer 1 service')
    const text = sheetText(sheet)
    expect(text).toContain('JSON-RPC at https://relay.example.net:443/eth')
    expect(text).toContain(`80 % to ${OWNER}, your owner key`)
    expect(text).toContain(`20 % to ${OPERATOR}, not a key of this vault`)
  })
  it('shows a sent amount exactly and what is left', () => {
    const sheet = describeTx(
      ownerDraft({ messages: [{ kind: 'send', fromAddress: OWNER, toAddress: OPERATOR, amountUpokt: 1_500_001n }] }),
      CONTEXT,
      known,
    )
    expect(sheet.title).toBe('Send 1.500001 POKT?')
    expect(sheet.act).toBe('Sign and send 1.500001 POKT')
    expect(sheet.reading.at(-1)).toEqual({ term: 'Left, at least', text: '59,998.499995' })
  })
  it('warns of what an unstake discards and does not count with an unknown balance', () => {
    const sheet = describeTx(
      ownerDraft({ messages: [{ kind: 'unstake-supplier', signer: OWNER, operatorAddress: OPERATOR }] }),
      { ...CONTEXT, balanceUpokt: '?' },
      known,
    )
    expect(sheetText(sheet)).toContain('discarded unpaid')
    expect(sheet.reading[0]).toEqual({ term: 'Now', text: 'not known' })
  })
  it('writes out letters that could mislead, so that two notes never look alike', () => {
    const sheet = (memo: string): string => sheetText(describeTx(ownerDraft({ memo }), CONTEXT, known))
    expect(sheet('pay\u202Eme')).toContain('pay⟨U+202E⟩me')
    expect(sheet('раy')).toContain('⟨U+0440⟩⟨U+0430⟩y')
    expect(sheet('a\nb')).toContain('a⟨U+000A⟩b')
  })
})
