import { useState, type ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useAppState, useCall, useRealNow } from '#renderer/bridge/hooks.ts'
import { bytes, duration } from '#renderer/text/format.ts'
import { stepTitle } from '#renderer/text/steps.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { LetGo } from '#renderer/ui/LetGo.tsx'
import type { IconName } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import type { Tone } from '#renderer/ui/tone.ts'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { Containers } from './Containers.tsx'
import { pullTotals } from './pulls.ts'
import { Cause, StartSteps } from './StartProgress.tsx'

/** The Local chain as it starts: steps with their time, images by layer, the last line, and the way out. */
export function LocalChainStart(): ReactNode {
  const t = useText()
  const now = useRealNow(500)
  const task = useAppState((state) => latest(Object.values(state.tasks)))
  const chain = useAppState((state) => state.chain)
  const start = useCall('localChain.start')
  const cancel = useCall('tasks.cancel')
  const head = headline(t, task, chain, now)
  const isRunning = task?.status === 'running'
  const isUp = chain.status === 'ready'
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
        ) : null}
        {!isRunning && isUp ? (
          <>
            <RemoveButton />
            <LinkButton href="#/" kind="pri">
              {t('home.start.home')}
            </LinkButton>
          </>
        ) : null}
        {!isRunning && !isUp ? (
          <Button kind="pri" icon="play" onPress={() => void start.run({})} isBusy={start.busy}>
            {t(task?.status === 'failed' ? 'home.start.again' : 'home.start.button')}
          </Button>
        ) : null}
      </Verdict>
      <ErrorNote error={start.error ?? cancel.error} className="mb-3.5" />
      {task?.status === 'failed' && task.error !== null ? (
        <ErrorNote error={{ code: task.error.code, detail: task.error.detail }} className="mb-3.5" />
      ) : null}
      <div className="grid grid-cols-[306px_minmax(0,1fr)] items-start gap-3.5 max-[900px]:grid-cols-1">
        <div className="grid gap-3.5">
          <StartSteps task={task} />
          <LikeMainnet />
        </div>
        <div className="grid min-w-0 gap-3.5">
          <Containers task={task} idle={t('home.start.idleText')} />
          {isRunning ? <Cause task={task} /> : null}
          <Note tone="warn" icon="flask-conical">
            <b className="font-semibold">{t('home.start.play')}</b> {t('home.start.playText')}
          </Note>
        </div>
      </div>
    </>
  )
}

const latest = (tasks: TaskState[]): TaskState | undefined =>
  tasks
    .filter((task) => task.kind === 'local-chain-start' || task.kind === 'local-chain-remove')
    .sort((a, b) => b.startedAtMs - a.startedAtMs)[0]

interface Headline {
  tone: Tone
  icon: IconName
  title: string
  text: string
}

function headline(t: Words, task: TaskState | undefined, chain: { status: string; medianBlockMs: number | null }, now: number): Headline {
  const elapsed = task ? duration((task.endedAtMs ?? now) - task.startedAtMs) : ''
  if (task?.kind === 'local-chain-remove' && task.status === 'running') {
    return { tone: 'info', icon: 'loader', title: t('home.start.removing'), text: elapsed }
  }
  if (task?.status === 'running') return runningHeadline(t, task, elapsed)
  if (chain.status === 'ready') {
    const block = duration(chain.medianBlockMs ?? 1_000)
    const text =
      task?.kind === 'local-chain-start' && task.status === 'done'
        ? t('home.start.doneText', { elapsed, block })
        : t('home.start.doneTextShort', { block })
    return { tone: 'ok', icon: 'check', title: t('home.start.done'), text }
  }
  if (task?.status === 'failed') {
    const step = task.steps.find((each) => each.status === 'failed')
    return {
      tone: 'bad',
      icon: 'circle-x',
      title: t('home.start.failed'),
      text: t('home.start.failedText', { step: step ? stepTitle(t, task.kind, step.key) : '', elapsed }),
    }
  }
  if (task?.status === 'cancelled')
    return { tone: 'idle', icon: 'circle-pause', title: t('home.start.cancelled'), text: t('home.start.cancelledText') }
  if (task?.kind === 'local-chain-remove')
    return { tone: 'idle', icon: 'check', title: t('home.start.removed'), text: t('home.start.removedText') }
  return { tone: 'idle', icon: 'flask-conical', title: t('home.start.idle'), text: t('home.start.idleText') }
}

function runningHeadline(t: Words, task: TaskState, elapsed: string): Headline {
  const at = task.steps.findIndex((step) => step.status === 'running')
  const step = task.steps[at]
  const title = step
    ? t('home.start.running', { step: stepTitle(t, task.kind, step.key), at: at + 1, all: task.steps.length })
    : t('home.start.title')
  const { current, total } = pullTotals(task)
  const isFetching = total > 0 && task.pulls.some((pull) => pull.status === 'fetching')
  const text = isFetching
    ? t('home.start.fetchText', { current: bytes(current), total: bytes(total), elapsed })
    : t('home.start.runningText', { elapsed })
  return { tone: 'info', icon: 'loader', title, text }
}

/** What the chain's own numbers say; before the first block nothing is claimed. */
function LikeMainnet(): ReactNode {
  const t = useText()
  const chain = useAppState((state) => state.chain)
  const clock = useAppState((state) => state.clock)
  const { params } = chain
  const lane = clock.lanes[0]
  const later = <span className="text-text-3">{t('home.start.later')}</span>
  return (
    <Card title={t('home.start.like')} padded>
      <Facts
        rows={[
          [t('home.start.blockTime'), chain.medianBlockMs === null ? later : duration(chain.medianBlockMs)],
          [t('home.start.session'), params ? t('home.start.sessionBlocks', { count: params.numBlocksPerSession }) : later],
          lane && chain.medianBlockMs !== null
            ? [t('home.start.toPay'), t('ui.approx', { value: duration((lane.settle - lane.start) * chain.medianBlockMs) })]
            : null,
          params ? [t('home.start.minStake'), <MinStake key="min" upokt={params.supplierMinStakeUpokt} />] : null,
          [t('home.start.proofs'), t('home.start.proofsSame')],
          [t('home.start.software'), t('home.start.softwareSame')],
        ]}
      />
    </Card>
  )
}

function MinStake({ upokt }: { upokt: string }): ReactNode {
  const t = useText()
  const whole = BigInt(upokt) / 1_000_000n
  return `${whole.toLocaleString('en-GB')} ${t('ui.pokt')}`
}

function RemoveButton(): ReactNode {
  const t = useText()
  const [isAsked, setAsked] = useState(false)
  const [loseOpen, setLoseOpen] = useState(false)
  const remove = useCall('localChain.remove')
  const isAsking = remove.error?.code === 'claims-open'
  return (
    <>
      <Button kind="ghost" icon="trash" onPress={() => setAsked(true)}>
        {t('home.start.remove')}
      </Button>
      <Dialog isOpen={isAsked} onClose={() => setAsked(false)} title={t('home.start.removeTitle')}>
        <p className="text-text-2">{t('home.start.removeText')}</p>
        {isAsking ? (
          <LetGo error={remove.error} isOn={loseOpen} onChange={setLoseOpen} />
        ) : (
          <ErrorNote error={remove.error} className="mt-3" />
        )}
        <div className="mt-4 flex justify-end gap-2">
          <Button onPress={() => setAsked(false)}>{t('ui.cancel')}</Button>
          <Button
            kind="danger"
            icon="trash"
            isBusy={remove.busy}
            isDisabled={isAsking && !loseOpen}
            onPress={() =>
              void remove.run({ loseOpenClaims: loseOpen }).then((value) => (value === undefined ? undefined : setAsked(false)))
            }
          >
            {t('home.start.removeButton')}
          </Button>
        </div>
      </Dialog>
    </>
  )
}
