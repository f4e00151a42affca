import { HearthError } from '#shared/api/errors.ts'
import { BOOK_FORMAT, bookFileEntrySchema, bookFileSchema, MOST_ADDRESSES } from '#shared/model/address-book-file.ts'
import type { BookEntry } from '#shared/api/wallet-requests.ts'
import type { Clock } from '../ports/clock.ts'
import type { BookRow, Store } from '../ports/store.ts'

/** Addresses of others under names of the user's own, one book for each network. */

export interface BookImport {
  added: number
  changed: number
  same: number
  refused: { number: number; address: string; problem: string }[]
}

export interface AddressBook {
  list(): Promise<BookEntry[]>
  put(entry: { address: string; name: string; note: string }): Promise<void>
  remove(address: string): Promise<void>
  export(): Promise<{ fileName: string; text: string }>
  import(text: string): Promise<BookImport>
}

/** @param isAddress whether prefix and checksum are the network's */
export function createAddressBook(deps: {
  network: () => string | null
  store: Pick<Store, 'addressBook' | 'putInBook' | 'removeFromBook'>
  clock: Clock
  isAddress: (text: string) => boolean
}): AddressBook {
  const { store, clock } = deps
  const networkNow = (): string => {
    const network = deps.network()
    if (network === null) throw new HearthError('no-network')
    return network
  }
  const sameName = (a: string, b: string): boolean => a.localeCompare(b, 'en', { sensitivity: 'base' }) === 0

  /** @returns why it cannot be taken */
  const problemOf = (rows: readonly Pick<BookRow, 'address' | 'name'>[], entry: { address: string; name: string }): string | undefined => {
    if (!deps.isAddress(entry.address)) return 'address'
    // Two addresses of one name could not be told apart on the confirm sheet.
    if (rows.some((row) => row.address !== entry.address && sameName(row.name, entry.name))) return 'name-taken'
    if (rows.length >= MOST_ADDRESSES && !rows.some((row) => row.address === entry.address)) return 'full'
    return undefined
  }
  const rowOf = (network: string, entry: { address: string; name: string; note: string }): BookRow => ({
    network,
    ...entry,
    createdAtMs: clock.now(),
    updatedAtMs: clock.now(),
  })

  return {
    async list() {
      const network = deps.network()
      if (network === null) return []
      return (await store.addressBook(network)).map(({ address, name, note, updatedAtMs }) => ({ address, name, note, updatedAtMs }))
    },
    async put(entry) {
      const network = networkNow()
      const problem = problemOf(await store.addressBook(network), entry)
      if (problem === 'address') throw new HearthError('address-invalid', { problem: 'not-an-address', which: 'book' })
      if (problem !== undefined) throw new HearthError('invalid-request', { field: 'name', problem })
      await store.putInBook([rowOf(network, entry)])
    },
    remove: (address) => store.removeFromBook(networkNow(), address),
    async export() {
      const network = networkNow()
      const entries = (await store.addressBook(network)).map(({ address, name, note }) => ({ address, name, note }))
      return {
        fileName: `hearth-addresses-${network}.json`,
        text: `${JSON.stringify({ format: BOOK_FORMAT, version: 1, network, entries }, null, 2)}\n`,
      }
    },
    async import(text) {
      const network = networkNow()
      const file = bookFileSchema.safeParse(parsed(text))
      if (!file.success) throw new HearthError('settings-file-invalid', { problem: 'not-an-address-book' })
      if (file.data.network !== network)
        throw new HearthError('settings-file-invalid', { problem: 'other-network', network: file.data.network })
      const before = await store.addressBook(network)
      const rows = [...before]
      const result: BookImport = { added: 0, changed: 0, same: 0, refused: [] }
      const taken: BookRow[] = []
      for (const [index, raw] of file.data.entries.entries()) {
        const entry = bookFileEntrySchema.safeParse(raw)
        const refuse = (problem: string): void =>
          void result.refused.push({ number: index + 1, address: entry.success ? entry.data.address : '', problem })
        if (!entry.success) {
          refuse('unreadable')
          continue
        }
        const { address, name, note } = entry.data
        const known = rows.find((row) => row.address === address)
        // A name that stood for another address before stays its: else a file could give it away in two steps.
        const problem = problemOf(rows, { address, name }) ?? problemOf(before, { address, name })
        if (problem !== undefined) refuse(problem)
        else if (known && known.name === name && known.note === note) result.same += 1
        else {
          const row = rowOf(network, { address, name, note })
          if (known) {
            result.changed += 1
            rows.splice(rows.indexOf(known), 1, row)
          } else {
            result.added += 1
            rows.push(row)
          }
          taken.push(row)
        }
      }
      if (taken.length > 0) await store.putInBook(taken)
      return result
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
