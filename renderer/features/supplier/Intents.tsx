import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import type { IntentState } from '#shared/api/state.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { intentsOf, isUnderWay } from '#renderer/bridge/select.ts'
import { operatorOf } from '#renderer/bridge/suppliers.ts'
import { useInView, useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { pokt, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Hash } from '#renderer/ui/Address.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { NotBrought } from '#renderer/ui/NotBrought.tsx'
import { intentStatus } from '#renderer/ui/status-words.ts'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { TextButton } from '#renderer/ui/TextButton.tsx'

const SHOWN = 8
const PAGE: Partial<Record<IntentState['kind'], string>> = {
  'stake-owner': '#/supplier/stake',
  'stake-services': '#/supplier/services',
  unstake: '#/supplier/leave',
  'cancel-unstake': '#/supplier/manage',
  'change-stake': '#/supplier/manage',
  rescue: '#/supplier/manage',
  'change-owner': '#/supplier/manage',
  send: '#/supplier/funds',
  'add-service': '#/supplier/more/services',
  'transfer-service': '#/supplier/more/services',
  'stake-application': '#/supplier/more/applications',
  'unstake-application': '#/supplier/more/applications',
  delegate: '#/supplier/more/applications',
  undelegate: '#/supplier/more/applications',
  'stake-gateway': '#/supplier/more/gateways',
  'unstake-gateway': '#/supplier/more/gateways',
  'claim-morse-account': '#/supplier/more/morse',
  'claim-morse-application': '#/supplier/more/morse',
  'claim-morse-supplier': '#/supplier/more/morse',
}

/** What was prepared, signed and sent, newest first. */
export function Intents(): ReactNode {
  const t = useText()
  const nameOf = useSupplierName()
  const view = useInView()
  const [, navigate] = useLocation()
  const inView = useAppState((state) => state.supplier.operatorAddress)
  // About another supplier than the pages speak of.
  const isElsewhere = (intent: IntentState): boolean => operatorOf(intent) !== inView && nameOf(operatorOf(intent)) !== null
  const intents = useAppState((state) => intentsOf(state).slice(0, SHOWN))
  return (
    <Card title={t('supplier.intents.title')} aside={t('supplier.intents.aside')}>
      <div className="mt-2">
        <Table
          caption={t('supplier.intents.title')}
          dense
          columns={[
            { key: 'what', title: t('supplier.intents.what') },
            { key: 'status', title: t('supplier.intents.status') },
            { key: 'amount', title: t('supplier.intents.amount'), right: true },
            { key: 'fee', title: t('supplier.intents.fee'), right: true },
            { key: 'hash', title: t('supplier.intents.hash') },
          ]}
          {...(intents.length === 0 ? { empty: t('supplier.intents.empty') } : {})}
        >
          {intents.map((intent) => (
            <tr key={intent.id} data-intent={intent.id} data-status={intent.status}>
              <td>
                <span className="font-medium">{t(`supplier.intents.kind.${intent.kind}`)}</span>
                {nameOf(operatorOf(intent)) === null ? null : <span className="text-text-3">, {nameOf(operatorOf(intent))}</span>}
              </td>
              <td>
                <span className="flex items-center gap-2">
                  <StatusChip status={intentStatus(t, intent)} />
                  {isUnderWay(intent) && PAGE[intent.kind] !== undefined ? (
                    isElsewhere(intent) ? (
                      <TextButton
                        className="text-small"
                        isBusy={view.pending === operatorOf(intent)}
                        onPress={() => view.bring(operatorOf(intent), () => navigate((PAGE[intent.kind] ?? '').slice(1)))}
                      >
                        {t('supplier.intents.goOn')}
                      </TextButton>
                    ) : (
                      <a className="link text-small" href={PAGE[intent.kind]}>
                        {t('supplier.intents.goOn')}
                      </a>
                    )
                  ) : null}
                </span>
              </td>
              <td className="r">{intent.facts['amountUpokt'] === undefined ? '–' : pokt(intent.facts['amountUpokt'])}</td>
              <td className="r text-text-2">{intent.facts['feeUpokt'] === undefined ? '–' : pokt(intent.facts['feeUpokt'])}</td>
              <td>
                <Hash
                  value={intent.txHash}
                  name={`${t('supplier.intents.hashName')} ${intent.includedHeight === null ? '' : whole(intent.includedHeight)}`.trim()}
                />
              </td>
            </tr>
          ))}
        </Table>
        <NotBrought error={view.error} className="m-4" />
      </div>
    </Card>
  )
}
