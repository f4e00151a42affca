import { describe, expect, it } from 'vitest'
import { createAlerts, TOLD_ROW, UNDELIVERED } from '#main/core/alerts/alerts.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createNetworkState } from '#main/core/state/network-state.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { HearthError } from '#shared/api/errors.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { SETTINGS, type SettingKey, type SettingValues } from '#shared/settings/table.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'

const HOOK = 'https://alerts.example/hook/topsecret'
const BEAT = 'https://beat.example/ping/topsecret'
const MINUTE = 60_000

async function setup(
  chosen: Partial<SettingValues> = {},
  options: { network?: NetworkId; hour?: number; rows?: Map<string, string> } = {},
) {
  const clock = createTestClock()
  const log = createTestLog()
  const network = options.network ?? 'local'
  const state = createStatePublisher(
    initialState({ version: '1', shell: 'web', host: 'oakroom', network, startedAtMs: 0, notice: null }),
    clock,
  )
  const networkOf = (id: NetworkId) => ({ network: id, state: createNetworkState(state, id) })
  const shown = networkOf(network)
  shown.state.show()
  const watched = [shown]
  const rows = options.rows ?? new Map<string, string>()
  const values: Partial<Record<SettingKey, unknown>> = { alertWebhookUrl: HOOK, alertLevel: 'warn', ...chosen }
  const out: { url: string; body: string; headers: Record<string, string> }[] = []
  let answer: () => number = () => 200
  let hour = options.hour ?? 12
  const abort = new AbortController()
  const alerts = createAlerts({
    settings: { get: (key) => (values[key] ?? SETTINGS[key].standard) as never },
    state,
    watched: () => watched,
    store: {
      setting: (key) => Promise.resolve(rows.get(key)),
      setSetting: (key, value) => {
        rows.set(key, value)
        return Promise.resolve()
      },
    },
    https: {
      postHttps(url, body, headers) {
        out.push({ url, body, headers })
        try {
          return Promise.resolve({ status: answer() })
        } catch (error) {
          return Promise.reject(error as Error)
        }
      },
    },
    clock,
    log,
    hourOf: () => hour,
  })
  const running = alerts.run(abort.signal)
  const find = (id: string, level: 'info' | 'warn' | 'bad' = 'bad', key = id, where = shown): void =>
    where.state.put('attention', id, {
      id,
      level,
      key,
      facts: { address: 'pokt1secret', upokt: '59500000000' },
      fix: 'none',
      sinceMs: clock.now(),
    })
  await clock.advance(1)
  return {
    alerts,
    clock,
    log,
    state,
    rows,
    out,
    values,
    find,
    gone: (id: string, where = shown) => where.state.remove('attention', id),
    watched,
    shown,
    networkOf,
    answers: (next: () => number) => (answer = next),
    at: (next: number) => (hour = next),
    stop: async () => {
      abort.abort()
      await running
    },
  }
}
const findings = (message: { body: string } | undefined): string[] =>
  (JSON.parse(message?.body ?? '{}') as { lines?: { finding: string; kind: string }[] }).lines?.map(
    (line) => `${line.kind} ${line.finding}`,
  ) ?? []

describe('alerts', () => {
  it('tells the same trouble of another supplier, once each, and when more have it', async () => {
    const { clock, out, shown, stop } = await setup()
    const low = async (facts: Record<string, string>): Promise<number> => {
      const id = 'operator-low'
      shown.state.put('attention', id, { id, level: 'bad', key: id, facts, fix: 'none', sinceMs: 1 })
      await clock.advance(10 * MINUTE)
      return out.length
    }
    const a = { supplier: 'Cellar key', supplierAddress: 'a' }
    const b = { ...a, supplierAddress: 'b' }
    expect(await low(a)).toBe(1)
    expect(await low({ ...a, upokt: '3' })).toBe(1)
    expect(await low({ ...a, moreSuppliers: '1' })).toBe(2)
    // The worst changes from one to the other and back.
    expect(await low({ ...b, moreSuppliers: '1' })).toBe(3)
    expect(await low({ ...a, moreSuppliers: '1' })).toBe(3)
    expect(await low(a)).toBe(3)
    // One of them was well again in between.
    expect(await low({ ...a, moreSuppliers: '1' })).toBe(4)
    expect(JSON.stringify(out)).not.toContain('Cellar')
    await stop()
  })
  it('tells a finding once when it stands, and once when it is over', async () => {
    const { clock, out, find, gone, stop } = await setup()
    find('node-failing')
    await clock.advance(25_000)
    expect(out).toEqual([])
    await clock.advance(10 * MINUTE)
    expect(out.map(findings)).toEqual([['began node-failing']])
    // Away for a moment is not over; another trouble of the same part is another message.
    gone('node-failing')
    await clock.advance(80_000)
    find('node-failing')
    await clock.advance(10 * MINUTE)
    expect(out).toHaveLength(1)
    find('node-failing', 'bad', 'node-stopped')
    await clock.advance(10 * MINUTE)
    expect(out.map(findings)[1]).toEqual(['began node-stopped'])
    gone('node-failing')
    await clock.advance(10 * MINUTE)
    expect(out.map(findings).slice(2)).toEqual([['over node-stopped']])
    await stop()
  })

  it('says nothing of what is gone again at once', async () => {
    const { clock, out, find, gone, stop } = await setup()
    find('engine-gone')
    await clock.advance(20_000)
    gone('engine-gone')
    await clock.advance(10 * MINUTE)
    expect(out).toEqual([])
    await stop()
  })

  it('puts what comes together into one message, and leaves a minute between two', async () => {
    const { clock, out, find, stop } = await setup()
    find('one')
    find('two', 'warn')
    await clock.advance(36_000)
    expect(out.map(findings)).toEqual([['began one', 'began two']])
    find('three')
    await clock.advance(40_000)
    expect(out).toHaveLength(1)
    await clock.advance(40_000)
    expect(out.map(findings)[1]).toEqual(['began three'])
    await stop()
  })

  it.each([
    ['none', []],
    ['bad', ['began worst']],
    ['warn', ['began worst', 'began middling']],
  ] as const)('at level %s sends %j', async (alertLevel, expected) => {
    const { clock, out, find, stop } = await setup({ alertLevel })
    find('worst')
    find('middling', 'warn')
    find('small', 'info')
    await clock.advance(5 * MINUTE)
    expect(out.flatMap(findings)).toEqual([...expected])
    await stop()
  })

  it('in quiet hours sends what is bad alone, and the rest in the morning if it still stands', async () => {
    const { clock, out, find, gone, at, stop } = await setup({ quietHours: true, quietFromHour: 22, quietToHour: 7 }, { hour: 23 })
    find('costs-money')
    find('can-wait', 'warn')
    find('goes-by-itself', 'warn')
    await clock.advance(5 * MINUTE)
    expect(out.flatMap(findings)).toEqual(['began costs-money'])
    gone('goes-by-itself')
    at(7)
    await clock.advance(5 * MINUTE)
    expect(out.flatMap(findings)).toEqual(['began costs-money', 'began can-wait'])
    at(23)
    gone('can-wait')
    await clock.advance(5 * MINUTE)
    expect(out.flatMap(findings), 'good news can wait').toHaveLength(2)
    gone('costs-money')
    await clock.advance(5 * MINUTE)
    expect(out.flatMap(findings).slice(2)).toEqual(['over costs-money'])
    at(7)
    await clock.advance(5 * MINUTE)
    expect(out.flatMap(findings).slice(3)).toEqual(['over can-wait'])
    await stop()
  })

  it('names no fact of a finding and nothing of the address in any form', async () => {
    for (const url of [
      HOOK,
      'https://ntfy.sh/t',
      'https://discord.com/api/webhooks/1/x',
      'https://hooks.slack.com/x',
      'https://api.telegram.org/bot1/sendMessage',
    ]) {
      const { clock, out, find, stop } = await setup({ alertWebhookUrl: url })
      find('operator-low')
      await clock.advance(2 * MINUTE)
      expect(out).toHaveLength(1)
      expect(out[0]?.url).toBe(url)
      const said = JSON.stringify([out[0]?.body, out[0]?.headers])
      expect(said).toContain('operator')
      expect(said).not.toMatch(/pokt1secret|59500000000|topsecret/)
      await stop()
    }
  })

  it('tries again, ever more slowly, says on the page that it is not heard, and never logs the path', async () => {
    const { clock, out, find, answers, state, log, stop } = await setup()
    answers(() => {
      throw new HearthError('alert-undelivered', { host: 'alerts.example', reason: 'ECONNREFUSED' })
    })
    find('node-failing')
    await clock.advance(36_000)
    expect(out).toHaveLength(1)
    expect(state.state.attention[UNDELIVERED]).toMatchObject({
      level: 'warn',
      fix: 'settings',
      facts: { host: 'alerts.example', reason: 'ECONNREFUSED' },
    })
    await clock.advance(10 * MINUTE)
    const tries = out.length
    expect(tries).toBeGreaterThan(3)
    expect(tries).toBeLessThan(7)
    answers(() => 204)
    await clock.advance(16 * MINUTE)
    expect(findings(out.at(-1))).toEqual(['began node-failing'])
    expect(out).toHaveLength(tries + 1)
    expect(state.state.attention[UNDELIVERED]).toBeUndefined()
    expect(JSON.stringify(log.lines)).not.toContain('topsecret')
    await stop()
  })

  it.each([301, 404, 500])('takes status %d for a failure', async (status) => {
    const { clock, find, answers, state, alerts, stop } = await setup()
    answers(() => status)
    find('node-failing')
    await clock.advance(MINUTE)
    expect(state.state.attention[UNDELIVERED]?.facts['reason']).toBe(`status ${status}`)
    await expect(alerts.test()).rejects.toMatchObject({ code: 'alert-undelivered', detail: { host: 'alerts.example' } })
    await stop()
  })

  it('repeats nothing after a restart, and still tells that it is over', async () => {
    const rows = new Map<string, string>()
    const first = await setup({}, { rows })
    first.find('node-failing')
    await first.clock.advance(MINUTE)
    await first.stop()
    expect(first.out).toHaveLength(1)
    const second = await setup({}, { rows })
    second.find('node-failing')
    await second.clock.advance(5 * MINUTE)
    expect(second.out).toEqual([])
    second.gone('node-failing')
    await second.clock.advance(5 * MINUTE)
    expect(second.out.map(findings)).toEqual([['over node-failing']])
    await second.stop()
  })

  it.each(['not json', 'null', '[1]', '{"x":null}', '{"x":{"key":1}}'])('starts with %j in its row', async (row) => {
    const { clock, out, find, stop } = await setup({}, { rows: new Map([[TOLD_ROW, row]]) })
    find('node-failing')
    await clock.advance(2 * MINUTE)
    expect(out.flatMap(findings)).toEqual(['began node-failing'])
    await stop()
  })

  it('sends nothing of Practice, and nothing without an address', async () => {
    for (const one of [await setup({}, { network: 'practice' }), await setup({ alertWebhookUrl: '' })]) {
      one.find('node-failing')
      await one.clock.advance(5 * MINUTE)
      expect(one.out).toEqual([])
      await one.stop()
    }
    await expect((await setup({ alertWebhookUrl: '' })).alerts.test()).rejects.toMatchObject({ detail: { problem: 'no-address' } })
  })

  it('tells what is wrong on a network that is not chosen, by its name, and nothing of Practice beside it', async () => {
    const { clock, out, find, gone, watched, networkOf, stop } = await setup({}, { network: 'practice' })
    const mainnet = networkOf('mainnet')
    watched.push(mainnet)
    find('node-failing')
    find('keys-needed', 'bad', 'keys-needed-at-risk', mainnet)
    await clock.advance(2 * MINUTE)
    expect(out.map(findings)).toEqual([['began keys-needed-at-risk']])
    expect(out[0]?.body).toContain('Act now: Mainnet: keys needed at risk')
    gone('keys-needed', mainnet)
    await clock.advance(5 * MINUTE)
    expect(out.map(findings)[1]).toEqual(['over keys-needed-at-risk'])
    await stop()
  })

  it('repeats nothing when the network becomes the chosen one, and takes nothing for over that nobody looks at', async () => {
    const { clock, out, find, gone, watched, shown, networkOf, stop } = await setup()
    const mainnet = networkOf('mainnet')
    watched.push(mainnet)
    find('node-failing', 'bad', 'node-failing', mainnet)
    await clock.advance(2 * MINUTE)
    shown.state.hide()
    mainnet.state.show()
    watched.reverse()
    await clock.advance(10 * MINUTE)
    expect(out.map(findings)).toEqual([['began node-failing']])
    // Its rooms end with the finding, and nobody knows whether it is over.
    watched.splice(watched.indexOf(mainnet), 1)
    await clock.advance(10 * MINUTE)
    expect(out).toHaveLength(1)
    watched.push(mainnet)
    gone('node-failing', mainnet)
    await clock.advance(10 * MINUTE)
    expect(out.map(findings)[1]).toEqual(['over node-failing'])
    await stop()
  })

  it('tells the same thing of two networks apart, and what is of this PC once', async () => {
    const { clock, out, find, watched, networkOf, stop } = await setup()
    const mainnet = networkOf('mainnet')
    watched.push(mainnet)
    for (const where of watched) for (const id of ['node-failing', 'engine-gone', 'disk-full']) find(id, 'bad', id, where)
    await clock.advance(5 * MINUTE)
    expect(out.flatMap(findings).sort()).toEqual(['began disk-full', 'began engine-gone', 'began node-failing', 'began node-failing'])
    expect(out[0]?.body).toMatch(/Local chain: node failing.*Mainnet: node failing/)
    expect(out[0]?.body).not.toContain('Mainnet: engine gone')
    const { lines } = JSON.parse(out[0]?.body ?? '{}') as { lines: { finding: string; network?: string }[] }
    expect(lines.filter((line) => line.finding === 'node-failing').map((line) => line.network)).toEqual(['Local chain', 'Mainnet'])
    expect(lines.filter((line) => line.finding === 'engine-gone')).toMatchObject([{}])
    expect(lines.find((line) => line.finding === 'engine-gone')).not.toHaveProperty('network')
    await stop()
  })

  it('takes what an older Hearth told for that of the chosen network', async () => {
    const row = (key: string) => ({ key, level: 'bad', sinceMs: 1 })
    const told = JSON.stringify({ 'node-failing': row('node-failing'), 'engine-gone': row('engine-gone') })
    const { clock, out, find, stop } = await setup({}, { rows: new Map([[TOLD_ROW, told]]) })
    find('node-failing')
    find('engine-gone')
    await clock.advance(5 * MINUTE)
    expect(out).toEqual([])
    await stop()
  })
})

describe('the call that all is well', () => {
  const only = { alertWebhookUrl: '', heartbeatUrl: BEAT, heartbeatMinutes: 5 }

  it('comes again and again, with nothing in it', async () => {
    const { clock, out, stop } = await setup(only)
    await clock.advance(21 * MINUTE)
    expect(out.map(({ url, body }) => [url, body])).toEqual(Array.from({ length: 5 }, () => [BEAT, '']))
    await stop()
  })

  it('stops while something needs the user at once, and goes on afterwards', async () => {
    const { clock, out, find, gone, stop } = await setup(only)
    await clock.advance(MINUTE)
    find('supplier-below-minimum')
    find('small', 'warn')
    await clock.advance(20 * MINUTE)
    expect(out).toHaveLength(1)
    gone('supplier-below-minimum')
    await clock.advance(6_000)
    expect(out).toHaveLength(2)
    await stop()
  })

  it('stops for a network that is not chosen as well', async () => {
    const { clock, out, find, watched, networkOf, stop } = await setup(only, { network: 'practice' })
    const mainnet = networkOf('mainnet')
    watched.push(mainnet)
    await clock.advance(MINUTE)
    expect(out).toHaveLength(1)
    find('keys-needed', 'bad', 'keys-needed', mainnet)
    await clock.advance(20 * MINUTE)
    expect(out).toHaveLength(1)
    await stop()
  })
})
