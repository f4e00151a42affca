import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { requests } from '#shared/api/requests.ts'
import { codeLines, fuzz, memoryInUse, newTally } from './fuzz/fuzz.ts'
import { deep } from './fuzz/spoil.ts'
import { HOSTILE_ONLY, startFuzzedApp, type FuzzedApp } from './fuzz/real-app.ts'

/** Every request of the table, right but for one place, odd, and nothing like it, at the real app. `node test/security/run.ts --full` sends 100,000. */
const MESSAGES = 5_000
const SEED = 20_260
const MEGABYTE = 1024 * 1024
const GROWTH_LIMIT = 48 * MEGABYTE

let fuzzed: FuzzedApp
const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeAll(async () => {
  process.on('unhandledRejection', note)
  fuzzed = await startFuzzedApp()
})
afterAll(async () => {
  process.off('unhandledRejection', note)
  await fuzzed.stop()
})

describe('hostile requests', () => {
  test('are refused by the dispatcher and over the socket, none with a code that says nothing, and cost no memory', async () => {
    const tally = newTally()
    // Once before it is measured: what is loaded and compiled with the first messages is no growth.
    await fuzz(fuzzed.inProcess, { messages: 500, seed: SEED, hostileOnly: HOSTILE_ONLY }, newTally())
    const before = memoryInUse()
    await fuzz(fuzzed.inProcess, { messages: MESSAGES * 0.7, seed: SEED + 1, hostileOnly: HOSTILE_ONLY }, tally)
    await fuzz(fuzzed.socket, { messages: MESSAGES * 0.3, seed: SEED + 2, hostileOnly: HOSTILE_ONLY }, tally)
    const growth = memoryInUse() - before
    console.log(`${codeLines(tally).join('\n')}\nover a second: ${JSON.stringify([...tally.slow])}`)
    expect(tally.messages).toBe(MESSAGES)
    expect(tally.hostile).toBeGreaterThan(MESSAGES / 2)
    // Each request was asked, and not all with one answer.
    for (const name of Object.keys(requests)) expect([name, tally.codes.get(name)?.get('invalid-request') ?? 0]).not.toEqual([name, 0])
    expect(tally.accepted).toEqual([])
    expect(tally.internal).toEqual([])
    expect(growth).toBeLessThan(GROWTH_LIMIT)
    expect(unhandled).toEqual([])
    // It is as it was.
    expect(await fuzzed.inProcess.ask('state.get', {})).toBe('ok')
  })

  test('20 MB are refused unread, and are not kept', async () => {
    const before = memoryInUse()
    for (let round = 0; round < 5; round += 1) {
      const huge = 'x'.repeat(20 * MEGABYTE)
      expect(await fuzzed.inProcess.ask('settings.judge', { text: huge })).toBe('too-large')
      expect(await fuzzed.socket.ask('settings.judge', { text: huge })).toBe('closed')
    }
    expect(memoryInUse() - before).toBeLessThan(GROWTH_LIMIT)
    expect(await fuzzed.socket.ask('state.get', {})).toBe('ok')
  })

  test('nesting beyond any stack is refused', async () => {
    for (const levels of [1_000, 20_000, 1_000_000])
      expect(await fuzzed.inProcess.ask('nodes.start', deep(levels))).toMatch(/^(invalid-request|too-large)$/)
    expect(await fuzzed.socket.ask('nodes.start', deep(100_000))).toBe('closed')
  })

  test.each<[string, string | Buffer, number]>([
    ['no JSON', 'nonsense', 4400],
    ['half JSON', '{"id":1,"name":"state.get","input":{', 4400],
    ['no frame', '[]', 4400],
    ['null', 'null', 4400],
    ['no id', '{"name":"state.get","input":{}}', 4400],
    ['an id that is no number', '{"id":1.5,"name":"state.get","input":{}}', 4400],
    ['an id beyond all numbers', '{"id":1e999,"name":"state.get","input":{}}', 4400],
    ['a long id', `{"id":"${'x'.repeat(65)}","name":"state.get","input":{}}`, 4400],
    ['an id that is an object', '{"id":{},"name":"state.get","input":{}}', 4400],
    ['a prototype', '{"id":1,"name":"state.get","input":{"a":[{"__proto__":{"x":1}}]}}', 4400],
    ['bytes', Buffer.from([1, 2, 3]), 4400],
    ['nothing', '', 4400],
  ])('a frame with %s ends the line', async (_what, frame, code) => {
    const socket = await fuzzed.socket.openOne()
    onTestFinished(() => socket.terminate())
    const ended = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.send(frame)
    expect(await ended).toBe(code)
  })

  test('text that is no UTF-8 ends the line', async () => {
    const socket = await fuzzed.socket.openOne()
    onTestFinished(() => socket.terminate())
    const ended = new Promise<number>((resolve) => socket.once('close', resolve))
    socket.send(Buffer.from([0x22, 0xff, 0xfe, 0x22]), { binary: false })
    expect(await ended).toBe(1007)
  })

  test('left nothing of what was typed in a password field in the log', async () => {
    const typed = 'canary-password-4711'
    for (const name of ['vault.unlock', 'vault.create', 'signIn.setPassword', 'vault.changePassword', 'vault.setUnlock'])
      for (const input of [{ password: { typed } }, { password: [typed], more: typed }, { password: typed.repeat(100) }, { [typed]: 1 }])
        expect(await fuzzed.inProcess.ask(name, input)).toBe('invalid-request')
    expect(await fuzzed.logged()).not.toContain(typed)
  })
})
