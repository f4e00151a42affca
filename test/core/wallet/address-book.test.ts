import { describe, expect, it } from 'vitest'
import { createAddressBook } from '#main/core/wallet/address-book.ts'
import { lookAlike } from '#shared/model/address-likeness.ts'
import { openTestStore, testClock } from '#test/adapters/sqlite/open-test-store.ts'

const OWNER = 'pokt1mrqt5f7qh8uxs27cjm9t7v9e74a9vvdnq5jva4'
const OTHER = 'pokt19a3t4yunp0dlpfjrp7qwnzwlrzd5fzs2gjaaaa'
const GOOD = new Set([OWNER, OTHER])

async function books(network = 'local') {
  const store = await openTestStore()
  let now: string | null = network
  const book = createAddressBook({ network: () => now, store, clock: testClock(), isAddress: (text) => GOOD.has(text) })
  return { store, book, choose: (next: string | null) => void (now = next) }
}

describe('the address book', () => {
  it('keeps a name for each address of a network, and forgets one', async () => {
    const { book, choose } = await books()
    await book.put({ address: OWNER, name: 'Exchange', note: 'needs a memo' })
    await book.put({ address: OWNER, name: 'The exchange', note: '' })
    expect(await book.list()).toMatchObject([{ address: OWNER, name: 'The exchange', note: '' }])
    choose('beta')
    expect(await book.list()).toEqual([])
    choose('local')
    await book.remove(OWNER)
    expect(await book.list()).toEqual([])
  })

  it('refuses an address with a wrong checksum, and a name that another one has', async () => {
    const { book, choose } = await books()
    await expect(book.put({ address: `${OWNER.slice(0, -1)}x`, name: 'A', note: '' })).rejects.toMatchObject({ code: 'address-invalid' })
    await book.put({ address: OWNER, name: 'Exchange', note: '' })
    await expect(book.put({ address: OTHER, name: 'exchange', note: '' })).rejects.toMatchObject({
      code: 'invalid-request',
      detail: { problem: 'name-taken' },
    })
    choose(null)
    await expect(book.put({ address: OTHER, name: 'B', note: '' })).rejects.toMatchObject({ code: 'no-network' })
  })

  it('travels as a file: what it cannot take is told by its number, and the rest is taken', async () => {
    const first = await books()
    await first.book.put({ address: OWNER, name: 'Exchange', note: 'n' })
    await first.book.put({ address: OTHER, name: 'Sister', note: '' })
    const { text, fileName } = await first.book.export()
    expect(fileName).toBe('hearth-addresses-local.json')

    const second = await books()
    await second.book.put({ address: OTHER, name: 'My sister', note: '' })
    const file = JSON.parse(text) as { entries: unknown[] }
    file.entries.push({ address: 'pokt1wrong', name: 'W', note: '' }, { name: 'no address' }, 7)
    expect(await second.book.import(JSON.stringify(file))).toEqual({
      added: 1,
      changed: 1,
      same: 0,
      refused: [
        { number: 3, address: 'pokt1wrong', problem: 'address' },
        { number: 4, address: '', problem: 'unreadable' },
        { number: 5, address: '', problem: 'unreadable' },
      ],
    })
    expect((await second.book.list()).map((row) => row.name)).toEqual(['Exchange', 'Sister'])
    expect(await second.book.import(text)).toMatchObject({ added: 0, changed: 0, same: 2, refused: [] })
  })

  it('lets no file give a name to another address, not in two steps either', async () => {
    const { book } = await books()
    await book.put({ address: OWNER, name: 'Exchange', note: '' })
    const entries = [
      { address: OWNER, name: 'Old', note: '' },
      { address: OTHER, name: 'exchange', note: '' },
    ]
    const file = JSON.stringify({ format: 'hearth-address-book', version: 1, network: 'local', entries })
    expect(await book.import(file)).toMatchObject({ added: 0, changed: 1, refused: [{ number: 2, address: OTHER, problem: 'name-taken' }] })
    expect(await book.list()).toMatchObject([{ address: OWNER, name: 'Old' }])
  })

  it.each([
    ['no JSON', '{'],
    ['another file', '{"settings":{}}'],
    ['another network', JSON.stringify({ format: 'hearth-address-book', network: 'beta', entries: [] })],
  ])('refuses %s and loses nothing', async (_name, text) => {
    const { book } = await books()
    await book.put({ address: OWNER, name: 'Exchange', note: '' })
    await expect(book.import(text)).rejects.toMatchObject({ code: 'settings-file-invalid' })
    expect(await book.list()).toHaveLength(1)
  })

  it('stays when a chain is made anew, and a removed chain takes messages and rules along', async () => {
    const { book, store } = await books()
    await book.put({ address: OWNER, name: 'Exchange', note: '' })
    await store.setCursor({ network: 'local', height: 1, hash: 'H' })
    await store.applyBlock({
      network: 'local',
      height: 2,
      hash: 'H2',
      timeMs: 1,
      claims: [],
      movements: [],
      txs: [{ hash: 'AA', failed: false, messages: [] }],
    })
    await store.addRuleRows([{ network: 'local', what: 'x', height: 2, value: '1', effectHeight: 2, atMs: 1 }])
    expect(await store.ownTxs('local', ['AA', 'BB'])).toHaveLength(1)
    await store.removeChain('local')
    expect(await book.list()).toHaveLength(1)
    expect(await store.ownTxs('local', ['AA'])).toEqual([])
    expect(await store.ruleRows('local')).toEqual([])
  })
})

describe('an address that looks like a known one', () => {
  const known = [{ address: OWNER, name: 'Exchange' }]
  const like = (address: string) => lookAlike(address, known, 'pokt')
  const at = (index: number): string => `${OWNER.slice(0, index)}${OWNER[index] === 'z' ? 'q' : 'z'}${OWNER.slice(index + 1)}`

  it('is told wherever one character was changed, added or lost', () => {
    for (let index = 5; index < OWNER.length; index += 1) {
      expect(like(at(index)), String(index)).toMatchObject({ name: 'Exchange', differs: [index] })
      expect(like(OWNER.slice(0, index) + OWNER.slice(index + 1)), `without ${index}`).toMatchObject({ name: 'Exchange' })
    }
    expect(like(`${OWNER}q`)).toMatchObject({ differs: [OWNER.length] })
  })

  it('is told when only the ends that people compare are alike', () => {
    const poisoned = `${OWNER.slice(0, 8)}${'q'.repeat(OWNER.length - 12)}${OWNER.slice(-4)}`
    expect(like(poisoned)?.differs.length).toBeGreaterThan(20)
  })

  it('is not told of the address itself, nor of a stranger', () => {
    expect(like(OWNER)).toBeUndefined()
    expect(like(OTHER)).toBeUndefined()
    expect(like('')).toBeUndefined()
  })
})
