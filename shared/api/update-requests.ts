import { z } from 'zod'
import { UPDATE_REASONS, UPDATE_STAGES } from '../model/update.ts'
import { done, none, row } from './request-row.ts'

const id = z.string().min(1).max(120)
const image = z.string().min(1).max(200)
const ms = z.number()

const shownUpdate = z.strictObject({
  id,
  image,
  title: z.string(),
  nodes: z.array(z.string()),
  reason: z.enum(UPDATE_REASONS),
  plan: z.strictObject({ name: z.string(), height: z.number().int() }).nullable(),
  fromVersion: z.string(),
  toVersion: z.string(),
  toDigest: z.string(),
  stage: z.enum(UPDATE_STAGES),
  stageAtMs: ms,
  createdAtMs: ms,
  dueAtMs: ms,
  atOnce: z.boolean(),
  /** What it waits for: a key of renderer/text; null while it works or is over. */
  waits: z.string().nullable(),
  problem: z.strictObject({ key: z.string(), facts: z.record(z.string(), z.string()) }).nullable(),
  /** Why there is no way back; null when there is one. */
  noWayBack: z.enum(['migrated', 'old', 'not-newest', 'not-done']).nullable(),
})
export type ShownUpdate = z.infer<typeof shownUpdate>

const offer = z.strictObject({
  image,
  toVersion: z.string(),
  digest: z.string(),
  reason: z.enum(['release', 'rebuild']),
  releasedAtMs: ms.nullable(),
  notesUrl: z.string().nullable(),
  security: z.boolean(),
  /** First seen here. */
  seenAtMs: ms,
  /** When Hearth takes it by itself; null: never without being asked. */
  autoAtMs: ms.nullable(),
  /** Why it is not to be had now: a key of renderer/text. */
  blocked: z.strictObject({ key: z.string(), facts: z.record(z.string(), z.string()) }).nullable(),
  /** Whether Hearth can put the one of before back by itself. */
  canGoBack: z.boolean(),
  skipped: z.boolean(),
})
export type UpdateOffer = z.infer<typeof offer>

const runningImage = z.strictObject({
  image,
  title: z.string(),
  nodes: z.array(z.string()),
  reference: z.string(),
  version: z.string(),
  digest: z.string(),
  sinceMs: ms.nullable(),
  releasedAtMs: ms.nullable(),
  notesUrl: z.string().nullable(),
  offer: offer.nullable(),
})
export type RunningImage = z.infer<typeof runningImage>

const updatesAnswer = z.strictObject({
  running: z.array(runningImage).max(40),
  /** Begun and not over. */
  open: z.array(shownUpdate).max(40),
  /** Newest first. */
  history: z.array(shownUpdate).max(100),
  /** When the registry was last asked; null: never. `failed`: it gave no answer then. */
  lookedAtMs: ms.nullable(),
  lookFailed: z.boolean(),
  /** Images of before that nothing needs any more. */
  unused: z.array(z.strictObject({ pin: z.string(), version: z.string(), sizeBytes: z.number() })).max(40),
  /** Software too old for the chain's height. */
  tooOld: z.strictObject({ version: z.string(), needed: z.string(), height: z.number().int() }).nullable(),
})
export type UpdatesAnswer = z.infer<typeof updatesAnswer>

/** Rows about updates of containers and upgrades of the chain. */
export const updateRequests = {
  'updates.list': row(none, updatesAnswer),
  /** Asks the registries whether there is something newer. */
  'updates.check': row(none, done, { writes: true }),
  /** Takes what is offered: at once, at the next quiet moment, or at the hour that the settings say. Rejects `update-blocked`, `update-unknown`. */
  'updates.start': row(z.strictObject({ image, when: z.enum(['now', 'quiet', 'hour']) }), z.strictObject({ id }), { writes: true }),
  /** Tries one that failed again, from the beginning. Rejects `update-unknown`. */
  'updates.retry': row(z.strictObject({ id }), done, { writes: true }),
  /** One that waits: not before so many days from now; 0 = at once. Rejects `update-unknown`. */
  'updates.postpone': row(z.strictObject({ id, days: z.number().int().min(0).max(30) }), done, { writes: true }),
  /** Not this one: it is not offered any more until there is another. */
  'updates.skip': row(z.strictObject({ image, skipped: z.boolean() }), done, { writes: true }),
  /** Back to the one before. Rejects `update-no-way-back` (detail.problem). */
  'updates.undo': row(z.strictObject({ id }), z.strictObject({ id }), { writes: true }),
  /** Takes the images of before off the engine that nothing needs any more. */
  'updates.removeUnused': row(none, z.strictObject({ removed: z.number().int() }), { writes: true }),
} as const
