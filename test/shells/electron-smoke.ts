/**
 * Starts Hearth in a real Electron and lets it look whether everything is there: the core, the page in its sandbox, the key process.
 *
 * node test/shells/electron-smoke.ts [program]
 *
 * Without a program, the one that came with the packages is used; where there is none this says so and ends well: it is on the list of what may be absent
 * (test/expected-absent.json, `electron-binary`). Needs a display, or xvfb-run on Linux, and no root: as root Electron runs only without its sandbox.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram, projectRoot } from '../localnet/paths.ts'

const LIMIT_MS = 150_000

export interface SmokeOutcome {
  kind: 'ok' | 'failed' | 'absent'
  text: string
}

/** @returns Electron's program as its package fetched it, undefined where it did not */
export function electronProgram(root: string): string | undefined {
  const folder = join(root, 'node_modules', 'electron')
  const name = existsSync(join(folder, 'path.txt')) ? readFileSync(join(folder, 'path.txt'), 'utf8') : undefined
  const program = name === undefined ? undefined : join(folder, 'dist', name)
  return program !== undefined && existsSync(program) ? program : undefined
}

/** What a report says. Anything but a whole "ok" is a failure, whatever the process said at its end. */
export function judgeReport(text: string | undefined, exitCode: number | null): SmokeOutcome {
  let report: Record<string, unknown>
  try {
    report = JSON.parse(text ?? '') as Record<string, unknown>
  } catch {
    return { kind: 'failed', text: `no report, exit code ${String(exitCode)}` }
  }
  const isWhole = report['smoke'] === 'ok' && report['core'] === true && report['sandboxedPage'] === true && report['keyProcess'] === true
  return { kind: isWhole && exitCode === 0 ? 'ok' : 'failed', text: `${JSON.stringify(report)}, exit code ${String(exitCode)}` }
}

/** Runs one. @param program of Electron, from sources, or of a packaged Hearth (`packaged`) */
export async function smoke(program: string, packaged: boolean): Promise<SmokeOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-electron-smoke-'))
  const report = join(folder, 'report.json')
  try {
    const own = [...(packaged ? [] : [join(projectRoot, 'dist', 'main', 'index.js')]), '--smoke', `--smoke-report=${report}`]
    const xvfb = process.platform === 'linux' && !process.env['DISPLAY'] ? findProgram('xvfb-run') : undefined
    const child = spawn(xvfb ?? program, xvfb === undefined ? own : ['-a', program, ...own], { stdio: ['ignore', 'inherit', 'inherit'] })
    const exitCode = await new Promise<number | null>((resolve) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
      child.on('error', () => resolve(-1))
      child.on('exit', (code) => {
        clearTimeout(timer)
        resolve(code)
      })
    })
    return judgeReport(existsSync(report) ? readFileSync(report, 'utf8') : undefined, exitCode)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function main(): Promise<void> {
  const named = process.argv[2]
  const program = named ?? electronProgram(projectRoot)
  let outcome: SmokeOutcome
  if (program === undefined) outcome = { kind: 'absent', text: 'electron-binary: node_modules/electron holds no program' }
  else {
    if (named === undefined) {
      const built = spawnSync(process.execPath, [join(projectRoot, 'main', 'build.ts')], { stdio: 'inherit' })
      if (built.status !== 0) throw new Error('the build failed')
    }
    outcome = await smoke(program, named !== undefined)
  }
  console.log(`${outcome.kind}: ${outcome.text}`)
  const reportFile = process.env['HEARTH_TEST_REPORT']
  if (reportFile !== undefined)
    writeFileSync(
      reportFile,
      JSON.stringify({
        passed: outcome.kind === 'ok' ? 1 : 0,
        failed: outcome.kind === 'failed' ? 1 : 0,
        skipped: outcome.kind === 'absent' ? 1 : 0,
      }),
    )
  process.exitCode = outcome.kind === 'failed' ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
