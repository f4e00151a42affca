import { expect, it } from 'vitest'
import { diffText } from '#main/core/relays/miner-diff.ts'

const text = (...lines: string[]): string => `${lines.join('\n')}\n`

it('is empty when nothing changes', () => {
  expect(diffText(text('a', 'b'), text('a', 'b'))).toBe('')
})
it('shows what came and went with two lines around it, and leaves the rest out', () => {
  const before = text('1', '2', '3', '4', 'old', '5', '6', '7', '8', '9', '10', '11')
  const after = text('1', '2', '3', '4', 'new', '5', '6', '7', '8', '9', '10', '11', 'end')
  expect(diffText(before, after)).toBe('  3\n  4\n- old\n+ new\n  5\n  6\n…\n  10\n  11\n+ end')
})
it('shows a whole text that is new or gone', () => {
  expect(diffText('', text('a', 'b'))).toBe('+ a\n+ b')
  expect(diffText(text('a', 'b'), '')).toBe('- a\n- b')
})
it('finds the shortest change in lists of like lines', () => {
  const service = (id: string): string[] => [`- id: ${id}`, '  url: x']
  expect(diffText(text(...service('a'), ...service('c')), text(...service('a'), ...service('b'), ...service('c')))).toBe(
    '  - id: a\n    url: x\n+ - id: b\n+   url: x\n  - id: c\n    url: x',
  )
})
