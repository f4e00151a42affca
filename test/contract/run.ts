import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '../localnet/paths.ts'

/**
 * `npm run test:contract`: every suite of a port, on what stands in and on the real thing, and whether both ran the same tests with the same result.
 * Ends with one JSON line; a difference fails the run.
 */
interface Report {
  testResults: { assertionResults: { ancestorTitles: string[]; title: string; status: string }[] }[]
}

/** Outermost titles of the suites: `engine contract: Docker`, `chain port: Practice`. */
const SUITE = /^(engine contract|chain port): (.+)$/
const STANDS_IN = /practi[cs]e|memory/i

const OUTPUT = '--outputFile.json='
const given = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'hearth-contract-'))
const wanted = given.find((argument) => argument.startsWith(OUTPUT))?.slice(OUTPUT.length)
const file = wanted ?? join(folder, 'report.json')
const reporters = wanted === undefined ? ['--reporter=default', '--reporter=json', `${OUTPUT}${file}`] : []
const vitest = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs')
const code = await new Promise<number>((resolve) => {
  const child = spawn(process.execPath, [vitest, 'run', '--project', 'contract', ...reporters, ...given], {
    cwd: projectRoot,
    stdio: 'inherit',
  })
  child.on('close', (exit) => resolve(exit ?? 1))
})
const report = JSON.parse(readFileSync(file, 'utf8')) as Report
rmSync(folder, { recursive: true, force: true })

/** Status by test, by implementation, by suite. */
const suites = new Map<string, Map<string, Map<string, string>>>()
for (const { ancestorTitles, title, status } of report.testResults.flatMap((each) => each.assertionResults)) {
  const [, suite, implementation] = SUITE.exec(ancestorTitles[0] ?? '') ?? []
  if (suite === undefined || implementation === undefined) continue
  const implementations = suites.get(suite) ?? new Map<string, Map<string, string>>()
  const tests = implementations.get(implementation) ?? new Map<string, string>()
  tests.set([...ancestorTitles.slice(1), title].join(' > '), status)
  suites.set(suite, implementations.set(implementation, tests))
}
let onFake = 0
let onReal = 0
const different: string[] = []
for (const [suite, implementations] of suites) {
  const all = [...implementations]
  const real = all.filter(([name]) => !STANDS_IN.test(name))
  const fake = all.filter(([name]) => STANDS_IN.test(name))
  onReal += real.reduce((sum, [, tests]) => sum + tests.size, 0)
  onFake += fake.reduce((sum, [, tests]) => sum + tests.size, 0)
  const [first] = real
  if (!first || fake.length === 0) {
    different.push(`${suite}: ran only on ${all.map(([name]) => name).join(', ')}`)
    continue
  }
  for (const [name, tests] of all) {
    for (const [test, status] of first[1])
      if (tests.get(test) !== status) different.push(`${suite}: ${name}: ${test}: ${tests.get(test) ?? 'not run'}`)
    for (const test of tests.keys()) if (!first[1].has(test)) different.push(`${suite}: ${name}: ${test}: only here`)
  }
}
for (const line of different) console.log(line)
console.log(
  JSON.stringify({
    bench: 'contract',
    figures: {
      suites: { value: suites.size },
      onFake: { value: onFake },
      onReal: { value: onReal },
      different: { value: different.length, goal: 0 },
    },
  }),
)
process.exitCode = code === 0 && different.length > 0 ? 1 : code
