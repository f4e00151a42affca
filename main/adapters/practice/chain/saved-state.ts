import type { ChainBlock } from '#main/core/ports/chain.ts'
import type { PracticeGenesis, PracticeParams } from '../parts.ts'
import { BalanceLog } from './balance-log.ts'
import { emptyState } from './make-state.ts'
import { readText, saveText } from './save-text.ts'
import { claimKey, type ChainState } from './state.ts'
import { Table } from './tables.ts'

/** A ledger as text and back. */

const FORMAT = 'hearth-practice-ledger-1'

const TABLES = [
  'accounts',
  'balances',
  'counters',
  'suppliers',
  'unbonding',
  'applications',
  'gateways',
  'services',
  'relayCosts',
  'difficulties',
  'claims',
] as const

export function savedState(state: ChainState, blocks: ReadonlyMap<number, ChainBlock>, keepBlocks: number | undefined): string {
  return saveText({
    format: FORMAT,
    keepBlocks: keepBlocks ?? null,
    genesis: state.genesis,
    height: state.height,
    timeMs: state.timeMs,
    live: state.live,
    paramsHistory: state.paramsHistory,
    tables: Object.fromEntries(TABLES.map((name) => [name, state[name].map])),
    givenHashes: state.givenHashes,
    recordedSessionIds: state.recordedSessionIds,
    balanceLogs: new Map([...state.balanceLogs].map(([address, log]) => [address, log.saved()])),
    blocks,
  })
}

interface Saved {
  format: unknown
  keepBlocks: number | null
  genesis: PracticeGenesis
  height: number
  timeMs: number
  live: PracticeParams
  paramsHistory: ChainState['paramsHistory']
  tables: Record<string, ReadonlyMap<string, unknown>>
  givenHashes: Map<number, string>
  recordedSessionIds: Map<string, string>
  balanceLogs: Map<string, { heights: number[]; low: number[]; high: number[] }>
  blocks: Map<number, ChainBlock>
}

function understood(text: string): Saved {
  let saved: unknown
  try {
    saved = readText(text)
  } catch (cause) {
    throw new Error('not a saved practice ledger: no readable text', { cause })
  }
  const parts = saved as Saved | null
  const whole =
    typeof parts === 'object' &&
    parts !== null &&
    parts.format === FORMAT &&
    typeof parts.height === 'number' &&
    typeof parts.timeMs === 'number' &&
    typeof parts.genesis === 'object' &&
    typeof parts.live === 'object' &&
    Array.isArray(parts.paramsHistory) &&
    [parts.givenHashes, parts.recordedSessionIds, parts.balanceLogs, parts.blocks, ...TABLES.map((name) => parts.tables[name])].every(
      (part) => part instanceof Map,
    )
  if (!whole) throw new Error('not a saved practice ledger: parts are missing')
  return parts
}

/** @throws when the text is no saved ledger */
export function restoredState(text: string): { state: ChainState; blocks: Map<number, ChainBlock>; keepBlocks: number | undefined } {
  const saved = understood(text)
  const state = emptyState(saved.genesis, saved.recordedSessionIds)
  const tables = Object.fromEntries(TABLES.map((name) => [name, new Table(state.journal, saved.tables[name] ?? [])]))
  Object.assign(state, tables, {
    height: saved.height,
    timeMs: saved.timeMs,
    live: saved.live,
    paramsHistory: saved.paramsHistory,
    givenHashes: saved.givenHashes,
    balanceLogs: new Map([...saved.balanceLogs].map(([address, log]) => [address, new BalanceLog(log)])),
  })
  for (const claim of state.claims.map.values()) {
    const keys = state.claimsByEnd.get(claim.sessionEndHeight) ?? new Set<string>()
    state.claimsByEnd.set(claim.sessionEndHeight, keys.add(claimKey(claim.sessionId, claim.operatorAddress)))
  }
  return { state, blocks: saved.blocks, keepBlocks: saved.keepBlocks ?? undefined }
}
