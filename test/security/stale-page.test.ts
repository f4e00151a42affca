import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiResult } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { startFuzzedApp, type FuzzedApp } from '#test/security/fuzz/real-app.ts'

/** A page may show a network that is no longer chosen: an old tab, a slow line, a click while another window chooses. What it asks is done to the network that it shows, or not at all. */

let app: FuzzedApp
beforeAll(async () => {
  app = await startFuzzedApp()
}, 60_000)
afterAll(() => app.stop())

/** A page's own socket. */
async function page() {
  const socket = await app.socket.openOne()
  let lastId = 0
  return (name: string, input: unknown, more: object = {}): Promise<ApiResult<unknown>> =>
    new Promise((resolve) => {
      lastId += 1
      const id = `p${lastId}`
      const heard = (bytes: Buffer): void => {
        const frame = JSON.parse(bytes.toString('utf8')) as { id?: string; result: ApiResult<unknown> }
        if (frame.id !== id) return
        socket.off('message', heard)
        resolve(frame.result)
      }
      socket.on('message', heard)
      socket.send(JSON.stringify({ id, name, input, ...more }))
    })
}
const shown = (network: unknown) => ({ network })
const CHANGED = { ok: false, error: { code: 'network-changed' } }

describe('a page that shows another network than the chosen one', () => {
  it('changes nothing on the chosen one, whatever it asks; the page that shows it does', async () => {
    const [old, now] = [await page(), await page()]
    expect(await now('app.chooseNetwork', { network: 'beta' }, shown('local'))).toMatchObject({ ok: true })
    for (const [name, input] of [
      ['nodes.stop', { nodeId: 'miner', when: 'now' }],
      ['nodes.start', { nodeId: 'miner' }],
      ['localChain.remove', {}],
      ['bundle.remove', {}],
      ['keys.open', { name: 'x', role: 'owner', mode: 'make' }],
      ['keys.watch', { name: 'x', role: 'owner', address: 'pokt1' }],
      ['chain.startAnew', { block1Hash: 'x' }],
      ['tx.discard', { intentId: 'x' }],
      ['leave.cancel', {}],
    ] as const) {
      expect([name, await old(name, input, shown('local'))]).toMatchObject([name, CHANGED])
      expect([name, await old(name, input, shown(null))]).toMatchObject([name, CHANGED])
      expect([name, await now(name, input, shown('beta'))]).not.toMatchObject([name, CHANGED])
    }
  })

  it('is judged when its turn comes: what waits behind the choice of another network is not done to that one', async () => {
    const ask = await page()
    expect(await ask('app.chooseNetwork', { network: 'local' })).toMatchObject({ ok: true })
    const choosing = ask('app.chooseNetwork', { network: 'beta' }, shown('local'))
    const pressed = ask('nodes.start', { nodeId: 'miner' }, shown('local'))
    expect(await choosing).toMatchObject({ ok: true })
    expect(await pressed).toMatchObject({ ok: false, error: { code: 'network-changed', detail: { shown: 'local', network: 'beta' } } })
  })

  it('may still do what is of the whole program, or names its network itself', async () => {
    const ask = await page()
    expect(await ask('app.chooseNetwork', { network: 'beta' }, shown('mainnet'))).toMatchObject({ ok: true })
    expect(await ask('settings.set', { changes: {} }, shown('mainnet'))).toMatchObject({ ok: true })
    expect(await ask('vault.lock', {}, shown('mainnet'))).not.toMatchObject(CHANGED)
    expect(await ask('nodes.stop', { nodeId: 'miner', when: 'now', network: 'beta' }, shown('mainnet'))).not.toMatchObject(CHANGED)
    expect(await ask('state.get', {}, shown('mainnet'))).toMatchObject({ ok: true })
  })

  it('is refused when what it says is no network at all', async () => {
    const ask = await page()
    for (const network of [5, {}, ['beta'], 'x'.repeat(65)])
      expect(await ask('state.get', {}, shown(network))).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
  })

  it('has the state of the new network before the answer to its choice', async () => {
    const socket = await app.socket.openOne()
    const frames: { id?: number; push?: { changes: { slice: string; value?: unknown }[] }; result?: ApiResult<{ state: AppState }> }[] = []
    const answered = (id: number): Promise<void> =>
      new Promise((resolve) =>
        socket.on('message', (bytes: Buffer) => {
          const frame = JSON.parse(bytes.toString('utf8')) as (typeof frames)[number]
          if (frame.id === id) resolve()
        }),
      )
    socket.on('message', (bytes: Buffer) => frames.push(JSON.parse(bytes.toString('utf8')) as (typeof frames)[number]))
    socket.send(JSON.stringify({ id: 1, name: 'state.get', input: {} }))
    await answered(1)
    socket.send(JSON.stringify({ id: 2, name: 'app.chooseNetwork', input: { network: 'local' } }))
    await answered(2)
    const before = frames.slice(
      0,
      frames.findIndex((frame) => frame.id === 2),
    )
    const apps = before.flatMap((frame) => frame.push?.changes ?? []).filter((change) => change.slice === 'app')
    expect(apps.at(-1)?.value).toMatchObject({ network: 'local' })
  })
})
