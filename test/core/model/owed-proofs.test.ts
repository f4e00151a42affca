import { expect, it } from 'vitest'
import { owedProofs } from '#shared/model/owed-proofs.ts'

const HOUR_MS = 60 * 60_000
const claim = { proofRequirement: undefined }
const asked = { proofRequirement: 'threshold' }
const free = { proofRequirement: 'not-required' }
const miner = (wanted: 'running' | 'stopped', updatedAtMs: number) => [
  { id: 'ingress', wanted: 'running' as const, updatedAtMs: 0 },
  { id: 'miner', wanted, updatedAtMs },
]

it('are those of claims that may need one, while a relay miner runs there or was stopped less than a day ago', () => {
  const at = 100 * HOUR_MS
  expect(owedProofs(miner('running', 0), [claim, asked, free], at)).toEqual([claim, asked])
  expect(owedProofs(miner('stopped', at - 24 * HOUR_MS + 1), [claim], at)).toEqual([claim])
  expect(owedProofs(miner('stopped', at + HOUR_MS), [claim], at), 'the clock was set back').toEqual([claim])
  expect(owedProofs(miner('stopped', at - 24 * HOUR_MS), [claim], at)).toEqual([])
  expect(owedProofs([], [claim], at), 'another machine sends them').toEqual([])
})
