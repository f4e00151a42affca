import type { ReactNode } from 'react'
import type { NodeState, TaskState } from '#shared/api/state.ts'
import { useAppState, useCall, useClock, useNow } from '#renderer/bridge/hooks.ts'
import { duration } from '#renderer/text/format.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Steps, type Step } from '#renderer/ui/Steps.tsx'
import { wishSentence } from '#renderer/ui/stop-words.ts'

/** What is about to stop or restart, or waits for its moment, each with the way back. @param nodeId of this node alone */
export function StopNotes({ nodeId }: { nodeId?: string }): ReactNode {
  const nodes = useAppState((state) => Object.values(state.nodes).filter((node) => nodeId === undefined || node.id === nodeId))
  return nodes.map((node) => (
    <div key={node.id}>
      <Wish node={node} />
      <Drain node={node} />
    </div>
  ))
}

function Wish({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const clock = useClock()
  const keep = useCall('nodes.keepRunning')
  if (node.wish === undefined || node.wish === null) return null
  return (
    <Note tone="info" icon="clock" className="mb-3.5">
      <div className="flex flex-wrap items-center gap-3">
        <span className="flex-1">{wishSentence(t, clock, node.title, node.wish)}</span>
        <Button size="sm" onPress={() => void keep.run({ nodeId: node.id })} isBusy={keep.busy}>
          {t('nodes.wish.keep')}
        </Button>
      </div>
      <ErrorNote error={keep.error} className="mt-2" />
    </Note>
  )
}

const STEP_STATE: Record<TaskState['steps'][number]['status'], Step['state']> = {
  waiting: 'todo',
  running: 'now',
  done: 'done',
  failed: 'failed',
}
const TITLES = { stop: 'nodes.drain.stop', restart: 'nodes.drain.restart', change: 'nodes.drain.change' } as const

/** A drained stop under way: what it waits for, and how to take it back or not to wait. */
function Drain({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const now = useNow()
  const task = useAppState((state) =>
    Object.values(state.tasks).find((each) => each.kind === 'node-stop' && each.status === 'running' && each.facts['nodeId'] === node.id),
  )
  const cancel = useCall('tasks.cancel')
  const stop = useCall('nodes.stop')
  const restart = useCall('nodes.restart')
  if (!task) return null
  const why = task.facts['why'] === 'stop' || task.facts['why'] === 'restart' ? task.facts['why'] : 'change'
  const facts = task.steps.find((step) => step.key === 'save-relays')?.facts ?? {}
  const leftMs = Number(facts['untilMs'] ?? 0) - now
  const act = why === 'stop' ? stop : restart
  return (
    <Card title={t(TITLES[why], { title: node.title })} className="mb-3.5" padded>
      <p className="mb-3 text-text-2 num">
        {leftMs > 0 ? t('nodes.drain.text', { seconds: Math.ceil(leftMs / 1000) }) : t('nodes.drain.textSoon')}{' '}
        {facts['answered'] === undefined ? null : t('nodes.drain.answered', { count: Number(facts['answered']) })}
      </p>
      <Steps
        steps={task.steps.map((step) => ({
          key: step.key,
          title: keyed(t, 'steps', step.key, {}),
          state: STEP_STATE[step.status],
          ...(step.startedAtMs === null ? {} : { time: duration((step.endedAtMs ?? now) - step.startedAtMs) }),
        }))}
      />
      <ErrorNote error={cancel.error ?? act.error} className="mt-3" />
      <div className="mt-3 flex flex-wrap gap-2">
        {task.cancellable ? (
          <Button size="sm" onPress={() => void cancel.run({ taskId: task.id })} isBusy={cancel.busy}>
            {t('nodes.drain.keep')}
          </Button>
        ) : null}
        <Button size="sm" kind="danger" onPress={() => void act.run({ nodeId: node.id, drained: false })} isBusy={act.busy}>
          {t('nodes.drain.now')}
        </Button>
      </div>
    </Card>
  )
}
