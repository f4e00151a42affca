import type { ReactNode } from 'react'
import type { RuleImpact, RulesView } from '#shared/api/wallet-requests.ts'
import { useAppState, useNow } from '#renderer/bridge/hooks.ts'
import { when, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { ruleName, ruleValue, impactFacts } from './rule-words.ts'
import { usePace } from './use-pace.ts'

const KEYS = ['pay', 'claimed', 'min-spare', 'min-missing', 'penalty', 'proof-fee', 'unbonding', 'timing', 'not-staked', 'nothing'] as const

const sentence = (t: Words, impact: RuleImpact): string => {
  const key = KEYS.find((each) => each === impact.key)
  return key === undefined ? '' : t(`rules.impacts.${key}`, impactFacts(impact.facts))
}

/** Every change since Hearth watches, newest first, each with this supplier's own figures. */
export function Impacts({ view }: { view: RulesView }): ReactNode {
  const t = useText()
  const now = useNow(30_000)
  const pace = usePace()
  const chain = useAppState((state) => state.chain)
  if (view.impacts.length === 0) {
    return (
      <Card title={t('rules.impacts.title')} padded>
        <p className="text-text-2">{t('rules.impacts.empty')}</p>
      </Card>
    )
  }
  return (
    <Card title={t('rules.impacts.title')}>
      <ul className="lines mt-1">
        {view.impacts.map((impact) => {
          const blocks = impact.effectHeight - chain.height
          const atMs = chain.blockTimeMs + blocks * (chain.medianBlockMs ?? 0)
          return (
            <li
              key={`${impact.what} ${impact.effectHeight} ${impact.facts['serviceId'] ?? ''}`}
              data-impact={impact.what}
              data-key={impact.key}
            >
              <div className="flex flex-wrap items-baseline justify-between gap-3">
                <span className="font-medium">
                  {t('rules.impacts.what', {
                    name: ruleName(t, impact.what),
                    before: ruleValue(t, impact.what, impact.facts['before'] ?? '', pace),
                    after: ruleValue(t, impact.what, impact.facts['after'] ?? '', pace),
                  })}
                </span>
                <span className="text-small text-text-3 num">
                  {blocks > 0
                    ? t('rules.impacts.ahead', { height: whole(impact.effectHeight), when: when(atMs, now, true) })
                    : t('rules.impacts.holds', { height: whole(impact.effectHeight) })}
                </span>
              </div>
              <p className="text-text-2 num">{sentence(t, impact)}</p>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
