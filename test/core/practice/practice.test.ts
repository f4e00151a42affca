import { expect, it } from 'vitest'
import type { PracticeControls } from '#main/core/ports/practice.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { createPracticeRoom } from '#main/core/practice/practice.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { createTestClock } from '#test/fakes/clock.ts'

it('what is played is done to the supplier in view; while there is none, to the newest keys', async () => {
  const clock = createTestClock()
  const state = createStatePublisher(
    initialState({ version: '0', shell: 'web', host: 'h', network: 'practice', startedAtMs: 1, notice: null }),
    clock,
  )
  const given: { owner?: string | undefined; operator?: string | undefined }[] = []
  const controls = {
    onChange: () => undefined,
    view: () => ({ nowMs: 1, speed: 1, paused: false, scenario: null }),
    control: (_wish: unknown, whose: (typeof given)[number]) =>
      Promise.resolve(void given.push({ owner: whose.owner, operator: whose.operator })),
  } as unknown as PracticeControls
  const key = (role: string, address: string) => ({ role, address, network: 'practice' }) as PublicKeyInfo
  const keys = [key('owner', 'own1'), key('owner', 'own2'), key('operator', 'op1'), key('operator', 'op2')]
  const room = createPracticeRoom({
    controls,
    keys: () => Promise.resolve(keys),
    served: () => ({ relayUrl: '', servedHere: [] }),
    onReplaced: () => Promise.resolve(),
    state,
    realClock: clock,
  })
  const play = async (operatorAddress: string, ownerAddress: string): Promise<unknown> => {
    state.patch('supplier', { operatorAddress, ownerAddress })
    await room.control({ kind: 'pause', paused: true } as never)
    return given.at(-1)
  }
  expect(await play('', '')).toEqual({ owner: 'own2', operator: 'op2' })
  expect(await play('op1', 'own1')).toEqual({ owner: 'own1', operator: 'op1' })
  // Its owner's key is not here.
  expect(await play('op1', 'elsewhere')).toEqual({ owner: 'own2', operator: 'op1' })
  expect(await play('gone', 'own1')).toEqual({ owner: 'own2', operator: 'op2' })
})
