import { HearthError } from '#shared/api/errors.ts'

/** Sentences by `reason` of `store-damaged`: what is there, that it was left alone, what to do. */
const DAMAGED: Record<string, (file: string) => string> = {
  'not-a-file': (file) =>
    `In the place of Hearth's record, ${file}, is a folder or something else that is no file. It was left as it is. Move it away and start Hearth again.`,
  'not-a-database': (file) =>
    `Hearth's record ${file} is not a database any more, and there is no backup to put in its place. It was left as it is. Put a backup there, or move the file away to begin a new record.`,
  'other-program': (file) => `${file} belongs to another program. It was left as it is. Move it away and start Hearth again.`,
  missing: (file) =>
    `Hearth's record ${file} is gone, and what is left beside it cannot be used. Hearth does not begin an empty one in its place. Put a backup there.`,
  'schema-differs': (file) =>
    `Something other than Hearth changed the build of its record ${file}. It was left as it is. Put a backup in its place.`,
  'not-writable': (file) =>
    `Hearth may not write its record ${file}. Give your user the right to write in that folder and start Hearth again.`,
  unreadable: (file) =>
    `The disk fails while Hearth reads its record ${file}. Look at the disk first; a backup on another disk can be put in its place.`,
}

/**
 * The refusal of a store as a sentence for whoever starts Hearth from a terminal or sees its first window: there is no page yet that could say it.
 * @returns an error whose message is the sentence and whose cause is the refusal; anything unexpected stays what it is
 */
export function startRefusal(error: unknown): unknown {
  if (!(error instanceof HearthError)) return error
  const sentence = sentenceOf(error)
  return sentence === undefined ? error : new Error(sentence, { cause: error })
}

function sentenceOf({ code, detail }: HearthError): string | undefined {
  const file = detail['file'] ?? 'hearth.db'
  switch (code) {
    case 'store-newer':
      return `Hearth's record ${file} was written by a newer Hearth and was left as it is. Start that newer version.`
    case 'store-busy':
      return `Another program holds Hearth's record ${file}. Nothing was changed. Close that program and start Hearth again.`
    case 'disk-full':
      return `The disk of ${file} is full, so Hearth cannot start. What was there is unharmed. Make room and start it again.`
    case 'store-damaged':
      return (
        DAMAGED[detail['reason'] ?? '']?.(file) ??
        `Hearth's record ${file} is damaged and could not be put right. It was left as it is. Put a backup in its place; the chain has the truth about your money.`
      )
    default:
      return undefined
  }
}
