import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { listBackups, markPath } from '#main/adapters/sqlite/backup.ts'
import { runLife, type Outcome, type Scenario } from './scenario.ts'
import { compareRows, readRows } from '#test/adapters/sqlite/file-rows.ts'

type Task = 'fill' | 'bulk' | 'upgrade' | 'copy' | 'export' | 'restore' | 'cure'
/** A way that leads past a point: what the killed life does, and when the point was passed for the n-th time. */
type Way = { task: Task; count: number }
const once = (...tasks: Task[]): Way[] => tasks.map((task) => ({ task, count: 1 }))

const WAYS: [RegExp, Way[]][] = [
  [/^store\.create\./, once('fill')],
  [/^store\.block\./, [1, 5, 11].map((count) => ({ task: 'fill' as const, count }))],
  [/^store\.blocks\./, [1, 2, 4].map((count) => ({ task: 'bulk' as const, count }))],
  // Making a store runs the steps of the schema too; an upgrade runs two of them.
  [
    /^store\.migration\.(before|after)-commit$/,
    [...once('fill'), { task: 'fill', count: 2 }, { task: 'upgrade', count: 1 }, { task: 'upgrade', count: 2 }],
  ],
  [/^store\.migration\./, once('upgrade')],
  [/^store\.backup\./, once('upgrade', 'copy')],
  [/^store\.export\./, once('export')],
  [/^store\.restore\./, once('restore', 'cure')],
]
const waysOf = (point: string): Way[] => WAYS.find(([pattern]) => pattern.test(point))?.[1] ?? []

/** Creation, reading of blocks, upgrade, copy, export, restore and cure of the store: killed anywhere, the next life ends with the rows of an undisturbed one. */
export const storeScenario: Scenario = {
  name: 'store',
  owns: (point) => point.startsWith('store.') && !point.startsWith('store.intent.'),
  rounds: (point) => waysOf(point).length,
  fullRounds: 26,
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
    /** What the way needs before it begins. */
    const prepare = async (task: Task, file: string): Promise<void> => {
      if (task === 'fill' || task === 'bulk') return
      await must('fill', file)
      if (task === 'restore') await must('upgrade', file)
      if (task === 'export') mkdirSync(exportFolder(file))
      if (task !== 'cure') return
      await must('copy', file)
      damage(file)
    }

    return {
      async kill(point, round): Promise<Outcome> {
        const ways = waysOf(point)
        const way = ways[round % ways.length]
        if (!way) return { killed: false, lost: 0, doubled: 0 }
        const file = fresh()
        await prepare(way.task, file)
        const more = way.task === 'export' ? [exportFolder(file)] : []
        const first = await runLife('store-life.ts', [way.task, file, ...more], point, way.count)
        const problems: string[] = []

        if (point === 'store.restore.between-renames') {
          // Between the renames there is no store: a plain start must say so and not begin an empty one.
          const looked = await runLife('store-life.ts', ['look', file])
          if (!isRefusal(looked.answer, 'missing')) problems.push(`a plain start answered ${looked.output.slice(-200)}`)
          if (existsSync(file)) problems.push('a plain start made a store')
        } else if (point.startsWith('store.block.')) {
          // Before anything is tried again: whole blocks, and every one whose transaction had ended.
          problems.push(...differences(await filledWith(way.count - (point.endsWith('.after-commit') ? 0 : 1)), readRows(file)))
        } else if (point.startsWith('store.blocks.')) {
          const batches = way.count - (point.endsWith('.after-commit') ? 0 : 1)
          problems.push(...differences(await filledWith(Math.min(3 * batches, 11)), readRows(file)))
        } else if (way.task === 'upgrade') {
          const now = readRows(file)
          const { missing } = compareRows(
            filled.filter((row) => !row.startsWith('cursors')),
            now,
          )
          if (missing > 0) problems.push(`right after the kill ${missing} rows missing`)
          if (point !== 'store.backup.before-check' && compareRows(filled, readRows(listBackups(file)[0] ?? '')).missing > 0)
            problems.push('the copy before the upgrade is not whole')
        } else if (way.task === 'copy' || way.task === 'export') {
          // A kill beside the store must not touch it.
          problems.push(...differences(filled, readRows(file)))
        }
        await must(way.task, file, ...more)
        if (way.task === 'copy' && compareRows(filled, readRows(listBackups(file)[0] ?? '')).missing > 0)
          problems.push('the copy is not whole')
        if (way.task === 'export') {
          const made = readdirSync(exportFolder(file))
          const lines = made.map(
            (name) =>
              readFileSync(join(exportFolder(file), name, 'hearth.jsonl'), 'utf8')
                .trimEnd()
                .split('\n').length,
          )
          // The views of the export stand for claims and movements; names are in them.
          const wanted = filled.filter((row) => !row.startsWith('names ')).length
          if (made.length !== 1 || lines[0] !== wanted)
            problems.push(`exported ${made.join(' ')} with ${lines.join(' ')} of ${wanted} rows`)
        }

        const { missing, extra } = compareRows(way.task === 'upgrade' ? upgraded : filled, withoutNote(readRows(file)))
        const left = readdirSync(join(file, '..')).filter((name) => /\.(new|tmp|restoring|building)$/.test(name))
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

const exportFolder = (file: string): string => `${dirname(file)}-exports`

/** Garbage in the middle, as a failing disk leaves it. */
function damage(file: string): void {
  const bytes = readFileSync(file)
  const page = Math.floor(bytes.length / 8_192) * 4_096
  writeFileSync(file, bytes.fill(0xa5, page, page + 4_096))
}

/** A restore leaves a note of itself. */
const withoutNote = (rows: string[]): string[] => rows.filter((row) => !row.startsWith('settings ["store-restored"'))

function differences(wanted: string[], found: string[]): string[] {
  const { missing, extra } = compareRows(wanted, found)
  return missing + extra > 0 ? [`right after the kill ${missing} rows missing, ${extra} too many`] : []
}

const isDone = (answer: unknown): boolean => typeof answer === 'object' && answer !== null && 'done' in answer
const isRefusal = (answer: unknown, reason: string): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  'code' in answer &&
  answer.code === 'store-damaged' &&
  'reason' in answer &&
  answer.reason === reason
