import type { Check } from './check.ts'

const MINER = 'miner'

/** Containers of this installation that the record does not speak of: nobody gives them keys, restarts them or says when they fail. */
export const containersUnlisted: Check = {
  id: 'containers-unlisted',
  look({ engine }) {
    const unlisted = engine.unlisted ?? []
    if (engine.kind !== 'ready' || unlisted.length === 0) return undefined
    const up = unlisted.filter((each) => each.isUp)
    const facts = { titles: (up.length > 0 ? up : unlisted).map((each) => each.title).join(', ') }
    // Two relay miners with one key void each other's proofs, whatever the record knows of them.
    if (up.some((each) => each.copyOf === MINER)) return { level: 'bad', key: 'containers-copied-miner', facts, fix: 'nodes' }
    if (up.length > 0 && up.every((each) => each.copyOf !== undefined))
      return { level: 'warn', key: 'containers-copied', facts, fix: 'nodes' }
    if (up.some((each) => each.id === MINER)) return { level: 'bad', key: 'containers-unlisted-miner', facts, fix: 'nodes' }
    return { level: 'warn', key: up.length > 0 ? 'containers-unlisted' : 'containers-unlisted-down', facts, fix: 'nodes' }
  },
}
