import { useState, type ReactNode } from 'react'
import type { RulesView } from '#shared/api/wallet-requests.ts'
import { useNow } from '#renderer/bridge/hooks.ts'
import { poktUnit, when, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Table } from '#renderer/ui/Table.tsx'

const SHOWN = 8

/** What relays of each service are worth, one's own services first. */
export function Prices({ view }: { view: RulesView }): ReactNode {
  const t = useText()
  const now = useNow(60_000)
  const [isAll, setAll] = useState(false)
  const sorted = [...view.services].sort((a, b) => Number(b.mine) - Number(a.mine))
  const mine = sorted.filter((service) => service.mine).length
  const shown = isAll ? sorted : sorted.slice(0, Math.max(SHOWN, mine))
  const value = (what: string): string => whole(view.rules.find((rule) => rule.what === what)?.value ?? '0')
  return (
    <Card title={t('rules.services.title')} aside={t('rules.services.aside')}>
      <div className="mt-1.5">
        <Table
          caption={t('rules.services.title')}
          columns={[
            { key: 'service', title: t('rules.services.service') },
            { key: 'units', title: t('rules.services.units'), right: true },
            { key: 'claimed', title: t('rules.services.claimed'), right: true },
            { key: 'yours', title: t('rules.services.yours'), right: true },
            { key: 'counted', title: t('rules.services.difficulty') },
            { key: 'held', title: t('rules.services.held') },
          ]}
        >
          {shown.map((service) => {
            const newest = service.steps.at(-1)
            const before = service.steps.at(-2)
            return (
              <tr key={service.id} data-service={service.id}>
                <td>
                  <span className="font-medium">{service.id}</span>{' '}
                  {service.mine ? <span className="badge">{t('rules.services.mine')}</span> : null}
                  {service.name === '' || service.name === service.id ? null : (
                    <span className="block text-caption text-text-3">{service.name}</span>
                  )}
                </td>
                <td className="r">{whole(service.computeUnits)}</td>
                <td className="r text-text-2">{poktUnit(service.per1000Upokt)}</td>
                <td className="r font-medium">
                  {service.yoursPer1000Upokt === null ? (
                    <span className="font-normal text-text-3">{service.mine ? t('rules.services.noPay') : '–'}</span>
                  ) : (
                    poktUnit(service.yoursPer1000Upokt)
                  )}
                </td>
                <td className="text-text-2">
                  {service.difficulty === null || service.difficulty.oneIn === '1'
                    ? t('rules.services.all')
                    : t('rules.services.oneIn', {
                        oneIn: service.difficulty.oneIn,
                        height: whole(service.difficulty.sinceHeight),
                      })}
                </td>
                <td className="wrap min-w-[180px] text-small text-text-3">
                  {newest === undefined
                    ? t('rules.unseen')
                    : before === undefined
                      ? t('rules.seenSince', { height: whole(newest.height) })
                      : `${t('rules.since', { height: whole(newest.effectHeight), when: when(newest.atMs, now) })}; ${t('rules.was', { value: whole(before.value) })}`}
                </td>
              </tr>
            )
          })}
        </Table>
      </div>
      <p className="px-4 pt-2 pb-3 text-small text-text-3">
        {t('rules.services.text', {
          multiplier: value('computeUnitsToTokensMultiplier'),
          granularity: value('computeUnitCostGranularity'),
        })}
      </p>
      {shown.length < sorted.length ? (
        <div className="px-4 pb-3">
          <Button size="sm" onPress={() => setAll(true)}>
            {t('rules.services.showAll', { count: sorted.length })}
          </Button>
        </div>
      ) : null}
    </Card>
  )
}
