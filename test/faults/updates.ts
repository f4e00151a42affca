import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runLife, type Outcome, type Scenario } from './scenario.ts'

/** Stages that are written and images that are set on each way, so that every one of them is a round. */
const REACHED: Record<string, { good: number; broken: number }> = {
  'updates.fetched': { good: 1, broken: 1 },
  'updates.stage-written': { good: 4, broken: 3 },
  'updates.pinned': { good: 2, broken: 2 },
}
const ENDS = { good: '["done","new,new",1]', broken: '["rolled-back","old,old",1]' }

/** An update of node and miner, killed at every step of its way there and of its way back: the next start goes on to the same end, and it was one update. */
export const updatesScenario: Scenario = {
  name: 'updates',
  owns: (point) => point.startsWith('updates.'),
  rounds: (point) => (REACHED[point]?.good ?? 0) + (REACHED[point]?.broken ?? 0),
  fullRounds: 20,
  start() {
    const root = mkdtempSync(join(tmpdir(), 'hearth-faults-updates-'))
    let run = 0
    return Promise.resolve({
      async kill(point: string, round: number): Promise<Outcome> {
        run += 1
        const folder = join(root, String(run))
        const ways = REACHED[point] ?? { good: 1, broken: 0 }
        const at = round % (ways.good + ways.broken)
        const way = at < ways.good ? 'good' : 'broken'
        const first = await runLife('updates-life.ts', [folder, way], point, (at < ways.good ? at : at - ways.good) + 1)
        const again = await runLife('updates-life.ts', [folder, way])
        const said = JSON.stringify(again.answer)
        const rows = Array.isArray(again.answer) ? Number(again.answer[2]) : 0
        return {
          killed: first.killed,
          lost: said === ENDS[way] ? 0 : 1,
          doubled: Math.max(0, rows - 1),
          problem: said === ENDS[way] ? undefined : `${way}: ended in ${said} ${again.output.slice(-300)}`,
        }
      },
      [Symbol.asyncDispose]() {
        rmSync(root, { recursive: true, force: true })
        return Promise.resolve()
      },
    })
  },
}
