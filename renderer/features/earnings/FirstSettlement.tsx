import type { ReactNode } from 'react'
import type { ClockLane } from '#shared/model/clock-schema.ts'
import { useAppState, useClock } from '#renderer/bridge/hooks.ts'
import { isMadeHere, isServedHere } from '#renderer/bridge/select.ts'
import { whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { at, type ClockView } from '#renderer/ui/clock-view.ts'
import { Steps, type Step } from '#renderer/ui/Steps.tsx'
import { firstLane } from './first-lane.ts'

/** Before anything is paid: where the first session stands, stage by stage, and when it will be paid. */
export function FirstSettlement(): ReactNode {
  const t = useText()
  const clock = useClock()
  const isHere = useAppState(isMadeHere)
  const isServed = useAppState(isServedHere)
  const lane = firstLane(clock)
  return (
    <Card
      title={t('earnings.first.title')}
      aside={lane === undefined ? t('earnings.first.noSession') : t('earnings.first.later', { at: at(clock, lane.settle) })}
      className="mb-3.5"
      padded
    >
      <p className="mb-4 max-w-[640px] text-text-2">{t(lane === undefined ? 'earnings.first.textNone' : 'earnings.first.text')}</p>
      <Stages lane={lane} clock={clock} />
      <div className="mt-4 flex gap-2">
        <LinkButton href="#/" size="sm">
          {t('earnings.first.home')}
        </LinkButton>
        {lane === undefined ? null : isHere ? (
          <LinkButton href="#/supplier/test-relays" size="sm" icon="send">
            {t('earnings.first.relays')}
          </LinkButton>
        ) : isServed ? (
          <LinkButton href="#/supplier/self-test" size="sm" icon="radio-tower">
            {t('selfTest.title')}
          </LinkButton>
        ) : null}
      </div>
    </Card>
  )
}

function Stages({ lane, clock }: { lane: ClockLane | undefined; clock: ClockView }): ReactNode {
  const t = useText()
  const about = (height: number): string => t('earnings.first.about', { at: at(clock, height) })
  const reached = lane === undefined ? -1 : stageIndex(lane, clock.height)
  const state = (index: number): Step['state'] => (index < reached ? 'done' : index === reached ? 'now' : 'todo')
  const range = (key: 'earnings.first.claimedAt' | 'earnings.first.provenAt', from: number, to: number): string =>
    t(key, { from: whole(from), to: whole(to) })
  return (
    <Steps
      steps={[
        {
          key: 'served',
          title: t('earnings.first.served'),
          state: state(0),
          ...(lane
            ? { text: t('earnings.first.servedAt', { number: whole(lane.number), height: whole(lane.end) }), time: about(lane.end) }
            : {}),
        },
        {
          key: 'claimed',
          title: t('earnings.first.claimed'),
          state: state(1),
          ...(lane ? { text: range('earnings.first.claimedAt', lane.claimOpen, lane.claimClose), time: about(lane.claimOpen) } : {}),
        },
        {
          key: 'proven',
          title: t('earnings.first.proven'),
          state: state(2),
          ...(lane ? { text: range('earnings.first.provenAt', lane.proofOpen, lane.proofClose), time: about(lane.proofOpen) } : {}),
        },
        {
          key: 'settled',
          title: t('earnings.first.settled'),
          state: state(3),
          ...(lane ? { text: t('earnings.first.settledAt', { height: whole(lane.settle) }), time: about(lane.settle) } : {}),
        },
      ]}
    />
  )
}

/** Which of the four stages is under way. */
function stageIndex(lane: ClockLane, height: number): number {
  if (lane.stage === 'settled') return 4
  if (lane.stage === 'proven') return 3
  if (lane.claimHeight !== null || lane.stage === 'claimed' || lane.stage === 'proof-due') return 2
  return height > lane.end ? 1 : 0
}
