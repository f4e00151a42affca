import type { Check, Finding } from './check.ts'

/** Gateways leave out whoever answers from an old block (offchain facts 5.3). */
export const backendBehind: Check = {
  id: 'backend-behind',
  look(state): Finding | undefined {
    const [first, ...others] = [...state.health.backendsBehind].sort((a, b) => b.behindMs - a.behindMs)
    if (!first) return undefined
    return {
      level: 'bad',
      key: 'backend-behind',
      facts: {
        title: first.title,
        nodeId: first.nodeId,
        minutes: String(Math.round(first.behindMs / 60_000)),
        height: String(first.height),
        count: String(others.length + 1),
      },
      fix: 'nodes',
    }
  },
}
