import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runLife, type Outcome, type Scenario } from './scenario.ts'

const WAYS = ['set', 'import', 'reset'] as const
const STANDARD = '[5,2,10]'
const CHANGED = '[11,11,11]'

/** Settings that are changed together: killed around the write, all of them changed or none did, and one more try gets to the end. */
export const settingsScenario: Scenario = {
  name: 'settings',
  owns: (point) => point.startsWith('settings.'),
  rounds: () => WAYS.length,
  fullRounds: 21,
  start() {
    const root = mkdtempSync(join(tmpdir(), 'hearth-faults-settings-'))
    let run = 0
    return Promise.resolve({
      async kill(point: string, round: number): Promise<Outcome> {
        run += 1
        const folder = join(root, String(run))
        const way = WAYS[round % WAYS.length] ?? 'set'
        const life = async (task: 'look' | 'go', how: string, at = '') => {
          const { killed, answer, output } = await runLife('settings-life.ts', [folder, task, how], at)
          return { killed, said: JSON.stringify(answer), output }
        }
        const before = way === 'reset' ? CHANGED : STANDARD
        const after = way === 'reset' ? STANDARD : CHANGED
        const prepared = await life('go', 'set')
        if (way !== 'reset') await life('go', 'reset')
        const first = await life('go', way, point)
        const found = await life('look', way)
        const expected = point === 'settings.after-write' ? after : before
        const again = await life('go', way)
        const problems = [
          ...(prepared.said === undefined ? [`the first life failed: ${prepared.output.slice(-300)}`] : []),
          ...(found.said === expected ? [] : [`found ${found.said}, expected ${expected}`]),
          ...(again.said === after ? [] : [`one more try ended in ${again.said}`]),
        ]
        return {
          killed: first.killed,
          lost: found.said === expected ? 0 : 1,
          doubled: 0,
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
