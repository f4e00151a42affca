import { afterAll, describe, expect, it, vi } from 'vitest'
import { SCENARIOS } from '#main/adapters/practice/scenarios/index.ts'
import { playScenario } from '#main/adapters/practice/scenarios/play.ts'
import { CHECKS } from '#main/core/checks/index.ts'
import { SCENARIO_IDS } from '#shared/practice/scenario-ids.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { createStage, practiceInput } from './stage.ts'

// Real files, and once three years of blocks.
vi.setConfig({ testTimeout: 240_000 })

const FIRST_LOOKS = 25
const missing: string[] = []
afterAll(() => {
  console.log(missing.length === 0 ? 'every scenario is seen by a check' : `no check sees: ${missing.join(', ')}`)
})

describe('scenarios', () => {
  it('are the fourteen, in the order of their list', () => {
    expect(SCENARIOS.map(({ id }) => id)).toEqual([...SCENARIO_IDS])
  })

  it.each(SCENARIOS.map((scenario) => [scenario.id, scenario] as const))(
    '%s ends with what the user should have seen',
    async (id, scenario) => {
      const { check, key, fix } = scenario.shouldSee
      if (!CHECKS.some((known) => known.id === check)) {
        missing.push(`${id} (${check})`)
        return
      }
      const stage = createStage(playScenario(scenario, practiceInput()), await openTestStore())
      await stage.look()
      for (let looked = 0; looked < FIRST_LOOKS && !stage.seen.has(check); looked += 1) await stage.pass(1)
      // What shows only with time, such as a disk that fills.
      for (let looked = 0; looked < 6 && !stage.seen.has(check); looked += 1) await stage.pass(100)
      expect([...(stage.seen.get(check) ?? [])], [...stage.seen.keys()].join(', ')).toContain(`${key} ${fix}`)
      expect(stage.state.state.earnings.ledger.status).toBe('equal')
    },
  )

  it('need keys', () => {
    for (const scenario of SCENARIOS) {
      const play = () => playScenario(scenario, practiceInput({ owner: undefined, operator: undefined }))
      expect(play, scenario.id).toThrow(expect.objectContaining({ code: 'key-unknown' }))
    }
  })

  it('are the same each time', () => {
    const scenario = SCENARIOS.find(({ id }) => id === 'proof-missed-slashed')
    if (!scenario) throw new Error('no scenario')
    const play = () => playScenario(scenario, practiceInput()).ledger.save()
    expect(play()).toBe(play())
  })
})
