import type { Check } from './check.ts'

/** One slow answer is none yet; a claim waits for hours. */
const LONG_MS = 3 * 60_000
/** Hearth changes it by then, if it may and another does well. */
const BY_ITSELF_MS = 60_000

/** The host that the relay miner asks does not answer as it should, for a while, and Hearth has not changed it: it may not, or no other would do, or the last change is a moment ago. */
export const minerHostDown: Check = {
  id: 'miner-host-down',
  look({ bundle, chain, nodes }, nowMs) {
    const miner = Object.values(nodes).find((node) => node.kind === 'relay-miner')
    const sinceMs = bundle?.badSinceMs ?? null
    const longMs = LONG_MS + (bundle?.byItself === true ? BY_ITSELF_MS : 0)
    if (!bundle || sinceMs === null || nowMs - sinceMs < longMs || miner?.wanted !== 'running') return undefined
    const other = Object.values(chain.endpoints ?? {}).find(
      (each) => each.host !== bundle.host && each.grpcUrl !== '' && each.status === 'good',
    )
    const facts = { host: bundle.host, other: other?.host ?? '', title: miner.title }
    if (bundle.host === '') return { level: 'bad', key: 'miner-host-none', facts, fix: 'nodes' }
    if (bundle.flickers === true) return { level: 'warn', key: 'miner-host-flickers', facts, fix: 'nodes' }
    return { level: 'bad', key: other ? 'miner-host-down' : 'miner-host-down-alone', facts, fix: 'nodes' }
  },
}
