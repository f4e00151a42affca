import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { MAX_RESULT_LENGTH, requests, type RequestName } from '#shared/api/requests.ts'
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

  it('lets every kind of read pass a write that never ends, and a refused request too', async () => {
    const { call } = setup({
      'vault.lock': () => new Promise(() => undefined),
      'activity.list': () => Promise.resolve({ rows: [] }),
      'earnings.claims': () => Promise.resolve({ rows: [], more: false }),
      'nodes.suggestPort': () => Promise.resolve({ hostPort: 1 }),
    })
    const stuck: unknown[] = []
    void call('vault.lock', {}).then((result) => stuck.push(result))
    void call('nodes.start', { nodeId: 'a' }).then((result) => stuck.push(result))
    const reads = [
      await call('activity.list', { limit: 1 }),
      await call('earnings.claims', { limit: 1 }),
      await call('nodes.suggestPort', { nodeId: 'a', containerPort: 1 }),
      // What ends a long task is no write that waits behind it.
      await call('tasks.cancel', { taskId: 't' }),
    ]
    expect(reads.map((result) => result.ok)).toEqual([true, true, true, true])
    expect(await call('nodes.start', {})).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    expect(await call('nothing', {})).toMatchObject({ ok: false, error: { code: 'unknown-request' } })
    expect(stuck).toEqual([])
  })

  it('runs writes in the order in which they came, whatever each takes', async () => {
    const order: string[] = []
    const { call } = setup({
      'nodes.start': async ({ nodeId }: { nodeId: string }) => {
        for (let turn = Number(nodeId); turn > 0; turn -= 1) await Promise.resolve()
        order.push(nodeId)
        return {}
      },
    })
    await Promise.all(['9', '3', '7', '1'].map((nodeId) => call('nodes.start', { nodeId })))
    expect(order).toEqual(['9', '3', '7', '1'])
  })

  it('does not let out an answer that is longer than a page can take, and says how long it was in the log', async () => {
    const line = (text: string): object => ({ timeMs: 1, stream: 'out', text })
    let text = 'x'.repeat(MAX_RESULT_LENGTH - 100)
    const { call, log } = setup({ 'nodes.logs': () => Promise.resolve({ lines: [line(text)] }) })
    expect(await call('nodes.logs', { nodeId: 'a', tail: 1 })).toMatchObject({ ok: true })
    text = 'x'.repeat(MAX_RESULT_LENGTH)
    expect(await call('nodes.logs', { nodeId: 'a', tail: 1 })).toMatchObject({ ok: false, error: { code: 'too-large', ref: 'r2' } })
    expect(log.lines.at(-1)?.message).toBe('an answer is too long')
  })

  it('does not let out an answer that breaks its schema', async () => {
    const { call } = setup({ 'nodes.suggestPort': () => Promise.resolve({ hostPort: 'nine' }) })
    expect(await call('nodes.suggestPort', { nodeId: 'a', containerPort: 1 })).toMatchObject({ ok: false, error: { code: 'internal' } })
  })
})

describe('a page that shows another network', () => {
  it('is judged at each write that says which it shows, when its turn comes, and at no read', async () => {
    const judged: string[] = []
    const dispatch = createDispatcher(
      { 'vault.lock': async () => ({}), 'activity.list': async () => ({ rows: [] }) } as unknown as Handlers,
      createTestLog(),
      undefined,
      (name, _input, shown) => {
        judged.push(`${name} ${String(shown)}`)
        if (shown === 'mainnet') throw new HearthError('network-changed', { shown, network: 'local' })
      },
    )
    expect(await dispatch('vault.lock', {}, undefined, 'mainnet')).toMatchObject({ ok: false, error: { code: 'network-changed' } })
    expect(await dispatch('vault.lock', {}, undefined, null)).toMatchObject({ ok: true })
    expect(await dispatch('vault.lock', {})).toMatchObject({ ok: true })
    expect(await dispatch('activity.list', { limit: 5 }, undefined, 'mainnet')).toMatchObject({ ok: true })
    expect(judged).toEqual(['vault.lock mainnet', 'vault.lock null'])
  })
})
