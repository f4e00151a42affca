import { useState, type ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useCall, useRealNow } from '#renderer/bridge/hooks.ts'
import { taskOfKind } from '#renderer/bridge/select.ts'
import { bytes, duration, pokt } from '#renderer/text/format.ts'
import { stepTitle } from '#renderer/text/steps.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { Containers } from './Containers.tsx'
import { pullTotals } from './pulls.ts'
import { Cause, StartSteps } from './StartProgress.tsx'

/**
 * The relay miner of a network of others as it starts: first who opens the keys after a restart and what leaving it off costs, then steps, images by layer, and the way out.
 * @param decide asks who opens the keys; told by it when that is decided
 */
export function MinerStart({ decide }: { decide: (onDecided: () => void) => ReactNode }): ReactNode {
  const t = useText()
  const now = useRealNow(500)
  const network = useAppState((state) => networkOf(state.app.network))
  const task = useAppState((state) => taskOfKind(state, 'bundle-start'))
  const isSetUp = useAppState((state) => state.bundle !== null)
  const isReady = useAppState((state) => state.engine.kind === 'ready')
  const isLocked = useAppState((state) => state.vault.kind === 'locked')
  const unlock = useAppState((state) => state.custody.unlock)
  const start = useCall('bundle.start')
  const cancel = useCall('tasks.cancel')
  const [isDecided, setDecided] = useState(false)
  const isRunning = task?.status === 'running'
  const isDone = !isRunning && isSetUp && task?.status !== 'failed'
  // Any other way than asking was chosen on purpose already.
  const mayStart = isReady && (isDecided || isSetUp || unlock !== 'ask')
  const begin = (
    <Button kind="pri" icon="play" onPress={() => void start.run({})} isBusy={start.busy} isDisabled={!mayStart}>
      {t(task?.status === 'failed' ? 'bundle.remove.again' : 'bundle.start.button')}
    </Button>
  )
  const head = headline(t, task, isDone, network.title, now)
  return (
    <>
      <Verdict tone={head.tone} icon={head.icon} title={head.title} text={head.text} moving={isRunning}>
        {isRunning && task.cancellable ? (
          <>
            <span className="max-w-[170px] text-right text-small !leading-4 text-text-3">{t('home.start.keeps')}</span>
            <Button icon="x" onPress={() => void cancel.run({ taskId: task.id })} isBusy={cancel.busy}>
              {t('home.start.cancel')}
            </Button>
          </>
        ) : isDone ? (
          <>
            <LinkButton href="#/nodes">{t('bundle.start.doneNodes')}</LinkButton>
            <LinkButton href="#/" kind="pri">
              {t('home.start.home')}
            </LinkButton>
          </>
        ) : isRunning ? null : (
          begin
        )}
      </Verdict>
      <ErrorNote error={start.error ?? cancel.error} className="mb-3.5" />
      {task?.status === 'failed' && task.error !== null ? (
        <ErrorNote error={{ code: task.error.code, detail: task.error.detail }} className="mb-3.5" />
      ) : null}
      {isRunning || isDone || mayStart ? null : (
        <p className="mb-3.5 px-1 text-small text-text-2" role="status">
          {isReady ? t('bundle.start.decide') : t('bundle.empty.engine')}{' '}
          {isReady ? null : (
            <a className="link" href="#/setup">
              {t('bundle.empty.engineGo')}
            </a>
          )}
        </p>
      )}
      <div className="grid grid-cols-[306px_minmax(0,1fr)] items-start gap-3.5 max-[900px]:grid-cols-1">
        <div className="grid min-w-0 gap-3.5">
          <StartSteps task={task} />
          <LeaveItOn />
        </div>
        <div className="grid min-w-0 gap-3.5">
          {isRunning || isSetUp || task?.status === 'failed' ? <Containers task={task} idle={t('bundle.start.fetching')} /> : null}
          {isRunning ? <Cause task={task} /> : null}
          {isRunning || isSetUp ? null : decide(() => setDecided(true))}
          {isLocked && !isDone ? <Note>{t('bundle.start.locked')}</Note> : null}
        </div>
      </div>
    </>
  )
}

function headline(
  t: Words,
  task: TaskState | undefined,
  isDone: boolean,
  network: string,
  now: number,
): Pick<Parameters<typeof Verdict>[0], 'tone' | 'icon' | 'title' | 'text'> {
  const elapsed = task ? duration((task.endedAtMs ?? now) - task.startedAtMs) : ''
  if (task?.status === 'running') {
    const at = task.steps.findIndex((step) => step.status === 'running')
    const step = task.steps[at]
    const { current, total } = pullTotals(task)
    const isFetching = total > 0 && task.pulls.some((pull) => pull.status === 'fetching')
    return {
      tone: 'info',
      icon: 'loader',
      title: step
        ? t('bundle.start.running', { step: stepTitle(t, task.kind, step.key), at: at + 1, all: task.steps.length })
        : t('bundle.title'),
      text: isFetching
        ? t('bundle.start.fetchText', { current: bytes(current), total: bytes(total), elapsed })
        : t('bundle.start.runningText', { elapsed }),
    }
  }
  if (isDone) {
    const text = task?.status === 'done' ? t('bundle.start.doneText', { elapsed }) : t('bundle.start.doneTextShort')
    return { tone: 'ok', icon: 'check', title: t('bundle.start.done'), text }
  }
  if (task?.status === 'failed') {
    const step = task.steps.find((each) => each.status === 'failed')
    const name = step ? stepTitle(t, task.kind, step.key) : ''
    return { tone: 'bad', icon: 'circle-x', title: t('bundle.start.failed'), text: t('bundle.start.failedText', { step: name, elapsed }) }
  }
  if (task?.status === 'cancelled')
    return { tone: 'idle', icon: 'circle-pause', title: t('bundle.start.cancelled'), text: t('bundle.start.cancelledText') }
  return { tone: 'ember', icon: 'radio-tower', title: t('bundle.start.heading', { network }), text: t('bundle.start.text') }
}

/** What it means to be a supplier day and night, with the chain's own price of a missed proof. */
function LeaveItOn(): ReactNode {
  const t = useText()
  const isPlay = useAppState((state) => networkOf(state.app.network).playMoney)
  const penalty = useAppState((state) => state.chain.params?.proofMissingPenaltyUpokt ?? null)
  return (
    <Card title={t(isPlay ? 'bundle.mind.titlePlay' : 'bundle.mind.title')} padded>
      <div className="grid gap-2 text-small text-text-2">
        <p>{t('bundle.mind.text')}</p>
        <p>{t('bundle.mind.claims')}</p>
        {penalty === null ? null : <p className="num">{t('bundle.mind.penalty', { pokt: pokt(penalty) })}</p>}
        <p>{t('bundle.mind.stop')}</p>
      </div>
    </Card>
  )
}
