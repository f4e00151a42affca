import { useState, type ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import type { NodeState } from '#shared/api/state.ts'
import { useAppState, useNow } from '#renderer/bridge/hooks.ts'
import { age, bytes, clockTime, duration, whole } from '#renderer/text/format.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Figure } from '#renderer/ui/Figure.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { nodeStatus } from '#renderer/ui/status-words.ts'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { ContainerCard } from './ContainerCard.tsx'
import { LogCard } from './LogCard.tsx'
import { NodeButtons } from './NodeButtons.tsx'
import { iconOfKind } from './Nodes.tsx'
import { PortTaken } from './PortTaken.tsx'

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
      <Tabs selectedKey={tab} onSelectionChange={(key) => setTab(String(key))}>
        <TabList className="tabs" aria-label={node.title}>
          <Tab id="overview">{t('nodes.detail.overview')}</Tab>
          <Tab id="logs">{t('nodes.detail.logs')}</Tab>
        </TabList>
        <Trouble node={node} />
        <TabPanel id="overview">
          <Overview node={node} />
        </TabPanel>
        <TabPanel id="logs">
          <LogCard node={node} height="calc(100vh - 290px)" />
        </TabPanel>
      </Tabs>
    </>
  )
}

function Head({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const now = useNow(10_000)
  const isUp = node.startedAtMs !== null && (node.seen === 'running' || node.seen === 'starting')
  const kind = t(`nodes.kind.${node.kind}`)
  return (
    <div className="mb-3.5 flex items-center gap-[13px]">
      <div className="grid h-[42px] w-[42px] flex-none place-items-center rounded-card border border-line bg-sunken text-text-2">
        <Icon name={iconOfKind(node.kind)} size={20} />
      </div>
      <div className="min-w-0 flex-1">
        <div className="flex items-center gap-2">
          <h2 className="text-[19px] leading-6 font-semibold tracking-tight">{node.title}</h2>
          <StatusChip status={nodeStatus(t, node)} pill />
        </div>
        <div className="truncate text-text-2 num">
          {isUp ? t('nodes.detail.sub', { kind, version: node.version || node.image, up: duration(now - (node.startedAtMs ?? now)) }) : t('nodes.detail.subDown', { kind, version: node.version || node.image })}
        </div>
      </div>
      <NodeButtons node={node} />
    </div>
  )
}

/** Why it is not well, and the fix; nothing when it is. */
function Trouble({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  if (node.error?.code === 'port-taken') return <PortTaken node={node} />
  if (node.error !== null) return <ErrorNote error={{ code: node.error.code, detail: node.error.detail }} className="mb-3.5" />
  if (node.reason === null) return null
  return (
    <Note tone={node.seen === 'failing' ? 'bad' : 'info'} className="mb-3.5">
      {keyed(t, 'reasons', node.reason.key, node.reason.facts)}
    </Note>
  )
}

function Overview({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const now = useNow(2_000)
  const isUp = node.startedAtMs !== null && (node.seen === 'running' || node.seen === 'starting')
  return (
    <>
      <section className="card kpis grid-cols-5 num max-[1000px]:grid-cols-3" aria-label={node.title}>
        <Figure label={t('nodes.detail.height')} value={node.height === null ? null : whole(node.height)} sub={node.height === null ? t('nodes.detail.noHeight') : t('nodes.detail.age', { age: age(now - node.atMs) })} />
        <Figure label={t('nodes.detail.up')} value={isUp ? duration(now - (node.startedAtMs ?? now)) : null} sub={isUp ? t('nodes.detail.since', { time: clockTime(node.startedAtMs ?? now) }) : t('nodes.detail.notUp')} />
        <Figure label={t('nodes.detail.restarts')} value={whole(node.restarts)} sub={t('nodes.detail.restartsSub')} />
        <Figure label={t('nodes.detail.cpu')} value={node.cpuPercent === null ? null : Math.round(node.cpuPercent)} unit="%" sub={node.cpuPercent === null ? t('nodes.detail.notMeasured') : t('nodes.detail.cpuSub')} />
        <Figure
          label={t('nodes.detail.memory')}
          value={node.memoryBytes === null ? null : bytes(node.memoryBytes)}
          sub={node.memoryBytes === null ? t('nodes.detail.notMeasured') : node.memoryLimitBytes === null ? t('nodes.detail.memoryFree') : t('nodes.detail.memorySub', { limit: bytes(node.memoryLimitBytes) })}
        />
      </section>
      <div className="grid grid-cols-[minmax(0,1fr)_330px] items-start gap-3.5 max-[1000px]:grid-cols-1">
        <LogCard node={node} height={280} />
        <ContainerCard node={node} />
      </div>
    </>
  )
}
