import { arch, homedir } from 'node:os'
import { parseArgs } from 'node:util'
import { systemClock } from '#main/adapters/system/clock.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { StartFiles } from '../start-files.ts'
import { AT_LOGIN } from './autostart.ts'
import { isLink, linkOf } from './links.ts'

/** What the shell knows of the world around it besides Electron; other ones in tests. */
export interface Outside {
  platform: NodeJS.Platform
  arch: string
  env: Record<string, string | undefined>
  home: string
  execPath: string
  clock: Clock
  /** One line of text for whoever started Hearth. */
  print(line: string): void
}

export function thisMachine(): Outside {
  return {
    platform: process.platform,
    arch: arch(),
    env: process.env,
    home: homedir(),
    execPath: process.execPath,
    clock: systemClock,
    print: (line) => void process.stdout.write(`${line}\n`),
  }
}

export interface StartOptions extends StartFiles {
  dataDir?: string | undefined
  /** Starts, looks whether everything is there, and ends. */
  smoke: boolean
  /** Where the outcome of that is written besides; Windows shows nobody what a window prints. */
  smokeReport?: string | undefined
  atLogin: boolean
  /** Screen of the link that Hearth was opened with. */
  link: string | undefined
}

/**
 * SECURITY: S1 switches that would take the sandbox, the same-origin rule or the confinement of a process away, or open a door into one; with one of them Hearth does not
 * start.
 */
export const REFUSED_SWITCHES = [
  'no-sandbox',
  'disable-gpu-sandbox',
  'disable-seccomp-filter-sandbox',
  'single-process',
  'no-zygote',
  'disable-web-security',
  'allow-file-access-from-files',
  'disable-site-isolation-trials',
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'load-extension',
  'js-flags',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
]

/** Chromium's own switches stand between ours, so that unknown ones are let through. */
export function readOptions(argv: string[]): StartOptions {
  // SECURITY: S9 a link comes from anywhere, and systems hand it over as an argument: with one, nothing else of the command line counts.
  if (argv.some(isLink)) return { smoke: false, atLogin: false, link: linkOf(argv) }
  const { values } = parseArgs({
    args: argv,
    strict: false,
    options: {
      'data-dir': { type: 'string' },
      engine: { type: 'string' },
      images: { type: 'string' },
      'local-rules': { type: 'string' },
      smoke: { type: 'boolean' },
      'smoke-report': { type: 'string' },
      [AT_LOGIN.slice(2)]: { type: 'boolean' },
    },
  })
  const text = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
  return {
    dataDir: text(values['data-dir']),
    engineEndpoint: text(values['engine']),
    imagesFile: text(values['images']),
    localRulesFile: text(values['local-rules']),
    smoke: values['smoke'] === true,
    smokeReport: text(values['smoke-report']),
    atLogin: values[AT_LOGIN.slice(2)] === true,
    link: undefined,
  }
}
