import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '#test/localnet/paths.ts'

/**
 * `npm run test:engine`: the suite of the engine port on every engine, and whether each ran the same tests with the same result.
 * Ends with one JSON line; a difference, or an engine that is missing, fails the run.
 */
interface Report {
  testResults: { assertionResults: { ancestorTitles: string[]; title: string; status: string }[] }[]
}

/** What every engine must pass, and what only those can show that run containers. */
const SUITE = /^((?:real )?engine contract): (.+)$/
const ENGINES = ['Docker', 'Podman', 'Practice']
const REAL = ['Docker', 'Podman']

const folder = mkdtempSync(join(tmpdir(), 'hearth-engines-'))
const file = join(folder, 'report.json')
const vitest = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
const code = await new Promise<number>((resolve) => {
  const given = process.argv.slice(2)
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'contract', 'test/contract/engine', ...reporters, ...given], {
    cwd: projectRoot,
    stdio: 'inherit',
  })
  child.on('close', (exit) => resolve(exit ?? 1))
})
const report = JSON.parse(readFileSync(file, 'utf8')) as Report
rmSync(folder, { recursive: true, force: true })

/** Status by test, by engine, by suite. */
const suites = new Map<string, Map<string, Map<string, string>>>()
const parts = new Set<string>()
for (const { ancestorTitles, title, status } of report.testResults.flatMap((each) => each.assertionResults)) {
  const [, suite, engine] = SUITE.exec(ancestorTitles[0] ?? '') ?? []
  if (suite === undefined || engine === undefined) continue
  const engines = suites.get(suite) ?? new Map<string, Map<string, string>>()
  const tests = engines.get(engine) ?? new Map<string, string>()
  tests.set([...ancestorTitles.slice(1), title].join(' > '), status)
  suites.set(suite, engines.set(engine, tests))
  parts.add(`${suite} > ${ancestorTitles[1] ?? ''}`)
}
const different: string[] = []
for (const [suite, needed] of [
  ['engine contract', ENGINES],
  ['real engine contract', REAL],
] as const) {
  const engines = suites.get(suite) ?? new Map<string, Map<string, string>>()
  const all = new Set([...engines.values()].flatMap((tests) => [...tests.keys()]))
  if (all.size === 0) different.push(`${suite}: did not run`)
  for (const engine of needed) {
    const tests = engines.get(engine)
    if (!tests) different.push(`${suite}: did not run on ${engine}`)
    else
      for (const test of all)
        if (tests.get(test) !== 'passed') different.push(`${suite}: ${engine}: ${test}: ${tests.get(test) ?? 'not run'}`)
  }
}
const ran = ENGINES.filter((engine) => (suites.get('engine contract')?.get(engine)?.size ?? 0) > 0)
for (const line of different) console.log(line)
console.log(
  JSON.stringify({
    bench: 'engine-suites',
    figures: {
      suites: { value: parts.size },
      tests: { value: [...suites.values()].flatMap((engines) => [...engines.values()]).reduce((sum, tests) => sum + tests.size, 0) },
      engines: { value: ran.length, goal: 3 },
      different: { value: different.length, goal: 0 },
    },
  }),
)
process.exitCode = code !== 0 || different.length > 0 ? 1 : 0
