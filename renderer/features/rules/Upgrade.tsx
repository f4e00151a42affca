import type { ReactNode } from 'react'
import { useAppState, useNow } from '#renderer/bridge/hooks.ts'
import { clockTime, day, duration, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'

/** The planned upgrade: at which height, when that is reckoned to be, and which release is needed by then. */
export function Upgrade(): ReactNode {
  const t = useText()
  const now = useNow(30_000)
  const chain = useAppState((state) => state.chain)
  const plan = useAppState((state) => state.health.upgrade)
  const isAhead = plan !== null && plan.height > chain.height
  if (!isAhead) {
    return (
      <Card title={t('rules.upgrade.title')} padded>
        <p className="text-text-2">{t('rules.upgrade.none')}</p>
      </Card>
    )
  }
  const blocks = plan.height - chain.height
  const atMs = chain.medianBlockMs === null ? null : chain.blockTimeMs + blocks * chain.medianBlockMs
  return (
    <Card title={t('rules.upgrade.title')} padded>
      <p>{t('rules.upgrade.text', { name: plan.name, height: whole(plan.height), blocks: whole(blocks) })}</p>
      <p className="mt-1 text-text-2 num">
        {atMs === null
          ? t('rules.upgrade.noDate')
          : t('rules.upgrade.date', { when: `${day(atMs)} ${clockTime(atMs)}, ${duration(atMs - now)}` })}{' '}
        {t('rules.upgrade.release', { name: plan.name })}
      </p>
      <div className="mt-3">
        <LinkButton href="#/settings/updates" size="sm" icon="boxes">
          {t('rules.upgrade.link')}
        </LinkButton>
      </div>
    </Card>
  )
}
