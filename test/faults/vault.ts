import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runLife, type Outcome, type Scenario } from './scenario.ts'
import { createVaultSteps } from './vault-step.ts'

const PASSWORD = 'violet tractor seldom ink'
const NEXT_PASSWORD = 'quite another set of words'
/** The files are written in this order by a life: the n-th passing of a point belongs to the n-th. */
const WRITES = ['rehearsal', 'vault', 'tries', 'key', 'password', 'backup', 'unlock-key', 'second-wrap'] as const
/** After the rename every write is looked at; before it the old file stands whichever it is, so the points share the writes among them. */
const LAST_POINT = 'vault.file.renamed'
const FIRST_WRITE: Record<string, number> = { 'vault.file.created': 0, 'vault.file.written': 4, 'vault.file.synced': 2 }

interface Answer {
  found: 'absent' | 'locked' | 'unlocked' | 'damaged'
  opens: 'old' | 'new' | 'none' | 'both'
  addresses: string[]
  application: string
  wholeBackups: number
  brokenBackups: number
  unattended: string
}

/** The secret files: killed while one is written, the old one or the whole new one is there, and one more try gets to the end. */
export const vaultScenario: Scenario = {
  name: 'vault',
  owns: (point) => point.startsWith('vault.'),
  rounds: (point) => (point === LAST_POINT ? WRITES.length : 4),
  fullRounds: 13 * WRITES.length,
  start() {
    const root = mkdtempSync(join(tmpdir(), 'hearth-faults-'))
    let run = 0
    const killStep = createVaultSteps(root)
    return Promise.resolve({
      async kill(point: string, round: number): Promise<Outcome> {
        // A whole life by each way; beyond that one step of it, which is cheap enough to be killed a hundred times.
        if (round >= vaultScenario.rounds(point)) return killStep(point, round)
        run += 1
        const folder = join(root, String(run))
        const secret = randomBytes(32).toString('hex')
        const life = async (task: 'look' | 'go', at = '', count = 1) => {
          const { killed, answer, output } = await runLife('vault-life.ts', [folder, PASSWORD, secret, task, NEXT_PASSWORD], at, count)
          return { killed, answer: answer as Answer | undefined, output }
        }
        const write = WRITES[(round + (FIRST_WRITE[point] ?? 0)) % WRITES.length] ?? 'vault'
        const first = await life('go', point, WRITES.indexOf(write) + 1)
        const problems: string[] = []
        const must = (what: string, good: boolean): void => void (good || problems.push(what))

        // After the rename the new file counts, before it the old one (or none).
        const isWritten = point === LAST_POINT
        const isAfter = (other: (typeof WRITES)[number]): boolean => WRITES.indexOf(write) > WRITES.indexOf(other)
        const isDone = (other: (typeof WRITES)[number]): boolean => isAfter(other) || (write === other && isWritten)
        const before = (await life('look')).answer
        const hasVault = isDone('vault')
        must(`found ${before?.found}, expected ${hasVault ? 'locked' : 'absent'}`, before?.found === (hasVault ? 'locked' : 'absent'))
        // The old password or the new one: never neither.
        const opens = !hasVault ? 'none' : isDone('password') ? 'new' : 'old'
        must(`opens with ${before?.opens}, expected ${opens}`, before?.opens === opens)
        const keysBefore = before?.addresses.length ?? -1
        must(`${keysBefore} keys after the kill`, keysBefore === (isDone('key') ? 1 : 0))
        must('the identity file is half there', existsSync(join(folder, 'vault', 'rehearsal.json')) === isDone('rehearsal'))
        must(`${before?.wholeBackups} whole backups`, (before?.wholeBackups ?? 0) === (isDone('backup') ? 1 : 0))
        must(`${before?.brokenBackups} files that look like a backup and are none`, (before?.brokenBackups ?? 0) === 0)
        const alone = isDone('second-wrap') ? 'open' : hasVault ? 'unlock-not-set' : 'vault-absent'
        must(`alone: ${before?.unattended}, expected ${alone}`, before?.unattended === alone)

        const second = await life('go')
        const third = await life('go')
        const keys = second.answer?.addresses ?? []
        must(`the next life failed: ${second.output.slice(-300)}`, second.answer !== undefined)
        must(`${keys.length} keys in the end`, keys.length === 1)
        must(`the last life failed: ${third.output.slice(-300)}`, third.answer !== undefined)
        must('the life after found other keys', JSON.stringify(third.answer?.addresses) === JSON.stringify(keys))
        must('the life after opens with another password', third.answer?.opens === 'new')
        must('the life after does not open alone', third.answer?.unattended === 'open')
        must('the play-money identity changed', second.answer !== undefined && third.answer?.application === second.answer.application)
        const files = readdirSync(join(folder, 'vault')).sort()
        must(`files ${files.join(' ')}`, files.join(' ') === 'rehearsal.json unlock.key vault.hearth')
        must(
          'a file that others may read',
          files.every((name) => (statSync(join(folder, 'vault', name)).mode & 0o077) === 0),
        )
        return {
          killed: first.killed,
          lost: keys.length === 0 || (hasVault && before?.opens !== opens) ? 1 : 0,
          doubled: Math.max(0, keys.length - 1),
          problem: problems.length === 0 ? undefined : problems.join('; '),
        }
      },
      [Symbol.asyncDispose]() {
        rmSync(root, { recursive: true, force: true })
        return Promise.resolve()
      },
    })
  },
}
