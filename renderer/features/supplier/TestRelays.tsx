import { useState, type FormEvent, type ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useAppState, useCall, useRealNow } from '#renderer/bridge/hooks.ts'
import { isStaked, taskOfKind } from '#renderer/bridge/select.ts'
import { clockTime, duration, whole } from '#renderer/text/format.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { Figure } from '#renderer/ui/Figure.tsx'
import { Source } from '#renderer/ui/Source.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'
import { Steps } from '#renderer/ui/Steps.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { SelfTest } from './SelfTest.tsx'
import { RelayResults } from './RelayResults.tsx'

const MOST = 500
const DEFAULT_COUNT = '20'

/** Hearth as a gateway: how many relays of which service, their progress, and every answer. */
export function TestRelays(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const task = useAppState((state) => taskOfKind(state, 'test-relays'))
  const services = [...supplier.services.map((service) => service.serviceId), ...supplier.pending.map((entry) => entry.service.serviceId)]
  if (!isStaked(supplier.status) || services.length === 0) {
    return (
      <EmptyState icon="radio-tower" title={t('supplier.relays.heading')} text={t('supplier.relays.needServices')}>
        <LinkButton href="#/supplier">{t('frame.supplier')}</LinkButton>
      </EmptyState>
    )
  }
  const isRunning = task?.status === 'running'
  return (
    <>
      <Verdict
        tone="ember"
        icon="radio-tower"
        title={isRunning ? t('supplier.relays.headingRunning', { done: task.done, all: task.total }) : t('supplier.relays.heading')}
        text={t('supplier.relays.text')}
      />
      <div className="grid grid-cols-[306px_minmax(0,1fr)] items-start gap-3.5 max-[900px]:grid-cols-1">
        <div className="grid gap-3.5">
          <Form services={[...new Set(services)]} task={task} />
          {task ? <Progress task={task} /> : null}
        </div>
        <div className="grid min-w-0 gap-3.5">
          <SelfTest />
          <LastBatch />
          <RelayResults />
        </div>
      </div>
    </>
  )
}

function Form({ services, task }: { services: string[]; task: TaskState | undefined }): ReactNode {
  const t = useText()
  const [serviceId, setServiceId] = useState(services[0] ?? '')
  const [text, setText] = useState(DEFAULT_COUNT)
  const send = useCall('relays.sendTest')
  const cancel = useCall('tasks.cancel')
  const count = /^\d{1,4}$/.test(text.trim()) ? Number(text.trim()) : 0
  const isWrong = count < 1 || count > MOST
  const isRunning = task?.status === 'running'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isWrong && !isRunning) void send.run({ serviceId: services.includes(serviceId) ? serviceId : (services[0] ?? ''), count })
  }
  return (
    <Card padded>
      <form onSubmit={submit} className="grid gap-3.5">
        <Choice
          label={t('supplier.relays.service')}
          value={serviceId}
          onChange={setServiceId}
          options={services.map((id) => ({ value: id, text: id }))}
        />
        <Field
          label={t('supplier.relays.count')}
          value={text}
          onChange={setText}
          inputMode="numeric"
          maxLength={6}
          error={isWrong ? t('supplier.relays.countWrong') : null}
        />
        <ErrorNote error={send.error ?? cancel.error} />
        <div className="flex gap-2">
          <Button type="submit" kind="pri" icon="radio-tower" isBusy={send.busy} isDisabled={isRunning || isWrong}>
            {t('supplier.relays.send')}
          </Button>
          {isRunning && task.cancellable ? (
            <Button icon="x" onPress={() => void cancel.run({ taskId: task.id })} isBusy={cancel.busy}>
              {t('supplier.relays.cancel')}
            </Button>
          ) : null}
        </div>
      </form>
    </Card>
  )
}

function Progress({ task }: { task: TaskState }): ReactNode {
  const t = useText()
  const now = useRealNow(500)
  return (
    <Card title={t('home.start.steps')} aside={duration((task.endedAtMs ?? now) - task.startedAtMs)} padded>
      {task.total > 0 ? (
        <div className="mb-3">
          <ProgressBar
            value={task.done / task.total}
            label={t('supplier.relays.headingRunning', { done: task.done, all: task.total })}
            color="var(--ember)"
          />
        </div>
      ) : null}
      <Steps
        steps={task.steps.map((step) => ({
          key: step.key,
          title: keyed(t, 'steps', step.key, {}),
          text:
            step.key === 'find-session' && step.facts['startHeight']
              ? t('supplier.first.sessionText', { start: whole(step.facts['startHeight']), end: whole(step.facts['endHeight'] ?? '0') })
              : '',
          time: step.startedAtMs === null ? '' : duration((step.endedAtMs ?? now) - step.startedAtMs),
          state: step.status === 'done' ? 'done' : step.status === 'running' ? 'now' : step.status === 'failed' ? 'failed' : 'todo',
        }))}
      />
      {task.error === null ? null : <ErrorNote error={{ code: task.error.code, detail: task.error.detail }} className="mt-3" />}
    </Card>
  )
}

function LastBatch(): ReactNode {
  const t = useText()
  const last = useAppState((state) => state.relays.last)
  if (last === null) return null
  return (
    <section
      className="card kpis !mb-0 grid-cols-4 num max-[720px]:grid-cols-2 max-[720px]:[&>div:nth-child(3)]:!border-l-0"
      aria-label={t('supplier.relays.last')}
    >
      <Figure label={t('supplier.relays.sent')} value={whole(last.sent)} sub={clockTime(last.atMs, true)} />
      <Figure label={t('supplier.relays.verified')} value={whole(last.verified)} sub={t('supplier.relays.okText')} />
      <Figure
        label={t('supplier.relays.refused')}
        value={<span className={last.refused > 0 ? 'text-bad' : ''}>{whole(last.refused)}</span>}
        sub={`${whole(last.answered)} ${t('supplier.relays.answered').toLowerCase()}`}
      />
      <Figure label={t('supplier.relays.median')} value={Math.round(last.medianMs * 10) / 10} unit="ms" sub={<Source kind="counted" />} />
    </section>
  )
}
