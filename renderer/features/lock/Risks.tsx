import type { ReactNode } from 'react'
import { useAppState, useNow } from '#renderer/bridge/hooks.ts'
import { clockTime, duration, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'

/** What can be lost while the keys are closed, and until when. Names claims and times, never amounts. */
export function Risks(): ReactNode {
  const t = useText()
  const now = useNow()
  const needed = useAppState((state) => state.vault.needed)
  const claims = needed?.claimsAtRisk ?? 0
  const height = whole(needed?.deadlineHeight ?? 0)
  const deadline = needed?.deadlineMs ?? null
  const left = deadline === null ? '' : deadline < now ? t('lock.open.late') : t('lock.open.claimsIn', { time: duration(deadline - now) })
  return (
    <Card title={t('lock.open.risk')} aside={t('lock.open.riskAside')} className="[&>header]:pb-2.5">
      <Risk
        icon="radio-tower"
        tone="info"
        title={t('lock.open.relays')}
        text={t('lock.open.relaysText')}
        when={t('lock.open.relaysWhen')}
      />
      {claims === 0 ? null : (
        <Risk
          icon="file-text"
          tone="warn"
          title={t('lock.open.claims', { count: claims })}
          text={t('lock.open.claimsText', { height })}
          when={deadline === null ? height : clockTime(deadline, true)}
          more={left}
        />
      )}
      <Risk
        icon={claims === 0 ? 'shield-check' : 'triangle-alert'}
        tone={claims === 0 ? 'ok' : 'warn'}
        title={t('lock.open.stake')}
        text={claims === 0 ? t('lock.open.stakeSafe') : t('lock.open.stakeRisk')}
        when={claims === 0 ? t('lock.open.safe') : t('lock.open.small')}
      />
    </Card>
  )
}

interface RiskProps {
  icon: IconName
  tone: 'info' | 'warn' | 'ok'
  title: string
  text: string
  when: string
  more?: string
}

function Risk({ icon, tone, title, text, when, more = '' }: RiskProps): ReactNode {
  return (
    <div className="grid grid-cols-[20px_minmax(0,1fr)_auto] gap-3 border-t border-line px-4 py-[11px]">
      <Icon name={icon} className={`mt-0.5 ${tone}-c`} />
      <div>
        <div className="font-medium">{title}</div>
        <div className="text-small text-text-2">{text}</div>
      </div>
      <div className={`text-right font-semibold whitespace-nowrap num ${tone === 'ok' ? 'ok-c' : ''}`}>
        {when}
        {more === '' ? null : <div className="text-small font-normal text-text-3">{more}</div>}
      </div>
    </div>
  )
}
