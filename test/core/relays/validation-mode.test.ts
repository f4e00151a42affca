import { expect, test } from 'vitest'
import { validationFor } from '#main/core/relays/validation-mode.ts'

test('a near node judges first, a far one behind, and one slow answer decides nothing', () => {
  expect(validationFor('auto', [3, 4, 900, 5, 3])).toEqual({ mode: 'eager', why: 'near', nodeMs: 4 })
  expect(validationFor('auto', [300, 320, 310, 290, 280])).toEqual({ mode: 'lazy', why: 'far', nodeMs: 300 })
})

test('without a measure it is the safer way, and what the user chose counts whatever was measured', () => {
  expect(validationFor('auto', [])).toEqual({ mode: 'eager', why: 'unknown', nodeMs: null })
  expect(validationFor('lazy', [1, 1, 1])).toEqual({ mode: 'lazy', why: 'chosen', nodeMs: 1 })
  expect(validationFor('eager', [900])).toEqual({ mode: 'eager', why: 'chosen', nodeMs: 900 })
})
