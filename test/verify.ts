/**
 * Everything that has to pass, in one command: `npm run verify`. Makes the machine ready, runs every suite
 * whatever the others did, and ends with a table, the list of what was absent, and the counts.
 * `npm run verify -- unit e2e` runs only the named suites.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expectedAbsent, prepareMachine, unexpectedlyMissing, type Machine } from './localnet/prepare.ts'
import { projectRoot } from './localnet/paths.ts'

/**
 * How a suite tells its counts. `vitest` and `playwright` by their JSON reports; `own`: the script writes
 * `{"passed":1,"failed":0,"skipped":0}` to the file named by HEARTH_TEST_REPORT; `none`: the suite counts as one.
 */
type Report = 'vitest' | 'playwright' | 'own' | 'none'
type Suite = { name: string; script: string; report: Report; limitMinutes: number }
type Counts = { passed: number; failed: number; skipped: number }
type Outcome = Counts & { name: string; ok: boolean; durationMs: number; note: string }

const SUITES: readonly Suite[] = [
  { name: 'typecheck', script: 'typecheck', report: 'none', limitMinutes: 5 },
  { name: 'lint', script: 'lint', report: 'none', limitMinutes: 5 },
  { name: 'format', script: 'format:check', report: 'none', limitMinutes: 5 },
  { name: 'lock', script: 'test:lock', report: 'none', limitMinutes: 1 },
  { name: 'build', script: 'build', report: 'none', limitMinutes: 5 },
  { name: 'unit', script: 'test:unit', report: 'vitest', limitMinutes: 20 },
  { name: 'contract', script: 'test:contract', report: 'vitest', limitMinutes: 20 },
  { name: 'migrations', script: 'test:migrations', report: 'vitest', limitMinutes: 10 },
  { name: 'faults', script: 'test:faults', report: 'own', limitMinutes: 30 },
  { name: 'security', script: 'test:security', report: 'own', limitMinutes: 20 },
  { name: 'electron', script: 'test:electron', report: 'own', limitMinutes: 5 },
  { name: 'e2e', script: 'e2e', report: 'playwright', limitMinutes: 20 },
  { name: 'localnet', script: 'test:localnet', report: 'own', limitMinutes: 30 },
  { name: 'drain', script: 'test:drain', report: 'own', limitMinutes: 15 },
]

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`
}

function readReport(report: Report, file: string): Counts | undefined {
  if (report === 'none' || !existsSync(file)) return undefined
  const content = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  const count = (value: unknown): number => (typeof value === 'number' ? value : 0)
  if (report === 'vitest') {
    return {
      passed: count(content['numPassedTests']),
      failed: count(content['numFailedTests']),
      skipped: count(content['numPendingTests']) + count(content['numTodoTests']),
    }
  }
  if (report === 'playwright') {
    const stats = (content['stats'] ?? {}) as Record<string, unknown>
    return {
      passed: count(stats['expected']) + count(stats['flaky']),
      failed: count(stats['unexpected']),
      skipped: count(stats['skipped']),
    }
  }
  return { passed: count(content['passed']), failed: count(content['failed']), skipped: count(content['skipped']) }
}

/** Runs one npm script with its output shown as it comes. Resolves to its exit code, or "time" when it took too long. */
async function runScript(suite: Suite, reportFile: string): Promise<number | 'time'> {
  // npm names its own program in this variable; "npm" alone would not be found on every system.
  const npm = process.env['npm_execpath']
  const command = npm === undefined ? ['npm'] : [process.execPath, npm]
  const args = ['run', '--silent', suite.script]
  if (suite.report === 'vitest') args.push('--', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`)
  if (suite.report === 'playwright') args.push('--', '--reporter=list,json')
  const [program = 'npm', ...before] = command
  return new Promise((resolve) => {
    const child = spawn(program, [...before, ...args], {
      cwd: projectRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
      // A group of its own, so that a suite that hangs can be ended with everything it started.
      detached: process.platform !== 'win32',
      env: {
        ...process.env,
        HEARTH_TEST_REPORT: reportFile,
        PLAYWRIGHT_JSON_OUTPUT_FILE: reportFile,
        PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile,
      },
    })
    const end = (): void => {
      if (child.pid === undefined) return
      try {
        process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      end()
    }, suite.limitMinutes * 60_000)
    const interrupted = (): void => {
      end()
      process.exit(130)
    }
    process.once('SIGINT', interrupted)
    process.once('SIGTERM', interrupted)
    const done = (code: number): void => {
      clearTimeout(timer)
      process.off('SIGINT', interrupted)
      process.off('SIGTERM', interrupted)
      resolve(isLate ? 'time' : code)
    }
    child.on('error', (error) => {
      console.log(error.message)
      done(-1)
    })
    child.on('close', (code) => done(code ?? -1))
  })
}

async function runSuite(suite: Suite, scripts: ReadonlySet<string>, folder: string): Promise<Outcome> {
  console.log(`\n== ${suite.name} (npm run ${suite.script})`)
  const failure = { name: suite.name, passed: 0, failed: 1, skipped: 0, ok: false }
  if (!scripts.has(suite.script)) return { ...failure, durationMs: 0, note: `no npm script ${suite.script}` }
  const reportFile = join(folder, `${suite.name}.json`)
  const begun = Date.now()
  const code = await runScript(suite, reportFile)
  const durationMs = Date.now() - begun
  if (code === 'time') return { ...failure, durationMs, note: `ended after ${String(suite.limitMinutes)} minutes` }
  const counts = readReport(suite.report, reportFile)
  const ok = code === 0 && (counts === undefined || counts.failed === 0)
  // A suite that says nothing of what it ran may have run nothing.
  if (suite.report !== 'none' && ok && (counts === undefined || counts.passed + counts.skipped === 0))
    return { ...failure, durationMs, note: counts === undefined ? 'told no counts' : 'ran nothing' }
  if (counts === undefined) return { ...failure, passed: ok ? 1 : 0, failed: ok ? 0 : 1, ok, durationMs, note: '' }
  // A runner can fail without a failed test, such as at a file that does not load: that is one failure.
  const failed = ok ? 0 : Math.max(1, counts.failed)
  return { name: suite.name, ...counts, failed, ok, durationMs, note: code === 0 ? '' : `exit code ${String(code)}` }
}

async function prepare(): Promise<{ machine: Machine | undefined; outcome: Outcome }> {
  console.log('== machine (npm run test:prepare)')
  const begun = Date.now()
  const outcome: Outcome = { name: 'machine', passed: 1, failed: 0, skipped: 0, ok: true, durationMs: 0, note: '' }
  let machine: Machine | undefined
  let problem = ''
  try {
    machine = await prepareMachine({ log: (line) => console.log(line) })
    for (const part of machine.missing) console.log(`absent: ${part.name}: ${part.why}`)
    const unexpected = unexpectedlyMissing(machine)
    // On somebody's own machine a part may be missing and is only named; a build machine has to have all of them.
    if (process.env['CI'] === 'true' && unexpected.length > 0) problem = `lacks ${unexpected.map((part) => part.name).join(', ')}`
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
    console.log(problem)
  }
  outcome.durationMs = Date.now() - begun
  if (problem !== '') Object.assign(outcome, { passed: 0, failed: 1, ok: false, note: problem })
  return { machine, outcome }
}

function printSummary(outcomes: readonly Outcome[], machine: Machine | undefined): void {
  console.log('\n== summary')
  for (const outcome of outcomes) {
    const counts = `${String(outcome.passed)} passed, ${String(outcome.failed)} failed${outcome.skipped > 0 ? `, ${String(outcome.skipped)} skipped` : ''}`
    const columns = [
      outcome.name.padEnd(11),
      (outcome.ok ? 'ok' : 'FAILED').padEnd(7),
      seconds(outcome.durationMs).padStart(9),
      counts,
      outcome.note,
    ]
    console.log(columns.join('  ').trimEnd())
  }
  const absent = machine?.missing ?? []
  const expected = new Map(expectedAbsent().map((part) => [part.name, part.why]))
  console.log(absent.length === 0 ? '\nnothing was absent' : '\nabsent here, so not tested here:')
  for (const part of absent) console.log(`  ${part.name}: ${expected.get(part.name) ?? `NOT EXPECTED: ${part.why}`}`)
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2)
  const unknown = wanted.filter((name) => !SUITES.some((suite) => suite.name === name))
  if (unknown.length > 0) {
    console.log(`no suite ${unknown.join(', ')}; there are ${SUITES.map((suite) => suite.name).join(', ')}`)
    process.exitCode = 2
    return
  }
  const { scripts = {} } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { scripts?: Record<string, string> }
  const names = new Set(Object.keys(scripts))
  const folder = mkdtempSync(join(tmpdir(), 'hearth-verify-'))
  const { machine, outcome } = await prepare()
  const outcomes = [outcome]
  for (const suite of SUITES) {
    if (wanted.length === 0 || wanted.includes(suite.name)) outcomes.push(await runSuite(suite, names, folder))
  }
  rmSync(folder, { recursive: true, force: true })
  printSummary(outcomes, machine)
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const each of outcomes) {
    passed += each.passed
    failed += each.failed
    skipped += each.skipped
  }
  console.log(`\n${String(passed)} passed, ${String(failed)} failed${skipped > 0 ? `, ${String(skipped)} skipped` : ''}`)
  if (outcomes.some((each) => !each.ok)) process.exitCode = 1
}

await main()
