import { describe, expect, it } from 'vitest'
import { createLogBooks } from '#main/core/metrics/log-books.ts'
import { diskFull } from '#main/core/checks/disk-full.ts'
import { operatorLow } from '#main/core/checks/operator-low.ts'
import { upgradePlanned } from '#main/core/checks/upgrade-planned.ts'
import type { Engine } from '#main/core/ports/engine.ts'
import { initialState } from '#main/core/state/initial.ts'
import { holdAsChosen } from '#main/shells/electron/power.ts'
import { pokt, setNumberStyle, whole } from '#renderer/text/format.ts'
import type { AppState } from '#shared/api/state.ts'
import type { SettingKey } from '#shared/settings/table.ts'
import { createTestClock } from '#test/fakes/clock.ts'
import { lane, servingState } from '#test/shells/support/desktop-state.ts'

const DAY_MS = 86_400_000
const fresh = (): AppState => initialState({ version: '1', shell: 'web', host: 'h', network: 'local', startedAtMs: 0, notice: null })
const choose = (state: AppState, key: SettingKey, value: number): void => void (state.settings[key] = { value, problem: null })

/** More settings that do what their words say. */
describe('settings at work', () => {
  it('thousands are parted as chosen, in heights and amounts', () => {
    setNumberStyle('space')
    expect([whole(883_700), pokt('59505000000')]).toEqual(['883\u202f700', '59\u202f505'])
    setNumberStyle('plain')
    expect([whole(883_700), pokt('59505000000')]).toEqual(['883700', '59505'])
    setNumberStyle('comma')
    expect([whole(883_700), pokt('59505000000')]).toEqual(['883,700', '59,505'])
  })

  it('so many lines of a log are held as chosen', async () => {
    const lines = Array.from({ length: 1_500 }, (_, at) => ({ timeMs: at, stream: 'out' as const, text: `line ${at}` }))
    const asked: number[] = []
    const engine = {
      logs: (_name: string, { tail }: { tail: number }) => {
        asked.push(tail)
        return Promise.resolve(lines.slice(-tail))
      },
    } as unknown as Engine
    const clock = createTestClock()
    const books = createLogBooks({ engine, clock, realClock: clock, linesHeld: () => 1_000 })
    const first = await books.page({ nodeId: 'n', container: 'c', limit: 2_000 })
    expect(first.lines).toHaveLength(1_000)
    expect(first.lines[0]?.text).toBe('line 500')
  })

  it('the warnings of disk, upgrade and wallet come as many days before as chosen', () => {
    const state = fresh()
    state.health = {
      ...state.health,
      disk: { freeBytes: 9e10, fullAtMs: 10 * DAY_MS, bytesPerDay: 1 } as NonNullable<AppState['health']['disk']>,
    }
    expect(diskFull.look(state, 0)).toBeUndefined()
    choose(state, 'diskWarnDays', 12)
    expect(diskFull.look(state, 0)?.level).toBe('warn')

    state.chain = { ...state.chain, height: 100, medianBlockMs: DAY_MS, blockTimeMs: 0 }
    state.health.upgrade = { name: 'v1', height: 110 } as NonNullable<AppState['health']['upgrade']>
    expect(upgradePlanned.look(state, 0)?.level).toBe('info')
    choose(state, 'upgradeWarnDays', 12)
    expect(upgradePlanned.look(state, 0)?.level).toBe('warn')

    state.supplier = { ...state.supplier, status: 'active', operatorAddress: 'op' }
    state.balances['op'] = { address: 'op', upokt: '9000000', asOf: { height: 1, atMs: 1 } }
    state.health.operatorSpending = { op: { daysLeft: 40, upoktPerDay: '1' } }
    expect(operatorLow.look(state, 0)).toBeUndefined()
    choose(state, 'operatorRunwayDays', 50)
    expect(operatorLow.look(state, 0)).toMatchObject({ key: 'operator-runway', level: 'warn' })
    choose(state, 'operatorRunwayDays', 365)
    state.health.operatorSpending = { op: { daysLeft: 30, upoktPerDay: '1' } }
    expect(operatorLow.look(state, 0)?.level).toBe('bad')
  })

  it('this PC is kept awake for what is due, for all serving, or never; never for play money', () => {
    const serving = servingState()
    const idle = {
      ...serving,
      app: { ...serving.app, network: 'mainnet' as const },
      clock: { ...serving.clock, verdict: 'safe' as const, facts: {}, lanes: [lane(1, 'settled')] },
    }
    const due = { ...idle, clock: { ...idle.clock, verdict: 'costs' as const } }
    const isServing = Object.values(idle.nodes).some((node) => node.kind === 'relay-miner' && node.wanted === 'running')
    expect([holdAsChosen(idle, 'due'), holdAsChosen(due, 'due')?.kind, holdAsChosen(due, 'never')]).toEqual([undefined, 'costs', undefined])
    const miner = { ...Object.values(serving.nodes)[0]!, kind: 'relay-miner' as const, wanted: 'running' as const }
    const withMiner = isServing ? idle : { ...idle, nodes: { ...idle.nodes, miner } }
    expect(holdAsChosen(withMiner, 'serving')?.kind).toBe('due')
    expect(holdAsChosen({ ...withMiner, nodes: {} }, 'serving')).toBeUndefined()
    expect(holdAsChosen({ ...withMiner, app: { ...withMiner.app, network: 'local' } }, 'serving')).toBeUndefined()
  })
})
