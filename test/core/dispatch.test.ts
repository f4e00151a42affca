import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { requests, type RequestName } from '#shared/api/requests.ts'
import { createDispatcher, type Handlers } from '#main/core/dispatch.ts'
import { createTestLog } from '#test/fakes/clock.ts'

function setup(some: Partial<Record<RequestName, (input: never) => Promise<unknown>>>) {
  const log = createTestLog()
  const handlers = Object.fromEntries(
    Object.keys(requests).map((name) => [name, some[name as RequestName] ?? (() => Promise.resolve({}))]),
  ) as unknown as Handlers
  return { log, call: createDispatcher(handlers, log) }
}

describe('dispatcher', () => {
  it('refuses names that are not in the table, inherited ones too', async () => {
    const { call } = setup({})
    for (const name of ['nothing', '__proto__', 'constructor', 'toString', '']) {
      expect(await call(name, {})).toMatchObject({ ok: false, error: { code: 'unknown-request' } })
    }
  })

  it('refuses wrong types, missing, extra and prototype keys, and says where', async () => {
    const { call } = setup({})
    expect(await call('nodes.start', { nodeId: 5 })).toMatchObject({
      ok: false,
      error: { code: 'invalid-request', detail: { path: 'nodeId' } },
    })
    expect((await call('nodes.start', {})).ok).toBe(false)
    expect((await call('nodes.start', { nodeId: 'a', more: 1 })).ok).toBe(false)
    expect((await call('nodes.start', JSON.parse('{"nodeId":"a","__proto__":{"x":1}}'))).ok).toBe(false)
    expect((await call('nodes.start', null)).ok).toBe(false)
    expect((await call('nodes.start', { nodeId: 'a' })).ok).toBe(true)
  })

  it('refuses what is too large before it looks inside', async () => {
    const { call } = setup({})
    expect(await call('vault.unlock', { password: 'x'.repeat(300_000) })).toMatchObject({ ok: false, error: { code: 'too-large' } })
  })

  it('runs writes one at a time and lets reads pass', async () => {
    const order: string[] = []
    let release: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (release = resolve))
    const { call } = setup({
      'nodes.start': async ({ nodeId }: { nodeId: string }) => {
        order.push(`start ${nodeId}`)
        if (nodeId === 'a') await gate
        order.push(`end ${nodeId}`)
        return {}
      },
      'activity.list': () => {
        order.push('read')
        return Promise.resolve({ rows: [] })
      },
    })
    const first = call('nodes.start', { nodeId: 'a' })
    const second = call('nodes.start', { nodeId: 'b' })
    await new Promise((resolve) => setImmediate(resolve))
    await call('activity.list', { limit: 1 })
    release()
    await Promise.all([first, second])
    expect(order).toEqual(['start a', 'read', 'end a', 'start b', 'end b'])
  })

  it('goes on after a failed write', async () => {
    const { call } = setup({ 'vault.lock': () => Promise.reject(new HearthError('vault-absent')) })
    expect((await call('vault.lock', {})).ok).toBe(false)
    expect((await call('nodes.start', { nodeId: 'a' })).ok).toBe(true)
  })

  it('keeps the stack and the cause inside, and a secret even out of the log', async () => {
    const { call, log } = setup({
      'nodes.stop': () => Promise.reject(new Error('secret path /home/x')),
      'vault.unlock': ({ password }: { password: string }) => Promise.reject(new Error(`cannot use ${password}`)),
    })
    const plain = await call('nodes.stop', { nodeId: 'a' })
    expect(JSON.stringify(plain)).not.toContain('/home/x')
    expect(plain).toMatchObject({ ok: false, error: { code: 'internal', ref: 'ref-1' } })
    await call('vault.unlock', { password: 'correct horse' })
    expect(log.lines.map((line) => String(line.cause)).join()).not.toContain('correct horse')
  })

  it('does not let out an answer that breaks its schema', async () => {
    const { call } = setup({ 'nodes.suggestPort': () => Promise.resolve({ hostPort: 'nine' }) })
    expect(await call('nodes.suggestPort', { nodeId: 'a', containerPort: 1 })).toMatchObject({ ok: false, error: { code: 'internal' } })
  })
})
