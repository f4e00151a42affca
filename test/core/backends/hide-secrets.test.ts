import { describe, expect, it } from 'vitest'
import { askJsonRpc } from '#main/core/backends/ask.ts'
import { hidden, hiderOf } from '#main/core/backends/hide-secrets.ts'
import type { BackendCredential, BackendLine } from '#main/core/ports/backend-line.ts'
import { HearthError } from '#shared/api/errors.ts'
import { rejection } from '#test/fakes/rejection.ts'

const NO_PATHS = { http: '', rest: '', websocket: '' }
const hide = (credential: BackendCredential, paths: Partial<typeof NO_PATHS> = {}): ((text: string) => string) =>
  hiderOf({ credential, paths: { ...NO_PATHS, ...paths } })
const NONE = { kind: 'none' as const }

describe('what an endpoint was asked with', () => {
  it.each<[string, BackendCredential, string, string]>([
    ['a token', { kind: 'bearer', token: 'tok-1' }, 'no tok-1 here, Bearer tok-1', 'no … here, Bearer …'],
    ['the value of a header', { kind: 'header', name: 'X-Api-Key', value: 'key-1' }, 'X-Api-Key: key-1', 'X-Api-Key: …'],
    ['a password', { kind: 'basic', username: 'me', password: 'pa:ßwort' }, 'me said pa:ßwort', 'me said …'],
    [
      'name and password in base64',
      { kind: 'basic', username: 'me', password: 'pa:ßwort' },
      `Basic ${Buffer.from('me:pa:ßwort').toString('base64')}`,
      'Basic …',
    ],
    [
      'a header value said back without its first word',
      { kind: 'header', name: 'X-Auth', value: 'Bearer s3cr3t-token' },
      'bad token s3cr3t-token',
      'bad token …',
    ],
    [
      'a password as JSON writes it',
      { kind: 'basic', username: 'me', password: 'pa"ss\\word' },
      `{"got":${JSON.stringify('pa"ss\\word')}}`,
      '{"got":"…"}',
    ],
    ['a password as an address writes it', { kind: 'basic', username: 'me', password: 'pa ss/word' }, 'no /pa%20ss%2Fword', 'no /…'],
  ])('S18: %s is taken out', (_what, credential, said, shown) => {
    expect(hide(credential)(said)).toBe(shown)
  })

  it('S18: parts of each path and query are taken out as they were given and as they are read; short words stay', () => {
    const take = hide(NONE, { http: '/v2/http-key%2Fone?key=query-key-1', rest: '/rest-key-22', websocket: '/ws-key-333/rpc' })
    expect(take('/v2/http-key%2Fone /v2/http-key/one query-key-1 rest-key-22 ws-key-333 /rpc key')).toBe('/v2/… /v2/… … … … /rpc key')
  })

  it('S18: one that begins with another leaves no rest of itself', () => {
    expect(hide({ kind: 'bearer', token: 'secret-1' }, { http: '/secret-1-and-more' })('secret-1-and-more, secret-1')).toBe('…, …')
  })

  it('what is too short to be one takes nothing out of a text', () => {
    expect(hide({ kind: 'bearer', token: 'a' }, { http: '/rpc' })('a rpc at all')).toBe('a rpc at all')
    expect(hide(NONE)('as it is')).toBe('as it is')
  })

  it('a path that cannot be read is taken out as it was given', () => {
    expect(hide(NONE, { http: '/100%-of-it' })('at /100%-of-it')).toBe('at /…')
  })

  it('S18: a refusal says nothing of it, and stays what it is', async () => {
    const cause = new HearthError('backend-unreachable', { host: 'a.org', reason: 'no tok-1' })
    const found = await rejection(hidden(hide({ kind: 'bearer', token: 'tok-1' }), () => Promise.reject(cause)))
    expect(found).toMatchObject({ code: 'backend-unreachable', detail: { host: 'a.org', reason: 'no …' } })
    await expect(hidden(hide(NONE), () => Promise.reject(new TypeError('mine')))).rejects.toThrow('mine')
  })

  it('S18: an answer is cut after that, so that no half of a key is left', async () => {
    const key = '0123456789abcdef0123456789abcdef'
    const body = new TextEncoder().encode(JSON.stringify({ error: { message: `${'x'.repeat(140)} ${key}` } }))
    const line = { http: () => Promise.resolve({ status: 200, body, ms: 1 }) } as unknown as BackendLine
    const secret = { paths: { ...NO_PATHS, http: `/v2/${key}` }, credential: NONE }
    const { error } = await askJsonRpc(line, { origins: { ...NO_PATHS, http: 'https://node.example.org' }, secret }, 'eth_chainId')
    expect(error).toBe(`${'x'.repeat(140)} …`)
  })
})
