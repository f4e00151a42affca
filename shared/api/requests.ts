import { z } from 'zod'
import { practiceControlSchema } from '../practice/controls.ts'
import { settingScalarSchema, settingsImportSchema } from '../settings/import.ts'
import { retentionSchema } from '../model/retention.ts'
import { stopWhenSchema } from '../model/stop-wish.ts'
import { errorCodeSchema } from './errors.ts'
import { networkIdSchema } from './state.ts'
import { txWishSchema } from './tx-wish.ts'
import { resumedSchema, snapshotSchema } from './patches.ts'

/**
 * The one table of requests. Both ends are derived from it: core must have a handler per row, the bridge gets a function per row.
 * `writes` rows run one at a time. `secret` rows are never logged, only their name and outcome.
 */
interface Row<I extends z.ZodType, O extends z.ZodType> {
  input: I
  output: O
  writes: boolean
  secret: boolean
}
function row<I extends z.ZodType, O extends z.ZodType>(input: I, output: O, flags: { writes?: boolean; secret?: boolean } = {}): Row<I, O> {
  return { input, output, writes: flags.writes ?? false, secret: flags.secret ?? false }
}

const none = z.strictObject({})
const done = z.strictObject({})
const id = z.string().min(1).max(80)
const address = z.string().min(1).max(100)
const upokt = z.string().regex(/^\d{1,30}$/)
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

export const requests = {
  'state.get': row(none, snapshotSchema),
  /** After a broken line: `startedAtMs` of the state that the page has, and its number. */
  'state.resume': row(z.strictObject({ startedAtMs: z.number(), seq: z.number().int().nonnegative() }), resumedSchema),
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
  'vault.unlock': row(z.strictObject({ password: z.string().min(1).max(1024) }), done, { writes: true, secret: true }),
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
  'keys.unfence': row(z.strictObject({ keyId: id, because: z.enum(['other-off', 'settled']) }), done, { writes: true }),

  /** Time and scenarios of Practice. Rejects `not-allowed` on any other network. */
  'practice.control': row(practiceControlSchema, done, { writes: true }),
  'engine.check': row(none, done),
  'localChain.start': row(none, taskRef, { writes: true }),
  /** Rejects `claims-open` (detail.claims, detail.upokt) unless the user has agreed to lose what is claimed and not paid. */
  'localChain.remove': row(z.strictObject({ loseOpenClaims: z.boolean().default(false) }), taskRef, { writes: true }),
  /** Asks an endpoint of the user's own from now on, before the public ones. Rejects `chain-address-invalid`, `chain-unreachable`, `chain-unknown-fingerprint`, `not-allowed`. */
  'chain.addEndpoint': row(z.strictObject({ rpcUrl: z.string().max(300), restUrl: z.string().max(300) }), done, { writes: true }),
  /** Public ones too can be taken off the list. Rejects `endpoint-unknown`. */
  'chain.removeEndpoint': row(z.strictObject({ rpcUrl: z.string().max(300) }), done, { writes: true }),
  'nodes.start': row(z.strictObject({ nodeId: id }), done, { writes: true }),
  /** Now, or written down and carried out at its moment, also while no page is open. Rejects `not-now` when there is no such moment. */
  'nodes.stop': row(stopWish, done, { writes: true }),
  'nodes.restart': row(stopWish, done, { writes: true }),
  /** Takes back a stop or restart that is not done yet. */
  'nodes.keepRunning': row(z.strictObject({ nodeId: id }), done, { writes: true }),
  'nodes.changePort': row(
    z.strictObject({ nodeId: id, containerPort: z.number().int(), hostPort: z.number().int().min(1024).max(65535) }),
    done,
    { writes: true },
  ),
  'nodes.suggestPort': row(z.strictObject({ nodeId: id, containerPort: z.number().int() }), z.strictObject({ hostPort: z.number().int() })),
  'nodes.logs': row(
    z.strictObject({ nodeId: id, tail: z.number().int().min(1).max(2000) }),
    z.strictObject({ lines: z.array(z.strictObject({ timeMs: z.number(), stream: z.enum(['out', 'err']), text: z.string() })) }),
  ),
  /**
   * A log by pages. `after` and `before` are numbers of lines in the `book` of the last answer; without them, or when that book is gone, the newest lines come, with the book
   * that they are numbered in. At most 100,000 lines of a node are held. Long lines make an answer shorter than `limit`.
   */
  'nodes.logPage': row(
    z.strictObject({
      nodeId: id,
      book: id.optional(),
      after: z.number().int().optional(),
      before: z.number().int().optional(),
      limit: z.number().int().min(1).max(10_000),
    }),
    z.strictObject({
      book: id,
      lines: z.array(
        z.strictObject({
          number: z.number().int(),
          timeMs: z.number(),
          stream: z.enum(['out', 'err']),
          level: z.enum(['debug', 'info', 'warn', 'error']),
          text: z.string(),
        }),
      ),
      older: z.boolean(),
      newer: z.boolean(),
      /** Before these numbers, lines were lost. */
      gaps: z.array(z.number().int()),
    }),
  ),
  /**
   * A figure over time: `node.<id>.cpu-percent`, `node.<id>.memory-bytes`, `miner.relays-per-minute`. Seconds reach back ten minutes, minutes a week, hours three years.
   * Places without a measurement are not there. At most 2,000 places.
   */
  'metrics.series': row(
    z.strictObject({
      name: z.string().regex(/^[a-zA-Z0-9._-]{1,90}$/),
      fromMs: z.number().finite(),
      toMs: z.number().finite(),
      step: z.enum(['second', 'minute', 'hour']),
    }),
    z.strictObject({
      points: z.array(z.strictObject({ atMs: z.number(), mean: z.number(), min: z.number(), max: z.number() })),
    }),
  ),
  /** What the relay miner says it did in the last hours, over restarts; `services` since its own start. */
  'metrics.miner': row(
    z.strictObject({ hours: z.number().int().min(1).max(24 * 31) }),
    z.strictObject({
      state: z.enum(['ok', 'not-running', 'no-answer', 'not-a-page', 'too-large']),
      readAtMs: z.number().nullable(),
      /** When the first of these counts was taken: later than the hours asked for when Hearth has not watched that long. */
      countedFromMs: z.number(),
      /** Figures on the page that are no numbers. */
      unreadable: z.number().int(),
      requests: z.number(),
      served: z.number(),
      refused: z.number(),
      dropped: z.number(),
      failedLater: z.number(),
      backendFailures: z.number(),
      services: z.array(
        z.strictObject({
          serviceId: z.string(),
          requests: z.number(),
          successes: z.number(),
          errors: z.number(),
          dropped: z.number(),
          delayedFailures: z.number(),
        }),
      ),
    }),
  ),
  'tasks.cancel': row(z.strictObject({ taskId: id }), done),
  'tasks.dismiss': row(z.strictObject({ taskId: id }), done, { writes: true }),

  'faucet.request': row(z.strictObject({ address, amountPokt: z.string().max(60) }), taskRef, { writes: true }),

  'supplier.options': row(
    none,
    z.strictObject({
      minStakeUpokt: upokt,
      stakingFeeUpokt: upokt,
      suggestedStakeUpokt: upokt,
      services: z.array(
        z.strictObject({ id: z.string(), name: z.string(), computeUnitsPerRelay: z.string(), backendNodeId: z.string().nullable() }),
      ),
      endpointUrl: z.string().nullable(),
      atHeight: z.number().int(),
    }),
  ),
  /** What offering these services would change in the relay miner's configuration, line by line, and which containers would be made anew for it. */
  'supplier.previewConfig': row(
    z.strictObject({
      services: z
        .array(
          z.strictObject({
            serviceId: z.string().min(1).max(42),
            rpcTypes: z
              .array(z.enum(['GRPC', 'WEBSOCKET', 'JSON_RPC', 'REST', 'COMET_BFT']))
              .min(1)
              .max(5),
          }),
        )
        .max(30),
    }),
    z.strictObject({ diff: z.string(), restarts: z.array(z.strictObject({ nodeId: id, title: z.string(), drained: z.boolean() })) }),
  ),
  /** `surfaceUrl` is empty when the key lies outside: then `tx.export` has what it signs. */
  'tx.prepare': row(txWishSchema, z.strictObject({ intentId: id, surfaceUrl: z.string(), expiresAtMs: z.number() }), { writes: true }),
  'tx.reopen': row(z.strictObject({ intentId: id }), surfaceRef, { writes: true }),
  'tx.discard': row(z.strictObject({ intentId: id }), done, { writes: true }),
  /** A prepared transaction for a wallet outside: as pocketd reads it, and what is signed in each mode. Rejects `tx-expired`. */
  'tx.export': row(
    z.strictObject({ intentId: id }),
    z.strictObject({
      unsignedJson: z.string(),
      directBase64: z.string(),
      aminoJson: z.string(),
      chainId: z.string(),
      accountNumber: z.string(),
      sequence: z.string(),
      signerAddress: z.string(),
      timeoutHeight: z.number().int(),
    }),
  ),
  /** What the wallet gave back. Rejects `signature-invalid` with detail.problem, `tx-expired`. */
  'tx.import': row(z.strictObject({ intentId: id, text: z.string().min(1).max(200_000) }), done, { writes: true }),
  /** Stop serving, wait for the last settlement, then unstake: one plan over hours. Rejects `not-now`. */
  'leave.begin': row(z.strictObject({ keyId: id }), done, { writes: true }),
  /** Serves again; refused once the unstake is signed. */
  'leave.cancel': row(none, done, { writes: true }),
  /** Its unstake is due and the sheet is asked for. Rejects `not-now` before. */
  'leave.sign': row(none, z.strictObject({ intentId: id, surfaceUrl: z.string(), expiresAtMs: z.number() }), { writes: true }),
  /** The user has seen these changes of own addresses. */
  'ownChanges.seen': row(z.strictObject({ ids: z.array(z.string().max(200)).min(1).max(50) }), done, { writes: true }),

  'relays.sendTest': row(z.strictObject({ serviceId: z.string().max(42), count: z.number().int().min(1).max(500) }), taskRef, {
    writes: true,
  }),
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
      limit: z.number().int().min(1).max(200),
    }),
    z.strictObject({ rows: z.array(claimViewSchema), more: z.boolean(), revision: z.number().int().optional() }),
  ),
  'earnings.days': row(
    z.strictObject({ days: z.number().int().min(1).max(1100) }),
    z.strictObject({ rows: z.array(z.strictObject({ dayStartMs: z.number(), upokt: z.string(), claims: z.number().int() })) }),
  ),
  'earnings.check': row(none, done, { writes: true }),
  // Secret: a value may be an address that lets anybody write to the user.
  'settings.set': row(z.strictObject({ changes: z.record(z.string().max(60), settingScalarSchema) }), restarts, {
    writes: true,
    secret: true,
  }),
  'settings.reset': row(z.strictObject({ keys: z.array(z.string().max(200)).min(1).max(200) }), restarts, { writes: true }),
  'settings.export': row(none, z.strictObject({ fileName: z.string(), text: z.string() })),
  'settings.judge': row(z.strictObject({ text: settingsText }), settingsImportSchema, { secret: true }),
  'settings.import': row(z.strictObject({ text: settingsText, digest: z.string().max(64) }), restarts, { writes: true, secret: true }),
  'alerts.test': row(none, done, { writes: true }),
  'eject.write': row(
    z.strictObject({ name: z.string().max(200) }),
    z.strictObject({ path: z.string(), files: z.array(z.string()), withMiner: z.boolean() }),
    { writes: true },
  ),

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
