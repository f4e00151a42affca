import type Database from 'better-sqlite3'
import type { ActivityRow, RelayResultRow } from '#main/core/ports/store.ts'
import type { SyncStore } from './protocol.ts'

interface StoredRelayResult {
  id: number
  batch_id: string
  at_ms: number
  service_id: string
  session_id: string
  operator_address: string
  ok: number
  signature_ok: number
  latency_ms: number
  http_status: number
  answer: string
  error: string | null
}

interface StoredActivity {
  id: number
  at_ms: number
  actor: ActivityRow['actor']
  level: ActivityRow['level']
  text: string
  facts: string
}

/** Results of test relays and the list of what happened: added to, read newest first, never changed. */
export function journalMethods(db: Database.Database): Pick<SyncStore, 'addRelayResults' | 'relayResults' | 'addActivity' | 'activity'> {
  const addResult = db.prepare<Omit<StoredRelayResult, 'id'>>(`
    INSERT INTO relay_results (batch_id, at_ms, service_id, session_id, operator_address, ok, signature_ok, latency_ms, http_status, answer, error)
    VALUES (@batch_id, @at_ms, @service_id, @session_id, @operator_address, @ok, @signature_ok, @latency_ms, @http_status, @answer, @error)`)
  const results = db.prepare<[number, number], StoredRelayResult>('SELECT * FROM relay_results WHERE id < ? ORDER BY id DESC LIMIT ?')
  const addActivity = db.prepare<Omit<StoredActivity, 'id'>>(
    'INSERT INTO activity (at_ms, actor, level, text, facts) VALUES (@at_ms, @actor, @level, @text, @facts)',
  )
  const activity = db.prepare<[number, number], StoredActivity>('SELECT * FROM activity WHERE id < ? ORDER BY id DESC LIMIT ?')

  return {
    addRelayResults(rows) {
      db.transaction(() => {
        for (const row of rows) {
          addResult.run({
            batch_id: row.batchId,
            at_ms: row.atMs,
            service_id: row.serviceId,
            session_id: row.sessionId,
            operator_address: row.operatorAddress,
            ok: row.ok ? 1 : 0,
            signature_ok: row.signatureOk ? 1 : 0,
            latency_ms: row.latencyMs,
            http_status: row.httpStatus,
            answer: row.answer,
            error: row.error ?? null,
          })
        }
      }).immediate()
    },
    relayResults: (query) => results.all(query.beforeId ?? Number.MAX_SAFE_INTEGER, query.limit).map(readResult),
    addActivity: (row) =>
      void addActivity.run({ at_ms: row.atMs, actor: row.actor, level: row.level, text: row.text, facts: JSON.stringify(row.facts) }),
    activity: (query) => activity.all(query.beforeId ?? Number.MAX_SAFE_INTEGER, query.limit).map(readActivity),
  }
}

const readResult = (row: StoredRelayResult): RelayResultRow => ({
  id: row.id,
  batchId: row.batch_id,
  atMs: row.at_ms,
  serviceId: row.service_id,
  sessionId: row.session_id,
  operatorAddress: row.operator_address,
  ok: row.ok === 1,
  signatureOk: row.signature_ok === 1,
  latencyMs: row.latency_ms,
  httpStatus: row.http_status,
  answer: row.answer,
  error: row.error ?? undefined,
})

const readActivity = (row: StoredActivity): ActivityRow => ({
  id: row.id,
  atMs: row.at_ms,
  actor: row.actor,
  level: row.level,
  text: row.text,
  facts: JSON.parse(row.facts) as Record<string, string>,
})
