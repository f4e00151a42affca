import { useState, type ReactNode } from 'react'
import type { RequestInput } from '#shared/api/requests.ts'
import type { AppState } from '#shared/api/state.ts'
import { useAppState, useCall, useClock } from '#renderer/bridge/hooks.ts'
import { isServedHere, isStaked } from '#renderer/bridge/select.ts'
import type { OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { useInView, useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { duration, pokt, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { at, currentLane } from '#renderer/ui/clock-view.ts'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { NotBrought } from '#renderer/ui/NotBrought.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { fates, fatesOf, type Fate } from './discards.ts'
import { LeavePlan, useLeavePlan, useLeavingOther } from './LeavePlan.tsx'
import { TakeBack } from './Manage.tsx'
import { useOwnClaims } from './use-own-claims.ts'
import { partiesFor } from '#renderer/signing/signers.ts'
import { Signing } from '#renderer/signing/Signing.tsx'
import { useSigning } from '#renderer/signing/use-signing.ts'

/** Out again: what an unstake would discard now, the safe order, and the way back of the stake. */
export function Leave(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const params = useAppState((state) => state.chain.params)
  const isHere = useAppState(isServedHere)
  const clock = useClock()
  const flow = useSigning('unstake', supplier.operatorAddress)
  const claims = useOwnClaims()
  const all = fates(clock.lanes, clock.height)
  const list = claims === null ? all : fatesOf(all, claims)
  const plan = useLeavePlan()
  const other = useLeavingOther(plan)
  const others = useOwnSuppliers().filter((each) => !each.isInView && isStaked(each.status))
  const about = plan?.facts['operatorAddress'] ?? ''
  const isPlanHere = plan?.status === 'running' && (about === '' || about === supplier.operatorAddress)
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
        <Fates list={list} />
        <div className="grid gap-3.5">
          {isPlanHere ? <LeavePlan plan={plan} /> : null}
          {other === undefined ? null : <LeavesFirst other={other} />}
          {supplier.status === 'unstaking' ? (
            <>
              <Note tone="info">
                {t('supplier.leave.unstaking', {
                  height: whole(supplier.unbondingEndHeight),
                  time: at(clock, supplier.unbondingEndHeight),
                })}
              </Note>
              <TakeBack />
            </>
          ) : flow.intentId !== null ? (
            <Signing
              key={flow.intentId}
              intentId={flow.intentId}
              surfaceUrl={flow.surfaceUrl}
              onAgain={flow.reset}
              done={<span className="text-small text-text-2">{t('supplier.leave.doneText')}</span>}
            />
          ) : isPlanHere || other !== undefined ? null : (
            <Unstake flow={flow} hasOthers={isHere && others.length > 0} isClean={list.every((fate) => !fate.isDiscarded)} />
          )}
        </div>
      </div>
    </>
  )
}

/** One at a time: the plan of another supplier goes first. */
function LeavesFirst({ other }: { other: OwnSupplier }): ReactNode {
  const t = useText()
  const view = useInView()
  return (
    <Card title={t('suppliers.leaves.title', { name: other.name })} padded>
      <p className="mb-3 text-text-2">{t('suppliers.leaves.text')}</p>
      <Button isBusy={view.pending !== null} onPress={() => view.bring(other.operatorAddress)}>
        {t('suppliers.open', { name: other.name })}
      </Button>
      <NotBrought error={view.error} className="mt-3" />
    </Card>
  )
}

function Fates({ list }: { list: Fate[] }): ReactNode {
  const t = useText()
  const clock = useClock()
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

const takesWebSocket = ({ services }: AppState['supplier']): boolean =>
  services.some((service) => service.endpoints.some((endpoint) => endpoint.rpcType === 'WEBSOCKET'))

type Door = NonNullable<RequestInput<'leave.begin'>['door']>

/** @param hasOthers suppliers of the user's own that are served through the same door */
function Unstake({ flow, hasOthers, isClean }: { flow: ReturnType<typeof useSigning>; hasOthers: boolean; isClean: boolean }): ReactNode {
  const t = useText()
  const operatorAddress = useAppState((state) => state.supplier.operatorAddress)
  const keys = useAppState((state) => partiesFor(state, ['owner', 'operator']))
  const begin = useCall('leave.begin')
  const isHere = useAppState(isServedHere)
  const [chosen, setChosen] = useState<string | null>(null)
  // The practised ingress has one door for all, and relays over WebSocket do not say whose they are.
  const doors = useAppState((state): Door[] =>
    state.app.network === 'practice' || takesWebSocket(state.supplier) ? ['all', 'none'] : ['one', 'all'],
  )
  const [wished, setDoor] = useState<Door | null>(null)
  const door = wished ?? doors[0] ?? 'all'
  const keyId = chosen ?? keys[0]?.id ?? ''
  return (
    <Card title={t('supplier.cards.leaveTitle')} padded>
      {hasOthers ? (
        <div className="mb-3">
          <Choice
            label={t('suppliers.door.label')}
            value={door}
            onChange={(value) => setDoor(doors.find((each) => each === value) ?? null)}
            options={doors.map((each) => ({ value: each, text: t(`suppliers.door.${each}`) }))}
            help={t(`suppliers.door.${door}Text`)}
          />
        </div>
      ) : (
        <p className="mb-3 text-caption text-text-3">{t(isHere ? 'supplier.leave.note' : 'supplier.leave.noteElsewhere')}</p>
      )}
      <Choice
        label={t('supplier.leave.signWith')}
        value={keyId}
        onChange={setChosen}
        options={keys.map((key) => ({
          value: key.id,
          text: key.kind === 'watch' ? t('supplier.manage.outside', { name: key.name }) : key.name,
        }))}
      />
      <ErrorNote error={begin.error ?? flow.call.error} className="mt-3" />
      <div className="mt-3.5 grid gap-2">
        <Button
          kind="pri"
          icon="log-out"
          isBusy={begin.busy}
          isDisabled={keyId === ''}
          onPress={() => void begin.run(hasOthers ? { keyId, operatorAddress, door } : { keyId, operatorAddress })}
        >
          {t('supplier.leave.begin')}
        </Button>
        <Button
          kind={isClean ? 'plain' : 'danger'}
          isBusy={flow.call.busy}
          isDisabled={keyId === ''}
          onPress={() => flow.prepare({ kind: 'unstake', keyId, operatorAddress })}
        >
          {t(isClean ? 'supplier.leave.button' : 'supplier.leave.buttonBare')}
        </Button>
      </div>
    </Card>
  )
}
