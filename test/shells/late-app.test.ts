import { expect, test } from 'vitest'
import type { App } from '#main/core/app-shape.ts'
import { lateApp } from '#main/shells/web/late-app.ts'
import type { Patch } from '#shared/api/patches.ts'

function fake(): { app: App; push: (patch: Patch) => void; stopped: () => boolean } {
  const listeners = new Set<(patch: Patch) => void>()
  let stopped = false
  return {
    app: {
      call: (name) => Promise.resolve({ ok: true, value: name }),
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      surface: (token) => Promise.resolve({ status: 200, html: new TextEncoder().encode(token) }),
      stop() {
        stopped = true
        return Promise.resolve()
      },
    },
    push: (patch) => listeners.forEach((listener) => listener(patch)),
    stopped: () => stopped,
  }
}

test('what is asked before the app is there waits for it, and a listener that left before hears nothing', async () => {
  const coming = Promise.withResolvers<App>()
  const late = lateApp(coming.promise)
  const { app, push, stopped } = fake()
  const heard: number[] = []
  late.subscribe((patch) => heard.push(patch.seq))
  late.subscribe(() => heard.push(-1))()
  const answer = late.call('state.get', {})
  coming.resolve(app)
  expect(await answer).toEqual({ ok: true, value: 'state.get' })
  expect((await late.surface('t', 'GET', new Uint8Array())).status).toBe(200)
  push({ seq: 7, changes: [] })
  expect(heard).toEqual([7])
  await late.stop()
  expect(stopped()).toBe(true)
})

test('an app that does not come is told to those who wait', async () => {
  const late = lateApp(Promise.reject(new Error('store-newer')))
  late.subscribe(() => undefined)
  await expect(late.call('state.get', {})).rejects.toThrow('store-newer')
})
