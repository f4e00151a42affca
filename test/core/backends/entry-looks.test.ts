import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import { CATALOG_FOLDER } from '#main/catalog.ts'
import { createEntryLooks, type EntryLooks } from '#main/core/backends/entry-looks.ts'
import { entryNodes } from '#main/core/backends/entry-nodes.ts'
import { readCatalog } from '#main/core/backends/read-catalog.ts'
import { createTestClock, type TestClock } from '#test/fakes/clock.ts'

const catalog = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY)
const entry = catalog.entries.find((each) => each.id === 'fuse-nethermind')
if (!entry) throw new Error('the catalogue lists it no more')
const [node] = entryNodes(entry)
if (!node) throw new Error('it has no node')

let clock: TestClock
let looks: EntryLooks
let asked: number
let answer: () => Promise<never>
beforeEach(() => {
  clock = createTestClock()
  asked = 0
  looks = createEntryLooks({
    clock,
    entryOf: () => entry,
    line: {
      http: () => {
        asked += 1
        return answer()
      },
      websocket: () => Promise.reject(new HearthError('backend-unreachable', { host: 'x', reason: 'none' })),
    },
  })
})

it('does not wait long for a node that says nothing, and asks it once at a time', async () => {
  let end = (): void => undefined
  answer = () =>
    new Promise<never>((_resolve, reject) => (end = () => reject(new HearthError('backend-unreachable', { host: 'x', reason: 'late' }))))
  for (let look = 0; look < 2; look += 1) {
    let found: unknown
    const looking = looks.look(node, {}).then((value) => (found = value))
    await clock.advance(1_000)
    expect(found).toEqual({ ready: false, height: null })
    await looking
  }
  expect(asked).toBe(1)
  end()
  await clock.advance(0)
  expect(looks.progressOf(entry.id)?.state).toBe('no-answer')
})
it('leaves one that does not answer alone for a moment', async () => {
  answer = () => Promise.reject(new HearthError('backend-unreachable', { host: 'x', reason: 'ECONNREFUSED' }))
  await looks.look(node, {})
  const first = asked
  await clock.advance(1_500)
  await looks.look(node, {})
  expect(asked).toBe(first)
  await clock.advance(1_000)
  await looks.look(node, {})
  expect(asked).toBeGreaterThan(first)
})
