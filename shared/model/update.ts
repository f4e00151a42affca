import { z } from 'zod'

/** Updates of the images that containers run: what is written down of each, and the rules about going back. */

/** `first`: what ran when Hearth first looked. `release`: the catalogue has a newer one. `rebuild`: the same tag, made anew. `upgrade`: the chain asks for it at a height. `undo`: back to the one before. */
export const UPDATE_REASONS = ['first', 'release', 'rebuild', 'upgrade', 'undo'] as const
/**
 * Where an update is. `planned`: to be fetched. `fetched`: on the engine, waits for its moment. `swap-node`: the chain's node changes first; `swap-rest`: then all others;
 * `watching`: everything runs and has to show it. Those after `rolling-back` are ends.
 */
export const UPDATE_STAGES = [
  'planned',
  'fetched',
  'swap-node',
  'swap-rest',
  'watching',
  'rolling-back',
  'done',
  'rolled-back',
  'failed',
  'skipped',
  'withdrawn',
] as const
export type UpdateStage = (typeof UPDATE_STAGES)[number]

const height = z.number().int().nonnegative()

export const updateRowSchema = z.strictObject({
  id: z.string(),
  network: z.string(),
  /** The image's name without tag: all containers of it change together. */
  image: z.string(),
  reason: z.enum(UPDATE_REASONS),
  /** Of an upgrade: the chain's own words. */
  plan: z.strictObject({ name: z.string().max(80), height }).nullable(),
  fromReference: z.string(),
  fromVersion: z.string(),
  toReference: z.string(),
  toVersion: z.string(),
  /** By digest, or content id of an image that came from no registry. */
  fromPin: z.string().nullable(),
  /** Null until it is fetched. */
  toPin: z.string().nullable(),
  /** What the registry said that the tag is; only this is taken. */
  digest: z.string().nullable(),
  stage: z.enum(UPDATE_STAGES),
  /** When the stage began. */
  stageAtMs: z.number(),
  createdAtMs: z.number(),
  /** Not before this time. */
  dueAtMs: z.number(),
  /** Does not wait for a quiet moment. */
  atOnce: z.boolean(),
  /** The chain's height when the stage began. */
  stageHeight: height,
  /** Why it went wrong: a key of renderer/text, with facts. */
  problem: z.strictObject({ key: z.string().max(40), facts: z.record(z.string(), z.string().max(400)) }).nullable(),
})
/** One update, as it is kept. Amount of time is UTC ms, heights are of the row's network. */
export type UpdateRow = z.infer<typeof updateRowSchema>

/** What is kept about offers between two starts. */
export const updateMemorySchema = z.strictObject({
  /** When each offer was first seen, by its key. */
  seen: z.record(z.string(), z.number()),
  skipped: z.array(z.string()),
  /** What tags were when a registry was last asked, by the catalogue's reference. */
  digests: z.record(z.string(), z.string()),
  lookedAtMs: z.number().nullable(),
  lookFailed: z.boolean(),
})
export type UpdateMemory = z.infer<typeof updateMemorySchema>

const SWAPPING: ReadonlySet<UpdateStage> = new Set(['swap-node', 'swap-rest', 'watching', 'rolling-back'])
const OPEN: ReadonlySet<UpdateStage> = new Set(['planned', 'fetched', ...SWAPPING])
/** Whether containers change or were just changed by it. */
export const isSwapping = (row: Pick<UpdateRow, 'stage'>): boolean => SWAPPING.has(row.stage)
/** Whether there is still something to do. */
export const isOpen = (row: Pick<UpdateRow, 'stage'>): boolean => OPEN.has(row.stage)

/** How long the image of before is kept to go back to. */
export const UNDO_DAYS = 7
const DAY_MS = 86_400_000

/**
 * Why an update cannot be taken back; undefined when it can. Data that an upgrade has migrated is of no use to the software of before (offchain facts 1.7), so that neither an
 * upgrade nor anything before it goes back.
 */
export function noWayBack(
  row: UpdateRow,
  at: { nowMs: number; newest: boolean; upgradedSince: boolean },
): 'migrated' | 'old' | 'not-newest' | 'not-done' | undefined {
  if (row.reason === 'upgrade') return 'migrated'
  if (row.stage !== 'done' || row.reason === 'first' || row.fromPin === null) return 'not-done'
  if (at.upgradedSince) return 'migrated'
  if (!at.newest) return 'not-newest'
  return at.nowMs - row.stageAtMs > UNDO_DAYS * DAY_MS ? 'old' : undefined
}

/** Name of an image without its tag and digest. */
export const repositoryOf = (reference: string): string => reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '')

/** Compares `1.2.3` by its numbers; a leading v and what follows the numbers count for nothing. @returns below 0 when a is older */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string): number[] => (/\d+(\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map((part) => Number.parseInt(part, 10))
  const [left, right] = [parts(a), parts(b)]
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
