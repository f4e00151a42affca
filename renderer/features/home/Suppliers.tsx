import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useAppState, useClock } from '#renderer/bridge/hooks.ts'
import { isStaked } from '#renderer/bridge/select.ts'
import { useInView, useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { pokt, shortAddress } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { NotBrought } from '#renderer/ui/NotBrought.tsx'
import { ownSupplierStatus } from '#renderer/ui/status-words.ts'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { TextButton } from '#renderer/ui/TextButton.tsx'

/** Statuses of an operator key that nothing was ever done with. */
const UNUSED: ReadonlySet<string> = new Set(['unknown', 'not-staked'])

/** Each supplier in a line, which leads to its page. Only for those who have more than one that is staked, or is about to be. */
export function Suppliers(): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const own = useOwnSuppliers()
  const view = useInView()
  const clock = useClock()
  const balances = useAppState((state) => state.balances)
  const rules = useAppState((state) => state.chain.params)
  if (own.filter((each) => !UNUSED.has(each.status)).length < 2) return null
  return (
    <Card title={t('suppliers.title')} className="mt-3.5">
      <div className="mt-1.5">
        <Table
          caption={t('suppliers.title')}
          dense
          columns={[
            { key: 'name', title: t('suppliers.name') },
            { key: 'status', title: t('suppliers.status') },
            { key: 'services', title: t('suppliers.services') },
            { key: 'fees', title: t('suppliers.fees'), right: true },
            { key: 'stake', title: t('suppliers.stake'), right: true },
          ]}
        >
          {own.map((each) => {
            const held = balances[each.operatorAddress]?.upokt
            return (
              <tr key={each.operatorAddress} data-supplier={each.operatorAddress}>
                <td>
                  <span className="flex items-baseline gap-2.5">
                    <TextButton
                      className="font-medium"
                      label={t('suppliers.open', { name: each.name })}
                      isBusy={view.pending === each.operatorAddress}
                      onPress={() => view.bring(each.operatorAddress, () => navigate('/supplier'))}
                    >
                      {each.name}
                    </TextButton>
                    <span className="mono text-text-3" title={each.operatorAddress} dir="ltr">
                      {shortAddress(each.operatorAddress)}
                    </span>
                  </span>
                </td>
                <td>
                  <StatusChip status={ownSupplierStatus(t, each, clock, rules)} />
                </td>
                <td className={each.services.length === 0 ? 'text-text-3' : ''}>{each.services.join(', ') || t('suppliers.empty')}</td>
                <td className={`r ${held === '0' && isStaked(each.status) ? 'font-medium text-bad' : ''}`}>
                  {held === undefined ? t('ui.nothing') : pokt(held, 4)}
                </td>
                <td className="r text-text-2">{isStaked(each.status) ? pokt(each.stakeUpokt) : t('ui.nothing')}</td>
              </tr>
            )
          })}
        </Table>
      </div>
      <NotBrought error={view.error} className="m-4" />
    </Card>
  )
}
