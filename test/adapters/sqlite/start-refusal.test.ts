import { expect, test } from 'vitest'
import { startRefusal } from '#main/adapters/sqlite/start-refusal.ts'
import { HearthError, type ErrorCode } from '#shared/api/errors.ts'

const reasons = [
  'not-a-file',
  'not-a-database',
  'other-program',
  'missing',
  'schema-differs',
  'not-writable',
  'unreadable',
  'damaged',
  'never heard of',
]
const refusals: [ErrorCode, string][] = [
  ['store-newer', ''],
  ['store-busy', ''],
  ['disk-full', ''],
  ...reasons.map((reason): [ErrorCode, string] => ['store-damaged', reason]),
]

test.each(refusals)('%s %s is a sentence that names the file and what to do', (code, reason) => {
  const cause = new HearthError(code, { file: '/data/hearth.db', reason })
  const error = startRefusal(cause)
  if (!(error instanceof Error)) throw new Error('no error')
  expect(error.cause).toBe(cause)
  expect(error.message).toContain('/data/hearth.db')
  expect(error.message).toMatch(/^[A-Z/].*(Start|start|Put|Move|Look|Make|Close|Give) .*\.$/)
  expect(error.message).not.toMatch(/[{}]|store-/)
})

test('each of them is another one, and what is not expected stays as it is', () => {
  const told = refusals.map(([code, reason]) => (startRefusal(new HearthError(code, { file: 'f', reason })) as Error).message)
  expect(new Set(told).size).toBe(refusals.length - 1)
  const odd = new Error('odd')
  expect(startRefusal(odd)).toBe(odd)
})
