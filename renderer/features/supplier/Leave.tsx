import { useState, type ReactNode } from 'react'
import { useAppState, useClock } from '#renderer/bridge/hooks.ts'
import { isStaked, keyFor, type KeyState } from '#renderer/bridge/select.ts'
import { duration, pokt, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { at, currentLane } from '#renderer/ui/clock-view.ts'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Steps } from '#renderer/ui/Steps.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { fates } from './discards.ts'
import { Signing } from './Signing.tsx'
import { useSigning } from './use-signing.ts'

/** Out again: what an unstake would discard now, the safe order, and the way back of the stake. */
export function Leave(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const params = useAppState((state) => state.chain.params)
  const clock = useClock()
  const flow = useSigning('unstake')
  if (!isStaked(supplier.status) && flow.intentId === null) {
    return (
      <EmptyState icon="log-out" title={t('supplier.leave.title')} text={t('supplier.leave.notStaked')}>
        <LinkButton href="#/supplier">{t('frame.supplier')}</LinkButton>
      </EmptyState>
    )
  }
  const blocks = params ? params.supplierUnbondingPeriodSessions * params.numBlocksPerSession : null
  const time = blocks !== null && clock.medianBlockMs !== null ? duration(blocks * clock.medianBlockMs) : null
  return (
    <>
      <Verdict
        tone="warn"
        icon="log-out"
        title={t('supplier.leave.heading')}
        text={time === null ? t('supplier.leave.textPlain') : t('supplier.leave.text', { time })}
      />
      <div className="grid grid-cols-[minmax(0,1fr)_360px] items-start gap-3.5 max-[1000px]:grid-cols-1">
        <Fates />
        {supplier.status === 'unstaking' ? (
          <Note tone="info">
            {t('supplier.leave.unstaking', { height: whole(supplier.unbondingEndHeight), time: at(clock, supplier.unbondingEndHeight) })}
          </Note>
        ) : flow.intentId !== null ? (
          <Signing
            key={flow.intentId}
            intentId={flow.intentId}
            surfaceUrl={flow.surfaceUrl}
            onAgain={flow.reset}
            done={<span className="text-small text-text-2">{t('supplier.leave.doneText')}</span>}
          />
        ) : (
          <Unstake flow={flow} />
        )}
      </div>
    </>
  )
}

function Fates(): ReactNode {
  const t = useText()
  const clock = useClock()
  const list = fates(clock.lanes, clock.height)
  const lost = list.filter((fate) => fate.isDiscarded)
  const off = (currentLane(clock)?.end ?? clock.height) + 1
  return (
    <Card title={t('supplier.leave.list')} aside={t('home.lately.block', { height: whole(clock.height) })}>
      <div className="px-4 pt-2 pb-3">
        <Note tone={lost.length > 0 ? 'bad' : 'ok'}>
          {lost.length > 0 ? t('supplier.leave.discard', { height: whole(off) }) : t('supplier.leave.clean')}
        </Note>
      </div>
      <Table
        caption={t('supplier.leave.list')}
        dense
        columns={[
          { key: 'session', title: t('supplier.leave.session') },
          { key: 'settles', title: t('supplier.leave.settles') },
          { key: 'value', title: t('supplier.leave.value'), right: true },
          { key: 'fate', title: t('supplier.leave.fate'), right: true },
        ]}
        {...(list.length === 0 ? { empty: t('supplier.leave.clean') } : {})}
      >
        {list.map(({ lane, isDiscarded }) => (
          <tr key={lane.number}>
            <td className="font-medium">{whole(lane.number)}</td>
            <td className="text-text-2">{at(clock, lane.settle)}</td>
            <td className="r">{lane.claimedUpokt === null ? t('supplier.leave.unknown') : pokt(lane.claimedUpokt, 4)}</td>
            <td className={`r font-medium ${isDiscarded ? 'text-bad' : 'text-ok'}`}>
              {t(isDiscarded ? 'supplier.leave.discarded' : 'supplier.leave.paid')}
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  )
}

function Unstake({ flow }: { flow: ReturnType<typeof useSigning> }): ReactNode {
  const t = useText()
  const clock = useClock()
  const operatorAddress = useAppState((state) => state.supplier.operatorAddress)
  const owner = useAppState((state) => keyFor(state, 'owner'))
  const operator = useAppState((state) => keyFor(state, 'operator'))
  const keys = [owner, operator].filter((key): key is KeyState => key !== undefined)
  const [keyId, setKeyId] = useState(keys[0]?.id ?? '')
  const lost = fates(clock.lanes, clock.height).filter((fate) => fate.isDiscarded)
  const last = Math.max(0, ...lost.map((fate) => fate.lane.settle))
  const isClean = lost.length === 0
  return (
    <Card title={t('supplier.cards.leaveTitle')} padded>
      <Steps
        steps={[
          { key: 'stop', title: t('supplier.leave.stepStop'), time: t('supplier.leave.now'), state: isClean ? 'done' : 'now' },
          {
            key: 'wait',
            title: t('supplier.leave.stepWait'),
            time: last > 0 ? t('ui.approx', { value: at(clock, last) }) : '',
            state: isClean ? 'done' : 'todo',
          },
          { key: 'sign', title: t('supplier.leave.stepSign'), time: t('supplier.leave.yourYes'), state: isClean ? 'now' : 'todo' },
          { key: 'back', title: t('supplier.leave.stepBack'), state: 'todo' },
        ]}
      />
      <p className="mt-3 mb-3 text-caption text-text-3">{t('supplier.leave.note')}</p>
      <Choice
        label={t('supplier.leave.signWith')}
        value={keyId}
        onChange={setKeyId}
        options={keys.map((key) => ({ value: key.id, text: key.name }))}
      />
      <ErrorNote error={flow.call.error} className="mt-3" />
      <div className="mt-3.5 grid">
        <Button
          kind={isClean ? 'plain' : 'danger'}
          icon="log-out"
          isBusy={flow.call.busy}
          onPress={() => flow.prepare({ kind: 'unstake', keyId, operatorAddress })}
        >
          {t(isClean ? 'supplier.leave.button' : 'supplier.leave.buttonBare')}
        </Button>
      </div>
    </Card>
  )
}
