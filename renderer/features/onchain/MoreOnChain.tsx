import type { ReactNode } from 'react'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { useIsUp, useRevision } from './RolePage.tsx'

const AREAS = ['services', 'applications', 'gateways', 'morse'] as const

/** Where everything lies that a supplier does not need. */
export function MoreOnChain(): ReactNode {
  const t = useText()
  const input = useIsUp() ? {} : null
  const revision = useRevision()
  const services = useQuery('roles.services', input, revision)
  const applications = useQuery('roles.applications', input, revision)
  const gateways = useQuery('roles.gateways', input, revision)
  const oldKeys = useAppState((state) => Object.values(state.keys).filter((key) => key.kind === 'morse').length)
  const counts: Record<(typeof AREAS)[number], number | null> = {
    services: services.value?.own.length ?? null,
    applications: applications.value?.own.length ?? null,
    gateways: gateways.value?.own.length ?? null,
    morse: oldKeys === 0 ? null : oldKeys,
  }
  return (
    <>
      <Verdict tone="ember" icon="boxes" title={t('onchain.heading')} text={t('onchain.text')} />
      <div className="grid grid-cols-2 gap-3.5 max-[720px]:grid-cols-1">
        {AREAS.map((area) => {
          const count = counts[area]
          return (
            <Card
              key={area}
              title={t(`onchain.${area}.title`)}
              {...(count === null ? {} : { aside: count === 0 ? t('onchain.none') : t('onchain.ownCount', { count }) })}
              padded
            >
              <p className="mb-1.5 text-text-2">{t(`onchain.${area}.card`)}</p>
              <p className="mb-3.5 text-small text-text-3">{t(`onchain.${area}.whoText`)}</p>
              <LinkButton href={`#/supplier/more/${area}`} icon="arrow-right">
                {t(`onchain.${area}.title`)}
              </LinkButton>
            </Card>
          )
        })}
      </div>
    </>
  )
}
