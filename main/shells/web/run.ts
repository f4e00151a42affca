import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { lockDataFolder, type DataFolderLock } from '#main/adapters/system/data-folder.ts'
import { createLog } from '#main/adapters/system/log.ts'
import type { App } from '#main/core/app-shape.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { Compose } from '../compose-options.ts'
import { defaultDataDir, refuseSharedFolder } from '../data-dir.ts'
import type { Locations } from '../locations.ts'
import { readStartFiles } from '../start-files.ts'
import { openBrowser } from './open-browser.ts'
import { readWebOptions, USAGE, type WebOptions } from './options.ts'
import { createWebShell, type WebShell } from './shell.ts'

/** A clean end takes seconds; after this the process goes anyway, with code 1. */
const STOP_LIMIT_MS = 15_000
/** npm and the terminal both hand on Ctrl-C: two within this time are one. */
const SECOND_SIGNAL_MS = 1_000

/**
 * Starts the headless shell and runs until a signal ends it; then sets the process's exit code.
 * @param argv without program and script @param compose the wiring @param places where page and style lie
 */
export async function runWeb(argv: string[], compose: Compose, places: Locations): Promise<void> {
  let app: App | undefined
  let shell: WebShell | undefined
  let lock: DataFolderLock | undefined
  try {
    const options = readWebOptions(argv)
    if (options.help) {
      process.stdout.write(USAGE)
      return
    }
    const dataDir = resolve(options.dataDir ?? defaultDataDir(process.platform, process.env, homedir()))
    await refuseSharedFolder(dataDir)
    // SECURITY: S13 one Hearth per data folder.
    lock = await lockDataFolder(dataDir)
    const log = createLog(join(dataDir, 'logs', 'shell.log'))
    const surfaceCss = await readFile(join(places.resourcesDir, 'surface', 'surface.css'))
    // The confirm port is known only once the listeners stand; no ticket is opened before.
    let confirmOrigin = ''
    app = await compose({
      dataDir,
      shell: 'web',
      surfaceUrl: (token) => `${confirmOrigin}/s/${token}`,
      ...(await readStartFiles(options)),
    })
    shell = await createWebShell({
      app,
      rendererDir: places.rendererDir,
      surfaceCss,
      host: '127.0.0.1',
      port: options.port,
      confirmPort: options.confirmPort,
      log,
    })
    confirmOrigin = shell.confirmOrigin
    endOnSignal(app, shell, lock)
    greet(shell, options)
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    process.exitCode = 1
    await Promise.allSettled([shell?.close(), app?.stop()])
    lock?.release()
    // A half-made app may hold the process open.
    setTimeout(() => process.exit(1), 2_000).unref()
  }
}

function greet(shell: WebShell, options: WebOptions): void {
  const interactive = process.stdin.isTTY && process.stdout.isTTY
  const again = (): void => void process.stdout.write(`A new link, good once, for ten minutes: ${shell.oneTimeLink()}\n`)
  if (process.platform !== 'win32') process.on('SIGUSR2', again)
  const link = shell.oneTimeLink()
  process.stdout.write(`Hearth is ready. Open once, within ten minutes: ${link}\n`)
  if (!interactive) return
  process.stdout.write('Enter: a new link. Ctrl-C: end Hearth.\n')
  process.stdin.on('data', again)
  if (options.open) openBrowser(link)
}

/** A signal, or the end of the process that started us, ends Hearth in order: no new requests, then core, then exit. */
function endOnSignal(app: App, shell: WebShell, lock: DataFolderLock): void {
  let firstAtMs: number | undefined
  const end = (): void => {
    if (firstAtMs !== undefined) {
      if (Date.now() - firstAtMs > SECOND_SIGNAL_MS) process.exit(130)
      return
    }
    firstAtMs = Date.now()
    setTimeout(() => {
      process.stderr.write('Hearth did not come to an orderly end in time. Nothing is lost: the next start picks up.\n')
      process.exit(1)
    }, STOP_LIMIT_MS).unref()
    Promise.all([shell.close(), app.stop()]).then(
      () => {
        lock.release()
        process.exit(0)
      },
      (error: unknown) => {
        process.stderr.write(`${sentenceOf(error)}\n`)
        process.exit(1)
      },
    )
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, end)
  // Set when main/start.cjs started us: its death, however sudden, is a signal too.
  if (process.connected) process.on('disconnect', end)
}

/** One line for the terminal. */
function sentenceOf(error: unknown): string {
  if (error instanceof HearthError && error.code === 'port-taken') {
    const { port, next } = error.detail
    return `Port ${port} is taken by another program. Try --port ${next}.`
  }
  if (error instanceof HearthError) return `Hearth cannot start: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
