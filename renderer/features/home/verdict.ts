import type { AppState } from '#shared/api/state.ts'
import { worstFirst } from '#shared/model/finding-order.ts'
import { isServedHere } from '#renderer/bridge/select.ts'
import { whole } from '#renderer/text/format.ts'
import { keyed, type Words } from '#renderer/text/text.ts'
import type { IconName } from '#renderer/ui/icons.tsx'
import type { Tone } from '#renderer/ui/tone.ts'
import { servicesServed } from './checklist-supplier.ts'

type Finding = AppState['attention'][string]

/** Findings, worst first, oldest first among equals. */
export const findings = (state: AppState): Finding[] => Object.values(state.attention).sort(worstFirst)

/** The one sentence of Home, by the worst fact. */
export function homeVerdict(t: Words, state: AppState): { tone: Tone; icon: IconName; title: string; text: string } {
  const found = findings(state).filter((finding) => finding.level !== 'info')
  const worst = found[0]
  if (worst) {
    const isBad = worst.level === 'bad'
    return {
      tone: isBad ? 'bad' : 'warn',
      icon: 'triangle-alert',
      title: keyed(t, 'attention', worst.key, worst.facts),
      text: t('home.verdict.needs', { count: found.length }),
    }
  }
  if (!isServedHere(state)) {
    const height = whole(state.chain.height)
    return { tone: 'ok', icon: 'check', title: t('home.verdict.elsewhere'), text: t('home.verdict.elsewhereText', { height }) }
  }
  const miner = Object.values(state.nodes).find((node) => node.kind === 'relay-miner')
  if (miner && miner.wanted === 'stopped' && miner.wantedBy === 'user') {
    return { tone: 'idle', icon: 'circle-pause', title: t('home.verdict.minerStopped'), text: t('home.verdict.minerStoppedText') }
  }
  if (miner?.seen !== 'running')
    return { tone: 'warn', icon: 'hourglass', title: t('home.verdict.notServing'), text: t('home.verdict.notServingText') }
  return {
    tone: 'ok',
    icon: 'check',
    title: t('home.verdict.earning', { count: Math.max(1, servicesServed(state).length) }),
    text: t('home.verdict.calm', { height: whole(state.chain.height) }),
  }
}
