import type { ReactNode } from 'react'
import { useAppState, useClock, useNow } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { SessionClock } from '#renderer/ui/SessionClock.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { checklist, ON_THE_WAY } from './checklist.ts'
import { Lines } from './Checklist.tsx'
import { EarnedToday } from './EarnedToday.tsx'
import { Lately } from './Lately.tsx'
import { Services } from './Services.tsx'
import { Suppliers } from './Suppliers.tsx'
import { ClockButtons } from './ClockButtons.tsx'
import { homeVerdict } from './verdict.ts'
import { WorthWatching } from './WorthWatching.tsx'

/** A height older than this says nothing about now. */
const STALE_MS = 3 * 60_000

/** Verdict, session clock, today, services, what to watch, what happened. */
export function Dashboard(): ReactNode {
  const t = useText()
  const now = useNow(5_000)
  const state = useAppState((whole) => whole)
  const clock = useClock()
  const verdict = homeVerdict(t, state)
  const broken = checklist(state, null).filter((line) => line.state !== 'done' && !ON_THE_WAY.includes(line.id))
  return (
    <>
      <Verdict tone={verdict.tone} icon={verdict.icon} title={verdict.title} text={verdict.text}>
        <HomeFacts />
      </Verdict>
      {broken.length === 0 ? null : (
        <Card title={t('home.check.failing')} className="mb-3.5">
          <Lines lines={broken} primary={broken[0]?.id} />
        </Card>
      )}
      <SessionClock view={clock} stale={now - clock.atMs > STALE_MS} actions={<ClockButtons />} />
      <div className="mt-3.5 grid grid-cols-[252px_minmax(0,1fr)_252px] gap-3.5 max-fold:grid-cols-[228px_minmax(0,1fr)] max-[640px]:grid-cols-[minmax(0,1fr)]">
        <EarnedToday />
        <Services />
        <WorthWatching />
      </div>
      <Suppliers />
      <Lately />
    </>
  )
}

function HomeFacts(): ReactNode {
  const t = useText()
  const vault = useAppState((state) => state.vault.kind)
  const ledger = useAppState((state) => state.earnings.ledger.status)
  const isOpen = vault === 'unlocked'
  return (
    <div className="flex flex-wrap gap-x-4 gap-y-1 self-end pb-px text-small text-text-2">
      <span className="flex items-center gap-1.5">
        <Icon name={isOpen ? 'lock-open' : 'lock'} size={14} />
        {t(isOpen ? 'home.verdict.keysOpen' : 'home.verdict.keysLocked')}
      </span>
      <span className={`flex items-center gap-1.5 ${ledger === 'different' ? 'text-bad' : ''}`}>
        <Icon name="scale" size={14} />
        {t(
          ledger === 'equal'
            ? 'home.verdict.ledgerEqual'
            : ledger === 'different'
              ? 'home.verdict.ledgerDifferent'
              : 'home.verdict.ledgerUnchecked',
        )}
      </span>
    </div>
  )
}
