/**
 * `npm run test:security`: every test of the project `security`. With `--full` also breaks each row of the hardening table on purpose, in a copy of the project, and sees that
 * this row's test fails of it and no other row's; then sends 100,000 hostile messages at the real app. Parts may be named instead, and then only they run, with the row's own
 * test alone and 5,000 messages unless `--full` is there too: `node test/security/run.ts S5 S17`, `node test/security/run.ts hostile --full`.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readWords } from '#test/faults/words.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { codeLines, fuzz, memoryInUse, newTally, type Tally } from './fuzz/fuzz.ts'
import { PRACTICE_HOSTILE_ONLY, startServingApp } from './fuzz/practice-app.ts'
import { HOSTILE_ONLY, startFuzzedApp } from './fuzz/real-app.ts'
import { ROWS, type Row } from './rows.ts'
import { makeScratchTree, type ScratchTree } from './scratch-tree.ts'

/** With the slash: the name is a beginning, and the table's own test has nothing to do here. */
const ROWS_FOLDER = 'test/security/rows/'
const SIDE_BY_SIDE = 2
const SEED = 20_261
const { full, named } = readWords(process.argv.slice(2), [...ROWS.map((row) => row.id), 'hostile'])
const isPlain = !full && named.length === 0
const rows = ROWS.filter((row) => !isPlain && (named.length === 0 || named.includes(row.id)))
const isHostile = !isPlain && (named.length === 0 || named.includes('hostile'))
let passed = 0
let failed = 0
let skipped = 0
const report = (name: string, problem: string | undefined): void => {
  if (problem === undefined) passed += 1
  else failed += 1
  console.log(problem === undefined ? `ok      ${name}` : `not ok  ${name}: ${problem}`)
}

/** The tests of the project, shown as they run and counted one by one. */
function runProject(): void {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-security-'))
  const file = join(folder, 'report.json')
  const words = ['run', '--project', 'security', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  try {
    const { status } = spawnSync(process.execPath, [join('node_modules', 'vitest', 'vitest.mjs'), ...words], {
      cwd: projectRoot,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    const told = JSON.parse(readFileSync(file, 'utf8')) as Record<
      'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests',
      number
    >
    passed += told.numPassedTests
    failed += told.numFailedTests
    skipped += told.numPendingTests + told.numTodoTests
    // A file that does not load is a failure without a failed test.
    if (status !== 0 && told.numFailedTests === 0) report('the tests of the project', `ended with ${String(status)}`)
  } catch (error) {
    report('the tests of the project', error instanceof Error ? error.message : String(error))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns why the row cannot be said to be held by its test; undefined when it can */
async function breakRow(tree: ScratchTree, row: Row, before: Set<string>): Promise<string | undefined> {
  const mend = await tree.breakIt(row.breakage)
  try {
    const news = [...(await tree.typecheck(row.breakage.file))].filter((line) => !before.has(line))
    if (news.length > 0) return `broken, it does not compile: ${news[0]}`
    const outcomes = await tree.test(full ? [ROWS_FOLDER] : [`${ROWS_FOLDER}${row.test}`])
    const own = outcomes.find((outcome) => outcome.file === row.test)
    if (!own) return 'its test did not run'
    if (own.failed === 0) return own.passed === 0 ? 'its test does not load' : 'broken, and its test passes all the same'
    const others = outcomes.filter((outcome) => outcome.file !== row.test && outcome.failed > 0)
    return others.length === 0 ? undefined : `broken, ${others.map((outcome) => outcome.file).join(', ')} failed too`
  } finally {
    await mend()
  }
}

/** @returns how many rows' tests pass, and how many of them fail when the row is broken */
async function breakRows(): Promise<{ covered: number; held: number }> {
  const trees = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, makeScratchTree))
  try {
    const [first] = trees
    if (!first) return { covered: 0, held: 0 }
    let covered = 0
    const whole = await first.test(rows.length === ROWS.length ? [ROWS_FOLDER] : rows.map((row) => `${ROWS_FOLDER}${row.test}`))
    for (const row of rows) {
      const own = whole.find((outcome) => outcome.file === row.test)
      const isCovered = own !== undefined && own.failed === 0 && own.passed > 0
      if (isCovered) covered += 1
      report(`${row.id} unbroken`, isCovered ? undefined : (own?.says ?? 'its test did not run'))
    }
    const waiting = [...rows]
    let held = 0
    await Promise.all(
      trees.map(async (tree) => {
        const known = new Map<string, Set<string>>()
        for (let row = waiting.shift(); row; row = waiting.shift()) {
          const part = row.breakage.file.split('/').slice(0, 2).join('/')
          const before = known.get(part) ?? (await tree.typecheck(row.breakage.file))
          known.set(part, before)
          const problem = await breakRow(tree, row, before).catch((error: unknown) =>
            error instanceof Error ? error.message : String(error),
          )
          if (problem === undefined) held += 1
          report(`${row.id} broken (${row.kind}): ${row.breakage.file}`, problem)
        }
      }),
    )
    return { covered, held }
  } finally {
    await Promise.all(trees.map((tree) => tree.remove()))
  }
}

async function sendHostile(): Promise<{ tally: Tally; growthMB: number }> {
  const messages = full ? 100_000 : 5_000
  const fuzzed = await startFuzzedApp()
  try {
    const tally = newTally()
    await fuzz(fuzzed.inProcess, { messages: 500, seed: SEED, hostileOnly: HOSTILE_ONLY }, newTally())
    const before = memoryInUse()
    await fuzz(fuzzed.inProcess, { messages: Math.round(messages * 0.7), seed: SEED + 1, hostileOnly: HOSTILE_ONLY }, tally)
    await fuzz(fuzzed.socket, { messages: Math.round(messages * 0.2), seed: SEED + 2, hostileOnly: HOSTILE_ONLY }, tally)
    const growthMB = (memoryInUse() - before) / (1024 * 1024)
    // Behind the first questions, too: a supplier that serves. Apart from the figure of memory, since a chain grows while it runs.
    const serving = await startServingApp()
    try {
      const course = { messages: Math.round(messages * 0.1), seed: SEED + 3, hostileOnly: PRACTICE_HOSTILE_ONLY, known: serving.known }
      await fuzz(serving.line, course, tally)
    } finally {
      await serving.stop()
    }
    console.log(codeLines(tally).join('\n'))
    report('hostile messages are refused', tally.accepted.length === 0 ? undefined : tally.accepted.slice(0, 10).join('\n  '))
    report('every refusal says something', tally.internal.length === 0 ? undefined : tally.internal.slice(0, 10).join('\n  '))
    return { tally, growthMB }
  } finally {
    await fuzzed.stop()
  }
}

if (isPlain || (full && named.length === 0)) runProject()
const { covered, held } = rows.length === 0 ? { covered: 0, held: 0 } : await breakRows()
const hostile = isHostile ? await sendHostile() : undefined
if (hostile && hostile.tally.slow.size > 0)
  console.log(`answers that took over a second: ${JSON.stringify(Object.fromEntries(hostile.tally.slow))}`)
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
const reportFile = process.env['HEARTH_TEST_REPORT']
if (reportFile !== undefined) writeFileSync(reportFile, JSON.stringify({ passed, failed, skipped }))
const rowFigures = {
  rowsCovered: { value: covered, goal: ROWS.length },
  rowsUnit: { value: rows.filter((row) => row.kind === 'unit').length },
  rowsReal: { value: rows.filter((row) => row.kind === 'real').length },
  rowsThatFailWhenBroken: { value: held, goal: ROWS.length },
}
const hostileFigures = hostile && {
  hostileMessages: { value: hostile.tally.messages },
  hostileAccepted: { value: hostile.tally.accepted.length, goal: 0 },
  memoryGrowthMB: { value: Math.round(hostile.growthMB * 10) / 10 },
}
if (!isPlain) console.log(JSON.stringify({ bench: 'security', figures: { ...(rows.length === 0 ? {} : rowFigures), ...hostileFigures } }))
process.exitCode = failed === 0 ? 0 : 1
