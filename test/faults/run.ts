import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'
import { checkEngineLies } from './engine-lies.ts'
import { readWords } from './words.ts'
import type { Scenario } from './scenario.ts'
import { paymentScenario } from './payment.ts'
import { runOnOwnEngine } from './engine-outside.ts'
import { addFigures } from './engine-rounds.ts'
import { settingsScenario } from './settings.ts'
import { checkStoreDisk } from './store-disk.ts'
import { storeScenario } from './store.ts'
import { updatesScenario } from './updates.ts'
import { stopWarm } from './warm.ts'
import { vaultScenario } from './vault.ts'

/**
 * Kills the process at every fault point that the code names, once by each way that leads there (`--full`: many times), starts again and looks at what is left.
 * The points are read from the code, so that a new one without a scenario fails here. Beside that the app is killed at each step of its loop, its engine restarted and what it
 * made taken away (engine-rounds.ts), and the whole app on the real chain is stopped like a machine (restart.ts).
 * `npm run test:faults -- store vault settings payment updates disk engine engine-light restart reboot` runs only the named parts.
 */
function pointsInCode(): string[] {
  const found = new Set<string>()
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (entry.name.endsWith('.ts'))
        for (const match of readFileSync(path, 'utf8').matchAll(/faultPoint\('([^']+)'\)/g)) found.add(match[1] ?? '')
    }
  }
  walk(join(projectRoot, 'main'))
  return [...found].sort()
}

const OWN_ENGINE = ['engine-light', 'restart', 'reboot'] as const
const scenarios: Scenario[] = [storeScenario, vaultScenario, settingsScenario, paymentScenario, updatesScenario]
const parts: string[] = [...scenarios.map((scenario) => scenario.name), 'disk', 'engine', ...OWN_ENGINE]
const { full, named } = readWords(process.argv.slice(2), parts)
const isWanted = (name: string): boolean => named.length === 0 || named.includes(name)
const points = pointsInCode()
const GOAL_0 = new Set(['lost', 'doubled', 'notAsWanted', 'duplicateContainers', 'orphanVolumes', 'keyBytesOnDisk'])
let passed = 0
let failed = 0
let skipped = 0
let kills = 0
let lost = 0
let doubled = 0
/** Undefined while no scenario took its guard out. */
let doubledWithoutGuard: number | undefined
const report = (name: string, problem: string | undefined): void => {
  if (problem === undefined) {
    passed += 1
    console.log(`ok      ${name}`)
  } else {
    failed += 1
    console.log(`not ok  ${name}: ${problem}`)
  }
}
const skip = (name: string, why: string): void => {
  skipped += 1
  console.log(`skipped ${name}: ${why}`)
}

async function runScenario(scenario: Scenario): Promise<void> {
  await using world = await scenario.start()
  for (const point of points.filter((candidate) => scenario.owns(candidate))) {
    const rounds = full ? scenario.fullRounds : scenario.rounds(point)
    if (rounds === 0) report(point, 'no way is known that leads there')
    let next = 0
    const lane = async (): Promise<void> => {
      for (let round = next; round < rounds; round = next) {
        next += 1
        const outcome = await world.kill(point, round)
        kills += outcome.killed ? 1 : 0
        lost += outcome.lost
        doubled += outcome.doubled
        report(rounds === 1 ? point : `${point} #${round + 1}`, outcome.killed ? outcome.problem : 'was never reached')
      }
    }
    await Promise.all(Array.from({ length: scenario.lanes ?? 1 }, lane))
  }
  if (world.withoutGuard) {
    const shows = await world.withoutGuard()
    doubledWithoutGuard = (doubledWithoutGuard ?? 0) + shows
    report(
      `${scenario.name}: with the guard removed the loss shows`,
      shows > 0 ? undefined : 'nothing was doubled, so this test could not fail',
    )
  }
}

// Side by side: one waits for blocks while the others keep the processor busy. Each has files and keys of its own.
const ownEngines = OWN_ENGINE.filter(isWanted).map((part) =>
  runOnOwnEngine(part, full, { report, skip }).catch((error: unknown) => {
    report('what ends its engine ran to its end', reason(error))
    return {}
  }),
)
await Promise.all(
  scenarios
    .filter((scenario) => isWanted(scenario.name))
    .map((scenario) => runScenario(scenario).catch((error: unknown) => report(`${scenario.name} ran to its end`, reason(error)))),
)
stopWarm()
const orphans = points.filter((point) => !scenarios.some((scenario) => scenario.owns(point)))
report('every fault point has a scenario', orphans.length === 0 ? undefined : orphans.join(', '))
if (isWanted('disk')) await checkStoreDisk({ report, skip }).catch((error: unknown) => report('disk ran to its end', reason(error)))
if (isWanted('engine'))
  await checkEngineLies({ report, skip }, full).catch((error: unknown) => report('engine ran to its end', reason(error)))

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const engineFigures = addFigures(await Promise.all(ownEngines))
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
const reportFile = process.env['HEARTH_TEST_REPORT']
if (reportFile !== undefined) writeFileSync(reportFile, JSON.stringify({ passed, failed, skipped }))
/** A figure whose part did not run is no figure. */
const shown = Object.entries({
  points: points.length,
  ...(scenarios.some((scenario) => isWanted(scenario.name)) && { kills, lost, doubled }),
  doubledWithoutGuard,
  ...engineFigures,
}).flatMap(([name, value]) => (value === undefined ? [] : [[name, GOAL_0.has(name) ? { value, goal: 0 } : { value }]]))
console.log(JSON.stringify({ bench: 'faults', figures: Object.fromEntries(shown) }))
process.exitCode = failed === 0 ? 0 : 1
