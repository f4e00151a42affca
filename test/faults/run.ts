import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'
import type { Scenario } from './scenario.ts'
import { paymentScenario } from './payment.ts'
import { storeScenario } from './store.ts'
import { vaultScenario } from './vault.ts'

/**
 * Kills the process at every fault point that the code names, once each (`--full`: many times), starts again and looks at what is left.
 * The points are read from the code, so that a new one without a scenario fails here.
 */
function pointsInCode(): string[] {
  const found = new Set<string>()
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (/\.ts$/.test(entry.name)) for (const match of readFileSync(path, 'utf8').matchAll(/faultPoint\('([^']+)'\)/g)) found.add(match[1] ?? '')
    }
  }
  walk(join(projectRoot, 'main'))
  return [...found].sort()
}

const full = process.argv.includes('--full')
const scenarios: Scenario[] = [storeScenario, vaultScenario, paymentScenario]
const points = pointsInCode()
let passed = 0
let failed = 0
let kills = 0
let lost = 0
let doubled = 0
const report = (name: string, problem: string | undefined): void => {
  if (problem === undefined) {
    passed += 1
    console.log(`ok      ${name}`)
  } else {
    failed += 1
    console.log(`not ok  ${name}: ${problem}`)
  }
}

let guardRemovedShows = 0
for (const scenario of scenarios) {
  const own = points.filter((point) => scenario.owns(point))
  await using world = await scenario.start()
  for (const point of own) {
    for (let round = 0; round < (full ? scenario.fullRounds : 1); round += 1) {
      const outcome = await world.kill(point, round)
      kills += outcome.killed ? 1 : 0
      lost += outcome.lost
      doubled += outcome.doubled
      report(`${point}${full ? ` #${round + 1}` : ''}`, !outcome.killed ? 'was never reached' : (outcome.problem ?? undefined))
    }
  }
  if (world.withoutGuard) {
    const shows = await world.withoutGuard()
    guardRemovedShows += shows
    report(`${scenario.name}: with the guard removed the loss shows`, shows > 0 ? undefined : 'nothing was doubled, so this test could not fail')
  }
}
const orphans = points.filter((point) => !scenarios.some((scenario) => scenario.owns(point)))
report('every fault point has a scenario', orphans.length === 0 ? undefined : orphans.join(', '))

console.log(`\n${passed} passed, ${failed} failed`)
console.log(
  JSON.stringify({
    bench: 'faults',
    figures: { points: { value: points.length }, kills: { value: kills }, lost: { value: lost, goal: 0 }, doubled: { value: doubled, goal: 0 }, doubledWithoutGuard: { value: guardRemovedShows } },
  }),
)
process.exitCode = failed === 0 ? 0 : 1

