import { useState, type ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useAppState, useCall, useRealNow, type Call } from '#renderer/bridge/hooks.ts'
import { taskOfKind } from '#renderer/bridge/select.ts'
import { duration } from '#renderer/text/format.ts'
import { stepTitle } from '#renderer/text/steps.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { LetGo } from '#renderer/ui/LetGo.tsx'
import { Steps, type Step } from '#renderer/ui/Steps.tsx'
import { TitledList } from '#renderer/ui/TitledList.tsx'

/** Takes the Local chain away: asks with what goes and what stays. Only where there is one. */
export function RemoveChain(): ReactNode {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const [loseOpen, setLoseOpen] = useState(false)
  const remove = useCall('localChain.remove')
  const titles = useAppState((state) => Object.values(state.nodes).map((node) => node.title))
  const isLocal = useAppState((state) => state.app.network === 'local')
  const isRunning = useAppState((state) =>
    Object.values(state.tasks).some((task) => task.kind === 'local-chain-remove' && task.status === 'running'),
  )
  const isAsking = remove.error?.code === 'claims-open'
  if (!isLocal || titles.length === 0 || isRunning) return null
  const open = (): void => {
    remove.clear()
    setLoseOpen(false)
    setOpen(true)
  }
  const confirm = (): void => {
    void remove.run({ loseOpenClaims: loseOpen }).then((value) => (value === undefined ? undefined : setOpen(false)))
  }
  return (
    <Card title={t('nodes.remove.title')} className="mt-3.5">
      <div className="flex items-center gap-4 px-4 pt-0.5 pb-3.5">
        <p className="flex-1 text-small text-text-2">{t('nodes.remove.text')}</p>
        <Button kind="danger" size="sm" icon="trash" onPress={open}>
          {t('nodes.remove.button')}
        </Button>
      </div>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t('nodes.remove.ask')} width={480}>
        <div className="grid gap-3.5">
          <TitledList
            title={t('nodes.remove.goes')}
            lines={[
              t('nodes.remove.containers', { count: titles.length, titles: titles.join(', ') }),
              t('nodes.remove.volumes'),
              t('nodes.remove.records'),
              t('nodes.remove.money'),
            ]}
          />
          <TitledList title={t('nodes.remove.stays')} lines={[t('nodes.remove.keys'), t('nodes.remove.images')]} />
          <p className="text-text-2">{t('nodes.remove.back')}</p>
          {isAsking ? <LetGo error={remove.error} isOn={loseOpen} onChange={setLoseOpen} /> : <ErrorNote error={remove.error} />}
          <div className="flex justify-end gap-2">
            <Button onPress={() => setOpen(false)}>{t('ui.cancel')}</Button>
            <Button kind="danger" icon="trash" onPress={confirm} isBusy={remove.busy} isDisabled={isAsking && !loseOpen}>
              {t('nodes.remove.confirm')}
            </Button>
          </div>
        </div>
      </Dialog>
    </Card>
  )
}

const STEP_STATE: Record<TaskState['steps'][number]['status'], Step['state']> = {
  waiting: 'todo',
  running: 'now',
  done: 'done',
  failed: 'failed',
}

/** How the last removal of the chain goes or went, until it is put away. */
export function ChainRemoveProgress(): ReactNode {
  const again = useCall('localChain.remove')
  const isThere = useAppState((state) => Object.keys(state.nodes).length > 0)
  return <RemoveProgress kind="local-chain-remove" words="nodes.remove" isThere={isThere} again={again} />
}

/** A removal that began was agreed to; one that ended so had not begun, and nobody has agreed to lose anything. */
const REFUSALS: ReadonlySet<string> = new Set(['work-unsent', 'claims-open', 'chain-unreachable'])

/** @param isThere what was started since makes the old news untrue */
export function RemoveProgress({
  kind,
  words,
  isThere,
  again,
}: {
  kind: 'local-chain-remove' | 'bundle-remove'
  words: 'nodes.remove' | 'bundle.remove'
  isThere: boolean
  again: Pick<Call<'localChain.remove'>, 'run' | 'busy' | 'error'>
}): ReactNode {
  const t = useText()
  const now = useRealNow()
  const task = useAppState((state) => taskOfKind(state, kind))
  const dismiss = useCall('tasks.dismiss')
  if (task === undefined || (task.status === 'done' && isThere)) return null
  const isRunning = task.status === 'running'
  const isDone = task.status === 'done'
  return (
    <Card
      title={t(isRunning ? `${words}.running` : isDone ? `${words}.done` : `${words}.failed`)}
      aside={duration((task.endedAtMs ?? now) - task.startedAtMs)}
      className="mb-3.5"
      padded
    >
      {isDone ? <p className="mb-3 text-text-2">{t(`${words}.doneText`)}</p> : null}
      {isRunning || isDone ? null : <p className="mb-3 text-text-2">{t(`${words}.failedText`)}</p>}
      {isDone ? null : (
        <Steps
          steps={task.steps.map((step) => ({
            key: step.key,
            title: stepTitle(t, task.kind, step.key),
            state: STEP_STATE[step.status],
            ...(step.startedAtMs === null ? {} : { time: duration((step.endedAtMs ?? now) - step.startedAtMs) }),
          }))}
        />
      )}
      <ErrorNote error={again.error ?? dismiss.error ?? task.error} className="mt-3" />
      {isRunning ? null : (
        <div className="mt-3 flex gap-2">
          {isDone ? null : (
            <Button
              size="sm"
              kind="danger"
              onPress={() => void again.run({ loseOpenClaims: !REFUSALS.has(task.error?.code ?? '') })}
              isBusy={again.busy}
            >
              {t(`${words}.again`)}
            </Button>
          )}
          <Button size="sm" onPress={() => void dismiss.run({ taskId: task.id })} isBusy={dismiss.busy}>
            {t(`${words}.dismiss`)}
          </Button>
        </div>
      )}
    </Card>
  )
}
