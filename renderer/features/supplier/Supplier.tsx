import type { ReactNode } from 'react'
import type { AppState } from '#shared/api/state.ts'
import { useAppState, useClock, useNow } from '#renderer/bridge/hooks.ts'
import { isMadeHere, isServedHere, isStaked, partyFor } from '#renderer/bridge/select.ts'
import { hasAnyStake } from '#renderer/bridge/suppliers.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { pokt, when, whole } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { at, dateOf, type ClockView } from '#renderer/ui/clock-view.ts'
import { AsOf } from '#renderer/ui/Figure.tsx'
import { supplierStatus } from '#renderer/ui/status-words.ts'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { BeginAnother } from './BeginAnother.tsx'
import { Holdings } from './Holdings.tsx'
import { Intents } from './Intents.tsx'
import { OnChainOffer } from './OnChainOffer.tsx'
import { OwnChanges } from './OwnChanges.tsx'
import { Record } from './Record.tsx'
import { Shared } from './Shared.tsx'
import { ThreeRecords } from './ThreeRecords.tsx'

/** What the chain thinks you offer, against what you do offer. */
export function Supplier(): ReactNode {
  const t = useText()
  const now = useNow(5_000)
  const supplier = useAppState((state) => state.supplier)
  const clock = useClock()
  const status = supplierStatus(t, supplier.status, supplier.unbondingEndHeight > 0 ? dateOf(clock, supplier.unbondingEndHeight) : '')
  const hasStake = isStaked(supplier.status)
  const isHere = useAppState(isServedHere)
  /** One more beside those that are staked. */
  const isAnother = useAppState((state) => !isStaked(state.supplier.status) && state.supplier.status !== 'unknown' && hasAnyStake(state))
  const name = useSupplierName()(supplier.operatorAddress) ?? ''
  const isNew = isAnother && supplier.status === 'not-staked'
  return (
    <>
      <Verdict
        tone={status.tone}
        icon={status.icon}
        title={isNew ? t('suppliers.notStaked', { name }) : title(t, supplier, isHere)}
        text={isNew ? t('suppliers.notStakedText') : text(t, supplier, clock, isHere)}
      >
        <div className="grid justify-items-end gap-1">
          <StatusChip status={status} pill />
          {supplier.asOf === null ? null : (
            <span className="text-caption text-text-3">
              <AsOf height={supplier.asOf.height} atMs={supplier.asOf.atMs} nowMs={now} />
            </span>
          )}
        </div>
      </Verdict>
      <OwnChanges />
      {hasStake ? <Record /> : null}
      <div className="grid grid-cols-[minmax(0,1fr)_318px] items-start gap-3.5 max-[1080px]:grid-cols-1">
        <div className="grid gap-3.5">
          {hasStake ? isHere ? <ThreeRecords /> : <OnChainOffer /> : null}
          {hasStake && supplier.services.length + supplier.pending.length > 0 ? <Shared /> : null}
          {hasStake ? null : isAnother ? <BeginAnother /> : <Begin />}
          <Intents />
        </div>
        <div className="grid gap-3.5">
          {hasStake && supplier.services.length === 0 ? <OfferCard /> : null}
          {isAnother ? null : <RelaysCard />}
          <Holdings />
          {hasStake ? <ManageCard /> : null}
          {hasStake ? <LeaveCard /> : null}
          <MoreLinks />
        </div>
      </div>
    </>
  )
}

type SupplierState = AppState['supplier']

function title(t: Words, supplier: SupplierState, isHere: boolean): string {
  if (supplier.status === 'active' && !isHere) return t('supplier.verdict.activeElsewhere')
  return t(`supplier.verdict.${supplier.status}`, { count: supplier.differences.length })
}

function text(t: Words, supplier: SupplierState, clock: ClockView, isHere: boolean): string {
  if (supplier.status === 'active' && !isHere)
    return t('supplier.verdict.activeElsewhereText', { height: whole(supplier.asOf?.height ?? 0) })
  const next = supplier.pending[0]?.activationHeight ?? 0
  const height =
    supplier.status === 'unstaking' ? supplier.unbondingEndHeight : supplier.status === 'active' ? (supplier.asOf?.height ?? 0) : next
  return t(`supplier.verdict.${supplier.status}Text`, {
    height: whole(height),
    time: supplier.status === 'unstaking' ? dateOf(clock, height) : at(clock, height),
    services: supplier.differences.map((difference) => difference.serviceId).join(', '),
  })
}

/** Before the stake: keys, then the stake. */
function Begin(): ReactNode {
  const t = useText()
  const hasKeys = useAppState((state) => partyFor(state, 'owner') !== undefined && partyFor(state, 'operator') !== undefined)
  const params = useAppState((state) => state.chain.params)
  return (
    <Card title={t(hasKeys ? 'supplier.cards.stakeTitle' : 'supplier.cards.keysTitle')} padded>
      <p className="mb-3.5 max-w-[520px] text-text-2">
        {hasKeys
          ? params
            ? t('supplier.cards.stakeText', { min: pokt(params.supplierMinStakeUpokt) })
            : t('supplier.verdict.not-stakedText')
          : t('supplier.cards.keysText')}
      </p>
      <LinkButton href={hasKeys ? '#/supplier/stake' : '#/'} kind="pri">
        {t(hasKeys ? 'supplier.cards.stake' : 'supplier.cards.keys')}
      </LinkButton>
    </Card>
  )
}

function OfferCard(): ReactNode {
  const t = useText()
  const isWaiting = useAppState((state) => state.supplier.pending.length > 0)
  return (
    <Card title={t('supplier.cards.offerTitle')} padded>
      <p className="mb-3 text-small text-text-2">{t('supplier.cards.offerText')}</p>
      {isWaiting ? (
        <LinkButton href="#/supplier/first-session" kind="pri" icon="hourglass">
          {t('supplier.cards.waiting')}
        </LinkButton>
      ) : (
        <LinkButton href="#/supplier/services" kind="pri">
          {t('supplier.cards.offer')}
        </LinkButton>
      )}
    </Card>
  )
}

function RelaysCard(): ReactNode {
  const t = useText()
  const last = useAppState((state) => state.relays.last)
  const isServed = useAppState(isServedHere)
  if (!useAppState(isMadeHere)) return isServed ? <SelfTestCard /> : null
  return (
    <Card title={t('supplier.cards.relaysTitle')} padded>
      <p className="mb-3 text-small text-text-2 num">
        {last === null
          ? t('supplier.cards.relaysText')
          : t('supplier.cards.relaysLast', { verified: last.verified, sent: last.sent, ms: Math.round(last.medianMs) })}
      </p>
      <LinkButton href="#/supplier/test-relays" size="sm" icon="radio-tower">
        {t('supplier.cards.relays')}
      </LinkButton>
    </Card>
  )
}

/** Beside a network of others nobody can send a relay of one's own: the way to the miner is tested up to where it is refused as it should be. */
function SelfTestCard(): ReactNode {
  const t = useText()
  const now = useNow(10_000)
  const last = useAppState((state) => state.health.selfTests?.last.public)
  return (
    <Card title={t('selfTest.title')} padded>
      <p className={`mb-3 text-small num ${last?.ok === false ? 'text-bad' : 'text-text-2'}`}>
        {last === undefined
          ? t('supplier.cards.selfTestText')
          : `${t('selfTest.paths.public')}: ${t(last.ok ? 'selfTest.outcome.good' : 'selfTest.outcome.bad', { when: when(last.atMs, now) })}`}
      </p>
      <LinkButton href="#/supplier/self-test" size="sm" icon="radio-tower">
        {t('supplier.cards.selfTest')}
      </LinkButton>
    </Card>
  )
}

function ManageCard(): ReactNode {
  const t = useText()
  return (
    <Card title={t('supplier.manage.title')} aside={t('supplier.manage.aside')} padded>
      <div className="flex flex-wrap gap-2">
        <LinkButton href="#/supplier/manage" size="sm" icon="lock">
          {t('supplier.manage.change')}
        </LinkButton>
        <LinkButton href="#/rules" size="sm" icon="scale">
          {t('rules.title')}
        </LinkButton>
      </div>
    </Card>
  )
}

/** For what most suppliers never need: quiet lines. */
function MoreLinks(): ReactNode {
  const t = useText()
  const hasStake = useAppState(hasAnyStake)
  return (
    <div className="grid gap-1 px-1 text-small text-text-3">
      {hasStake ? (
        <p>
          {t('suppliers.add.link')}:{' '}
          <a className="link" href="#/supplier/add">
            {t('suppliers.add.open')}
          </a>
        </p>
      ) : null}
      <p>
        {t('onchain.link')}:{' '}
        <a className="link" href="#/supplier/more">
          {t('onchain.open')}
        </a>
      </p>
    </div>
  )
}

function LeaveCard(): ReactNode {
  const t = useText()
  return (
    <Card title={t('supplier.cards.leaveTitle')} padded>
      <p className="mb-3 text-small text-text-2">{t('supplier.cards.leaveText')}</p>
      <LinkButton href="#/supplier/leave" size="sm" icon="log-out">
        {t('supplier.cards.leave')}
      </LinkButton>
    </Card>
  )
}
