import type { AppState, ElsewhereState, NetworkId } from '#shared/api/state.ts'
import { worstFirst } from '#shared/model/finding-order.ts'
import { formatPokt } from '#shared/model/money.ts'
import { networkOf } from '#shared/networks/index.ts'
import { FINDINGS } from './finding-words.ts'
import { WORDS } from './words.ts'

/** Blocks faster than this are told to the second. */
const FAST_BLOCK_MS = 20_000

/** What the icon shows: ember, hollow, with a dot, dashed. */
export type TrayFace = 'fine' | 'stopped' | 'asks' | 'unknown'

/** The session clock's verdict in words, as the page says it. @param hours of the setting `clockHours` */
export function verdictWords(
  state: { clock: Pick<AppState['clock'], 'verdict' | 'facts'>; chain: Pick<AppState['chain'], 'medianBlockMs'> },
  hours: 'system' | '12' | '24',
): string {
  const { verdict, facts } = state.clock
  const say = WORDS.verdict
  switch (verdict) {
    case 'safe': {
      const due = facts['dueMs']
      if (due !== undefined) return say.safeUntil(clockTime(Number(due), hours, state.chain.medianBlockMs))
      return facts['dueHeight'] === undefined ? say.safe : say.safeUntil(`block ${facts['dueHeight']}`)
    }
    case 'wait':
      return say.wait(waitWords(facts))
    case 'costs':
      return (facts['costUpokt'] ?? '0') === '0' ? say.costsUnknown : say.costs(formatPokt(BigInt(facts['costUpokt'] ?? '0'), 4))
    default:
      return say[verdict]
  }
}

/** How long `wait` lasts: minutes where the pace of the chain is known, else blocks. @param facts of the verdict */
export function waitWords(facts: Record<string, string>): string {
  const ms = facts['waitMs']
  return ms === undefined ? WORDS.blocks(facts['blocks'] ?? '2') : shortTime(Number(ms))
}

/** "38 s", "13 min", "3 h". */
export function shortTime(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}

function clockTime(ms: number, hours: 'system' | '12' | '24', medianBlockMs: number | null): string {
  const cycle = hours === 'system' ? {} : { hourCycle: hours === '12' ? ('h12' as const) : ('h23' as const) }
  const seconds = medianBlockMs !== null && medianBlockMs < FAST_BLOCK_MS ? { second: '2-digit' as const } : {}
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', ...seconds, ...cycle }).format(ms)
}

/** Nodes that should run, and those that do. The keeper is no node to a user. */
export function nodesOf(state: Pick<AppState, 'nodes'>): { wanted: number; running: number; runningIds: string[] } {
  const nodes = Object.values(state.nodes).filter((node) => node.kind !== 'keeper')
  const running = nodes.filter((node) => node.seen === 'running' || node.seen === 'starting')
  return {
    wanted: nodes.filter((node) => node.wanted === 'running').length,
    running: running.length,
    runningIds: running.map((node) => node.id),
  }
}

/** The face of the tray icon, by the worst fact of any network. */
export function trayFace(state: AppState | undefined): TrayFace {
  if (!state) return 'unknown'
  const others = Object.values(state.elsewhere)
  if (worstFinding(state) !== undefined || state.vault.needed !== null || others.some((other) => other.needsKey)) return 'asks'
  const { wanted, running } = nodesOf(state)
  if (wanted === 0 && running === 0) return others.some((other) => Object.keys(other.up).length > 0) ? 'fine' : 'stopped'
  if (state.engine.kind !== 'ready' || state.chain.status === 'unreachable' || state.clock.verdict === 'cannot-tell') return 'unknown'
  return 'fine'
}

/** One sentence on everything, by the worst fact. */
export function headline(state: AppState | undefined): string {
  if (!state) return WORDS.starting
  const worst = worstFinding(state)
  if (worst) return `${worst.where}${findingText(worst, false)}`
  if (state.app.network === null) return WORDS.notSetUp
  const { wanted, running } = nodesOf(state)
  const others = Object.values(state.elsewhere).filter((other) => Object.keys(other.up).length > 0)
  if (wanted === 0 && running === 0)
    return others.length === 0
      ? WORDS.tray.nothingRuns
      : WORDS.tray.runsOn(others.map(({ network }) => networkOf(network).title).join(', '))
  if (state.engine.kind !== 'ready') return WORDS.tray.cannotSee
  return running >= wanted ? WORDS.tray.allRun(running) : WORDS.tray.someRun(running, wanted)
}

/** "Block 7 of 20 · Safe to stop until 15:30"; the verdict alone between sessions. */
export function clockLine(state: AppState, hours: 'system' | '12' | '24'): string {
  const { height } = state.clock
  const lane = state.clock.lanes.find((each) => each.start <= height && height <= each.end)
  const verdict = verdictWords(state, hours)
  return lane ? `${WORDS.tray.block(height - lane.start + 1, lane.end - lane.start + 1)} · ${verdict}` : verdict
}

/** What was settled today, undefined when nothing was. */
export function todayLine(state: AppState): string | undefined {
  const today = BigInt(state.earnings.todayUpokt)
  if (today <= 0n) return undefined
  const play = state.app.network !== null && networkOf(state.app.network).playMoney ? ` (${WORDS.playMoney})` : ''
  return `${WORDS.tray.today(formatPokt(today, 4))}${play}`
}

export type Finding = AppState['attention'][string]

/** A finding of the chosen network, or of another that is looked after: `where` is its name then, to be put before a sentence. */
export type PlacedFinding = Finding & { network: NetworkId | null; where: string }

/** What is found on every network, the chosen one first. */
export const allFindings = (state: Pick<AppState, 'attention' | 'elsewhere' | 'app'>): PlacedFinding[] => [
  ...Object.values(state.attention).map((finding) => ({ ...finding, network: state.app.network, where: '' })),
  ...Object.values(state.elsewhere).flatMap(({ network, findings }) =>
    findings.map((finding) => ({ ...finding, network, where: `${networkOf(network).title}: ` })),
  ),
]

/** The worst finding that asks something, on whichever network: `bad` before `warn`, the oldest first. */
export function worstFinding(state: Pick<AppState, 'attention' | 'elsewhere' | 'app'>): PlacedFinding | undefined {
  return allFindings(state)
    .filter((finding) => finding.level !== 'info')
    .sort(worstFirst)[0]
}

/** A line for each network that is not chosen and has something running: "Mainnet: Safe to stop". */
export const elsewhereLines = (state: AppState, hours: 'system' | '12' | '24'): string[] =>
  Object.values(state.elsewhere).flatMap((other) =>
    Object.keys(other.up).length === 0 ? [] : [`${networkOf(other.network).title}: ${verdictWords(asShown(other), hours)}`],
  )

const asShown = ({ clock, medianBlockMs }: ElsewhereState): Parameters<typeof verdictWords>[0] => ({ clock, chain: { medianBlockMs } })

/**
 * A finding in one sentence. Facts come from main and are put in as plain text, short; one that is missing becomes a dash.
 * @param amounts whether a sum may be in it
 */
export function findingText(finding: Pick<Finding, 'key' | 'facts'>, amounts: boolean): string {
  const row = FINDINGS[finding.key]
  // A finding of a newer core: its name in words, without facts, since any of them may be a sum.
  if (!row) return `${finding.key.charAt(0).toUpperCase()}${finding.key.slice(1).replaceAll('-', ' ')}.`
  const sentence = row.text.replaceAll(/\{\{(\w+)\}\}/g, (_whole, name: string) => (finding.facts[name] ?? '–').slice(0, 60))
  // Named where there are several: the name of a key, never its address.
  const { supplier = '', supplierAddress = '' } = finding.facts
  const isName = supplier !== '' && !supplierAddress.startsWith(supplier.slice(0, 8))
  const text = isName ? `${supplier.slice(0, 60)}: ${sentence}` : sentence
  const sum = row.amount === undefined ? undefined : finding.facts[row.amount]
  return amounts && sum !== undefined && /^-?\d{1,30}$/.test(sum) ? `${text} (${formatPokt(BigInt(sum))} POKT)` : text
}
