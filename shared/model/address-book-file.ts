import { z } from 'zod'

/** The file in which an address book travels from one Hearth to another. */

export const BOOK_FORMAT = 'hearth-address-book'
/** A book of more would not fit an answer. */
export const MOST_ADDRESSES = 1_000

/** Entries are judged one by one, so that one bad line does not cost the others. */
export const bookFileSchema = z.looseObject({
  format: z.literal(BOOK_FORMAT),
  network: z.string().max(20),
  entries: z.array(z.unknown()).max(MOST_ADDRESSES),
})

export const bookFileEntrySchema = z.looseObject({
  address: z.string().trim().min(1).max(100),
  name: z.string().trim().min(1).max(40),
  note: z.string().trim().max(200).default(''),
})
