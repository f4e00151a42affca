import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listBackups, markPath } from '#main/adapters/sqlite/backup.ts'
import { runLife, type Outcome, type Scenario } from './scenario.ts'
import { compareRows, readRows } from './store-rows.ts'

type Task = 'fill' | 'upgrade' | 'restore'
/** A way that leads past a point: what the killed life does, and when the point was passed for the n-th time. */
type Way = { task: Task; count: number }

const WAYS: [RegExp, Way[]][] = [
  [/^store\.create\./, [{ task: 'fill', count: 1 }]],
  [
    /^store\.block\./,
    [
      { task: 'fill', count: 1 },
      { task: 'fill', count: 5 },
      { task: 'fill', count: 11 },
    ],
  ],
  // Making a store runs the steps of the schema too; an upgrade runs two of them.
  [
    /^store\.migration\.(before|after)-commit$/,
    [
      { task: 'fill', count: 1 },
      { task: 'upgrade', count: 1 },
      { task: 'upgrade', count: 2 },
    ],
  ],
  [/^store\.migration\./, [{ task: 'upgrade', count: 1 }]],
  [
    /^store\.backup\./,
    [
      { task: 'fill', count: 1 },
      { task: 'upgrade', count: 1 },
    ],
  ],
  [/^store\.restore\./, [{ task: 'restore', count: 1 }]],
]
const waysOf = (point: string): Way[] => WAYS.find(([pattern]) => pattern.test(point))?.[1] ?? []

/** Creation, reading of blocks, upgrade, copy and restore of the store: killed anywhere, the next life ends with the rows of an undisturbed one. */
export const storeScenario: Scenario = {
  name: 'store',
  owns: (point) => point.startsWith('store.') && !point.startsWith('store.intent.'),
  rounds: (point) => waysOf(point).length,
  fullRounds: 20,
  async start() {
    const root = mkdtempSync(join(tmpdir(), 'hearth-faults-'))
    let run = 0
    const fresh = (): string => {
      run += 1
      const folder = join(root, String(run))
      mkdirSync(folder)
      return join(folder, 'hearth.db')
    }
    const must = async (task: Task | 'look', file: string, ...more: string[]): Promise<void> => {
      const { answer, output } = await runLife('store-life.ts', [task, file, ...more])
      if (!isDone(answer)) throw new Error(`${task}: ${output.slice(-400)}`)
    }
    const undisturbed = fresh()
    await must('fill', undisturbed)
    const filled = readRows(undisturbed)
    await must('upgrade', undisturbed)
    const upgraded = readRows(undisturbed)
    /** Rows of a life that read so many blocks and was closed. */
    const filledWith = async (blocks: number): Promise<string[]> => {
      const file = fresh()
      await must('fill', file, String(1 + blocks))
      return readRows(file)
    }

    return {
      async kill(point, round): Promise<Outcome> {
        const ways = waysOf(point)
        const way = ways[round % ways.length]
        if (!way) return { killed: false, lost: 0, doubled: 0 }
        const file = fresh()
        if (way.task !== 'fill') await must('fill', file)
        if (way.task === 'restore') await must('upgrade', file)
        const first = await runLife('store-life.ts', [way.task, file], point, way.count)
        const problems: string[] = []

        if (way.task === 'restore') {
          // Between the renames there is no store: a plain start must say so and not begin an empty one.
          const looked = await runLife('store-life.ts', ['look', file])
          if (!isRefusal(looked.answer, 'missing')) problems.push(`a plain start answered ${looked.output.slice(-200)}`)
          if (existsSync(file)) problems.push('a plain start made a store')
          await must('restore', file)
        } else if (point.startsWith('store.block.')) {
          // Before anything is tried again: whole blocks, and every one whose transaction had ended.
          const { missing, extra } = compareRows(await filledWith(way.count - (point.endsWith('.after-commit') ? 0 : 1)), readRows(file))
          if (missing + extra > 0) problems.push(`right after the kill ${missing} rows missing, ${extra} too many`)
        } else if (way.task === 'upgrade') {
          const now = readRows(file)
          const { missing } = compareRows(
            filled.filter((row) => !row.startsWith('cursors')),
            now,
          )
          if (missing > 0) problems.push(`right after the kill ${missing} rows missing`)
          // The first copy is made with the store, still empty; the one before the upgrade holds all.
          const kept = readRows(listBackups(file)[0] ?? '')
          if (point !== 'store.backup.before-check' && compareRows(filled, kept).missing > 0)
            problems.push('the copy before the upgrade is not whole')
        }
        if (way.task === 'upgrade') await must('upgrade', file)
        if (way.task === 'fill') await must('fill', file)

        const { missing, extra } = compareRows(way.task === 'upgrade' ? upgraded : filled, readRows(file))
        const left = readdirSync(join(file, '..')).filter((name) => /\.(new|tmp|restoring)$/.test(name))
        if (left.length > 0 || existsSync(markPath(file))) problems.push(`left behind: ${[...left, 'mark'].join(' ')}`)
        if (missing + extra > 0) problems.push(`${missing} rows missing, ${extra} too many`)
        return { killed: first.killed, lost: missing, doubled: extra, problem: problems.length === 0 ? undefined : problems.join('; ') }
      },
      [Symbol.asyncDispose]() {
        rmSync(root, { recursive: true, force: true })
        return Promise.resolve()
      },
    }
  },
}

const isDone = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'done' in answer
const isRefusal = (answer: unknown, reason: string): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  'code' in answer &&
  answer.code === 'store-damaged' &&
  'reason' in answer &&
  answer.reason === reason
