import { beforeEach, describe, expect, it } from 'vitest'
import type { AppState } from '#shared/api/state.ts'
import { volumeLost } from '#main/core/checks/volume-lost.ts'
import { lane } from '#test/core/checks/sick-volumes.ts'
import { begin, chain, DAY, fresh, look, lost, make, MINER, on, PREFIX, prune } from './volumes-scene.ts'

beforeEach(fresh)

describe('what follows from it', () => {
  const open = [lane(50, 'serving', null, '0'), lane(40, 'open'), lane(30, 'proof-due', '7'), lane(20, 'proven', '7')]
  const finding = (): string | undefined => {
    on.state.put('nodes', 'miner', { kind: 'relay-miner', title: 'Relay miner' } as AppState['nodes'][string])
    return volumeLost.look(on.state.state, on.clock.now())?.key
  }
  const risk = (): (number[] | null | undefined)[] => (on.state.state.engine.lost ?? []).map((each) => each.risk)
  const lose = async (): Promise<void> => {
    await make('miner', [MINER])
    await prune('miner', MINER)
    await make('miner', [MINER])
  }

  it('hangs on the sessions that were open then, which are noted as soon as the chain tells them', async () => {
    await lose()
    expect(risk()).toEqual([null])
    await on.clock.advance(2 * DAY)
    await on.engine.list()
    expect(risk()).toEqual([null])
    chain({ lanes: open })
    await on.engine.list()
    expect(risk()).toEqual([[40, 30]])
    // Relays that came since lie on the new volume.
    chain({ lanes: [lane(50, 'serving', null, '9'), ...open.slice(1)] })
    await on.engine.list()
    expect(risk()).toEqual([[40, 30]])
    // A Hearth that has just started has read no block.
    begin()
    await on.engine.list()
    await on.clock.advance(2 * DAY)
    await on.engine.list()
    expect([risk(), finding()]).toEqual([[[40, 30]], 'volume-lost-unknown'])
    chain({ lanes: [lane(50, 'open', null, '9'), lane(40, 'idle'), lane(30, 'proof-due', '7')] })
    await on.engine.list()
    expect([risk(), finding()]).toEqual([[[40, 30]], 'volume-lost-claims'])
    chain({ lanes: [lane(50, 'open', null, '9'), lane(40, 'idle'), lane(30, 'expired', '7')] })
    expect(finding()).toBeUndefined()
    await on.engine.list()
    expect([lost(), JSON.parse(on.settings.get('volumes mainnet') ?? '{}')]).toMatchObject([[], { lost: {} }])
  })

  it('is nothing where no session was open: told for a day, as no bad news', async () => {
    await make('miner', [MINER])
    chain({ lanes: [lane(50, 'serving', null, '0'), lane(20, 'proven', '7')] })
    await prune('miner', MINER)
    await make('miner', [MINER])
    expect([risk(), on.activity]).toEqual([[[]], [`volume-lost warn ${MINER}`]])
    await on.clock.advance(DAY - 1_000)
    await on.engine.list()
    expect(lost()).toEqual(['miner'])
    await on.clock.advance(1_000)
    await on.engine.list()
    expect(lost()).toEqual([])
  })

  it('without a stake no relay came, and what is claimed stays open', async () => {
    await make('miner', [MINER])
    chain({ lanes: open }, 'not-staked')
    await prune('miner', MINER)
    await look()
    expect(risk()).toEqual([[30]])
  })

  it('is over for any other node once it works again', async () => {
    const data = `${PREFIX}eth-data`
    await make('eth', [data])
    await prune('eth', data)
    await make('eth', [data])
    const put = (seen: 'starting' | 'running', startedAtMs: number, reason: string | null = null): void =>
      on.state.put('nodes', 'eth', {
        seen,
        startedAtMs,
        reason: reason === null ? null : { key: reason, facts: {} },
      } as AppState['nodes'][string])
    put('running', on.clock.now() - DAY)
    await on.engine.list()
    put('starting', on.clock.now() + 1)
    await on.engine.list()
    put('running', on.clock.now() + 1, 'first-sync')
    await on.engine.list()
    expect(lost()).toEqual(['eth'])
    put('running', on.clock.now() + 1)
    await on.engine.list()
    expect(lost()).toEqual([])
  })
})
