import type { RequestOutput } from '#shared/api/requests.ts'
import type { TaskState } from '#shared/api/state.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

type Status = RequestOutput<'records.status'>

const copyName = (atMs: number): string => `hearth-${new Date(atMs).toISOString().replaceAll(/[-:.]/g, '')}-v20.db`

/** Two places with copies, one of them damaged, a second place that is ready. */
export function recordStatus(now: number, fields: Partial<Status> = {}): Status {
  const copy = (atMs: number, chosen: boolean, ok = true): Status['copies'][number] => ({
    name: copyName(atMs),
    chosen,
    atMs,
    bytes: 56_100_000 - Math.round((now - atMs) / 1_000),
    version: 20,
    checkedAtMs: atMs,
    ok,
  })
  const first = now - 3 * HOUR_MS
  return {
    folder: '/home/ada/.local/share/hearth',
    storeBytes: 56_100_000,
    logBytes: 4_120_000,
    metricsBytes: 9_400_000,
    backupBytes: 279_000_000,
    freeBytes: 1_712_000_000_000,
    chosenFolder: '/media/ada/stick/hearth',
    chosenReady: true,
    chosenSameDisk: false,
    copies: [
      copy(first, true),
      copy(first - 60_000, false),
      copy(first - DAY_MS, false),
      copy(first - 2 * DAY_MS, false, false),
      copy(first - 3 * DAY_MS, false),
      copy(first - 4 * DAY_MS, true),
      copy(first - 5 * DAY_MS, true),
    ],
    pending: null,
    failures: [],
    retention: { relayResultsDays: 90, activityDays: 730 },
    ...fields,
  }
}

export function recordTask(now: number, kind: 'records-backup' | 'records-export', fields: Partial<TaskState> = {}): TaskState {
  return {
    id: `${kind}-1`,
    kind,
    status: 'running',
    startedAtMs: now - 4_000,
    endedAtMs: null,
    cancellable: true,
    steps: [],
    pulls: [],
    done: 61_000,
    total: 240_000,
    lastLine: '',
    facts: {},
    error: null,
    ...fields,
  }
}
