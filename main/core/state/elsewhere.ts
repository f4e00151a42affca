import { MAX_FINDINGS_ELSEWHERE, type AppState, type ElsewhereState, type NetworkId } from '#shared/api/state.ts'
import { OF_THIS_PC, worstFirst } from '#shared/model/finding-order.ts'

/** Letters of a fact: a sentence needs no more, and three networks share little room. */
const FACT_LETTERS = 40
const FACTS = 8
const NODES = 8
const TITLE_LETTERS = 30
/** What the guards before an end of the program read. */
const CLOCK_FACTS: ReadonlySet<string> = new Set(['miner', 'dueMs', 'dueHeight', 'waitMs', 'blocks', 'costUpokt'])

type Finding = AppState['attention'][string]

/** What asks for somebody, worst first, the oldest first among equals; news are left out. */
const asking = (attention: AppState['attention']): Finding[] =>
  Object.values(attention)
    .filter((finding) => finding.level !== 'info')
    .sort(worstFirst)

/**
 * What the page is told of a network that is looked after and not chosen. @param state the network's own; undefined while its rooms could not be made
 * @param told findings about this PC that are told already; those told here are added
 */
export function elsewhereOf(network: NetworkId, state: AppState | undefined, told: Set<string> = new Set()): ElsewhereState {
  if (state === undefined)
    return {
      network,
      isLookedAfter: false,
      up: {},
      down: [],
      needsKey: false,
      clock: { verdict: 'cannot-tell', facts: {}, height: 0 },
      medianBlockMs: null,
      findings: [],
      findingsCount: 0,
    }
  const nodes = Object.values(state.nodes).filter((node) => node.kind !== 'keeper')
  const found = asking(state.attention).filter(({ id }) => !told.has(id))
  for (const { id } of found) if (OF_THIS_PC.has(id)) told.add(id)
  const { verdict, facts, height } = state.clock
  return {
    network,
    isLookedAfter: true,
    up: Object.fromEntries(
      nodes
        .filter(isUp)
        .slice(0, NODES)
        .map((node) => [node.id, node.title.slice(0, TITLE_LETTERS)]),
    ),
    down: nodes
      .filter((node) => node.wanted === 'running' && !isUp(node))
      .slice(0, NODES)
      .map((node) => node.id),
    needsKey: state.vault.needed !== null,
    clock: { verdict, facts: Object.fromEntries(Object.entries(facts).filter(([key]) => CLOCK_FACTS.has(key))), height },
    medianBlockMs: state.chain.medianBlockMs,
    findings: found.slice(0, MAX_FINDINGS_ELSEWHERE).map((finding) => ({ ...finding, facts: short(finding.facts) })),
    findingsCount: found.length,
  }
}

/** Whether a container is there to be looked after; of an engine that does not answer, whether it last was. */
export const isUp = (node: AppState['nodes'][string]): boolean =>
  ['running', 'starting', 'stopping'].includes(node.seen === 'unknown' ? (node.reason?.facts['last'] ?? '') : node.seen)

const short = (facts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(facts)
      .slice(0, FACTS)
      .map(([key, text]) => [key, text.slice(0, FACT_LETTERS)]),
  )
