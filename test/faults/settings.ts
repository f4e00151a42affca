import { cpSync, mkdtempSync, rmSync } from 'node:fs'
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
  fullRounds: 60,
  start() {
    const root = mkdtempSync(join(tmpdir(), 'hearth-faults-settings-'))
    let run = 0
    const templates = new Map<string, Promise<string>>()
    /** A folder in which the settings were changed in this way, made once and copied. */
    const template = (way: (typeof WAYS)[number]): Promise<string> => {
      const known = templates.get(way)
      if (known) return known
      const folder = join(root, `after-${way}`)
      const making = runLife('settings-life.ts', [folder, 'go', way]).then(({ answer, output }) => {
        if (answer === undefined) throw new Error(`${way}: ${output.slice(-300)}`)
        return folder
      })
      templates.set(way, making)
      return making
    }
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
        cpSync(await template(way === 'reset' ? 'set' : 'reset'), folder, { recursive: true })
        const first = await life('go', way, point)
        const found = await life('look', way)
        const expected = point === 'settings.after-write' ? after : before
        const again = await life('go', way)
        const problems = [
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
