import { describe, expect, it } from 'vitest'
import { applyPatch, type Patch, type Snapshot } from '#shared/api/patches.ts'
import { stateSchema } from '#shared/api/state.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, FLUSH_MS } from '#main/core/state/publisher.ts'
import { createTestClock } from '#test/fakes/clock.ts'

const app = { version: '0', shell: 'web' as const, host: 'attic', network: null, startedAtMs: 1, notice: null }
const balance = (upokt: string) => ({ address: 'a', upokt, asOf: { height: 1, atMs: 1 } })

function setup() {
  const clock = createTestClock()
  const publisher = createStatePublisher(initialState(app), clock)
  const patches: Patch[] = []
  publisher.subscribe((patch) => patches.push(patch))
  return { clock, publisher, patches }
}

describe('state publisher', () => {
  it('starts in a state that its own schema accepts', () => {
    expect(stateSchema.safeParse(initialState(app)).success).toBe(true)
  })

  it('publishes the last write of a path once, after the pause', async () => {
    const { clock, publisher, patches } = setup()
    publisher.put('balances', 'a', balance('1'))
    publisher.put('balances', 'a', balance('2'))
    publisher.patch('app', { network: 'local' })
    expect(patches).toHaveLength(0)
    await clock.advance(FLUSH_MS)
    expect(patches).toHaveLength(1)
    expect(patches[0]).toMatchObject({
      seq: 1,
      changes: [
        { slice: 'balances', id: 'a', value: { upokt: '2' } },
        { slice: 'app', value: { network: 'local' } },
      ],
    })
  })

  it('says nothing when nothing changed', async () => {
    const { clock, publisher, patches } = setup()
    publisher.patch('app', { network: null })
    publisher.remove('balances', 'unknown')
    await clock.advance(FLUSH_MS)
    expect(patches).toHaveLength(0)
  })

  it('brings a copy to the same state by patches alone', async () => {
    const { clock, publisher, patches } = setup()
    let copy: Snapshot = publisher.snapshot()
    for (let round = 0; round < 50; round += 1) {
      publisher.put('balances', `a${round % 7}`, balance(String(round)))
      if (round % 3 === 0) publisher.remove('balances', `a${(round + 2) % 7}`)
      publisher.patch('relays', { revision: round })
      await clock.advance(FLUSH_MS)
    }
    for (const patch of patches) {
      const next = applyPatch(copy, patch)
      if (next === 'gap') throw new Error('gap')
      copy = next
    }
    expect(copy.state).toEqual(publisher.state)
    expect(copy.seq).toBe(patches.at(-1)?.seq)
  })

  it('tells a gap, and drops what is old', () => {
    const { publisher } = setup()
    const snapshot = publisher.snapshot()
    expect(applyPatch(snapshot, { seq: snapshot.seq + 2, changes: [] })).toBe('gap')
    expect(applyPatch(snapshot, { seq: snapshot.seq, changes: [{ slice: 'app', value: {} }] })).toBe(snapshot)
    expect(applyPatch(snapshot, { seq: snapshot.seq + 1, changes: [{ slice: '__proto__', value: {} }] })).toBe('gap')
  })

  it('cannot be changed through a value that was handed in', () => {
    const { publisher } = setup()
    const mine = balance('1')
    publisher.put('balances', 'a', mine)
    mine.upokt = '999'
    expect(publisher.state.balances['a']?.upokt).toBe('1')
  })
})
