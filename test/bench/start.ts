/**
 * How long Hearth takes to be there, beside the least that could be: a bare Node server with a blank page of React, built and run in the same minutes, in turn.
 * `readyRatio`: from a cold process to the page and the first snapshot of the state. `firstPaintRatio`: first paint of Home, with three years of data, in Chromium with nothing
 * in its cache. `residentMB`: memory of Hearth's process then.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '#test/localnet/engine.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { buildBlankPage } from './start/blank-page.ts'
import { openBrowser, paint, type Painted } from './start/paint.ts'
import { startBare, startHearth, type Started } from './start/programs.ts'
import { fillThreeYears } from './start/three-years.ts'

const STARTS = 9
const PAINTS = 9
/** What Home shows of three years: the bars of what was earned. */
const HOME = 'main .fig'

/** As main/start.cjs, the systemd unit and the image start it. */
const AS_STARTED = ['--disable-sigusr1', '--max-semi-space-size=2', 'dist/main/web.js']
const FROM_SOURCES = ['--disable-sigusr1', '--max-semi-space-size=2', 'main/web.ts']

/** Other work only ever adds time: the middle of the better half is the program's own. */
const typical = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 4)] ?? Number.NaN
const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits

const dataDir = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
const blank = await buildBlankPage()
try {
  await promisify(execFile)(process.execPath, [join(projectRoot, 'main', 'build.ts')], { cwd: projectRoot })
  const rows = await fillThreeYears(dataDir)
  console.log(`three years: ${rows.claims} claims, ${rows.movements} movements`)

  // In turn, so that what else the machine does hits all alike; the first of each fills the caches of the system and does not count.
  const programs: Record<string, () => Promise<Started>> = {
    bare: async () => startBare(blank.server, blank.root, await freePort()),
    hearth: () => startHearth(AS_STARTED, dataDir),
    sources: () => startHearth(FROM_SOURCES, dataDir),
  }
  const readyMs: Record<string, number[]> = {}
  for (let turn = 0; turn <= STARTS; turn += 1)
    for (const [name, start] of Object.entries(programs)) {
      const program = await start()
      if (turn > 0) (readyMs[name] ??= []).push(program.readyMs)
      await program.stop()
    }
  const ready = (name: string): number => typical(readyMs[name] ?? [])
  for (const name of Object.keys(programs)) console.log(`ready, ${name}: ${round(ready(name))} ms`)

  const bare = await startBare(blank.server, blank.root, await freePort())
  const hearth = await startHearth(AS_STARTED, dataDir)
  const browser = await openBrowser()
  const painted: { blank: Painted[]; home: Painted[] } = { blank: [], home: [] }
  for (let turn = 0; turn <= PAINTS; turn += 1) {
    const [one, other] = [await paint(browser, bare, 'main h1'), await paint(browser, hearth, HOME)]
    if (turn > 0) painted.blank.push(one)
    if (turn > 0) painted.home.push(other)
  }
  await browser.close()
  const residentMB = await hearth.residentMB()
  await Promise.all([bare.stop(), hearth.stop()])
  const first = (list: Painted[]): number => typical(list.map((one) => one.firstMs))
  const screen = (list: Painted[]): number => typical(list.map((one) => one.screenMs))
  console.log(`first paint: blank ${round(first(painted.blank))} ms, Home ${round(first(painted.home))} ms`)
  console.log(`the screen itself: blank ${round(screen(painted.blank))} ms, Home ${round(screen(painted.home))} ms`)
  console.log(
    JSON.stringify({
      bench: 'start',
      figures: {
        readyRatio: { value: round(ready('hearth') / ready('bare'), 1), goal: 2 },
        readySourcesRatio: { value: round(ready('sources') / ready('bare'), 1) },
        firstPaintRatio: { value: round(first(painted.home) / first(painted.blank), 1), goal: 2 },
        homeRatio: { value: round(screen(painted.home) / screen(painted.blank), 1) },
        residentMB: { value: round(residentMB), goal: 150 },
      },
    }),
  )
} finally {
  await blank.remove()
  await rm(dataDir, { recursive: true, force: true })
}
