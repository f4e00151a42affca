import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useAppState, useClock, useNow } from '#renderer/bridge/hooks.ts'
import { clockTime, duration, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { SessionDial } from '#renderer/ui/SessionDial.tsx'
import { UnlockError } from './UnlockDialog.tsx'
import { useUnlockForm } from './use-unlock-form.ts'

/** After a restart: what waits for the keys and until when, the password, and what was decided for next time. */
export function Unlock(): ReactNode {
  return (
    <>
      <div className="m-auto grid grid-cols-[404px_404px] items-center gap-14 p-6 max-[900px]:grid-cols-1">
        <OpenForm />
        <AtRisk />
      </div>
      <AfterRestart />
    </>
  )
}

function OpenForm(): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const form = useUnlockForm(() => navigate('/'))
  const clock = useClock()
  const vault = useAppState((state) => state.vault)
  const nodes = useAppState((state) => Object.values(state.nodes))
  const miner = nodes.find((node) => node.kind === 'relay-miner')
  const isOpen = vault.kind === 'unlocked'
  return (
    <form onSubmit={form.submit}>
      <div className="mb-[18px] flex items-center gap-4">
        <SessionDial view={clock} size={172} />
        <div>
          <span className={`pill ${isOpen ? 'tone-ok' : 'tone-warn'}`}>
            <Icon name={isOpen ? 'lock-open' : 'lock'} size={12} />
            {t(isOpen ? 'lock.open.unlocked' : 'lock.open.locked')}
          </span>
          <div className="mt-2 text-small !leading-[19px] text-text-2 num">
            {vault.needed === null ? null : (
              <>
                <div>{t(`lock.open.reason.${vault.needed.reason}`)}</div>
                <div>{t('lock.open.since', { time: clockTime(vault.needed.sinceMs) })}</div>
              </>
            )}
            <div>{t('lock.open.nodes', { running: nodes.filter((node) => node.seen === 'running').length, all: nodes.length })}</div>
            {miner !== undefined && miner.seen !== 'running' && vault.needed !== null ? <div>{t('lock.open.minerWaits')}</div> : null}
          </div>
        </div>
      </div>
      <h1 className="text-[24px] leading-[30px] font-semibold tracking-tight">{t(vault.needed === null ? 'lock.open.headingPlain' : 'lock.open.heading')}</h1>
      <p className="mt-1 mb-4 text-text-2">
        {isOpen ? t('lock.open.already') : vault.needed === null ? t('lock.open.plain') : `${t('lock.open.text')} ${t('lock.open.nothingLost')}`}
      </p>
      {isOpen ? (
        <LinkButton href="#/" kind="pri" size="lg">
          {t('lock.open.back')}
        </LinkButton>
      ) : (
        <div className="grid gap-2.5">
          <div className="grid grid-cols-[minmax(0,1fr)_auto] items-end gap-2">
            <Field label={t('lock.open.password')} value={form.password} onChange={form.setPassword} type="password" size="lg" icon="key-round" autoComplete="current-password" autoFocus maxLength={1024} />
            <Button type="submit" kind="pri" size="lg" isBusy={form.unlock.busy} isDisabled={form.waitSeconds > 0}>
              {t('lock.open.button')}
            </Button>
          </div>
          <UnlockError form={form} />
          <div className="flex items-center justify-between text-small">
            <span className="text-text-3">{vault.needed === null ? '' : t('lock.open.soon')}</span>
            <a className="link" href="#/">
              {t('lock.open.back')}
            </a>
          </div>
        </div>
      )}
    </form>
  )
}

interface RiskRow {
  key: string
  icon: IconName
  tone: 'info' | 'warn' | 'ok' | 'bad'
  title: string
  text: string
  until: string
  more?: string
}

/** Claims and times, never amounts: this page may be seen by others. */
function AtRisk(): ReactNode {
  const t = useText()
  const now = useNow()
  const needed = useAppState((state) => state.vault.needed)
  const claims = needed?.claimsAtRisk ?? 0
  const deadline = needed?.deadlineMs ?? null
  const rows: RiskRow[] = [
    { key: 'relays', icon: 'radio-tower', tone: 'info', title: t('lock.open.relays'), text: t('lock.open.relaysText'), until: t('lock.open.relaysWhen') },
  ]
  if (claims > 0) {
    rows.push({
      key: 'claims',
      icon: 'file-text',
      tone: 'warn',
      title: t('lock.open.claims', { count: claims }),
      text: t('lock.open.claimsText', { height: whole(needed?.deadlineHeight ?? 0) }),
      until: deadline === null ? whole(needed?.deadlineHeight ?? 0) : clockTime(deadline, true),
      ...(deadline === null ? {} : { more: deadline > now ? t('lock.open.claimsIn', { time: duration(deadline - now) }) : t('lock.open.late') }),
    })
  }
  rows.push(
    claims === 0
      ? { key: 'stake', icon: 'shield-check', tone: 'ok', title: t('lock.open.stake'), text: t('lock.open.stakeSafe'), until: t('lock.open.safe') }
      : { key: 'stake', icon: 'triangle-alert', tone: 'bad', title: t('lock.open.stake'), text: t('lock.open.stakeRisk'), until: t('lock.open.small') },
  )
  return (
    <Card title={t('lock.open.risk')} aside={t('lock.open.riskAside')}>
      <div className="lines mt-2">
        {rows.map((row) => (
          <div key={row.key} className="grid grid-cols-[20px_minmax(0,1fr)_auto] gap-[11px] !py-[11px]">
            <Icon name={row.icon} className={`mt-0.5 ${row.tone}-c`} />
            <div>
              <div className="font-medium">{row.title}</div>
              <div className="text-small text-text-2">{row.text}</div>
            </div>
            <div className={`text-right font-semibold num ${row.tone === 'ok' ? 'text-ok' : ''}`}>
              {row.until}
              {row.more === undefined ? null : <div className="text-small font-normal text-text-3">{row.more}</div>}
            </div>
          </div>
        ))}
      </div>
    </Card>
  )
}

function AfterRestart(): ReactNode {
  const t = useText()
  const options = [
    { key: 'ask', on: true, title: t('lock.open.ask'), text: t('lock.open.askText') },
    { key: 'keychain', on: false, title: t('lock.open.keychain'), text: t('lock.open.keychainText') },
    { key: 'file', on: false, title: t('lock.open.file'), text: t('lock.open.fileText') },
  ]
  return (
    <section className="flex-none border-t border-line bg-sidebar px-6 pt-4 pb-[18px]" aria-label={t('lock.open.after')}>
      <div className="mx-auto w-[864px] max-w-full">
        <div className="flex justify-between">
          <h2 className="h2">{t('lock.open.after')}</h2>
          <span className="text-small text-text-3">{t('lock.open.afterAside')}</span>
        </div>
        <div className="mt-2.5 grid grid-cols-3 gap-3 max-[900px]:grid-cols-1">
          {options.map((option) => (
            <div key={option.key} className={`rounded-[10px] border px-3.5 pt-[11px] pb-3 ${option.on ? 'border-ember bg-surface shadow-[inset_0_0_0_1px_var(--ember)]' : 'border-line'}`}>
              <div className="flex items-center gap-2">
                <Icon name={option.on ? 'circle-check' : 'circle-dashed'} size={14} className={option.on ? 'text-ember-text' : 'text-text-3'} />
                <span className="font-semibold">{option.title}</span>
                <span className="flex-1" />
                {option.on ? <span className="text-caption text-ember-text">{t('lock.open.chosen')}</span> : null}
              </div>
              <div className="mt-1 text-small text-text-2">{option.text}</div>
            </div>
          ))}
        </div>
      </div>
    </section>
  )
}
