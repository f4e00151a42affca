import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import type { NodeState } from '#shared/api/state.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { isMadeHere, isServedHere, taskOfKind } from '#renderer/bridge/select.ts'
import { clockTime } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import type { IconName } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import type { Tone } from '#renderer/ui/tone.ts'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { LastLines } from './LastLines.tsx'
import { NoBundle } from './NoBundle.tsx'
import { NodePortTaken } from './PortTaken.tsx'
import { NodesTable } from './NodesTable.tsx'
import { BundleRemoveProgress, RemoveBundle } from './RemoveBundle.tsx'
import { ChainRemoveProgress, RemoveChain } from './RemoveChain.tsx'
import { StopNotes } from './StopNotes.tsx'
import { Unlisted } from './Unlisted.tsx'

const ORDER: NodeState['kind'][] = ['relay-miner', 'ingress', 'keeper', 'chain-node', 'backend']

/** What runs on this PC: is it well, what does each use, and the buttons that start and stop it. */
export function Nodes(): ReactNode {
  const t = useText()
  const engine = useAppState((state) => state.engine.kind)
  const nodes = useAppState((state) => Object.values(state.nodes).sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind)))
  const verdict = listVerdict(t, nodes, engine === 'unknown')
  const seenAtMs = Math.max(0, ...nodes.map((node) => node.atMs))
  const isHere = useAppState(isMadeHere)
  const isServed = useAppState(isServedHere)
  return (
    <>
      {nodes.length === 0 && (engine !== 'unknown' || !isHere) ? null : (
        <Verdict
          tone={verdict.tone}
          icon={verdict.icon}
          title={verdict.title}
          moving={verdict.icon === 'loader'}
          text={nodes.length === 0 ? t('nodes.verdict.textNone') : t('nodes.verdict.text', { time: clockTime(seenAtMs, true) })}
        />
      )}
      <EngineNote />
      <Unlisted />
      <StartNote />
      <ChainRemoveProgress />
      <BundleRemoveProgress />
      <StopNotes />
      {isServed ? null : <NoBundle />}
      {nodes.length > 0 || (engine === 'unknown' && isHere) ? (
        <div className={isServed ? '' : 'mt-3.5'}>
          <NodesTable nodes={nodes} isLoading={engine === 'unknown' && nodes.length === 0} />
        </div>
      ) : isHere ? (
        <NoNodes />
      ) : null}
      <Failing nodes={nodes} />
      <RemoveChain />
      <RemoveBundle />
    </>
  )
}

/** Without an engine nothing on this page is current, and that is said first. */
function EngineNote(): ReactNode {
  const t = useText()
  const engine = useAppState((state) => state.engine)
  // Where nothing runs, nothing is missing.
  const hasWork = useAppState((state) => isServedHere(state) || Object.keys(state.nodes).length > 0)
  if (!hasWork || engine.kind === 'ready' || engine.kind === 'unknown') return null
  return (
    <div role="alert" className="mb-3.5">
      <Note tone="bad">
        <div className="font-medium">{t(`setup.engine.${engine.kind}`)}</div>
        <div>{t(`setup.engine.${engine.kind}Text`, { version: engine.version })}</div>
        <div className="mt-2">
          <LinkButton href="#/setup" size="sm">
            {t('nodes.list.engine')}
          </LinkButton>
        </div>
      </Note>
    </div>
  )
}

function StartNote(): ReactNode {
  const t = useText()
  const isStarting = useAppState((state) => taskOfKind(state, 'local-chain-start')?.status === 'running')
  // Before there are rows, the page that explains it says so itself.
  const isBundle = useAppState((state) => state.bundle !== null && taskOfKind(state, 'bundle-start')?.status === 'running')
  if (!isStarting && !isBundle) return null
  return (
    <Note tone="info" icon="loader" className="mb-3.5">
      <span className="flex items-center gap-3">
        <span className="flex-1">{t(isBundle ? 'bundle.starting' : 'nodes.list.starting')}</span>
        <a className="link" href={isBundle ? '#/start-miner' : '#/start'}>
          {t('nodes.list.watch')}
        </a>
      </span>
    </Note>
  )
}

function NoNodes(): ReactNode {
  const t = useText()
  const [, go] = useLocation()
  const start = useCall('localChain.start')
  const isReady = useAppState((state) => state.engine.kind === 'ready')
  const hasUnlisted = useAppState((state) => state.engine.kind === 'ready' && (state.engine.unlisted ?? []).length > 0)
  const isBusy = useAppState((state) =>
    Object.values(state.tasks).some(
      (task) => task.status === 'running' && (task.kind === 'local-chain-start' || task.kind === 'local-chain-remove'),
    ),
  )
  const begin = (): void => {
    void start.run({}).then((value) => (value === undefined ? undefined : go('/start')))
  }
  // There are some: the note about them has the same button.
  if (hasUnlisted && !isBusy) return null
  return (
    <>
      <EmptyState icon="boxes" title={t('nodes.list.emptyTitle')} text={t('nodes.list.empty')}>
        <Button kind="pri" icon="play" onPress={begin} isBusy={start.busy} isDisabled={!isReady || isBusy}>
          {t('nodes.list.start')}
        </Button>
      </EmptyState>
      <ErrorNote error={start.error} className="mt-3.5" />
    </>
  )
}

/** What fails, with the cause, the next step and its last words. */
function Failing({ nodes }: { nodes: NodeState[] }): ReactNode {
  const t = useText()
  return nodes
    .filter((node) => node.seen === 'failing')
    .map((node) => {
      const look = (
        <a className="link" href={`#/nodes/${encodeURIComponent(node.id)}`}>
          {t('nodes.list.look', { title: node.title })}
        </a>
      )
      return (
        <div key={node.id} className="mt-3.5">
          {node.error?.code === 'port-taken' ? (
            <NodePortTaken node={node} />
          ) : (
            <ErrorNote error={node.error} className="mb-2">
              {look}
            </ErrorNote>
          )}
          {node.lastLines.length > 0 ? (
            <LastLines title={`${node.title}: ${t('nodes.detail.says')}`} aside={look} lines={node.lastLines} />
          ) : null}
        </div>
      )
    })
}

function listVerdict(t: Words, nodes: NodeState[], isLooking: boolean): { tone: Tone; icon: IconName; title: string } {
  const running = nodes.filter((node) => node.seen === 'running').length
  const failing = nodes.filter((node) => node.seen === 'failing')
  if (nodes.length === 0)
    return isLooking
      ? { tone: 'info', icon: 'loader', title: t('nodes.verdict.looking') }
      : { tone: 'idle', icon: 'boxes', title: t('nodes.verdict.none') }
  if (failing[0])
    return { tone: 'bad', icon: 'circle-x', title: t('nodes.verdict.failing', { count: failing.length, title: failing[0].title }) }
  if (nodes.every((node) => node.seen === 'unknown')) return { tone: 'idle', icon: 'circle-dashed', title: t('nodes.verdict.unknown') }
  if (running === nodes.length) return { tone: 'ok', icon: 'circle-check', title: t('nodes.verdict.all', { count: running }) }
  if (running === 0 && nodes.every((node) => node.wanted === 'stopped'))
    return { tone: 'idle', icon: 'circle-pause', title: t('nodes.verdict.stopped') }
  return { tone: 'info', icon: 'boxes', title: t('nodes.verdict.some', { running, all: nodes.length }) }
}
