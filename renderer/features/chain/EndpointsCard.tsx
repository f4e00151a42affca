import type { ReactNode } from 'react'
import type { EndpointState } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { nodeOfKind } from '#renderer/bridge/select.ts'
import { whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { AddEndpoint } from './AddEndpoint.tsx'
import { IsRightChain } from './IsRightChain.tsx'
import { ReplacedChain } from './ReplacedChain.tsx'

const STATUS: Record<EndpointState['status'], Pick<Status, 'tone' | 'icon'>> = {
  untried: { tone: 'idle', icon: 'circle-dashed' },
  good: { tone: 'ok', icon: 'circle-check' },
  behind: { tone: 'warn', icon: 'hourglass' },
  unreachable: { tone: 'warn', icon: 'triangle-alert' },
  'other-chain': { tone: 'bad', icon: 'circle-x' },
  disagrees: { tone: 'bad', icon: 'git-compare' },
  lied: { tone: 'bad', icon: 'circle-x' },
}

/** Which hosts the chain is read from, how each of them is, and whether they agree. Nothing while no chain is asked. */
export function EndpointsCard(): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const endpoints = useAppState((state) => state.chain.endpoints)
  const proven = useAppState((state) => state.chain.provenHeight)
  const rows = Object.values(endpoints ?? {})
  const mayChange = networkOf(network).publicEndpoints.length > 0
  if (network === 'practice' || (rows.length === 0 && !mayChange)) return null
  return (
    <Card title={t('chain.title')} aside={proven === undefined ? '' : t('chain.provenTo', { height: whole(proven) })} className="mt-3.5">
      <p className="px-4 pb-3 text-text-2">{t(mayChange ? 'chain.lead' : 'chain.leadHere')}</p>
      <Knowledge />
      <Split />
      <Endpoints rows={rows} mayChange={mayChange} />
      {mayChange ? (
        <div className="border-t border-line px-4 py-2.5">
          <AddEndpoint />
        </div>
      ) : null}
    </Card>
  )
}

/** Whether it is certain that this is the right chain. */
function Knowledge(): ReactNode {
  const t = useText()
  const known = useAppState((state) => state.chain.known)
  const isHere = useAppState((state) => networkOf(state.app.network).madeHere)
  const isReplaced = useAppState((state) => (state.chain.replaced ?? null) !== null)
  if (isReplaced) return <ReplacedChain />
  if (known === 'first-use') return <IsRightChain />
  if (known === 'confirmed') return <p className="px-4 pb-3 text-small text-text-3">{t('chain.confirmed')}</p>
  if (known !== 'unknown' || isHere) return null
  return (
    <Note tone="warn" className="mx-4 mb-3">
      <div className="font-semibold">{t('chain.unknownTitle')}</div>
      {t('chain.unknown')}
    </Note>
  )
}

function Split(): ReactNode {
  const t = useText()
  const split = useAppState((state) => state.chain.disagreement ?? null)
  if (split === null) return null
  return (
    <div role="alert" className="mx-4 mb-3">
      <Note tone="bad">
        <div className="font-semibold">{t('chain.splitTitle')}</div>
        {split.said.map((one) => (
          <div key={one.host}>{t('chain.split', { height: whole(split.height), host: one.host, hash: `${one.hash.slice(0, 12)}…` })}</div>
        ))}
        <div>{t('chain.splitNext')}</div>
      </Note>
    </div>
  )
}

function Endpoints({ rows, mayChange }: { rows: EndpointState[]; mayChange: boolean }): ReactNode {
  const t = useText()
  const remove = useCall('chain.removeEndpoint')
  const columns = [
    { key: 'host', title: t('chain.host') },
    { key: 'state', title: t('chain.state') },
    { key: 'height', title: t('chain.height'), right: true },
    { key: 'latency', title: t('chain.latency'), right: true },
    { key: 'blocks', title: t('chain.blocks') },
    ...(mayChange ? [{ key: 'actions', title: <span className="sr-only">{t('chain.actions')}</span>, right: true }] : []),
  ]
  return (
    <>
      <Table columns={columns} caption={t('chain.title')}>
        {rows.map((row) => (
          <tr key={row.rpcUrl}>
            <td>
              <div className="font-medium">{row.host}</div>
              <div className="text-caption text-text-3">{t(`chain.from.${row.from}`)}</div>
              {mayChange ? <MinerUse row={row} /> : null}
            </td>
            <td>
              <StatusChip status={{ ...STATUS[row.status], word: t(`chain.status.${row.status}`) }} />
              {row.error === '' ? null : <div className="text-caption text-text-3">{row.error}</div>}
            </td>
            <td className="r">{row.height === 0 ? t('ui.nothing') : whole(row.height)}</td>
            <td className="r">{row.latencyMs === null ? t('ui.nothing') : t('chain.ms', { ms: whole(row.latencyMs) })}</td>
            <td>{agreement(t, row.agrees)}</td>
            {mayChange ? (
              <td className="r">
                {row.from === 'here' ? null : (
                  <Button
                    kind="ghost"
                    size="sm"
                    label={t('chain.removeLabel', { host: row.host })}
                    isBusy={remove.busy}
                    onPress={() => void remove.run({ rpcUrl: row.rpcUrl })}
                  >
                    {t('chain.remove')}
                  </Button>
                )}
              </td>
            ) : null}
          </tr>
        ))}
      </Table>
      <ErrorNote error={remove.error} className="mx-4 my-3" />
    </>
  )
}

/** What the relay miner has of this host: it asks it, or never could. */
function MinerUse({ row }: { row: EndpointState }): ReactNode {
  const t = useText()
  const host = useAppState((state) => state.bundle?.host ?? '')
  const minerId = useAppState((state) => nodeOfKind(state, 'relay-miner')?.id)
  if (row.grpcUrl === '') return <div className="text-caption text-text-3">{t('bundle.host.noGrpc')}</div>
  if (host !== row.host || minerId === undefined) return null
  return (
    <div className="text-caption">
      <a className="link" href={`#/nodes/${encodeURIComponent(minerId)}`}>
        {t('bundle.host.isAsked')}
      </a>
    </div>
  )
}

function agreement(t: Words, agrees: boolean | null): string {
  if (agrees === null) return t('chain.notCompared')
  return t(agrees ? 'chain.agrees' : 'chain.differs')
}
