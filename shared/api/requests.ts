import { SELF_TEST_PATHS, selfTestRowSchema, validationSchema } from '../model/self-test.ts'
import { z } from 'zod'
import { practiceControlSchema } from '../practice/controls.ts'
import { settingScalarSchema, settingsImportSchema } from '../settings/import.ts'
import { retentionSchema } from '../model/retention.ts'
import { stopWhenSchema } from '../model/stop-wish.ts'
import { backendRequests } from './backend-requests.ts'
import { bundleRequests } from './bundle-requests.ts'
import { ejectRequests } from './eject-requests.ts'
import { engineRequests } from './engine-requests.ts'
import { errorCodeSchema } from './errors.ts'
import { done, none, row } from './request-row.ts'
import { logPage, logQuestion, minerAnswer, minerQuestion, seriesAnswer, seriesQuestion } from './measured.ts'
import { figureSourceSchema, networkIdSchema } from './state.ts'
import { roleRequests } from './role-requests.ts'
import { txRequests } from './tx-requests.ts'
import { updateRequests } from './update-requests.ts'
import { walletRequests } from './wallet-requests.ts'
import { resumedSchema, snapshotSchema } from './patches.ts'

const id = z.string().min(1).max(80)
const address = z.string().min(1).max(100)
const taskRef = z.strictObject({ taskId: id })
/** Where the confirm surface waits: the web shell makes an absolute URL of it, Electron a window. */
const surfaceRef = z.strictObject({ surfaceUrl: z.string(), expiresAtMs: z.number() })

export { txWishSchema, type TxWish } from './tx-wish.ts'

/** `drained` false: the relay miner loses the relays of its last ten seconds. */
const stopWish = z.strictObject({ nodeId: id, when: stopWhenSchema.default('now'), drained: z.boolean().default(true) })

/** What must start again before a changed setting has its effect. */
const restarts = z.strictObject({ restarts: z.array(z.enum(['hearth', 'miner'])) })
/** Longer than any file of settings, so that a file that is too large is told as that. */
const settingsText = z.string().max(200_000)

/** A copy of the store by its file name: never a path, which could point anywhere. */
const recordCopy = z.strictObject({ name: z.string().min(1).max(120), chosen: z.boolean() })
const recordPlace = z.enum(['beside', 'chosen'])

export const claimViewSchema = z.strictObject({
  key: z.string(),
  operatorAddress: z.string(),
  applicationAddress: z.string(),
  serviceId: z.string(),
  sessionEndHeight: z.number().int(),
  sessionNumber: z.number().int().nullable(),
  stage: z.enum(['claimed', 'proven', 'settled', 'expired', 'discarded']),
  relays: z.string(),
  claimedUpokt: z.string(),
  settledUpokt: z.string().nullable(),
  mintedUpokt: z.string().nullable(),
  overservicingLossUpokt: z.string().nullable(),
  deflationLossUpokt: z.string().nullable(),
  slashedUpokt: z.string().nullable(),
  yourUpokt: z.string().nullable(),
  /** Of a claim that is open: whether it is proven to be on chain with these counts. */
  source: figureSourceSchema.optional(),
  claimHeight: z.number().int().nullable(),
  claimTxHash: z.string().nullable(),
  proofHeight: z.number().int().nullable(),
  proofTxHash: z.string().nullable(),
  settledHeight: z.number().int().nullable(),
  settledAtMs: z.number().nullable(),
  proofRequirement: z.string().nullable(),
  reason: z.string().nullable(),
  recipients: z.array(z.strictObject({ address: z.string(), label: z.string(), upokt: z.string(), opReason: z.string() })),
})
export type ClaimView = z.infer<typeof claimViewSchema>

/**
 * The one table of requests. Both ends are derived from it: core must have a handler per row, the bridge gets a function per row.
 * `writes` rows run one at a time. `secret` rows are never logged, only their name and outcome.
 */
export const requests = {
  'state.get': row(none, snapshotSchema),
  /** After a broken line: `startedAtMs` of the state that the page has, and its number. */
  'state.resume': row(z.strictObject({ startedAtMs: z.number(), seq: z.number().int().nonnegative() }), resumedSchema),
  /** Ends another call of the same line by the id that it was sent with: that one then answers `cancelled`. `found` false: it is over, or has begun to change something. */
  'calls.cancel': row(
    z.strictObject({ id: z.union([z.string().min(1).max(64), z.number().int()]) }),
    z.strictObject({ found: z.boolean() }),
  ),
  /** Browsers that are signed in at the web shell, which answers these rows itself. Rejects `not-allowed` in a window. */
  'sessions.list': row(
    none,
    z.strictObject({
      /** When the sign-in password was set; null = there is none, and only a one-time link opens. */
      passwordSetAtMs: z.number().nullable(),
      sessions: z.array(
        z.strictObject({
          id: z.string(),
          browser: z.string(),
          address: z.string(),
          how: z.enum(['link', 'password']),
          createdAtMs: z.number(),
          seenAtMs: z.number(),
          /** The one that asks. */
          current: z.boolean(),
        }),
      ),
    }),
  ),
  'sessions.end': row(z.strictObject({ id }), done, { writes: true }),
  'sessions.endAll': row(z.strictObject({ exceptThis: z.boolean() }), done, { writes: true }),
  /** `current` is asked for once there is a password. Rejects `wrong-password`, `too-many-tries`, `weak-password`. */
  'signIn.setPassword': row(z.strictObject({ current: z.string().max(1024).nullable(), password: z.string().min(1).max(1024) }), done, {
    writes: true,
    secret: true,
  }),
  'app.chooseNetwork': row(z.strictObject({ network: networkIdSchema }), done, { writes: true }),

  'vault.create': row(z.strictObject({ password: z.string().min(1).max(1024) }), done, { writes: true, secret: true }),
  'vault.unlock': row(z.strictObject({ password: z.string().min(1).max(1024) }), done, { writes: true, secret: true, waits: true }),
  'vault.lock': row(none, done, { writes: true }),
  'keys.open': row(
    z.strictObject({ name: z.string().trim().min(1).max(40), role: z.enum(['owner', 'operator']), mode: z.enum(['make', 'import']) }),
    surfaceRef,
    { writes: true },
  ),
  /** Rejects `wrong-password`, `too-many-tries`, `weak-password`, `vault-locked`. */
  'vault.changePassword': row(z.strictObject({ current: z.string().min(1).max(1024), next: z.string().min(1).max(1024) }), done, {
    writes: true,
    secret: true,
  }),
  /** Who opens the vault after a restart. Rejects `wrong-password`, `unlock-unavailable`. */
  'vault.setUnlock': row(z.strictObject({ mode: z.enum(['ask', 'keychain', 'file']), password: z.string().min(1).max(1024) }), done, {
    writes: true,
    secret: true,
  }),
  /** Where to confirm a backup of every key into a folder of this machine; null = beside the vault. Rejects `folder-invalid`. */
  'vault.backup': row(z.strictObject({ folder: z.string().min(1).max(1000).nullable() }), surfaceRef, { writes: true }),
  /**
   * The sealed file of a backup that was just confirmed, once, for whoever asked for it: `ticket` is the end of the address that `vault.backup` gave. Rejects `backup-missing`
   * when it was not written, was taken already, or ten minutes ago.
   */
  'vault.takeBackup': row(
    z.strictObject({ ticket: z.string().min(16).max(128) }),
    z.strictObject({ fileName: z.string(), base64: z.string() }),
    {
      writes: true,
      secret: true,
    },
  ),
  /** Puts a sealed backup from the browser's machine beside the vault, to be tried or restored by its path. Rejects `backup-damaged` for what is none. */
  'vault.bringBackup': row(
    z.strictObject({
      base64: z
        .string()
        .min(1)
        .max(240_000)
        .regex(/^[A-Za-z0-9+/]+={0,2}$/),
    }),
    z.strictObject({ path: z.string() }),
    { writes: true, secret: true },
  ),
  /** Where to try a backup: restored into a temporary place, its addresses compared. Rejects `backup-missing`, `backup-damaged`. */
  'vault.drill': row(z.strictObject({ path: z.string().min(1).max(1000) }), surfaceRef, { writes: true }),
  /** Where to restore a backup: into a new vault, or what is missing into the open one. */
  'vault.restore': row(z.strictObject({ path: z.string().min(1).max(1000) }), surfaceRef, { writes: true }),
  'keys.details': row(
    none,
    z.strictObject({
      rows: z.array(
        z.strictObject({
          id,
          origin: z.enum(['made', 'words', 'hex', 'armor', 'keyring', 'morse', 'watch', 'before']),
          hdPath: z.string().nullable(),
          hasWords: z.boolean(),
          backupAtMs: z.number().nullable(),
          drillAtMs: z.number().nullable(),
        }),
      ),
      /** Why a way to unlock cannot be used here; null = it can. */
      offers: z.strictObject({ keychain: z.string().nullable(), file: z.string().nullable() }),
      backup: z.strictObject({ atMs: z.number(), path: z.string() }).nullable(),
      drill: z.strictObject({ atMs: z.number(), path: z.string(), madeAtMs: z.number() }).nullable(),
      failedDrill: z.strictObject({ atMs: z.number(), path: z.string(), reason: z.string() }).nullable(),
    }),
  ),
  'keys.watch': row(
    z.strictObject({ name: z.string().trim().min(1).max(40), role: z.enum(['owner', 'operator']), address }),
    z.strictObject({ keyId: id }),
    { writes: true },
  ),
  'keys.export': row(z.strictObject({ keyId: id }), surfaceRef, { writes: true }),
  'keys.prove': row(z.strictObject({ keyId: id }), surfaceRef, { writes: true }),
  'keys.delete': row(z.strictObject({ keyId: id }), surfaceRef, { writes: true }),
  /** Says that no other machine serves with this key. Rejects `fence-claims-pending` when the chain knows better than 'settled'. */
  'keys.unfence': row(z.strictObject({ keyId: id, because: z.enum(['other-off', 'settled']) }), done, { writes: true, waits: true }),

  /** Time and scenarios of Practice. Rejects `not-allowed` on any other network. */
  'practice.control': row(practiceControlSchema, done, { writes: true }),
  ...engineRequests,
  ...backendRequests,
  ...bundleRequests,
  'localChain.start': row(none, taskRef, { writes: true }),
  /** Rejects `claims-open` (detail.claims, detail.upokt) unless the user has agreed to lose what is claimed and not paid. */
  'localChain.remove': row(z.strictObject({ loseOpenClaims: z.boolean().default(false) }), taskRef, { writes: true }),
  /** Asks an endpoint of the user's own from now on, before the public ones; with `grpcUrl` the relay miner may ask it too. Rejects `chain-address-invalid`, `chain-unreachable`, `chain-unknown-fingerprint`, `not-allowed`. */
  'chain.addEndpoint': row(
    z.strictObject({ rpcUrl: z.string().max(300), restUrl: z.string().max(300), grpcUrl: z.string().max(300).optional() }),
    done,
    {
      writes: true,
      waits: true,
    },
  ),
  /** Public ones too can be taken off the list. Rejects `endpoint-unknown`. */
  'chain.removeEndpoint': row(z.strictObject({ rpcUrl: z.string().max(300) }), done, { writes: true }),
  /** The user's word on the chain that endpoints named: it is the right one, or it is not and is forgotten. Rejects `chain-unknown-fingerprint` when another one was named meanwhile. */
  'chain.confirm': row(z.strictObject({ block1Hash: z.string().min(1).max(64), isRight: z.boolean() }), done, { writes: true }),
  /**
   * A test network began anew: the record of the old chain is copied aside and forgotten, and the new one is met like one never seen. Rejects `chain-unknown-fingerprint` unless all hosts
   * name this first block now.
   */
  'chain.startAnew': row(z.strictObject({ block1Hash: z.string().min(1).max(64) }), z.strictObject({ path: z.string() }), { writes: true }),
  'nodes.start': row(z.strictObject({ nodeId: id }), done, { writes: true }),
  /**
   * Now, or written down and carried out at its moment, also while no page is open. Rejects `not-now` when there is no such moment. `network`: whose node it is, the chosen one unless
   * told; `not-allowed` for one that nobody looks after.
   */
  'nodes.stop': row(stopWish.extend({ network: networkIdSchema.optional() }), done, { writes: true }),
  'nodes.restart': row(stopWish, done, { writes: true }),
  /** Takes back a stop or restart that is not done yet. */
  'nodes.keepRunning': row(z.strictObject({ nodeId: id }), done, { writes: true }),
  /** Stops the containers of `engine.unlisted`, a relay miner drained. Nothing is removed. Answers at once. */
  'nodes.stopUnlisted': row(none, done, { writes: true }),
  'nodes.changePort': row(
    z.strictObject({ nodeId: id, containerPort: z.number().int(), hostPort: z.number().int().min(1024).max(65535) }),
    done,
    { writes: true },
  ),
  'nodes.suggestPort': row(z.strictObject({ nodeId: id, containerPort: z.number().int() }), z.strictObject({ hostPort: z.number().int() })),
  /** Somebody looks at the list of nodes: for a while their load is measured more often. */
  'nodes.look': row(none, done),
  'nodes.logs': row(
    z.strictObject({ nodeId: id, tail: z.number().int().min(1).max(2000) }),
    z.strictObject({ lines: z.array(z.strictObject({ timeMs: z.number(), stream: z.enum(['out', 'err']), text: z.string() })) }),
  ),
  'nodes.logPage': row(logQuestion, logPage),
  'metrics.series': row(seriesQuestion, seriesAnswer),
  'metrics.miner': row(minerQuestion, minerAnswer),
  'tasks.cancel': row(z.strictObject({ taskId: id }), done),
  'tasks.dismiss': row(z.strictObject({ taskId: id }), done, { writes: true }),

  'faucet.request': row(z.strictObject({ address, amountPokt: z.string().max(60) }), taskRef, { writes: true }),

  ...txRequests,
  ...roleRequests,
  ...updateRequests,
  ...walletRequests,

  'relays.sendTest': row(z.strictObject({ serviceId: z.string().max(42), count: z.number().int().min(1).max(500) }), taskRef, {
    writes: true,
  }),
  /** Without an operator that of the supplier in view, and if it does not offer the service one that does. */
  'selfTest.run': row(
    z.strictObject({
      path: z.enum(SELF_TEST_PATHS),
      serviceId: z.string().max(42).optional(),
      operatorAddress: z.string().max(100).optional(),
    }),
    taskRef,
  ),
  'selfTest.list': row(
    z.strictObject({ beforeMs: z.number().int().optional(), limit: z.number().int().min(1).max(500) }),
    z.strictObject({ rows: z.array(selfTestRowSchema), validation: validationSchema.nullable() }),
  ),
  'relays.results': row(
    z.strictObject({ beforeId: z.number().int().optional(), limit: z.number().int().min(1).max(500) }),
    z.strictObject({
      rows: z.array(
        z.strictObject({
          id: z.number().int(),
          batchId: z.string(),
          atMs: z.number(),
          serviceId: z.string(),
          sessionId: z.string(),
          operatorAddress: z.string(),
          ok: z.boolean(),
          signatureOk: z.boolean(),
          latencyMs: z.number(),
          httpStatus: z.number().int(),
          answer: z.string(),
          error: z.string().nullable(),
        }),
      ),
    }),
  ),

  'earnings.claims': row(
    z.strictObject({
      cursor: z.strictObject({ sessionEndHeight: z.number().int(), key: z.string() }).optional(),
      /** Of the first page: later ones then show what was there at that time, however much came in since. Without it each page is of now. */
      revision: z.number().int().nonnegative().optional(),
      /** Of one supplier alone; of all without. */
      operatorAddress: z.string().min(1).max(100).optional(),
      limit: z.number().int().min(1).max(200),
    }),
    z.strictObject({ rows: z.array(claimViewSchema), more: z.boolean(), revision: z.number().int().optional() }),
  ),
  'earnings.days': row(
    z.strictObject({ days: z.number().int().min(1).max(1100) }),
    z.strictObject({ rows: z.array(z.strictObject({ dayStartMs: z.number(), upokt: z.string(), claims: z.number().int() })) }),
  ),
  'earnings.check': row(none, done, { writes: true, waits: true }),
  // Secret: a value may be an address that lets anybody write to the user.
  'settings.set': row(z.strictObject({ changes: z.record(z.string().max(60), settingScalarSchema) }), restarts, {
    writes: true,
    secret: true,
  }),
  'settings.reset': row(z.strictObject({ keys: z.array(z.string().max(200)).min(1).max(200) }), restarts, { writes: true }),
  'settings.export': row(none, z.strictObject({ fileName: z.string(), text: z.string() })),
  'settings.judge': row(z.strictObject({ text: settingsText }), settingsImportSchema, { secret: true }),
  'settings.import': row(z.strictObject({ text: settingsText, digest: z.string().max(64) }), restarts, { writes: true, secret: true }),
  'alerts.test': row(none, done, { writes: true, waits: true }),
  ...ejectRequests,

  /** Files of the store: sizes, copies, what waits for the next start. */
  'records.status': row(
    none,
    z.strictObject({
      folder: z.string(),
      storeBytes: z.number(),
      logBytes: z.number(),
      metricsBytes: z.number(),
      backupBytes: z.number(),
      freeBytes: z.number(),
      chosenFolder: z.string().nullable(),
      chosenReady: z.boolean(),
      chosenSameDisk: z.boolean(),
      copies: z.array(
        recordCopy.extend({ atMs: z.number(), bytes: z.number(), version: z.number().int(), checkedAtMs: z.number(), ok: z.boolean() }),
      ),
      pending: recordCopy.extend({ askedAtMs: z.number() }).nullable(),
      failures: z.array(
        z.strictObject({ where: recordPlace, code: errorCodeSchema, detail: z.record(z.string(), z.string()), atMs: z.number() }),
      ),
      retention: retentionSchema,
    }),
  ),
  'records.backup': row(z.strictObject({ where: recordPlace }), taskRef, { writes: true }),
  /** Reads a copy through. Rejects `store-damaged`, `store-newer`. */
  'records.check': row(recordCopy, done),
  /** Where copies go besides the data folder; null = nowhere. Rejects `folder-invalid`. */
  'records.chooseFolder': row(z.strictObject({ path: z.string().max(1000).nullable() }), done, { writes: true }),
  /** Notes a sound copy to be put in at the next start. */
  'records.restore': row(recordCopy, done, { writes: true }),
  'records.cancelRestore': row(none, done, { writes: true }),
  'records.export': row(z.strictObject({ folder: z.string().min(1).max(1000) }), taskRef, { writes: true }),
  'records.setRetention': row(retentionSchema, done, { writes: true }),
  'activity.list': row(
    z.strictObject({ beforeId: z.number().int().optional(), limit: z.number().int().min(1).max(200) }),
    z.strictObject({
      rows: z.array(
        z.strictObject({
          id: z.number().int(),
          atMs: z.number(),
          actor: z.enum(['you', 'hearth', 'network', 'system']),
          level: z.enum(['info', 'warn', 'bad']),
          text: z.string(),
          facts: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
} as const

export type RequestName = keyof typeof requests
export type RequestInput<N extends RequestName> = z.input<(typeof requests)[N]['input']>
export type RequestParsed<N extends RequestName> = z.output<(typeof requests)[N]['input']>
export type RequestOutput<N extends RequestName> = z.output<(typeof requests)[N]['output']>

/** Largest message a shell accepts, in bytes, before it even parses. */
export const MAX_REQUEST_BYTES = 256 * 1024
/** Largest answer, in characters of its JSON: below what a shell holds back for a page that reads slowly. Long tables have pages. */
export const MAX_RESULT_LENGTH = 2 * 1024 * 1024
