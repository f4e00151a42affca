import type { ReactNode } from 'react'
import type { AppState, NodeState } from '#shared/api/state.ts'
import { useAppState, useCall, useQuery } from '#renderer/bridge/hooks.ts'
import { nodeOfKind } from '#renderer/bridge/select.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { monogram, whole } from '#renderer/text/format.ts'
import { keyed, useText, type Words } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { nodeStatus } from '#renderer/ui/status-words.ts'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { useAttached } from './use-attached.ts'

type Service = AppState['supplier']['services'][number]
const RPC = ['JSON_RPC', 'WEBSOCKET', 'REST', 'GRPC', 'COMET_BFT'] as const

/** On chain, in the relay miner, and running here; where they part, the smaller fix first. */
export function ThreeRecords(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const miner = useAppState((state) => nodeOfKind(state, 'relay-miner'))
  const nodes = useAppState((state) => state.nodes)
  const operatorHere = useAppState((state) => Object.values(state.keys).some((key) => key.address === state.supplier.operatorAddress))
  const failing = useAppState((state) => state.health.backendsFailing)
  const attached = useAttached()
  const isReady = useAppState((state) => state.chain.status === 'ready')
  const name = useSupplierName()(supplier.operatorAddress)
  const options = useQuery('supplier.options', isReady ? {} : null, supplier.status)
  const rows = [
    ...supplier.services.map((service) => ({ service, from: 0 })),
    ...supplier.pending
      .filter((entry) => !supplier.services.some((service) => service.serviceId === entry.service.serviceId))
      .map((entry) => ({ service: entry.service, from: entry.activationHeight })),
  ]
  return (
    <Card
      title={t('supplier.diff.title')}
      aside={supplier.asOf === null ? '' : t('home.lately.block', { height: whole(supplier.asOf.height) })}
    >
      <div className="mt-2">
        <Table
          caption={t('supplier.diff.title')}
          columns={[
            { key: 'service', title: t('supplier.diff.service') },
            { key: 'chain', title: t('supplier.diff.chain') },
            { key: 'miner', title: t('supplier.diff.miner') },
            { key: 'here', title: t('supplier.diff.here') },
            { key: 'verdict', title: t('supplier.diff.verdict'), right: true },
          ]}
          {...(rows.length === 0 ? { empty: t('supplier.diff.unstaked') } : {})}
        >
          {rows.map(({ service, from }) => {
            const option = options.value?.services.find((each) => each.id === service.serviceId)
            const backend = option?.backendNodeId ? nodes[option.backendNodeId] : undefined
            const difference = supplier.differences.find((each) => each.serviceId === service.serviceId)
            return (
              <Row
                key={service.serviceId}
                service={service}
                from={from}
                name={option?.name ?? service.serviceId}
                backend={backend}
                endpoint={
                  attached?.has(service.serviceId) !== true
                    ? undefined
                    : failing.some((each) => each.serviceId === service.serviceId)
                      ? 'bad'
                      : 'ok'
                }
                miner={miner}
                difference={difference}
              />
            )
          })}
          <tr>
            <td className="text-text-2">{t('supplier.diff.endpoint')}</td>
            <td colSpan={4} className="mono">
              {[...new Set(rows.flatMap(({ service }) => service.endpoints.map((endpoint) => endpoint.url)))].join(', ') || t('ui.nothing')}
            </td>
          </tr>
          <tr>
            <td className="text-text-2">
              {name === null ? t('supplier.diff.operatorKey') : t('suppliers.of', { what: t('supplier.diff.operatorKey'), name })}
            </td>
            <td colSpan={2}>
              <Address value={supplier.operatorAddress} short copy name={t('supplier.diff.operatorKey')} />
            </td>
            <td colSpan={2} className="r">
              <StatusChip
                status={
                  operatorHere
                    ? { tone: 'ok', icon: 'key-round', word: t('supplier.diff.inVault') }
                    : { tone: 'warn', icon: 'key-round', word: t('supplier.diff.notHere') }
                }
              />
            </td>
          </tr>
        </Table>
      </div>
    </Card>
  )
}

function Row({
  service,
  from,
  name,
  backend,
  endpoint,
  miner,
  difference,
}: {
  service: Service
  from: number
  name: string
  backend: NodeState | undefined
  /** Of the user's own, which stands before a container. */
  endpoint: 'ok' | 'bad' | undefined
  miner: NodeState | undefined
  difference: AppState['supplier']['differences'][number] | undefined
}): ReactNode {
  const t = useText()
  const kinds = service.endpoints.map((each) => rpcName(t, each.rpcType)).join(', ')
  const verdict = verdictOf(t, {
    from,
    difference,
    minerUp: miner?.seen === 'running',
    backendUp: endpoint === undefined ? backend?.seen === 'running' : endpoint === 'ok',
  })
  const isServed = miner?.seen === 'running' && difference === undefined
  return (
    <>
      <tr className={verdict.tone === 'warn' ? 'bg-[color-mix(in_oklab,var(--warn-soft)_55%,var(--surface))]' : ''}>
        <td>
          <span className="flex items-center gap-2">
            <i className="svc not-italic">{monogram(name)}</i>
            <span className="font-medium">{name}</span>
          </span>
        </td>
        <td>{kinds}</td>
        <td className={isServed ? '' : 'font-medium text-warn'}>
          {isServed
            ? kinds
            : t(
                miner?.wanted === 'stopped'
                  ? 'supplier.diff.minerStopped'
                  : difference
                    ? 'supplier.diff.notServed'
                    : 'supplier.diff.minerWaits',
              )}
        </td>
        <td>
          {endpoint !== undefined ? (
            <StatusChip
              status={
                endpoint === 'ok'
                  ? { tone: 'ok', icon: 'circle-check', word: t('supplier.diff.attached') }
                  : { tone: 'bad', icon: 'circle-x', word: t('supplier.diff.attachedBad') }
              }
            />
          ) : backend ? (
            <StatusChip status={nodeStatus(t, backend)} />
          ) : (
            <span className="text-text-3">{t('supplier.diff.noBackend')}</span>
          )}
        </td>
        <td className="r">
          <StatusChip status={verdict} />
        </td>
      </tr>
      {difference ? <Fix difference={difference} miner={miner} /> : null}
    </>
  )
}

function verdictOf(t: Words, facts: { from: number; difference: unknown; minerUp: boolean; backendUp: boolean }): Status {
  if (facts.from > 0) return { tone: 'info', icon: 'hourglass', word: t('supplier.diff.waits') }
  if (facts.difference !== undefined || !facts.minerUp || !facts.backendUp)
    return { tone: 'warn', icon: 'triangle-alert', word: t('supplier.diff.differs') }
  return { tone: 'ok', icon: 'check', word: t('supplier.diff.same') }
}

/** The smaller change first, and which side moves. */
function Fix({ difference, miner }: { difference: AppState['supplier']['differences'][number]; miner: NodeState | undefined }): ReactNode {
  const t = useText()
  const start = useCall('nodes.start')
  return (
    <tr className="bg-[color-mix(in_oklab,var(--warn-soft)_55%,var(--surface))]">
      <td colSpan={5} className="wrap !border-t-0 !py-2.5">
        <div className="flex items-center gap-3">
          <span className="flex-1 text-small text-text-2">
            {keyed(t, 'differences', difference.key, difference.facts)}. {miner ? t('supplier.diff.fix') : ''}
          </span>
          <LinkButton href="#/supplier/services" size="sm" kind="ghost">
            {t('supplier.diff.edit')}
          </LinkButton>
          {miner ? (
            <Button size="sm" kind="pri" icon="wrench" onPress={() => void start.run({ nodeId: miner.id })} isBusy={start.busy}>
              {t('supplier.diff.startMiner')}
            </Button>
          ) : null}
        </div>
        <ErrorNote error={start.error} className="mt-2" />
      </td>
    </tr>
  )
}

/** A kind of endpoint in words; one that is not known as it is. */
export function rpcName(t: Words, type: string): string {
  const known = RPC.find((each) => each === type)
  return known ? t(`supplier.diff.rpc.${known}`) : type
}
