import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runLife, type Outcome, type Scenario } from './scenario.ts'

const PASSWORD = 'violet tractor seldom ink'
/** The files are written in this order by a life: the n-th passing of a point belongs to the n-th. */
const WRITES = ['rehearsal', 'vault', 'key'] as const

interface Answer {
  found: 'absent' | 'locked' | 'unlocked' | 'damaged'
  opens: boolean
  addresses: string[]
  application: string
}

/** The secret files: killed while one is written, the old one or the whole new one is there, and one more try gets to the end. */
export const vaultScenario: Scenario = {
  name: 'vault',
  owns: (point) => point.startsWith('vault.'),
  rounds: () => WRITES.length,
  fullRounds: 21,
  start() {
    const root = mkdtempSync(join(tmpdir(), 'hearth-faults-'))
    let run = 0
    return Promise.resolve({
      async kill(point: string, round: number): Promise<Outcome> {
        run += 1
        const folder = join(root, String(run))
        const secret = randomBytes(32).toString('hex')
        const life = async (task: 'look' | 'go', at = '', count = 1) => {
          const { killed, answer, output } = await runLife('vault-life.ts', [folder, PASSWORD, secret, task], at, count)
          return { killed, answer: answer as Answer | undefined, output }
        }
        const write = WRITES[round % WRITES.length] ?? 'vault'
        const first = await life('go', point, WRITES.indexOf(write) + 1)
        const problems: string[] = []
        const must = (what: string, good: boolean): void => void (good || problems.push(what))

        // After the rename the new file counts, before it the old one (or none).
        const isWritten = point === 'vault.file.renamed'
        const before = (await life('look')).answer
        const hasVault = write === 'key' || (write === 'vault' && isWritten)
        must(`found ${before?.found}, expected ${hasVault ? 'locked' : 'absent'}`, before?.found === (hasVault ? 'locked' : 'absent'))
        must('the vault does not open with its password', !hasVault || before?.opens === true)
        const keysBefore = before?.addresses.length ?? -1
        must(`${keysBefore} keys after the kill`, keysBefore === (write === 'key' && isWritten ? 1 : 0))
        must(
          'the identity file is half there',
          existsSync(join(folder, 'vault', 'rehearsal.json')) === (write !== 'rehearsal' || isWritten),
        )

        const second = await life('go')
        const third = await life('go')
        const keys = second.answer?.addresses ?? []
        must(`the next life failed: ${second.output.slice(-300)}`, second.answer !== undefined)
        must(`${keys.length} keys in the end`, keys.length === 1)
        must('the life after found other keys', JSON.stringify(third.answer?.addresses) === JSON.stringify(keys))
        must('the play-money identity changed', second.answer !== undefined && third.answer?.application === second.answer.application)
        const files = readdirSync(join(folder, 'vault')).sort()
        must(`files ${files.join(' ')}`, files.join(' ') === 'rehearsal.json vault.hearth')
        must(
          'a file that others may read',
          files.every((name) => (statSync(join(folder, 'vault', name)).mode & 0o077) === 0),
        )
        return {
          killed: first.killed,
          lost: keys.length === 0 || (hasVault && before?.opens !== true) ? 1 : 0,
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
