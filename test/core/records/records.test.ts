import { describe, expect, it } from 'vitest'
import { createRecordCare } from '#main/core/records/care.ts'
import { due } from '#main/core/records/daily.ts'
import type { Ageing, CopyFacts, RecordFacts, Records } from '#main/core/ports/records.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createSettings } from '#main/core/settings/settings.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTasks } from '#main/core/tasks/tasks.ts'
import { HearthError } from '#shared/api/errors.ts'
import { requests } from '#shared/api/requests.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'

const DAY_MS = 86_400_000
const START_MS = 1_700_000_000_000
const NAME = 'hearth-20260101T000000000Z-v20.db'

const copyFact = (fields: Partial<CopyFacts> = {}): CopyFacts => ({
  name: NAME,
  chosen: false,
  atMs: START_MS,
  bytes: 7,
  version: 20,
  ...fields,
})
const facts = (fields: Partial<RecordFacts> = {}): RecordFacts => ({
  folder: '/data',
  storeBytes: 1,
  logBytes: 2,
  metricsBytes: 3,
  backupBytes: 7,
  freeBytes: 1e9,
  chosenFolder: undefined,
  chosenReady: false,
  chosenSameDisk: false,
  copies: [],
  pending: undefined,
  ...fields,
})

/** Files that are only pretended; `fail` makes the next copies of a place fail. */
async function setup() {
  const clock = createTestClock(START_MS)
  const log = createTestLog()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: null, startedAtMs: 1, notice: null }),
    clock,
  )
  const tasks = createTasks(state, clock, log)
  const calls: string[] = []
  const fail = new Map<string, Error>()
  let known = facts()
  let release: (() => void) | undefined
  const records: Records = {
    facts: () => Promise.resolve(known),
    setAside: () => Promise.resolve({ path: '/aside' }),
    async copy(where, course) {
      calls.push(`copy ${where}`, `kept ${course?.daysKept}`)
      const failure = fail.get(where)
      if (failure) throw failure
      for (let done = 0; done <= 1_000; done += 1) course?.onProgress?.(done, 1_000)
      if (release !== undefined)
        await new Promise<void>((resolve, reject) => {
          release = resolve
          course?.signal?.addEventListener('abort', () => reject(new HearthError('cancelled')))
        })
      const made = copyFact({ chosen: where === 'chosen', atMs: clock.now() })
      known = { ...known, copies: [made, ...known.copies] }
      return made
    },
    check: ({ name }) => (name === NAME ? Promise.resolve() : Promise.reject(new HearthError('store-damaged', { reason: 'copy-damaged' }))),
    chooseFolder: (path) => {
      known = { ...known, chosenFolder: path }
      return Promise.resolve()
    },
    planRestore: ({ name, chosen }) => {
      known = { ...known, pending: { name, chosen, askedAtMs: clock.now() } }
      return Promise.resolve()
    },
    cancelRestore: () => {
      known = { ...known, pending: undefined }
      return Promise.resolve()
    },
    export: (folder, course) => {
      course?.onProgress?.(5, 5)
      return Promise.resolve({ folder: `${folder}/hearth-export`, rows: 5 })
    },
  }
  const settings = new Map<string, string>()
  /** Rows by age in days, and free pages. */
  let old = 5_000
  let free = 2_500
  const store: Ageing = {
    setting: (key) => Promise.resolve(settings.get(key)),
    setSetting: (key, value) => Promise.resolve(void settings.set(key, value)),
    addActivity: () => Promise.resolve(),
    prune: ({ limit, relayResultsMs, activityMs }) => {
      calls.push(`prune ${(clock.now() - relayResultsMs) / DAY_MS} ${(clock.now() - activityMs) / DAY_MS}`)
      const gone = Math.min(old, limit)
      old -= gone
      return Promise.resolve({ relayResults: gone, activity: 0 })
    },
    vacuum: (maxPages) => {
      calls.push('vacuum')
      const freed = Math.min(free, maxPages)
      free -= freed
      return Promise.resolve({ freedPages: freed, leftPages: free, pageBytes: 4_096 })
    },
  }
  const written: string[] = []
  const chosen = await createSettings({ store, state, log, version: '1' })
  const care = createRecordCare({ records, store, settings: chosen, tasks, clock, log, activity: (text) => void written.push(text) })
  return {
    chosen,
    clock,
    log,
    state,
    tasks,
    care,
    calls,
    fail,
    written,
    settings,
    hold: () => (release = () => undefined),
    set: (fields: Partial<RecordFacts>) => (known = { ...known, ...fields }),
  }
}

describe('every day', () => {
  it('copies once a day, to the chosen folder too, and not in the first minute', async () => {
    const { clock, care, calls, chosen, set } = await setup()
    await chosen.set({ copyHour: new Date(START_MS).getHours() })
    const stop = new AbortController()
    const running = care.run(stop.signal)
    await clock.advance(59_000)
    expect(calls).toEqual([])
    set({ chosenFolder: '/stick' })
    await clock.advance(3 * DAY_MS)
    const copies = calls.filter((call) => call.startsWith('copy'))
    expect(copies.filter((call) => call === 'copy beside').length).toBe(3)
    expect(copies.filter((call) => call === 'copy chosen').length).toBe(3)
    stop.abort()
    await running
  })

  it('is due once the chosen hour has come, or when the newest copy is of a time to come', () => {
    const clockTime = (hour: number, minute: number, daysBefore = 0): number => new Date(2026, 5, 15 - daysBefore, hour, minute).getTime()
    const at = (atMs: number, chosen = false) => copyFact({ atMs, chosen })
    const beside = (atMs: number, now: number, hour = 3): string[] => due({ copies: [at(atMs)], chosenFolder: undefined }, now, hour)
    const now = clockTime(3, 5)
    expect(due({ copies: [], chosenFolder: undefined }, now, 3)).toEqual(['beside'])
    expect(beside(clockTime(2, 59), now)).toEqual(['beside'])
    expect(beside(clockTime(3, 0), now)).toEqual([])
    // Before the hour, yesterday's counts; a PC that was off at the hour makes up for it.
    expect(beside(clockTime(3, 1, 1), clockTime(2, 59))).toEqual([])
    expect(beside(clockTime(2, 59, 1), clockTime(2, 59))).toEqual(['beside'])
    expect(beside(clockTime(3, 1, 1), clockTime(20, 0))).toEqual(['beside'])
    expect(beside(clockTime(3, 1, 1), clockTime(20, 0), 21)).toEqual(['beside'])
    expect(beside(clockTime(21, 1, 1), clockTime(20, 0), 21)).toEqual([])
    expect(beside(now + 1, now)).toEqual(['beside'])
    expect(due({ copies: [at(now)], chosenFolder: '/stick' }, now, 3)).toEqual(['chosen'])
    expect(due({ copies: [at(now), at(now, true)], chosenFolder: '/stick' }, now, 3)).toEqual([])
  })

  it('keeps as many as the user chose, in each place', async () => {
    const { care, calls, chosen, tasks } = await setup()
    await chosen.set({ copiesKept: 9, copiesKeptElsewhere: 40 })
    await care.handlers['records.backup']({ where: 'beside' })
    await tasks.settled()
    await care.handlers['records.backup']({ where: 'chosen' })
    await tasks.settled()
    expect(calls.filter((call) => call.startsWith('kept'))).toEqual(['kept 9', 'kept 40'])
  })

  it('tells once that a place fails, goes on trying and looking after the rest, and forgets it when it works again', async () => {
    const { clock, care, calls, fail, written, set } = await setup()
    set({ chosenFolder: '/stick' })
    fail.set('chosen', new HearthError('folder-invalid', { reason: 'missing' }))
    const stop = new AbortController()
    const running = care.run(stop.signal)
    await clock.advance(4 * 3_600_000)
    expect(written).toEqual(['records-not-copied-chosen'])
    expect(calls.filter((call) => call === 'copy chosen').length).toBe(4)
    expect(calls.some((call) => call.startsWith('prune'))).toBe(true)
    const status = await care.handlers['records.status']({})
    expect(status.failures).toMatchObject([{ where: 'chosen', code: 'folder-invalid', detail: { reason: 'missing' } }])
    fail.delete('chosen')
    await clock.advance(3_600_000)
    expect((await care.handlers['records.status']({})).failures).toEqual([])
    stop.abort()
    await running
  })

  it('an unexpected failure is logged and the next day comes', async () => {
    const { clock, care, calls, fail, log } = await setup()
    fail.set('beside', new Error('odd'))
    const stop = new AbortController()
    const running = care.run(stop.signal)
    await clock.advance(2 * 3_600_000)
    expect(calls.filter((call) => call === 'copy beside').length).toBe(2)
    expect(log.lines.some((line) => line.level === 'error')).toBe(true)
    expect((await care.handlers['records.status']({})).failures).toMatchObject([{ code: 'internal' }])
    stop.abort()
    await running
  })

  it('removes old rows in pieces once a day, by what the user chose, and gives the room back', async () => {
    const { clock, care, calls } = await setup()
    await care.handlers['records.setRetention']({ relayResultsDays: 10, activityDays: 40 })
    const stop = new AbortController()
    const running = care.run(stop.signal)
    await clock.advance(5 * 3_600_000)
    expect(calls.filter((call) => call.startsWith('prune'))).toEqual(['prune 10 40', 'prune 10 40', 'prune 10 40'])
    expect(calls.filter((call) => call === 'vacuum')).toHaveLength(3)
    stop.abort()
    await running
  })
})

describe('the requests', () => {
  it('status fits its schema and says when each copy was last read through', async () => {
    const { care, clock, set } = await setup()
    set({
      copies: [copyFact(), copyFact({ name: 'other.db', chosen: true })],
      chosenFolder: '/stick',
      pending: { name: NAME, chosen: false, askedAtMs: 5 },
    })
    await clock.advance(5_000)
    await care.handlers['records.check']({ name: NAME, chosen: false })
    await expect(care.handlers['records.check']({ name: 'other.db', chosen: true })).rejects.toMatchObject({ code: 'store-damaged' })
    const status = requests['records.status'].output.parse(await care.handlers['records.status']({}))
    expect(status.copies).toMatchObject([
      { ok: true, checkedAtMs: START_MS + 5_000, atMs: START_MS },
      { ok: false, checkedAtMs: START_MS + 5_000 },
    ])
    expect(status.retention).toEqual({ relayResultsDays: 90, activityDays: 730 })
    expect(status.pending).toEqual({ name: NAME, chosen: false, askedAtMs: 5 })
  })

  it('a backup is a task with progress, a result and a cancel', async () => {
    const { care, tasks, state, written, hold } = await setup()
    const { taskId } = await care.handlers['records.backup']({ where: 'beside' })
    await tasks.settled()
    expect(state.state.tasks[taskId]).toMatchObject({
      status: 'done',
      done: 1_000,
      total: 1_000,
      facts: { name: NAME, bytes: '7', where: 'beside' },
    })
    expect(written).toEqual(['records-copied'])
    hold()
    const second = await care.handlers['records.backup']({ where: 'beside' })
    await new Promise((resolve) => setImmediate(resolve))
    tasks.cancel(second.taskId)
    await tasks.settled()
    expect(state.state.tasks[second.taskId]?.status).toBe('cancelled')
    expect(written).toEqual(['records-copied'])
  })

  it('an export is a task that ends with its folder; a restore waits for the next start', async () => {
    const { care, tasks, state, written } = await setup()
    const { taskId } = await care.handlers['records.export']({ folder: '/out' })
    await tasks.settled()
    expect(state.state.tasks[taskId]).toMatchObject({ status: 'done', facts: { folder: '/out/hearth-export', rows: '5' } })
    await care.handlers['records.restore']({ name: NAME, chosen: false })
    expect((await care.handlers['records.status']({})).pending).toMatchObject({ name: NAME })
    await care.handlers['records.cancelRestore']({})
    expect((await care.handlers['records.status']({})).pending).toBeNull()
    await care.handlers['records.chooseFolder']({ path: '/stick' })
    expect((await care.handlers['records.status']({})).chosenFolder).toBe('/stick')
    await care.handlers['records.chooseFolder']({ path: null })
    expect((await care.handlers['records.status']({})).chosenFolder).toBeNull()
    expect(written).toEqual(['records-exported', 'records-restore-asked', 'records-folder', 'records-folder'])
  })

  it('retention is a setting like any other, and what an earlier version kept is taken over once', async () => {
    const { care, chosen, settings, clock } = await setup()
    settings.set('records-retention', '{"relayResultsDays":12,"activityDays":60}')
    const stop = new AbortController()
    const running = care.run(stop.signal)
    await clock.advance(1)
    expect([chosen.get('keepRelayResultsDays'), chosen.get('keepActivityDays'), settings.get('records-retention')]).toEqual([12, 60, ''])
    await care.handlers['records.setRetention']({ relayResultsDays: 20, activityDays: 70 })
    expect([chosen.get('keepRelayResultsDays'), chosen.get('keepActivityDays')]).toEqual([20, 70])
    stop.abort()
    await running
  })

  it('retention has a floor, and nonsense on disk means the standard', async () => {
    const { care, settings } = await setup()
    expect(requests['records.setRetention'].input.safeParse({ relayResultsDays: 0, activityDays: 40 }).success).toBe(false)
    expect(requests['records.setRetention'].input.safeParse({ relayResultsDays: 9, activityDays: 3 }).success).toBe(false)
    settings.set('records-retention', '{"relayResultsDays":-1}')
    expect((await care.handlers['records.status']({})).retention).toEqual({ relayResultsDays: 90, activityDays: 730 })
  })
})
