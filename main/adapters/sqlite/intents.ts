import type Database from 'better-sqlite3'
import { faultPoint } from '#shared/lib/fault-point.ts'
import { mayMove, type IntentKind, type IntentRow, type IntentStatus } from '#shared/model/intent.ts'
import type { SyncStore } from './protocol.ts'

interface StoredIntent {
  id: string
  network: string
  chain_id: string
  kind: string
  key_id: string
  signer_address: string
  status: string
  facts: string
  sign_doc: Uint8Array
  tx: Uint8Array | null
  tx_hash: string | null
  timeout_height: number
  included_height: number | null
  code: number | null
  log: string | null
  created_at_ms: number
  updated_at_ms: number
}

/** Transactions from the wish to the block. A row never goes back, and what was signed never changes: that is what keeps a crash from paying twice. */
export function intentMethods(db: Database.Database): Pick<SyncStore, 'intents' | 'intent' | 'putIntent'> {
  const all = db.prepare<[string], StoredIntent>('SELECT * FROM intents WHERE network = ? ORDER BY created_at_ms, id')
  const one = db.prepare<[string], StoredIntent>('SELECT * FROM intents WHERE id = ?')
  const put = db.prepare<StoredIntent>(`
    INSERT INTO intents VALUES (@id, @network, @chain_id, @kind, @key_id, @signer_address, @status, @facts, @sign_doc, @tx, @tx_hash, @timeout_height,
      @included_height, @code, @log, @created_at_ms, @updated_at_ms)
    ON CONFLICT DO UPDATE SET status = excluded.status, facts = excluded.facts, sign_doc = excluded.sign_doc, tx = excluded.tx, tx_hash = excluded.tx_hash,
      timeout_height = excluded.timeout_height, included_height = excluded.included_height, code = excluded.code, log = excluded.log,
      updated_at_ms = excluded.updated_at_ms`)

  return {
    intents: (network) => all.all(network).map(readIntent),
    intent(id) {
      const row = one.get(id)
      return row && readIntent(row)
    },
    putIntent(row) {
      db.transaction(() => {
        const stored = one.get(row.id)
        if (stored) requireSameIntent(readIntent(stored), row)
        put.run(storeIntent(row))
        faultPoint('store.intent.before-commit')
      }).immediate()
      faultPoint('store.intent.after-commit')
    },
  }
}

function requireSameIntent(before: IntentRow, after: IntentRow): void {
  if (!mayMove(before.status, after.status)) throw new Error(`intent ${before.id} cannot go from ${before.status} to ${after.status}`)
  const identity = (row: IntentRow): string => [row.network, row.chainId, row.kind, row.keyId, row.signerAddress, row.createdAtMs].join(' ')
  if (identity(before) !== identity(after)) throw new Error(`intent ${before.id} is about something else`)
  if (before.status === 'prepared') return
  const signed = (row: IntentRow): string =>
    [hex(row.signDocBytes), row.txBytes && hex(row.txBytes), row.txHash, row.timeoutHeight].join(' ')
  if (signed(before) !== signed(after)) throw new Error(`intent ${before.id} was signed and cannot change`)
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const storeIntent = (row: IntentRow): StoredIntent => ({
  id: row.id,
  network: row.network,
  chain_id: row.chainId,
  kind: row.kind,
  key_id: row.keyId,
  signer_address: row.signerAddress,
  status: row.status,
  facts: JSON.stringify(row.facts),
  sign_doc: row.signDocBytes,
  tx: row.txBytes ?? null,
  tx_hash: row.txHash ?? null,
  timeout_height: row.timeoutHeight,
  included_height: row.includedHeight ?? null,
  code: row.code ?? null,
  log: row.log ?? null,
  created_at_ms: row.createdAtMs,
  updated_at_ms: row.updatedAtMs,
})

const readIntent = (row: StoredIntent): IntentRow => ({
  id: row.id,
  network: row.network,
  chainId: row.chain_id,
  kind: row.kind as IntentKind,
  keyId: row.key_id,
  signerAddress: row.signer_address,
  status: row.status as IntentStatus,
  facts: JSON.parse(row.facts) as Record<string, string>,
  signDocBytes: new Uint8Array(row.sign_doc),
  txBytes: row.tx === null ? undefined : new Uint8Array(row.tx),
  txHash: row.tx_hash ?? undefined,
  timeoutHeight: row.timeout_height,
  includedHeight: row.included_height ?? undefined,
  code: row.code ?? undefined,
  log: row.log ?? undefined,
  createdAtMs: row.created_at_ms,
  updatedAtMs: row.updated_at_ms,
})
