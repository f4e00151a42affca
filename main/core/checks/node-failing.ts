import type { Check } from './check.ts'

/** A container that should run and does not. */
export const nodeFailing: Check = {
  id: 'node-failing',
  look(state) {
    const failing = Object.values(state.nodes).filter((node) => node.seen === 'failing')
    const first = failing[0]
    if (!first) return undefined
    const { cause, limitMb } = first.reason?.facts ?? {}
    return {
      level: 'bad',
      key: cause === 'memory' ? 'node-failing-memory' : 'node-failing',
      facts: {
        title: first.title,
        nodeId: first.id,
        count: String(failing.length),
        code: first.error?.code ?? '',
        ...(limitMb === undefined ? {} : { limitMb }),
      },
      fix: 'nodes',
    }
  },
}
