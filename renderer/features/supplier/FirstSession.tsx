import type { ReactNode } from 'react'
import type { AppState } from '#shared/api/state.ts'
import { sessionAt } from '#shared/model/session.ts'
import { useAppState, useClock, useNow } from '#renderer/bridge/hooks.ts'
import { intentsOf, isMadeHere, isServedHere, nodeOfKind } from '#renderer/bridge/select.ts'
import { hasSeveral, operatorOf } from '#renderer/bridge/suppliers.ts'
import { clockTime, duration, pokt, shortHash, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { isFast, timeOf, type ClockView } from '#renderer/ui/clock-view.ts'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { SessionDial } from '#renderer/ui/SessionDial.tsx'
import { supplierStatus } from '#renderer/ui/status-words.ts'
import { StatusChip } from '#renderer/ui/StatusChip.tsx'
import { Steps, type Step } from '#renderer/ui/Steps.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { useOwnClaims } from './use-own-claims.ts'

/** Blocks past the expected start after which something is wrong. */
const LATE_BLOCKS = 6

interface Wait {
  /** First block of the first session with us in it. */
  start: number
  block: number | null
  hash: string | null
  feeUpokt: string | undefined
  isOn: boolean
}

/** What is waited for: services on chain that start later, else the session that already has them. */
function waitOf(state: AppState): Wait | null {
  const next = state.supplier.pending[0]
  const intent = intentsOf(state, 'stake-services').find(
    (each) => each.status === 'included' && (!hasSeveral(state) || operatorOf(each) === state.supplier.operatorAddress),
  )
  const from = { block: intent?.includedHeight ?? null, hash: intent?.txHash ?? null, feeUpokt: intent?.facts['feeUpokt'] }
  if (next) return { ...from, start: next.activationHeight, isOn: false }
  if (state.supplier.services.length === 0 || !state.chain.params) return null
  const start =
    from.block === null ? sessionAt(state.chain.height, state.chain.params).start : sessionAt(from.block, state.chain.params).end + 1
  return { ...from, start, isOn: true }
}

/** The waiting room: cause, height and clock until the first session starts, and what comes after. */
export function FirstSession(): ReactNode {
  const t = useText()
  const wait = useAppState((state) => state) // the wait is derived from many slices
  const found = waitOf(wait)
  if (!found) {
    return (
      <EmptyState icon="hourglass" title={t('supplier.first.headingNone')} text={t('supplier.first.textNone')}>
        <LinkButton href="#/supplier/services" kind="pri">
          {t('supplier.first.offer')}
        </LinkButton>
      </EmptyState>
    )
  }
  return <Room wait={found} />
}

function Room({ wait }: { wait: Wait }): ReactNode {
  const t = useText()
  const clock = useClock()
  const now = useNow()
  const chain = useAppState((state) => state.chain)
  const supplier = useAppState((state) => state.supplier)
  const view: ClockView = { ...clock, height: Math.max(clock.height, chain.height), blockTimeMs: chain.blockTimeMs }
  const startMs = timeOf(view, wait.start)
  const time = startMs === undefined ? whole(wait.start) : clockTime(startMs, isFast(view))
  const left = Math.max(0, wait.start - view.height)
  const text = wait.isOn
    ? t('supplier.first.textNow', { height: whole(wait.start) })
    : t('supplier.first.text', { block: wait.block === null ? '–' : whole(wait.block), height: whole(wait.start), time })
  const all = Math.max(1, supplier.services.length + (wait.isOn ? 0 : supplier.pending.length))
  return (
    <>
      <Verdict
        tone={wait.isOn ? 'ok' : 'info'}
        icon={wait.isOn ? 'check' : 'hourglass'}
        title={
          wait.isOn
            ? t('supplier.first.headingNow')
            : t('supplier.first.heading', { time: startMs === undefined ? `${left} blocks` : duration(Math.max(0, startMs - now)) })
        }
        text={text}
      >
        <StatusChip status={supplierStatus(t, supplier.status)} pill />
      </Verdict>
      <section
        className="card grid grid-cols-[244px_minmax(0,1fr)_300px] max-[1080px]:grid-cols-[244px_minmax(0,1fr)]"
        aria-label={t('supplier.first.title')}
      >
        <div className="grid place-items-center p-[18px] pr-0">
          {wait.isOn ? (
            <SessionDial view={view} size={212} />
          ) : (
            <SessionDial view={view} size={212} wait={{ blocks: left, when: t('supplier.first.about', { time }) }} />
          )}
        </div>
        <div className="px-6 py-[18px]">
          <Steps steps={useWaitSteps(wait, view, left)} />
        </div>
        <div className="flex flex-col gap-[11px] border-l border-line p-4 pt-[18px] max-[1080px]:col-span-2 max-[1080px]:border-t max-[1080px]:border-l-0">
          <h3 className="text-[16px] leading-[22px] font-semibold tracking-tight">
            {t(wait.isOn ? 'supplier.first.next' : 'supplier.first.why')}
          </h3>
          <p className="text-small text-text-2">{t(wait.isOn ? 'supplier.first.nextText' : 'supplier.first.whyText')}</p>
          <Facts
            className="!text-small"
            rows={[
              [t('supplier.first.now'), t('supplier.first.nowText', { on: wait.isOn ? all : supplier.services.length, all })],
              [t('supplier.first.from', { time }), t('supplier.first.fromText', { all })],
              wait.isOn ? null : [t('supplier.first.lose'), t('supplier.first.loseText')],
            ]}
          />
          <Late wait={wait} view={view} />
        </div>
      </section>
      <div className="mt-3.5 grid grid-cols-[minmax(0,1fr)_330px] items-start gap-3.5 max-[1000px]:grid-cols-1">
        <Meanwhile />
        <Aside view={view} wait={wait} />
      </div>
    </>
  )
}

function useWaitSteps(wait: Wait, view: ClockView, left: number): Step[] {
  const t = useText()
  const params = useAppState((state) => state.chain.params)
  const blockText = view.medianBlockMs === null ? '' : duration(view.medianBlockMs)
  const at = (height: number): string => {
    const ms = timeOf(view, height)
    return ms === undefined ? whole(height) : clockTime(ms, isFast(view))
  }
  const about = (height: number): string => (view.height >= height ? at(height) : t('supplier.first.about', { time: at(height) }))
  const claims = useOwnClaims()
  const isAlone = !useAppState(hasSeveral)
  const hasAnySettled = useAppState((state) => state.earnings.claimsSettled > 0)
  const hasSettled = isAlone ? hasAnySettled : (claims ?? []).some((claim) => claim.settledHeight !== null)
  const session = params ? sessionAt(wait.start, params) : null
  // Ticked by what is on chain, never by the height alone: a window that opened is no claim that was sent.
  const lane = session ? view.lanes.find((each) => each.start === session.start) : undefined
  // The lane is of all suppliers.
  const isLaneClaimed = isAlone ? lane !== undefined && lane.claimHeight !== null : (claims ?? []).length > 0
  const isClaimed = hasSettled || isLaneClaimed
  const isSettled = hasSettled || (isAlone && lane?.stage === 'settled')
  const steps: Step[] = [
    {
      key: 'signed',
      title: t('supplier.first.signed'),
      text: wait.hash === null ? '' : t('supplier.first.signedText', { hash: shortHash(wait.hash) }),
      state: 'done',
    },
    {
      key: 'included',
      title: wait.block === null ? t('supplier.sign.block') : t('supplier.first.included', { height: whole(wait.block) }),
      text: wait.feeUpokt === undefined ? '' : t('supplier.first.includedText', { fee: pokt(wait.feeUpokt) }),
      time: wait.block === null ? '' : at(wait.block),
      state: 'done',
    },
    {
      key: 'waits',
      title: t(wait.isOn ? 'supplier.first.waitsDone' : 'supplier.first.waits'),
      text: wait.isOn ? '' : t('supplier.first.waitsText', { count: left, block: blockText }),
      time: at(wait.start),
      state: wait.isOn ? 'done' : 'now',
    },
  ]
  if (session) {
    steps.push(
      {
        key: 'session',
        title: t('supplier.first.session', { number: whole(session.number) }),
        text: t('supplier.first.sessionText', { start: whole(session.start), end: whole(session.end) }),
        time: about(session.start),
        state: wait.isOn ? (view.height > session.end ? 'done' : 'now') : 'todo',
      },
      {
        key: 'claim',
        title: t('supplier.first.claim'),
        text: t('supplier.first.claimText', { height: whole(session.claimOpen) }),
        time: about(session.claimOpen),
        state: isClaimed ? 'done' : 'todo',
      },
      {
        key: 'settle',
        title: t('supplier.first.settle'),
        text: t('supplier.first.settleText', { height: whole(session.settle), proof: whole(session.proofOpen) }),
        time: about(session.settle),
        state: isSettled ? 'done' : 'todo',
      },
    )
  }
  return steps
}

/** A wait that is longer than it should be says so. */
function Late({ wait, view }: { wait: Wait; view: ClockView }): ReactNode {
  const t = useText()
  const now = useNow()
  const lateMs = timeOf(view, wait.start + LATE_BLOCKS)
  if (wait.isOn || lateMs === undefined) return null
  const isLate = now > lateMs + 5_000
  return (
    <Note tone={isLate ? 'warn' : 'idle'} icon="clock" className="mt-auto">
      {t(isLate ? 'supplier.first.late' : 'supplier.first.lateNote', { time: clockTime(lateMs, isFast(view)) })}
    </Note>
  )
}

function Meanwhile(): ReactNode {
  const t = useText()
  const miner = useAppState((state) => nodeOfKind(state, 'relay-miner'))
  const others = useAppState((state) => Object.values(state.nodes).filter((node) => node.kind === 'chain-node' || node.kind === 'backend'))
  const height = useAppState((state) => state.chain.height)
  const isHere = useAppState(isServedHere)
  const isOwnChain = useAppState(isMadeHere)
  const isUp = miner?.seen === 'running'
  // Endpoints of the user's own have no rows here: with them alone there is nothing of this kind to look at.
  const isFine = (!isOwnChain || others.length > 0) && others.every((node) => node.seen === 'running')
  const rows: { key: string; icon: IconName; tone: string; title: string; text: string; action?: ReactNode }[] = [
    {
      key: 'miner',
      icon: isUp ? 'circle-check' : 'circle-dashed',
      tone: isUp ? 'text-ok' : 'text-text-3',
      title: t(isUp ? 'supplier.first.miner' : 'supplier.first.minerWait'),
      text: t(isUp ? 'supplier.first.minerText' : 'supplier.first.minerWaitText'),
    },
    {
      key: 'nodes',
      icon: isFine ? 'circle-check' : 'triangle-alert',
      tone: isFine ? 'text-ok' : 'text-warn',
      title: isOwnChain
        ? t(isFine ? 'supplier.first.nodes' : 'supplier.first.nodesBad')
        : t(others.length === 0 ? 'supplier.first.endpoints' : isFine ? 'supplier.first.backends' : 'supplier.first.backendsBad'),
      text: t(isOwnChain ? 'supplier.first.nodesText' : 'supplier.first.hostText', { height: whole(height) }),
      ...(isOwnChain
        ? {}
        : {
            action: (
              <LinkButton href="#/nodes" size="sm">
                {t('home.check.nodes')}
              </LinkButton>
            ),
          }),
    },
    {
      key: 'relay',
      icon: 'radio-tower',
      tone: 'text-text-3',
      title: t(isOwnChain ? 'supplier.first.relay' : 'supplier.first.reach'),
      text: t(isOwnChain ? 'supplier.first.relayText' : 'supplier.first.reachText'),
      action: (
        <LinkButton href={isOwnChain ? '#/supplier/test-relays' : '#/supplier/self-test'} size="sm">
          {t(isOwnChain ? 'supplier.first.relayButton' : 'selfTest.title')}
        </LinkButton>
      ),
    },
  ]
  // Elsewhere nothing of it is on this PC.
  if (!isHere) return null
  return (
    <Card title={t('supplier.first.meanwhile')} aside={t('supplier.first.meanwhileAside')}>
      <div className="lines mt-2">
        {rows.map((row) => (
          <div key={row.key} className="grid grid-cols-[18px_minmax(0,1fr)_auto] items-center gap-[11px] !py-2.5">
            <Icon name={row.icon} className={row.tone} />
            <div>
              <div className="font-medium">{row.title}</div>
              <div className="text-small text-text-2">{row.text}</div>
            </div>
            {row.action ?? null}
          </div>
        ))}
      </div>
    </Card>
  )
}

function Aside({ view, wait }: { view: ClockView; wait: Wait }): ReactNode {
  const t = useText()
  const params = useAppState((state) => state.chain.params)
  const claim = params ? timeOf(view, sessionAt(wait.start, params).claimOpen) : undefined
  return (
    <div className="grid gap-3.5">
      <Card padded>
        <h2 className="h2">{t('supplier.first.close')}</h2>
        <p className="mt-1 text-small text-text-2">
          {wait.isOn
            ? t('supplier.first.closeTextOn')
            : t('supplier.first.closeText', { time: claim === undefined ? '–' : clockTime(claim, isFast(view)) })}
        </p>
      </Card>
      <Card padded>
        <h2 className="h2">{t('supplier.first.mind')}</h2>
        <p className="mt-1 mb-2.5 text-small text-text-2">{t(wait.isOn ? 'supplier.cards.leaveText' : 'supplier.first.mindText')}</p>
        <LinkButton href="#/supplier/leave" size="sm" icon="log-out">
          {t('supplier.cards.leave')}
        </LinkButton>
      </Card>
    </div>
  )
}
