import type { ReactNode } from 'react'
import type { TaskState } from '#shared/api/state.ts'
import { useAppState, useCall, useClock } from '#renderer/bridge/hooks.ts'
import { taskOfKind } from '#renderer/bridge/select.ts'
import type { OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { at } from '#renderer/ui/clock-view.ts'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Steps, type Step } from '#renderer/ui/Steps.tsx'
import { openSurface } from '#renderer/signing/Signing.tsx'

/** The plan of a safe unstake, if there is one; there is one at a time, of whichever supplier. */
export const useLeavePlan = (): TaskState | undefined => useAppState((state) => taskOfKind(state, 'safe-unstake'))

/** The other own supplier that the plan is about; undefined where it is about the one in view, or nobody says. */
export function useLeavingOther(plan: TaskState | undefined): OwnSupplier | undefined {
  const about = plan?.status === 'running' ? plan.facts['operatorAddress'] : undefined
  return useOwnSuppliers().find((each) => each.operatorAddress === about && !each.isInView)
}

const STATE: Record<TaskState['steps'][number]['status'], Step['state']> = {
  done: 'done',
  running: 'now',
  waiting: 'todo',
  failed: 'failed',
}

/** Where the plan stands: its steps, the one that waits for the user, and the way back. It goes on without this page. */
export function LeavePlan({ plan }: { plan: TaskState }): ReactNode {
  const t = useText()
  const clock = useClock()
  const sign = useCall('leave.sign')
  const cancel = useCall('leave.cancel')
  const hasIntent = useAppState((state) => state.intents[plan.facts['intentId'] ?? '']?.status === 'prepared')
  const ask = (): void => {
    void sign.run({}).then((value) => {
      if (value !== undefined && value.surfaceUrl !== '') openSurface(value.surfaceUrl)
    })
  }
  return (
    <Card title={t('supplier.leave.planTitle')} padded>
      <Steps
        steps={plan.steps.map((step) => {
          const height = step.facts['settleHeight'] ?? step.facts['endHeight']
          return {
            key: step.key,
            title: keyed(t, 'steps', step.key, step.facts),
            state: STATE[step.status],
            ...(step.status === 'done' || height === undefined ? {} : { time: t('ui.approx', { value: at(clock, Number(height)) }) }),
          }
        })}
      />
      <div className="mt-3">
        <Note tone={plan.status === 'done' ? 'ok' : 'idle'}>
          {t(
            plan.status === 'done'
              ? 'supplier.leave.planDone'
              : plan.status === 'cancelled'
                ? 'supplier.leave.planCancelled'
                : 'supplier.leave.planText',
          )}
        </Note>
      </div>
      <ErrorNote error={sign.error ?? cancel.error} className="mt-3" />
      {plan.status === 'running' ? (
        <div className="mt-3.5 flex flex-wrap gap-2">
          {plan.facts['step'] === 'sign-unstake' && !hasIntent ? (
            <Button kind="pri" icon="external-link" isBusy={sign.busy} onPress={ask}>
              {t('supplier.leave.sign')}
            </Button>
          ) : null}
          {plan.cancellable ? (
            <Button isBusy={cancel.busy} onPress={() => void cancel.run({})}>
              {t('supplier.leave.cancel')}
            </Button>
          ) : null}
        </div>
      ) : null}
    </Card>
  )
}
