import { expect, it } from 'vitest'
import { createControls } from '#main/adapters/practice/controls.ts'
import type { PracticeWorld } from '#main/adapters/practice/world.ts'
import { operator as staked, stakedWorld, stranger as notStaked } from '../traffic/miner-bench.ts'

const NOBODY = { owner: undefined, operator: undefined, relayUrl: '', servedHere: [] }

it('a jump goes to what comes first of any supplier that is served here, and of the one that scenarios play for', async () => {
  const { node, clock } = stakedWorld([staked])
  const { ledger } = node
  let served: string[] = []
  const world = { clock, network: () => ({ ledger }), miners: () => [{ operatorAddresses: [] }, { operatorAddresses: served }] }
  const controls = createControls(world as unknown as PracticeWorld, null)
  // Just before the end of the session of the supplier's first relays: its claim window is what comes after.
  while (ledger.height < 20) {
    clock.advance(1_000)
    node.produceDue()
  }
  expect(controls.view().next).toMatchObject({ kind: 'session-end', height: 30 })
  served = [notStaked.address, staked.address]
  expect(controls.view().next).toMatchObject({ kind: 'claim-window', height: 22 })
  served = [notStaked.address]
  expect(controls.view().next).toMatchObject({ kind: 'session-end', height: 30 })
  await controls.control({ kind: 'pause', paused: false }, { ...NOBODY, operator: staked.address })
  expect(controls.view().next).toMatchObject({ kind: 'claim-window', height: 22 })
})
