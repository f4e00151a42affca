import { z } from 'zod'
import { ENGINE_PRODUCTS, ENGINE_STEPS } from '../model/engines.ts'
import { done, none, row } from './request-row.ts'
import { ENGINE_KINDS } from './state.ts'

const endpoint = z.string().max(300)
const step = z.strictObject({ key: z.enum(ENGINE_STEPS), command: z.string().max(400), runs: z.boolean() })

const foundEngine = z.strictObject({
  endpoint,
  product: z.enum(ENGINE_PRODUCTS),
  kind: z.enum(ENGINE_KINDS),
  version: z.string().max(60),
  detail: z.string().max(500),
  rootless: z.boolean(),
  cpus: z.number(),
  memoryBytes: z.number(),
  clockOffsetMs: z.number(),
  /** Null where nobody tells. */
  freeBytes: z.number().nullable(),
  /** What to do about it next; null when all is well. */
  step: step.nullable(),
})

const engines = z.strictObject({
  platform: z.enum(['linux', 'darwin', 'win32', 'other']),
  engines: z.array(foundEngine).max(24),
  /** What to do when none of them will do. */
  install: step.nullable(),
  /** The user's choice, empty while there is none; and the engine in use. They differ while containers on the old one run. */
  chosen: endpoint,
  used: endpoint,
  /** The address was given when Hearth was started: nothing can be chosen. */
  isGiven: z.boolean(),
  /** Named for Docker's own client, and not of this machine. */
  passedOver: z.array(z.string().max(200)).max(2),
})
export type EnginesAnswer = z.infer<typeof engines>
export type FoundEngineView = EnginesAnswer['engines'][number]

/** Rows about the container engines of this machine. */
export const engineRequests = {
  /** Looks at the one in use. */
  'engine.check': row(none, done),
  'engine.find': row(none, engines),
  /** Uses another one from now on; empty: whichever Hearth finds. Rejects `engine-place-unknown` for a place where Hearth finds none by itself, `engine-in-use` while containers run on the one before, `engine-away` while it does not answer and they are wanted to run, `engine-holds-claims` while it holds what proves a claim, and as the engine's own trouble. */
  'engine.choose': row(z.strictObject({ endpoint }), done, { writes: true, waits: true }),
  /** Runs the step that `engine.find` offers for this place, or for installing where `endpoint` is empty. Rejects `not-allowed` for one that it does not offer. */
  'engine.runStep': row(z.strictObject({ endpoint, key: z.enum(ENGINE_STEPS) }), z.strictObject({ taskId: z.string().min(1).max(80) }), {
    writes: true,
    waits: true,
  }),
} as const
