import type { SyncRule } from '#shared/catalog/backends/schema.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { BackendLine } from '../ports/backend-line.ts'
import { ASK_MS, askJsonRpc, type AskedEndpoint } from './ask.ts'
import { hexNumber, record } from './judge.ts'

/** How far a node is. `share` from 0 to 1, null where nobody can tell. */
export interface SyncProgress {
  state: 'no-answer' | 'looking-for-peers' | 'catching-up' | 'at-head'
  share: number | null
  height: number | null
  target: number | null
  headAgeMs: number | null
}

/**
 * Asks a node how far it is, by its entry's rule. `eth_syncing` alone is not believed: some programs answer false before they found anybody, so the newest block must be young as
 * well. Never rejects.
 */
export async function readSyncProgress(line: BackendLine, endpoint: AskedEndpoint, rule: SyncRule, nowMs: number): Promise<SyncProgress> {
  try {
    switch (rule.kind) {
      case 'eth-syncing':
        return await ethereum(line, endpoint, rule.headAgeSeconds * 1000, nowMs)
      case 'catching-up':
        return await cosmos(line, endpoint, rule.headAgeSeconds * 1000, nowMs)
      case 'answers': {
        const { status, body } = await line.http({
          url: endpoint.origins.rest + rule.path,
          method: 'GET',
          headers: {},
          body: '',
          timeoutMs: ASK_MS,
        })
        const isReady = status === 200 && new TextDecoder().decode(body).includes(rule.contains)
        return isReady ? { state: 'at-head', share: 1, height: null, target: null, headAgeMs: null } : NO_ANSWER
      }
    }
  } catch (error) {
    if (error instanceof HearthError) return NO_ANSWER
    throw error
  }
}

const NO_ANSWER: SyncProgress = { state: 'no-answer', share: null, height: null, target: null, headAgeMs: null }

async function ethereum(line: BackendLine, endpoint: AskedEndpoint, youngMs: number, nowMs: number): Promise<SyncProgress> {
  const syncing = await askJsonRpc(line, endpoint, 'eth_syncing')
  if (syncing.error !== undefined || syncing.value === undefined) return NO_ANSWER
  const said = record(syncing.value)
  const current = hexNumber(said['currentBlock'])
  const highest = hexNumber(said['highestBlock'])
  const block = record((await askJsonRpc(line, endpoint, 'eth_getBlockByNumber', ['latest', false])).value)
  const height = hexNumber(block['number'])
  const seconds = hexNumber(block['timestamp'])
  const headAgeMs = seconds === null || seconds === 0 ? null : Math.max(0, nowMs - seconds * 1000)
  if (syncing.value === false && headAgeMs !== null && headAgeMs <= youngMs)
    return { state: 'at-head', share: 1, height, target: height, headAgeMs }
  if (syncing.value === false && (height ?? 0) === 0) return { state: 'looking-for-peers', share: null, height, target: null, headAgeMs }
  if (current === null || highest === null || highest === 0) return { state: 'catching-up', share: null, height, target: null, headAgeMs }
  return { state: 'catching-up', share: Math.min(0.999, current / highest), height: current, target: highest, headAgeMs }
}

async function cosmos(line: BackendLine, endpoint: AskedEndpoint, youngMs: number, nowMs: number): Promise<SyncProgress> {
  const sync = record(record((await askJsonRpc(line, endpoint, 'status')).value)['sync_info'])
  const height = Number(sync['latest_block_height'])
  if (!Number.isSafeInteger(height)) return NO_ANSWER
  const newest = timeOf(sync['latest_block_time'])
  const first = timeOf(sync['earliest_block_time'])
  const headAgeMs = newest === null ? null : Math.max(0, nowMs - newest)
  if (height === 0 || newest === null) return { state: 'looking-for-peers', share: null, height, target: null, headAgeMs: null }
  if (sync['catching_up'] === false && headAgeMs !== null && headAgeMs <= youngMs)
    return { state: 'at-head', share: 1, height, target: height, headAgeMs }
  // Blocks are passed in order: how much of the chain's time is behind it is how far it is.
  const share = first === null || nowMs <= first ? null : Math.min(0.999, Math.max(0, (newest - first) / (nowMs - first)))
  return { state: 'catching-up', share, height, target: null, headAgeMs }
}

function timeOf(value: unknown): number | null {
  const timeMs = typeof value === 'string' ? Date.parse(value.replace(/(\.\d{3})\d*/, '$1')) : Number.NaN
  // Go's zero time stands for none.
  return Number.isFinite(timeMs) && timeMs > 0 ? timeMs : null
}
