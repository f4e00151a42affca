import type { ReactNode } from 'react'
import type { ClaimView } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { isServing } from '#shared/model/is-serving.ts'
import { useAppState, useNow, useQuery } from '#renderer/bridge/hooks.ts'
import { isMadeHere, isServedHere, isStaked } from '#renderer/bridge/select.ts'
import type { OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { monogram, tablePokt, when, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'

const CLAIMS = 200

/** What is offered, whether it is served here, and what the last claims of each paid. */
export function Services(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const nodes = useAppState((state) => state.nodes)
  const revision = useAppState((state) => state.earnings.revision)
  const last = useAppState((state) => state.relays.last)
  const failing = useAppState((state) => state.health.backendsFailing)
  const isHere = useAppState(isServedHere)
  const isOwnChain = useAppState(isMadeHere)
  const isReady = useAppState((state) => state.chain.status === 'ready')
  const options = useQuery('supplier.options', isReady ? {} : null, supplier.status)
  const claims = useQuery('earnings.claims', { limit: CLAIMS }, revision)
  const rows = claims.value?.rows ?? []
  const sums = sumByService(rows)
  const own = useOwnSuppliers()
  const list = offeredByAll(supplier, own)
  const notServed = new Set(own.flatMap((each) => each.notServed))
  const total = [...sums.values()].reduce(
    (all, one) => ({ relays: all.relays + one.relays, claims: all.claims + one.claims, pay: all.pay + one.pay }),
    { relays: 0n, claims: 0, pay: 0n },
  )
  return (
    <Card
      title={t('home.services.title')}
      aside={rows.length === 0 ? '' : t('home.services.aside', { count: rows.length })}
      className="flex flex-col"
    >
      <div className="mt-2 flex-1">
        <Table
          caption={t('home.services.title')}
          columns={[
            { key: 'service', title: t('home.services.service') },
            { key: 'state', title: t('home.services.state') },
            { key: 'relays', title: t('home.services.relays'), right: true },
            { key: 'claims', title: t('home.services.claims'), right: true },
            { key: 'pay', title: t('home.services.pay'), right: true },
          ]}
          {...(list.length === 0 ? { empty: <EmptyServices /> } : {})}
        >
          {list.map(({ serviceId, from }) => {
            const option = options.value?.services.find((each) => each.id === serviceId)
            const sum = sums.get(serviceId)
            const name = option?.name ?? serviceId
            return (
              <tr key={serviceId}>
                <td>
                  <span className="flex items-center gap-2">
                    <i className="svc not-italic">{monogram(name)}</i>
                    <span className="font-medium">{name}</span>
                  </span>
                </td>
                <td>
                  <StatusChip
                    status={serviceStatus(t, {
                      nodes,
                      isDifferent: notServed.has(serviceId),
                      from,
                      backendNodeId: option?.backendNodeId ?? null,
                      isFailing: failing.some((each) => each.serviceId === serviceId),
                      isHere,
                    })}
                  />
                </td>
                <td className="r">{whole((sum?.relays ?? 0n).toString())}</td>
                <td className="r">{sum?.claims ?? 0}</td>
                <td className="r">{tablePokt(sum?.pay ?? 0n)}</td>
              </tr>
            )
          })}
          {list.length > 1 ? (
            <tr>
              <td className="text-text-2">{t('home.services.all')}</td>
              <td />
              <td className="r font-medium">{whole(total.relays.toString())}</td>
              <td className="r font-medium">{total.claims}</td>
              <td className="r font-medium">{tablePokt(total.pay)}</td>
            </tr>
          ) : null}
        </Table>
      </div>
      {isOwnChain ? (
        <div className="flex items-center gap-2 border-t border-line px-4 pt-2.5 pb-3 text-small text-text-2">
          <Icon name="radio-tower" size={14} />
          <span className="flex-1 truncate num max-[640px]:whitespace-normal">
            {last === null
              ? t('home.services.noTest')
              : t('home.services.relayTest', { verified: last.verified, sent: last.sent, ms: Math.round(last.medianMs) })}
          </span>
          <a className="link" href="#/supplier/test-relays">
            {t('home.services.test')}
          </a>
        </div>
      ) : isHere ? (
        <LastSelfTest />
      ) : null}
    </Card>
  )
}

/** Where no relays of one's own can be sent: how the address that is staked was last found from here. */
function LastSelfTest(): ReactNode {
  const t = useText()
  const now = useNow(10_000)
  const last = useAppState((state) => state.health.selfTests?.last.public)
  return (
    <div className="flex items-center gap-2 border-t border-line px-4 pt-2.5 pb-3 text-small text-text-2">
      <Icon name="radio-tower" size={14} />
      <span className="flex-1 truncate num max-[640px]:whitespace-normal">
        {last === undefined
          ? t('home.services.noSelfTest')
          : t(last.ok ? 'home.services.selfTest' : 'home.services.selfTestBad', { when: when(last.atMs, now) })}
      </span>
      <a className="link" href="#/supplier/self-test">
        {t('home.services.test')}
      </a>
    </div>
  )
}

/** Since when a service is on: now, from a height on, or from the next session on where its height is not told. */
type From = 'now' | 'next' | number

/** What all own suppliers offer, each service once: that of the one in view first, as the state tells it whole. */
function offeredByAll(supplier: AppState['supplier'], own: readonly OwnSupplier[]): { serviceId: string; from: From }[] {
  const others = own.filter((each) => !each.isInView && isStaked(each.status))
  const offered: { serviceId: string; from: From }[] = [
    ...supplier.services.map(({ serviceId }) => ({ serviceId, from: 'now' as const })),
    ...others.flatMap((each) => (isServing(each.status) ? each.services.map((serviceId) => ({ serviceId, from: 'now' as const })) : [])),
    ...supplier.pending.map((entry) => ({ serviceId: entry.service.serviceId, from: entry.activationHeight })),
    ...others.flatMap((each) => each.services.map((serviceId) => ({ serviceId, from: 'next' as const }))),
  ]
  const seen = new Set<string>()
  return offered.filter(({ serviceId }) => !seen.has(serviceId) && seen.add(serviceId))
}

function EmptyServices(): ReactNode {
  const t = useText()
  return (
    <span className="flex items-center justify-between gap-3">
      {t('home.services.empty')}
      <LinkButton href="#/supplier/services" size="sm">
        {t('home.services.offer')}
      </LinkButton>
    </span>
  )
}

interface Sum {
  relays: bigint
  claims: number
  pay: bigint
}

/** Sums what claims brought, by service. */
export function sumByService(rows: ClaimView[]): Map<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const row of rows) {
    const sum = sums.get(row.serviceId) ?? { relays: 0n, claims: 0, pay: 0n }
    sums.set(row.serviceId, {
      relays: sum.relays + BigInt(row.relays),
      claims: sum.claims + 1,
      pay: sum.pay + BigInt(row.yourUpokt ?? '0'),
    })
  }
  return sums
}

function serviceStatus(
  t: Words,
  facts: {
    nodes: AppState['nodes']
    /** Staked by one of ours, and the relay miner here does not answer it. */
    isDifferent: boolean
    from: From
    backendNodeId: string | null
    /** The endpoint of the user's own behind it. */
    isFailing: boolean
    isHere: boolean
  },
): Status {
  if (facts.from === 'next') return { tone: 'info', icon: 'hourglass', word: t('suppliers.waiting') }
  if (facts.from !== 'now') return { tone: 'info', icon: 'hourglass', word: t('home.services.waiting', { height: whole(facts.from) }) }
  if (!facts.isHere) return { tone: 'ok', icon: 'check', word: t('home.services.onChain') }
  const miner = Object.values(facts.nodes).find((node) => node.kind === 'relay-miner')
  if (miner?.seen !== 'running' || facts.isDifferent) return { tone: 'bad', icon: 'circle-x', word: t('home.services.minerDown') }
  const backend = facts.backendNodeId === null ? undefined : facts.nodes[facts.backendNodeId]
  if (facts.isFailing || (backend && backend.seen !== 'running'))
    return { tone: 'bad', icon: 'circle-x', word: t('home.services.backendDown') }
  return { tone: 'ok', icon: 'circle-check', word: t('home.services.served') }
}
