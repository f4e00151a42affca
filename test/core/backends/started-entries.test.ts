import { expect, it } from 'vitest'
import type { Started } from '#shared/catalog/backends/started.ts'
import { createStartedEntries } from '#main/core/backends/started-entries.ts'

const wish = (entryId: string): Started => ({ entryId, stage: 'starting', snapshot: null, hasData: false, withData: false })

it('loses none of those that are written at the same time', async () => {
  const settings = new Map<string, string>()
  let isFull = false
  const entries = createStartedEntries(
    {
      setting: (key) => Promise.resolve(settings.get(key)),
      setSetting: async (key, value) => {
        await Promise.resolve()
        if (isFull) throw new Error('the disk is full')
        settings.set(key, value)
      },
    },
    'local',
  )
  await Promise.all([entries.put(wish('a')), entries.put(wish('b')), entries.put(wish('c')), entries.remove('a')])
  expect(entries.list().map((each) => each.entryId)).toEqual(['b', 'c'])
  expect(JSON.parse(settings.get('backend-entries:local') ?? '')).toEqual(entries.list())
  // One that fails holds up none after it, and changes nothing.
  isFull = true
  await expect(entries.put(wish('d'))).rejects.toThrow('full')
  isFull = false
  await entries.put(wish('e'))
  expect(entries.list().map((each) => each.entryId)).toEqual(['b', 'c', 'e'])
})
