import { describe, expect, it } from 'vitest'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher, FLUSH_MS, RECENT_PATCHES, type PublishedState } from '#main/core/state/publisher.ts'
import { applyPatch, resumedSchema, type Patch, type Snapshot } from '#shared/api/patches.ts'
import { createTestClock, type TestClock } from '#test/fakes/clock.ts'

const RUN = 1_795_000_000_000
const app = { version: '0', shell: 'web' as const, host: 'attic', network: null, startedAtMs: RUN, notice: null }
const balance = (upokt: number) => ({ address: 'a', upokt: String(upokt), asOf: { height: 1, atMs: 1 } })

function setup(): { clock: TestClock; publisher: PublishedState; change: (times?: number) => Promise<void> } {
  const clock = createTestClock()
  const publisher = createStatePublisher(initialState(app), clock)
  let round = 0
  return {
    clock,
    publisher,
    async change(times = 1) {
      for (let turn = 0; turn < times; turn += 1) {
        round += 1
        publisher.put('balances', `a${round % 5}`, balance(round))
        publisher.flush()
      }
      await clock.advance(FLUSH_MS)
    },
  }
}
/** What a page does with the answer. */
function taken(copy: Snapshot, resumed: ReturnType<PublishedState['resume']>): Snapshot {
  if (resumed.kind === 'snapshot') return { seq: resumed.seq, state: resumed.state }
  return resumed.patches.reduce<Snapshot>((before, patch) => {
    const next = applyPatch(before, patch)
    if (next === 'gap') throw new Error('gap')
    return next
  }, copy)
}

describe('coming back', () => {
  it('brings exactly the patches that were missed, in order', async () => {
    const { publisher, change } = setup()
    await change(3)
    const copy = publisher.snapshot()
    await change(4)
    const resumed = publisher.resume(RUN, copy.seq)
    expect(resumedSchema.safeParse(resumed).success).toBe(true)
    expect(resumed).toMatchObject({ kind: 'patches' })
    if (resumed.kind === 'patches') expect(resumed.patches.map((patch) => patch.seq)).toEqual([4, 5, 6, 7])
    expect(taken(copy, resumed)).toEqual(publisher.snapshot())
  })

  it('brings nothing when nothing was missed, and what waits unpublished when it does', () => {
    const { publisher } = setup()
    const copy = publisher.snapshot()
    expect(publisher.resume(RUN, copy.seq)).toEqual({ kind: 'patches', patches: [] })
    publisher.put('balances', 'a', balance(1))
    expect(taken(copy, publisher.resume(RUN, copy.seq))).toEqual(publisher.snapshot())
  })

  it.each([
    ['of another run', RUN - 1, 0],
    ['of a number that was never given', RUN, 8],
  ])('is a snapshot for a state %s', async (_name, run, ahead) => {
    const { publisher, change } = setup()
    await change(3)
    expect(publisher.resume(run, publisher.snapshot().seq + ahead)).toEqual({ kind: 'snapshot', ...publisher.snapshot() })
  })

  it('is a snapshot once the patches are no longer kept, and not one patch earlier', async () => {
    const { publisher, change } = setup()
    await change()
    await change(RECENT_PATCHES)
    expect(publisher.resume(RUN, 1).kind).toBe('patches')
    expect(publisher.resume(RUN, 0).kind).toBe('snapshot')
  })

  it('is a snapshot where the patches would be longer, and what is kept is bounded in bytes', async () => {
    const { publisher } = setup()
    const seen: Patch[] = []
    publisher.subscribe((patch) => seen.push(patch))
    for (let round = 0; round < 400; round += 1) {
      publisher.patch('engine', { detail: `${round}`.padEnd(900, 'x') })
      publisher.flush()
    }
    expect(seen).toHaveLength(400)
    expect(publisher.resume(RUN, 399).kind).toBe('patches')
    expect(publisher.resume(RUN, 300).kind).toBe('snapshot')
    expect(publisher.resume(RUN, 0).kind).toBe('snapshot')
  })

  it('cannot be spoilt by who got it before', async () => {
    const { publisher, change } = setup()
    const copy = publisher.snapshot()
    await change()
    const first = publisher.resume(RUN, 0)
    if (first.kind === 'patches') first.patches[0]!.changes.length = 0
    expect(taken(copy, publisher.resume(RUN, 0))).toEqual(publisher.snapshot())
  })

  it('ends in the same state whatever was lost on the way', async () => {
    const { publisher, clock } = setup()
    let random = 12_345
    const next = (below: number): number => {
      random = (random * 1_103_515_245 + 12_345) % 2_147_483_648
      return random % below
    }
    let copy = publisher.snapshot()
    let isOpen = true
    let kinds = { patches: 0, snapshot: 0 }
    const again = (): void => {
      const resumed = publisher.resume(copy.state.app.startedAtMs, copy.seq)
      kinds = { ...kinds, [resumed.kind]: kinds[resumed.kind] + 1 }
      copy = taken(copy, resumed)
    }
    publisher.subscribe((patch) => {
      // One in ten is lost on an open line: the next one shows the gap.
      if (!isOpen || next(10) === 0) return
      const after = applyPatch(copy, patch)
      if (after === 'gap') again()
      else copy = after
    })
    for (let round = 0; round < 3_000; round += 1) {
      publisher.put('balances', `a${next(9)}`, balance(round))
      if (next(4) === 0) publisher.remove('balances', `a${next(9)}`)
      if (next(50) === 0) publisher.patch('engine', { detail: 'x'.repeat(next(900)) })
      publisher.flush()
      // A line that is down: mostly for a moment, now and then for long.
      if (next(isOpen ? 40 : round % 700 < 620 ? 8 : 5_000) === 0) {
        isOpen = !isOpen
        if (isOpen) again()
      }
    }
    isOpen = true
    again()
    await clock.advance(FLUSH_MS)
    expect(copy).toEqual(publisher.snapshot())
    expect(kinds.patches).toBeGreaterThan(20)
    expect(kinds.snapshot).toBeLessThan(kinds.patches)
  })
})
