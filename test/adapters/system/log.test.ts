import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createLog } from '#main/adapters/system/log.ts'
import { redactText } from '#main/adapters/system/redact.ts'
import { HearthError } from '#shared/api/errors.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()
const KEY = 'f8c948bd5551a44d403853db6e3fb68bf9099adb3557220de38cdea322a9bc48'
const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6), sleep: async () => undefined }

function lines(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('lines', () => {
  it('are JSON, one an entry, whatever the text holds', () => {
    const path = scratch.path('lines', 'hearth.log')
    const log = createLog(path, { clock })
    log.info('started\n{"level":"error"}', { port: 8545, ok: true })
    log.warn('slow')
    const ref = log.error('it broke', new HearthError('port-taken', { port: '8545' }, { cause: new Error('inner', { cause: 'deep' }) }), {
      node: 'pocket',
    })
    log.close()
    const [info, warn, error, ...more] = lines(path)
    expect(more).toEqual([])
    expect(info).toEqual({
      at: '2026-01-02T03:04:05.006Z',
      level: 'info',
      message: 'started\n{"level":"error"}',
      facts: { port: 8545, ok: true },
    })
    expect(warn).toMatchObject({ level: 'warn', message: 'slow' })
    expect(ref).toMatch(/^[0-9a-f]{10}$/)
    expect(error).toMatchObject({
      level: 'error',
      ref,
      facts: { node: 'pocket' },
      cause: { name: 'HearthError', code: 'port-taken', detail: { port: '8545' }, cause: { message: 'inner', cause: { value: 'deep' } } },
    })
    expect(error).toMatchObject({ cause: { stack: expect.stringContaining('log.test.ts') as string } })
  })

  it('survive causes that are no errors, circular and long ones', () => {
    const path = scratch.path('odd', 'hearth.log')
    const log = createLog(path)
    const circle = new Error('circle')
    circle.cause = circle
    for (const cause of [undefined, null, { privateKey: KEY }, 'text', circle, new Error('x'.repeat(100_000))]) log.error('odd', cause)
    log.close()
    expect(lines(path)).toHaveLength(6)
    expect(readFileSync(path, 'utf8')).not.toContain(KEY)
    expect(statSync(path).size).toBeLessThan(60_000)
  })
})

describe('redaction', () => {
  it('takes private keys out of every part of an entry', () => {
    const path = scratch.path('redact', 'hearth.log')
    const log = createLog(path)
    log.info(`key ${KEY}`, { value: KEY, upper: KEY.toUpperCase(), prefixed: `0x${KEY}`, note: `a ${KEY}` })
    log.error(`broke on ${KEY}`, new HearthError('internal', { said: KEY }, { cause: new Error(`inner ${KEY}`) }), { [`k`]: KEY })
    log.close()
    expect(readFileSync(path, 'utf8').toLowerCase()).not.toContain(KEY)
    expect(readFileSync(path, 'utf8')).toContain('[64 hex digits taken out]')
  })

  it('keeps hashes that are called so, digests, and shorter or named values', () => {
    const path = scratch.path('keep', 'hearth.log')
    const log = createLog(path)
    log.info('sent', { hash: KEY, txHash: KEY.toUpperCase(), block1Hash: KEY, image: `x@sha256:${KEY}`, address: 'pokt1abc' })
    log.close()
    expect(lines(path)[0]?.['facts']).toEqual({
      hash: KEY,
      txHash: KEY.toUpperCase(),
      block1Hash: KEY,
      image: `x@sha256:${KEY}`,
      address: 'pokt1abc',
    })
    for (const kept of [`hash=${KEY}`, `{"txHash":"${KEY}"}`, `tx hash 0x${KEY}`, `repo@sha256:${KEY}`, KEY.slice(1)]) {
      expect(redactText(kept)).toBe(kept)
    }
    for (const gone of [KEY, `rehash of ${KEY}`, `privateKey=${KEY}`, `hash=${KEY}${KEY}`, `${KEY}ab`, `"${KEY}"`]) {
      expect(redactText(gone)).not.toContain(KEY)
    }
  })
})

describe('files', () => {
  it('are for the owner alone, also when they were not', () => {
    if (process.platform === 'win32') return
    const folder = scratch.path('modes')
    mkdirSync(folder, { mode: 0o755 })
    writeFileSync(`${folder}/hearth.log`, '', { mode: 0o644 })
    chmodSync(`${folder}/hearth.log`, 0o644)
    const log = createLog(`${folder}/hearth.log`)
    log.info('x')
    log.close()
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(statSync(`${folder}/hearth.log`).mode & 0o777).toBe(0o600)
  })

  it('are rotated: a fixed number of files of a fixed size, newest first, no line torn', () => {
    const path = scratch.path('rotate', 'hearth.log')
    const log = createLog(path, { maxFileBytes: 1_000, files: 3 })
    for (let index = 0; index < 100; index += 1) log.info('line', { index })
    log.close()
    expect(existsSync(`${path}.3`)).toBe(false)
    const kept = [`${path}.2`, `${path}.1`, path].flatMap((file) => {
      expect(statSync(file).size).toBeLessThanOrEqual(1_000)
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
      return lines(file).map((line) => (line['facts'] as { index: number }).index)
    })
    expect(kept.length).toBeGreaterThan(10)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 100 - kept.length + index))
  })

  it('go on where an earlier run ended', () => {
    const path = scratch.path('again', 'hearth.log')
    for (const message of ['first', 'second']) {
      const log = createLog(path)
      log.info(message)
      log.close()
    }
    expect(lines(path).map((line) => line['message'])).toEqual(['first', 'second'])
  })

  it('are not written through a link, and a log that cannot be written stops nobody', () => {
    if (process.platform === 'win32') return
    const folder = scratch.path('link')
    mkdirSync(folder)
    writeFileSync(scratch.path('victim'), 'untouched')
    symlinkSync(scratch.path('victim'), `${folder}/hearth.log`)
    const log = createLog(`${folder}/hearth.log`)
    log.info('x')
    expect(log.error('y', new Error('z'))).toMatch(/^[0-9a-f]+$/)
    expect(readFileSync(scratch.path('victim'), 'utf8')).toBe('untouched')
    rmSync(`${folder}/hearth.log`)
    log.info('back again')
    log.close()
    expect(lines(`${folder}/hearth.log`)).toMatchObject([{ message: 'back again' }])
  })
})
