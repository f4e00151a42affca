import { useState, type ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { NodeState } from '#shared/api/state.ts'
import { useAppState, useNow } from '#renderer/bridge/hooks.ts'
import { age, bytes, clockTime, duration, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Figure } from '#renderer/ui/Figure.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { nodeStatus } from '#renderer/ui/status-words.ts'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { ContainerCard } from './ContainerCard.tsx'
import { LastLines } from './LastLines.tsx'
import { LogCard } from './LogCard.tsx'
import { MetricsCard } from './MetricsCard.tsx'
import { MinerHost } from './MinerHost.tsx'
import { MinerWords } from './MinerWords.tsx'
import { iconOfKind, reasonWords } from './node-words.ts'
import { NodeButtons } from './NodeButtons.tsx'
import { NodePortTaken } from './PortTaken.tsx'
import { StopNotes } from './StopNotes.tsx'

/** A running node is measured every few seconds; figures older than this are told to be old. */
const OLD_MS = 60_000

/** One node: is it well, what does it use, what did it say. */
export function NodeDetail({ nodeId }: { nodeId: string }): ReactNode {
  const t = useText()
  const node = useAppState((state) => state.nodes[nodeId])
  const [tab, setTab] = useState('overview')
  if (!node) {
    return (
      <EmptyState icon="boxes" title={t('nodes.detail.missing')} text={t('nodes.detail.missingText')}>
        <LinkButton href="#/nodes">{t('nodes.detail.back')}</LinkButton>
      </EmptyState>
    )
  }
  return (
    <>
      <Head node={node} />
      <Trouble node={node} />
      <StopNotes nodeId={node.id} />
      <Tabs className="!outline-none" selectedKey={tab} onSelectionChange={(key) => setTab(String(key))}>
        <TabList className="tabs" aria-label={node.title}>
          <Tab id="overview">{t('nodes.detail.overview')}</Tab>
          <Tab id="logs">{t('nodes.detail.logs')}</Tab>
        </TabList>
        <TabPanel id="overview">
          <Overview node={node} />
        </TabPanel>
        <TabPanel id="logs">
          <LogCard node={node} height="calc(100vh - 290px)" full />
        </TabPanel>
      </Tabs>
    </>
  )
}

const isUp = (node: NodeState): boolean => node.startedAtMs !== null && (node.seen === 'running' || node.seen === 'starting')

function Head({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const now = useNow(10_000)
  const kind = t(`nodes.kind.${node.kind}`)
  const version = node.version || node.image
  return (
    <div className="mb-3.5 flex flex-wrap items-center gap-[13px]">
      <div className="grid h-[42px] w-[42px] flex-none place-items-center rounded-card border border-line bg-sunken text-text-2">
        <Icon name={iconOfKind(node.kind)} size={20} />
      </div>
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <h2 className="text-[19px] leading-6 font-semibold tracking-tight">{node.title}</h2>
          <StatusChip status={nodeStatus(t, node)} pill />
        </div>
        <div className="truncate text-text-2 num">
          {isUp(node)
            ? t('nodes.detail.sub', { kind, version, up: duration(now - (node.startedAtMs ?? now)) })
            : t('nodes.detail.subDown', { kind, version })}
        </div>
      </div>
      <NodeButtons node={node} />
    </div>
  )
}

/** Why it is not well, what it said last, and the fix; nothing when it is well. */
function Trouble({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const now = useNow(10_000)
  const nodes = useAppState((state) => state.nodes)
  const reason = reasonWords(t, node, nodes)
  const isOld = node.seen === 'running' && node.kind !== 'keeper' && now - node.atMs > OLD_MS
  return (
    <>
      {node.error === null ? null : node.error.code === 'port-taken' ? (
        <NodePortTaken node={node} />
      ) : (
        <ErrorNote error={node.error} className="mb-3.5" />
      )}
      {reason === null ? null : (
        <Note tone={node.seen === 'failing' ? 'bad' : node.seen === 'unknown' ? 'warn' : 'info'} className="mb-3.5">
          {reason}
        </Note>
      )}
      {isOld ? (
        <Note tone="warn" icon="clock" className="mb-3.5">
          {t('nodes.detail.old', { age: age(now - node.atMs) })}
        </Note>
      ) : null}
      {node.seen === 'failing' && node.lastLines.length > 0 ? (
        <LastLines title={t('nodes.detail.says')} lines={node.lastLines} className="mb-3.5" />
      ) : null}
    </>
  )
}

function Overview({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const now = useNow(2_000)
  const up = isUp(node)
  const isOld = node.seen === 'unknown' || (node.seen === 'running' && now - node.atMs > OLD_MS)
  return (
    <>
      <section className="card kpis grid-cols-5 num max-[1000px]:grid-cols-3" aria-label={node.title}>
        <Figure
          label={t('nodes.detail.height')}
          value={node.height === null ? null : whole(node.height)}
          sub={
            node.height === null
              ? t(node.kind === 'chain-node' ? 'nodes.detail.notMeasured' : 'nodes.detail.noHeight')
              : t('nodes.detail.age', { age: age(now - node.atMs) })
          }
          stale={isOld}
        />
        <Figure
          label={t('nodes.detail.memory')}
          value={node.memoryBytes === null ? null : bytes(node.memoryBytes)}
          sub={
            node.memoryBytes === null
              ? t('nodes.detail.notMeasured')
              : node.memoryLimitBytes === null
                ? t('nodes.detail.memoryFree')
                : t('nodes.detail.memorySub', { limit: bytes(node.memoryLimitBytes) })
          }
          stale={isOld}
        />
        <Figure
          label={t('nodes.detail.cpu')}
          value={node.cpuPercent === null ? null : Math.round(node.cpuPercent)}
          unit="%"
          sub={node.cpuPercent === null ? t('nodes.detail.notMeasured') : t('nodes.detail.cpuSub')}
          stale={isOld}
        />
        <Figure
          label={t('nodes.detail.up')}
          value={up ? duration(now - (node.startedAtMs ?? now)) : null}
          sub={up ? t('nodes.detail.since', { time: clockTime(node.startedAtMs ?? now) }) : t('nodes.detail.notUp')}
        />
        <Figure label={t('nodes.detail.restarts')} value={whole(node.restarts)} sub={t('nodes.detail.restartsSub')} />
      </section>
      <div className="grid grid-cols-[minmax(0,1fr)_330px] items-start gap-3.5 max-[1000px]:grid-cols-1">
        <div className="grid min-w-0 gap-3.5">
          {node.kind === 'relay-miner' ? <MinerWords /> : null}
          <LogCard node={node} height={300} />
          {node.seen === 'absent' ? null : <MetricsCard node={node} />}
        </div>
        <div className="grid min-w-0 gap-3.5">
          {node.kind === 'relay-miner' ? <MinerHost /> : null}
          <ContainerCard node={node} />
        </div>
      </div>
    </>
  )
}
