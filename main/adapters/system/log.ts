import { randomBytes } from 'node:crypto'
import { chmodSync, closeSync, constants, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import { systemClock } from './clock.ts'
import { redactFact, redactText } from './redact.ts'

const MAX_FILE_BYTES = 2 * 1024 * 1024
const FILES = 5
const MAX_TEXT = 4_000
const MAX_CAUSES = 4

type Facts = Record<string, string | number | boolean>

export interface LogOptions {
  clock?: Clock
  /** Size at which a new file is begun, and how many files there are in all. */
  maxFileBytes?: number
  files?: number
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)} [cut]` : text
}

function cleanFacts(facts: Facts): Facts {
  return Object.fromEntries(
    Object.entries(facts).map(([key, value]) => {
      const clean = redactFact(key, value)
      return [key, typeof clean === 'string' ? cut(clean) : clean]
    }),
  )
}

/** An error with its causes, oldest last. Only known fields: an arbitrary object may hold anything. */
function describeCause(cause: unknown, depth = 0): object {
  if (!(cause instanceof Error)) return { value: cut(redactText(typeof cause === 'string' ? cause : typeof cause)) }
  return {
    name: cause.name,
    message: cut(redactText(cause.message)),
    ...('code' in cause && typeof cause.code === 'string' ? { code: cause.code } : {}),
    ...(cause instanceof HearthError ? { detail: cleanFacts(cause.detail) } : {}),
    ...(cause.stack === undefined ? {} : { stack: cut(redactText(cause.stack)) }),
    ...(cause.cause !== undefined && depth < MAX_CAUSES ? { cause: describeCause(cause.cause, depth + 1) } : {}),
  }
}

/**
 * A log of JSON lines `{at, level, message, ...}`; `path` is the newest file, `path.1` the one before it, and so on.
 * Written at once, so that the last line before a crash is there. A full or broken disk loses lines and never stops the application.
 */
export function createLog(path: string, options: LogOptions = {}): Log & { close(): void } {
  const { clock = systemClock, maxFileBytes = MAX_FILE_BYTES, files = FILES } = options
  let descriptor: number | undefined
  let size = 0

  function openFile(): void {
    // SECURITY: S19 nobody else on this machine reads the log, and a link laid in its place is not followed.
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    if (process.platform !== 'win32') chmodSync(dirname(path), 0o700)
    descriptor = openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600)
    if (process.platform !== 'win32') chmodSync(path, 0o600)
    ;({ size } = fstatSync(descriptor))
  }

  function rotate(): void {
    if (descriptor !== undefined) closeSync(descriptor)
    descriptor = undefined
    rmSync(`${path}.${files - 1}`, { force: true })
    for (let index = files - 2; index >= 0; index -= 1) {
      try {
        renameSync(index === 0 ? path : `${path}.${index}`, `${path}.${index + 1}`)
      } catch {
        // No such file yet.
      }
    }
    openFile()
  }

  function write(level: 'info' | 'warn' | 'error', message: string, rest: object): void {
    const line = Buffer.from(
      `${JSON.stringify({ at: new Date(clock.now()).toISOString(), level, message: cut(redactText(message)), ...rest })}\n`,
    )
    try {
      if (descriptor === undefined) openFile()
      if (size > 0 && size + line.length > maxFileBytes) rotate()
      if (descriptor === undefined) return
      writeSync(descriptor, line)
      size += line.length
    } catch {
      if (descriptor === undefined) return
      try {
        closeSync(descriptor)
      } catch {
        // It was not open any more.
      }
      descriptor = undefined
    }
  }

  return {
    info: (message, facts = {}) => write('info', message, { facts: cleanFacts(facts) }),
    warn: (message, facts = {}) => write('warn', message, { facts: cleanFacts(facts) }),
    error(message, cause, facts = {}) {
      const ref = randomBytes(5).toString('hex')
      write('error', message, { ref, facts: cleanFacts(facts), cause: describeCause(cause) })
      return ref
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}
