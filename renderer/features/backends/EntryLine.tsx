import type { ReactNode } from 'react'
import type { EntryRow } from '#shared/api/backend-requests.ts'
import type { NodeState, TaskState } from '#shared/api/state.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { nodeStatus } from '#renderer/ui/status-words.ts'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'
import { EntryTask } from './EntryTask.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'
import { lackWords, progressWords } from './entry-words.ts'

/** One entry of the catalogue: what it is, how it is, and what can be done with it. */
export function EntryLine({
  row,
  onStart,
  onRemove,
  onChanged,
}: {
  row: EntryRow
  onStart: () => void
  onRemove: () => void
  onChanged: () => void
}): ReactNode {
  const t = useText()
  const { title } = row
  const nodes = useAppState((state) => row.nodeIds.flatMap((id) => state.nodes[id] ?? []))
  const task = useAppState((state) => taskOf(Object.values(state.tasks), row.entryId))
  const start = useCall('backends.startEntry')
  const stop = useCall('backends.stopEntry')
  const isMade = row.stage === 'made' && !row.isOwnNode
  const isStopped = isMade && nodes.every((node) => node.wanted === 'stopped')
  const isBlocked = row.blocked !== null || row.lacks.some((lack) => lack.what !== 'cpu')
  const again = (): void => void start.run({ entryId: row.entryId, snapshot: null }).then(onChanged)
  return (
    <li className="border-t border-line">
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,230px)_auto] items-center gap-x-5 gap-y-2 px-4 py-2.5 max-lg:grid-cols-1">
        <div className="min-w-0">
          <div className="font-medium">{title}</div>
          <div className="text-small text-text-2">{row.summary}</div>
          <div className="text-caption text-text-3">
            {t('backends.catalogue.serves', { names: row.serves.map((service) => service.name).join(', ') })}
            {'. '}
            {row.isOwnNode
              ? t('backends.catalogue.ownNode')
              : `${t('backends.catalogue.uses', { disk: row.diskGb, memory: row.memoryGb, sync: row.firstSync })}.`}
          </div>
          {row.blocked === 'practice' || row.serves.some((service) => service.onNetwork) ? null : (
            <div className="text-caption text-text-3">{t('backends.catalogue.notHere')}</div>
          )}
        </div>
        <div className="min-w-0">
          <StatusChip status={statusOf(t, row, nodes)} />
          <Detail row={row} isStopped={isStopped} />
        </div>
        <div className="-mx-2 flex flex-wrap gap-1 lg:mx-0 lg:justify-end">
          {isMade && !isStopped ? (
            <Button
              size="sm"
              icon="square"
              label={t('backends.catalogue.stopLabel', { title })}
              isBusy={stop.busy}
              onPress={() => void stop.run({ entryId: row.entryId }).then(onChanged)}
            >
              {t('backends.catalogue.stop')}
            </Button>
          ) : null}
          {isStopped ? (
            <Button size="sm" icon="play" label={t('backends.catalogue.startLabel', { title })} isBusy={start.busy} onPress={again}>
              {t('backends.catalogue.start')}
            </Button>
          ) : null}
          {row.stage === 'none' || row.stage === 'kept' ? (
            row.isOwnNode ? (
              <Button size="sm" icon="play" label={t('backends.catalogue.useLabel', { title })} isBusy={start.busy} onPress={again}>
                {t('backends.catalogue.use')}
              </Button>
            ) : (
              <Button size="sm" icon="play" label={t('backends.catalogue.startLabel', { title })} isDisabled={isBlocked} onPress={onStart}>
                {t('backends.catalogue.start')}
              </Button>
            )
          ) : null}
          {row.stage === 'made' || row.stage === 'kept' || (row.stage === 'starting' && task?.status !== 'running') ? (
            <Button kind="ghost" size="sm" icon="trash" label={t('backends.catalogue.removeLabel', { title })} onPress={onRemove} />
          ) : null}
        </div>
      </div>
      <ErrorNote error={start.error ?? stop.error} className="mx-4 mb-3" />
      {task ? <EntryTask task={task} title={title} /> : null}
    </li>
  )
}

/** Under the status: why not, or how far. */
function Detail({ row, isStopped }: { row: EntryRow; isStopped: boolean }): ReactNode {
  const t = useText()
  if (row.blocked === 'no-own-node') return <div className="text-caption text-text-3">{t('backends.catalogue.noOwnNode')}</div>
  if (row.blocked === null && row.lacks.length > 0)
    return <div className="text-caption text-warn num">{row.lacks.map((lack) => lackWords(t, lack)).join(', ')}</div>
  if (row.stage !== 'made' || row.progress === null || isStopped) return null
  const { share, state } = row.progress
  return (
    <>
      <div className="text-caption text-text-3 num">{progressWords(t, row.progress)}</div>
      {state === 'catching-up' && share !== null ? (
        <div className="mt-1">
          <ProgressBar value={share} label={t('backends.catalogue.progress.label', { title: row.title })} />
        </div>
      ) : null}
    </>
  )
}

function statusOf(t: Words, row: EntryRow, nodes: readonly NodeState[]): Status {
  if (row.isOwnNode && row.stage === 'made') return { tone: 'ok', icon: 'circle-check', word: t('backends.catalogue.does.own') }
  if (row.isOwnNode) return { tone: 'idle', icon: 'circle-dashed', word: t('backends.catalogue.does.unused') }
  // The one that is worst off speaks for all.
  const order = ['failing', 'unknown', 'starting', 'stopping', 'absent', 'stopped', 'running']
  const worst = nodes.toSorted((a, b) => order.indexOf(a.seen) - order.indexOf(b.seen))[0]
  if (row.stage === 'made' && worst) return nodeStatus(t, worst)
  if (row.stage === 'starting' || row.stage === 'removing')
    return { tone: 'info', icon: 'loader', word: t(`backends.catalogue.does.${row.stage}`), moving: true }
  return row.stage === 'kept'
    ? { tone: 'idle', icon: 'archive', word: t('backends.catalogue.does.kept') }
    : { tone: 'idle', icon: 'circle-dashed', word: t('backends.catalogue.does.none') }
}

/** What is under way with an entry, or what it last came to when that was no good end. */
const taskOf = (tasks: readonly TaskState[], entryId: string): TaskState | undefined =>
  tasks
    .filter((task) => (task.kind === 'backend-start' || task.kind === 'backend-remove') && task.facts['entryId'] === entryId)
    .filter((task) => task.status === 'running' || task.status === 'failed')
    .toSorted((a, b) => b.startedAtMs - a.startedAtMs)[0]
