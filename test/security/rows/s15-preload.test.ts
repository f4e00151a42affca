import { expect, test } from 'vitest'
import { loadPreload } from './preload-stage.ts'

test('S15: the page gets two functions on two fixed channels, and nothing of Electron crosses', async () => {
  const { exposed, used } = await loadPreload({ sandboxed: true, contextIsolated: true })
  expect([...exposed.keys()]).toEqual(['hearth'])
  const api = exposed.get('hearth') ?? {}
  expect(Object.keys(api).sort()).toEqual(['call', 'onPush'])
  await api['call']?.('state.get', { a: 1 })
  const heard: unknown[] = []
  const stop = api['onPush']?.((...args: unknown[]) => heard.push(args)) as () => void
  const receive = used[1]?.[2] as (...args: unknown[]) => void
  receive({ sender: 'what Electron knows of the sender' }, { seq: 1 })
  stop()
  expect(used.map((one) => one.slice(0, 2))).toEqual([
    ['invoke', 'hearth:call'],
    ['on', 'hearth:push'],
    ['off', 'hearth:push'],
  ])
  expect(heard).toEqual([[{ seq: 1 }]])
  // What a request is stands in a text whose size can be judged.
  expect(used[0]?.slice(2)).toEqual(['state.get', '{"a":1}'])
})
