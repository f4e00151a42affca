import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { fillNonce, pageHeaders, surfaceHeaders } from '#main/shells/headers.ts'

const directives = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    (headers['Content-Security-Policy'] ?? '').split('; ').map((one) => {
      const [name = '', ...sources] = one.split(' ')
      return [name, sources.join(' ')]
    }),
  )

describe('S7', () => {
  test('the page runs its own scripts and no other, framed by nobody', () => {
    expect(directives(pageHeaders([], 'abc'))).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self' 'nonce-abc'",
      'img-src': "'self' data:",
      'font-src': "'self'",
      'connect-src': "'self'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    })
  })

  test('the confirm surface runs none', () => {
    expect(directives(surfaceHeaders())).toEqual({
      'default-src': "'none'",
      'style-src': "'self'",
      'form-action': "'self'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
    })
  })

  test('a nonce is good for one answer', () => {
    const page = Buffer.from('<meta nonce="__CSP_NONCE__">')
    const nonces = Array.from({ length: 50 }, () => fillNonce(page).nonce)
    expect(new Set(nonces).size).toBe(50)
    for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9+/]{24}$/)
  })

  test('nothing of the page evaluates text: schemas are told so before the first is made', async () => {
    const main = await readFile(new URL('../../../renderer/app/main.tsx', import.meta.url), 'utf8')
    expect(/^import .*$/m.exec(main)?.[0]).toBe("import './jitless.ts'")
    expect(await readFile(new URL('../../../renderer/app/jitless.ts', import.meta.url), 'utf8')).toContain('config({ jitless: true })')
    const html = await readFile(new URL('../../../renderer/index.html', import.meta.url), 'utf8')
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|javascript:/i)
  })
})
