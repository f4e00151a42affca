import { expect, it } from 'vitest'
import { SCENARIOS } from '#main/adapters/practice/scenarios/index.ts'
import { playScenario } from '#main/adapters/practice/scenarios/play.ts'
import { openTestStore } from '#test/adapters/sqlite/open-test-store.ts'
import { createStage, practiceInput } from './stage.ts'
it('x', async () => {
  const scenario = SCENARIOS.find(({ id }) => id === 'three-quiet-years')!
  let t = performance.now(); const lap = (n: string) => { console.log(n, (performance.now() - t).toFixed()); t = performance.now() }
  const start = playScenario(scenario, practiceInput()); lap('play')
  const stage = createStage(start, await openTestStore()); lap('stage')
  for (let i = 0; i < 4; i += 1) { await (i ? stage.pass(1) : stage.look()); lap('look'); console.log(JSON.stringify(stage.state.state.earnings), JSON.stringify(stage.state.state.health), JSON.stringify(stage.state.state.balances), stage.state.state.supplier.status, stage.state.state.chain.height) }
  expect(1).toBe(1)
}, 300_000)
