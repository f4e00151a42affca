import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, findProgram } from './paths.ts'

const VERSION = 'v2.40.3'
const MODULE = 'github.com/docker/compose/v2'

/**
 * Docker Compose as a program of its own: the cached one, or built once as a Go tool (three minutes on two cores); Debian has none that knows today's compose files.
 * @returns its path, or undefined with the reason where it cannot be had
 */
export function composeTool(log: (line: string) => void): { path: string } | { missing: string } {
  const folder = join(cacheFolder(), `compose-${VERSION.slice(1)}`)
  const path = join(folder, 'docker-compose')
  if (existsSync(path)) return { path }
  const go = findProgram('go', ['/usr/local/go/bin'])
  if (go === undefined) return { missing: 'Docker Compose is not here, and neither is Go to build it' }
  log(`building Docker Compose ${VERSION}`)
  const work = join(folder, 'build')
  mkdirSync(work, { recursive: true })
  writeFileSync(join(work, 'go.mod'), 'module hearth.test/compose\n\ngo 1.24\n')
  try {
    // A module with `exclude` lines cannot be installed by its name, only built as a tool of another.
    execFileSync(go, ['get', '-tool', `${MODULE}/cmd@${VERSION}`], { cwd: work, stdio: 'ignore' })
    execFileSync(go, ['build', '-p', '1', '-o', path, `${MODULE}/cmd`], { cwd: work, stdio: 'ignore' })
  } catch (error) {
    return { missing: `Docker Compose could not be built: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}` }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return { path }
}

export interface CommandResult {
  code: number
  out: string
}

/** Runs a program to its end. @returns exit code and both streams together, in the order in which they came */
export async function runCommand(
  program: string,
  args: readonly string[],
  options: { cwd: string; env: Record<string, string>; input?: string; timeoutMs?: number },
): Promise<CommandResult> {
  const child = spawn(program, args, { cwd: options.cwd, env: { ...process.env, ...options.env }, stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 90_000)
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(127))
    child.once('close', (ended) => resolve(ended ?? 1))
  })
  clearTimeout(timer)
  return { code, out }
}

/** The commands of a page in Markdown, in order, by the heading above them. */
export function commandsOf(markdown: string): { heading: string; line: string }[] {
  let heading = ''
  let isShell = false
  return markdown.split('\n').flatMap((line) => {
    if (line.startsWith('```')) isShell = line === '```sh'
    else if (!isShell && line.startsWith('#')) heading = line.replace(/^#+ /, '')
    else if (isShell && line !== '') return [{ heading, line }]
    return []
  })
}
