import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { coolDown, readFirst, takeFirst } from '#main/adapters/sqlite/worker-link.ts'
import { claimDataFolder, type DataFolderLock } from '#main/adapters/system/data-folder.ts'
import { createLog } from '#main/adapters/system/log.ts'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { Compose } from '../compose-options.ts'
import { defaultDataDir, refuseSharedFolder, storeFile } from '../data-dir.ts'
import type { Locations } from '../locations.ts'
import { readStartFiles } from '../start-files.ts'
import { openAccess, type Access } from './access.ts'
import { givenCertificates, ownCertificates, type Certificates } from './certificates.ts'
import { lateApp } from './late-app.ts'
import { openBrowser } from './open-browser.ts'
import { readWebOptions, USAGE, type WebOptions } from './options.ts'
import { createWebShell, machineAddresses, machineNames, type WebShell } from './shell.ts'
import { resetSignIn, signInFile } from './sign-in-file.ts'
import { splitHost } from './site.ts'

/** A clean end takes seconds; after this the process goes anyway, with code 1. */
const STOP_LIMIT_MS = 15_000
/** npm and the terminal both hand on Ctrl-C: two within this time are one. */
const SECOND_SIGNAL_MS = 1_000

const SENTENCES = {
  reset:
    'The sign-in password, all sessions and all lock-outs are forgotten. Start Hearth and open the link that it prints. Keys, nodes and money were not touched.\n',
  nothingToReset: 'There was no sign-in password and no session to forget.\n',
  signIn: 'Sign in with the sign-in password. For a one-time link send this process SIGUSR2.\n',
  fingerprint: (text: string): string =>
    `Hearth made its own certificate. Compare what the browser shows with this SHA-256 fingerprint before you go on:\n  ${text}\n`,
  damaged: (path: string): string =>
    `The record of who may sign in was damaged and was put aside as ${path}. Nobody can sign in by password until one is set again: use a one-time link.\n`,
}

/**
 * Starts the headless shell and runs until a signal ends it; then sets the process's exit code.
 * @param argv without program and script @param compose the wiring @param places where page and style lie @param first a thread for the store that has come up already
 */
export async function runWeb(argv: string[], compose: Compose, places: Locations, first?: Worker): Promise<void> {
  if (first) takeFirst(first)
  let coming: Promise<App> | undefined
  let shell: WebShell | undefined
  let lock: DataFolderLock | undefined
  try {
    const options = readWebOptions(argv)
    if (options.help) {
      process.stdout.write(USAGE)
      coolDown()
      return
    }
    const dataDir = resolve(options.dataDir ?? defaultDataDir(process.platform, process.env, homedir()))
    await refuseSharedFolder(dataDir)
    // SECURITY: S13 one Hearth per data folder.
    const claimed = claimDataFolder(dataDir)
    lock = claimed
    if (!options.resetSignIn) readFirst(storeFile(dataDir))
    if (options.resetSignIn) {
      await claimed.held
      process.stdout.write((await resetSignIn(dataDir)) ? SENTENCES.reset : SENTENCES.nothingToReset)
      coolDown()
      lock.release()
      return
    }
    const log = createLog(join(dataDir, 'logs', 'shell.log'))
    // Before core starts: a certificate that cannot be used is told at once.
    if (options.tls.kind !== 'none') await claimed.held
    const certificates = options.tls.kind === 'none' ? undefined : await certificatesOf(options, dataDir, log)
    // The confirm port is known only once the listeners stand; no ticket is opened before.
    let confirmOrigin = ''
    const given = await readStartFiles(options)
    coming = claimed.held.then(() => compose({ dataDir, shell: 'web', surfaceUrl: (token) => `${confirmOrigin}/s/${token}`, ...given }))
    // What follows is done while core waits for the lock to be sure, and for its store.
    const late = lateApp(coming)
    const surfaceCss = await readFile(join(places.resourcesDir, 'surface', 'surface.css'))
    const signIns = signInFile(dataDir, Date.now)
    const access = await openAccess({
      now: Date.now,
      // SECURITY: S13 nothing is written before the folder is this process's alone, whoever comes to the door meanwhile.
      store: { load: () => signIns.load(), save: (record) => claimed.held.then(() => signIns.save(record)) },
      onError: (error) => log.error('the sign-in file could not be written', error),
    })
    shell = await createWebShell({
      app: late,
      access,
      rendererDir: places.rendererDir,
      surfaceCss,
      bind: options.bind,
      port: options.port,
      confirmPort: options.confirmPort,
      names: options.names,
      ...(certificates ? { certificates } : {}),
      ...(options.confirmName === undefined ? {} : { confirmName: options.confirmName }),
      ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
      log,
    })
    confirmOrigin = shell.confirmOrigin
    const { shell: open, lock: held } = { shell, lock }
    endOnSignal(late, open, held)
    // SECURITY: S13 nobody is let in before the folder is this process's alone. The page is fetched while the store is opened; what it asks waits for it.
    await claimed.held
    const link = welcome(open, access, options, certificates)
    const app = await coming
    app.joined?.catch((error: unknown) => {
      process.stderr.write(`${sentenceOf(error)}\n`)
      void Promise.allSettled([open.close(), app.stop()]).then(() => {
        held.release()
        process.exit(1)
      })
    })
    greet(open, options, link)
  } catch (error) {
    process.stderr.write(`${sentenceOf(error)}\n`)
    process.exitCode = 1
    coolDown()
    await Promise.allSettled([shell?.close(), coming?.then((app) => app.stop())])
    lock?.release()
    // A half-made app may hold the process open.
    setTimeout(() => process.exit(1), 2_000).unref()
  }
}

/** Says under which address Hearth comes up. @returns a link that opens it once; undefined where none may be written */
function welcome(shell: WebShell, access: Access, options: WebOptions, certificates: Certificates | undefined): string | undefined {
  // Whoever read this may be gone (a closed pipe): what was to be said is lost, and Hearth goes on.
  process.stdout.on('error', () => undefined)
  if (process.platform !== 'win32') process.on('SIGUSR2', () => sayNewLink(shell))
  if (access.damaged !== undefined) process.stderr.write(SENTENCES.damaged(access.damaged))
  if (options.tls.kind === 'own' && certificates) process.stdout.write(SENTENCES.fingerprint(certificates.fingerprint()))
  // SECURITY: S17 a link in the log of a service opens Hearth to whoever reads that log: none is written where there is a password.
  if (access.passwordSetAtMs() !== null && !isInteractive()) return undefined
  const link = shell.oneTimeLink()
  process.stdout.write(`Hearth starts. Open once, within ten minutes: ${link}\n`)
  return link
}

function greet(shell: WebShell, options: WebOptions, link: string | undefined): void {
  process.stdout.write(link === undefined ? `Hearth is ready: ${shell.url}\n${SENTENCES.signIn}` : 'Hearth is ready.\n')
  if (!isInteractive() || link === undefined) return
  process.stdout.write('Enter: a new link. Ctrl-C: end Hearth.\n')
  process.stdin.on('data', () => sayNewLink(shell))
  if (options.open) openBrowser(link)
}

const isInteractive = (): boolean => process.stdin.isTTY && process.stdout.isTTY
const sayNewLink = (shell: WebShell): void => void process.stdout.write(`A new link, good once, for ten minutes: ${shell.oneTimeLink()}\n`)

async function certificatesOf(options: WebOptions, dataDir: string, log: Log): Promise<Certificates | undefined> {
  const parts = { log, now: Date.now }
  switch (options.tls.kind) {
    case 'none':
      return undefined
    case 'given':
      return givenCertificates(options.tls.certFile, options.tls.keyFile, parts)
    case 'own': {
      const named = [...options.names, ...(options.confirmName === undefined ? [] : [options.confirmName])]
      const hosts = named.map((name) => (splitHost(name)?.hostname ?? name).replace(/^\[|\]$/g, ''))
      return ownCertificates(dataDir, [...new Set([...hosts, ...machineNames(), ...machineAddresses()])], parts)
    }
  }
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
