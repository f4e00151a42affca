import type { ReactNode } from 'react'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { monogram, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { rpcName } from './ThreeRecords.tsx'

/** What the chain lists of a supplier whose relay miner is not on this PC: there is one record, and nothing here to hold it against. */
export function OnChainOffer(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const isInVault = useAppState((state) => Object.values(state.keys).some((key) => key.address === state.supplier.operatorAddress))
  const isReady = useAppState((state) => state.chain.status === 'ready')
  const whose = useSupplierName()(supplier.operatorAddress)
  const options = useQuery('supplier.options', isReady ? {} : null, supplier.status)
  const rows = [
    ...supplier.services.map((service) => ({ service, from: 0 })),
    ...supplier.pending
      .filter((entry) => !supplier.services.some((service) => service.serviceId === entry.service.serviceId))
      .map((entry) => ({ service: entry.service, from: entry.activationHeight })),
  ]
  return (
    <Card
      title={t('supplier.record.title')}
      aside={supplier.asOf === null ? '' : t('home.lately.block', { height: whole(supplier.asOf.height) })}
    >
      <Table
        caption={t('supplier.record.title')}
        columns={[
          { key: 'service', title: t('supplier.diff.service') },
          { key: 'chain', title: t('supplier.diff.chain') },
          { key: 'address', title: t('supplier.diff.endpoint') },
          { key: 'state', title: t('home.services.state'), right: true },
        ]}
        {...(rows.length === 0 ? { empty: t('supplier.diff.unstaked') } : {})}
      >
        {rows.map(({ service, from }) => {
          const name = options.value?.services.find((each) => each.id === service.serviceId)?.name ?? service.serviceId
          return (
            <tr key={service.serviceId}>
              <td>
                <span className="flex items-center gap-2">
                  <i className="svc not-italic">{monogram(name)}</i>
                  <span className="font-medium">{name}</span>
                </span>
              </td>
              <td>{service.endpoints.map((endpoint) => rpcName(t, endpoint.rpcType)).join(', ')}</td>
              <td className="mono break-all">{[...new Set(service.endpoints.map((endpoint) => endpoint.url))].join(', ')}</td>
              <td className="r">
                <StatusChip
                  status={
                    from > 0
                      ? { tone: 'info', icon: 'hourglass', word: t('home.services.waiting', { height: whole(from) }) }
                      : { tone: 'ok', icon: 'check', word: t('home.services.onChain') }
                  }
                />
              </td>
            </tr>
          )
        })}
        <tr>
          <td className="text-text-2">
            {whose === null ? t('supplier.diff.operatorKey') : t('suppliers.of', { what: t('supplier.diff.operatorKey'), name: whose })}
          </td>
          <td colSpan={2}>
            <Address value={supplier.operatorAddress} short copy name={t('supplier.diff.operatorKey')} />
          </td>
          <td className="r">
            <StatusChip
              status={
                isInVault
                  ? { tone: 'ok', icon: 'key-round', word: t('supplier.diff.inVault') }
                  : { tone: 'warn', icon: 'key-round', word: t('supplier.diff.notHere') }
              }
            />
          </td>
        </tr>
      </Table>
    </Card>
  )
}
