import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { MAX_BUFFERED_BYTES } from '#main/shells/web/socket.ts'
import type { ApiResult } from '#shared/api/errors.ts'
import { createShellApp } from '#test/fakes/shell-app.ts'
import { createStage, openSocket, type Stage, type TestSocket } from './support/web-client.ts'
import { PATIENCE } from '#test/patience.ts'

let stage: Stage
let answerState: (result: ApiResult<unknown>) => void
beforeEach(async () => {
  stage = await createStage(
    createShellApp((name, input) => {
      if (name === 'tx.prepare') throw new Error('the password is hunter2')
      if (name === 'state.get' && JSON.stringify(input) === '{"wait":1}') {
        return new Promise((resolve) => {
          answerState = resolve
        })
      }
      return { ok: true, value: { name, input } }
    }),
  )
})
afterEach(() => stage.close())

const open = async (): Promise<TestSocket> => openSocket(stage.port, { Origin: stage.origin, Cookie: await stage.login() })

describe('requests', () => {
  test('are answered under their id, whatever the order', async () => {
    const socket = await open()
    socket.send({ id: 1, name: 'state.get', input: { wait: 1 } })
    socket.send({ id: 'b', name: 'nodes.start', input: { nodeId: 'pocket' } })
    expect(await socket.next()).toEqual({ id: 'b', result: { ok: true, value: { name: 'nodes.start', input: { nodeId: 'pocket' } } } })
    answerState({ ok: true, value: 'late' })
    expect(await socket.next()).toEqual({ id: 1, result: { ok: true, value: 'late' } })
  })

  test('that fail unexpectedly become `internal` with a reference, and say nothing of why', async () => {
    const socket = await open()
    socket.send({ id: 1, name: 'tx.prepare', input: {} })
    const frame = await socket.next()
    expect(frame).toMatchObject({ id: 1, result: { ok: false, error: { code: 'internal', ref: expect.stringMatching(/^ref\d+$/) } } })
    expect(JSON.stringify(frame)).not.toContain('hunter2')
  })

  test('of secret rows leave no word of the failure in the log either', async () => {
    stage.app.call = () => Promise.reject(new Error('the password is hunter2'))
    const socket = await open()
    socket.send({ id: 1, name: 'vault.unlock', input: { password: 'hunter2' } })
    await socket.next()
    expect(stage.log.lines.join('\n')).toContain('vault.unlock')
    expect(stage.log.lines.join('\n')).not.toContain('hunter2')
  })

  test('beyond what one page can mean at once are refused', async () => {
    stage.app.call = () => new Promise(() => undefined)
    const socket = await open()
    for (let id = 0; id <= 64; id += 1) socket.send({ id, name: 'activity.list', input: {} })
    expect(await socket.next()).toMatchObject({ id: 64, result: { ok: false, error: { code: 'not-allowed' } } })
  })
})

describe('patches', () => {
  test('come only after the state was asked for, and none is lost or early', async () => {
    const socket = await open()
    const other = await open()
    other.send({ id: 0, name: 'activity.list', input: {} })
    await other.next()
    expect(stage.app.listeners()).toBe(0)
    socket.send({ id: 1, name: 'state.get', input: { wait: 1 } })
    await vi.waitFor(() => expect(stage.app.listeners()).toBe(1), PATIENCE)
    stage.app.push({ seq: 5, changes: [] })
    stage.app.push({ seq: 6, changes: [] })
    answerState({ ok: true, value: { seq: 4 } })
    expect([await socket.next(), await socket.next(), await socket.next()]).toEqual([
      { id: 1, result: { ok: true, value: { seq: 4 } } },
      { push: { seq: 5, changes: [] } },
      { push: { seq: 6, changes: [] } },
    ])
    stage.app.push({ seq: 7, changes: [] })
    expect(await socket.next()).toEqual({ push: { seq: 7, changes: [] } })
    expect(other.frames).toHaveLength(1)
  })

  test('asking again does not double them, and the end of the socket ends them', async () => {
    const socket = await open()
    for (const id of [1, 2]) {
      socket.send({ id, name: 'state.get', input: {} })
      await socket.next()
    }
    expect(stage.app.listeners()).toBe(1)
    stage.app.push({ seq: 1, changes: [] })
    await socket.next()
    socket.send({ id: 3, name: 'activity.list', input: {} })
    expect(await socket.next()).toMatchObject({ id: 3 })
    socket.socket.close()
    await socket.ended
    await vi.waitFor(() => expect(stage.app.listeners()).toBe(0), PATIENCE)
  })

  test('wait for nobody: a page that does not read gets the newest when it does again, and the others got all', async () => {
    const slow = await open()
    const quick = await open()
    for (const socket of [slow, quick]) {
      socket.send({ id: 1, name: 'state.resume', input: {} })
      await socket.next()
    }
    slow.socket.pause()
    const value = 'x'.repeat(512 * 1024)
    const LAST = 60
    for (let seq = 1; seq <= LAST; seq += 1) {
      stage.app.push({ seq, changes: [{ slice: 'app', value }] })
      expect(await quick.next()).toMatchObject({ push: { seq } })
    }
    slow.socket.resume()
    await vi.waitFor(() => expect(slow.frames.at(-1)).toMatchObject({ push: { seq: LAST } }), { timeout: 5000 })
    // What the kernel takes by itself is a few megabytes; 30 would have come had they been kept.
    expect(slow.frames.length * value.length).toBeLessThan(16 * 1024 * 1024)
    expect(slow.socket.readyState).toBe(WebSocket.OPEN)
    expect(stage.app.listeners()).toBe(2)
  }, 15_000)

  test('a page that asks and never reads the answers is cut off', async () => {
    stage.app.call = () => Promise.resolve({ ok: true, value: 'x'.repeat(512 * 1024) })
    const deaf = await open()
    deaf.send({ id: 0, name: 'state.get', input: {} })
    await deaf.next()
    deaf.socket.pause()
    let id = 0
    await vi.waitFor(
      () => {
        id += 1
        deaf.send({ id, name: 'activity.list', input: {} })
        expect(stage.app.listeners()).toBe(0)
      },
      { timeout: 10_000, interval: 5 },
    )
    expect(id * 512 * 1024).toBeGreaterThan(MAX_BUFFERED_BYTES)
    deaf.socket.terminate()
  }, 15_000)
})

describe('heartbeats', () => {
  test('are words that a page can hear, and a line without an answer is ended', async () => {
    await stage.close()
    stage = await createStage(createShellApp(), { heartbeatMs: 40 })
    const socket = await open()
    expect([await socket.next(), await socket.next()]).toEqual([{ beat: 1 }, { beat: 2 }])
    const deaf = await openSocket(stage.port, { Origin: stage.origin, Cookie: await stage.login() }, { autoPong: false })
    deaf.send({ id: 1, name: 'state.get', input: {} })
    await deaf.next()
    expect((await deaf.ended).code).toBe(1006)
    expect(socket.socket.readyState).toBe(WebSocket.OPEN)
    await vi.waitFor(() => expect(stage.app.listeners()).toBe(0), PATIENCE)
  })
})

test('close() ends open sockets with 1001 and the listeners with them, within a second, also when a page does not answer', async () => {
  const polite = await open()
  const deaf = await open()
  deaf.socket.pause()
  const startedMs = Date.now()
  await stage.shell.close()
  expect(Date.now() - startedMs).toBeLessThan(1500)
  expect((await polite.ended).code).toBe(1001)
  await expect(fetch(stage.shell.url)).rejects.toThrow()
  await expect(fetch(stage.shell.confirmOrigin)).rejects.toThrow()
  deaf.socket.terminate()
})
