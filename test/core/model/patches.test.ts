import { describe, expect, it } from 'vitest'
import { applyPatch, changeSchema, patchSchema, snapshotSchema, type Patch, type Snapshot } from '#shared/api/patches.ts'
import { MAP_SLICES, stateSchema } from '#shared/api/state.ts'
import { initialState } from '#main/core/state/initial.ts'

const app = { version: '1', shell: 'web', host: 'here', network: null, startedAtMs: 5, notice: null } as const
const snapshot = (seq = 3): Snapshot => ({ seq, state: initialState(app) })
const patch = (seq: number, ...changes: Patch['changes']): Patch => ({ seq, changes })
const key = {
  id: 'k1',
  role: 'owner',
  name: 'Owner',
  network: 'local',
  address: 'pokt1x',
  kind: 'key',
  wordsConfirmedAtMs: null,
  createdAtMs: 1,
  fenced: null,
} as const

/** What a patch that must fit gives. */
function applied(current: Snapshot, next: Patch): Snapshot {
  const result = applyPatch(current, next)
  if (result === 'gap') throw new Error('gap')
  return result
}

describe('applyPatch', () => {
  it('replaces a whole object slice and leaves the rest and the original alone', () => {
    const before = snapshot()
    const frozen = structuredClone(before)
    const after = applied(before, patch(4, { slice: 'app', value: { ...app, host: 'there' } }))
    expect(after.seq).toBe(4)
    expect(after.state.app.host).toBe('there')
    expect(after.state.chain).toBe(before.state.chain)
    expect(before).toEqual(frozen)
  })

  it('adds, replaces and removes single entries of a map slice', () => {
    const before = snapshot()
    const added = applied(before, patch(4, { slice: 'keys', id: 'k1', value: key }))
    expect(added.state.keys).toEqual({ k1: key })
    const replaced = applied(
      added,
      patch(5, { slice: 'keys', id: 'k1', value: { ...key, name: 'Mine' } }, { slice: 'keys', id: 'k2', value: key }),
    )
    expect(Object.keys(replaced.state.keys)).toEqual(['k1', 'k2'])
    expect(replaced.state.keys['k1']?.name).toBe('Mine')
    const removed = applied(replaced, patch(6, { slice: 'keys', id: 'k1' }))
    expect(removed.state.keys).toEqual({ k2: key })
    expect(before.state.keys).toEqual({})
    expect(replaced.state.keys['k1']?.name).toBe('Mine')
  })

  it('takes changes of one patch in order', () => {
    const after = applied(snapshot(), patch(4, { slice: 'keys', id: 'k1', value: key }, { slice: 'keys', id: 'k1' }))
    expect(after.state.keys).toEqual({})
  })

  it('ignores old patches and asks for a snapshot when one was missed', () => {
    const before = snapshot(3)
    const change = { slice: 'app', value: { ...app, host: 'old' } }
    expect(applyPatch(before, patch(3, change))).toBe(before)
    expect(applyPatch(before, patch(1, change))).toBe(before)
    expect(applyPatch(before, patch(5, change))).toBe('gap')
  })

  it('asks for a snapshot rather than guess at a change that it does not know', () => {
    expect(applyPatch(snapshot(), patch(4, { slice: 'newer', value: {} }))).toBe('gap')
    expect(applyPatch(snapshot(), patch(4, { slice: 'toString', value: {} }))).toBe('gap')
    expect(applyPatch(snapshot(), patch(4, { slice: 'keys', value: {} }))).toBe('gap')
  })
})

describe('the schemas', () => {
  it('accept the first state as a snapshot, and patches of it', () => {
    expect(snapshotSchema.parse(snapshot())).toEqual(snapshot())
    expect(patchSchema.parse(patch(4, { slice: 'keys', id: 'k1' }))).toEqual(patch(4, { slice: 'keys', id: 'k1' }))
    expect(() => changeSchema.parse({ slice: 'app', path: 'x' })).toThrow('path')
    expect(() => snapshotSchema.parse({ seq: 1, state: { ...snapshot().state, more: 1 } })).toThrow('more')
  })
  // `leftOut` is one object of counts that begins with none.
  it('name as maps exactly the slices that start out as maps', () => {
    const state = snapshot().state
    const maps = Object.keys(stateSchema.shape).filter(
      (slice) => Object.keys(state[slice as keyof typeof state] ?? { of: 'Practice alone' }).length === 0 && slice !== 'leftOut',
    )
    expect(maps.sort()).toEqual([...MAP_SLICES].sort())
  })
})
