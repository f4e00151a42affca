import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { errorText } from '#renderer/text/errors.ts'
import { clockTime } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { SessionDial } from '#renderer/ui/SessionDial.tsx'
import { Risks } from './Risks.tsx'
import { PasswordForm } from './UnlockDialog.tsx'

/** After a restart: what waits for the keys, and until when. */
export function Unlock(): ReactNode {
  return (
    <>
      <div className="m-auto grid grid-cols-[404px_404px] items-center gap-14 px-6 py-8">
        <div>
          <Situation />
          <Opening />
        </div>
        <Risks />
      </div>
      <AfterRestart />
    </>
  )
}

function Situation(): ReactNode {
  const t = useText()
  const vault = useAppState((state) => state.vault)
  const nodes = useAppState((state) => Object.values(state.nodes).filter((node) => node.wanted === 'running'))
  const clock = useAppState((state) => state.clock)
  const chain = useAppState((state) => ({ blockTimeMs: state.chain.blockTimeMs, medianBlockMs: state.chain.medianBlockMs }))
  const isOpen = vault.kind === 'unlocked'
  return (
    <div className="mb-[18px] flex items-center gap-4">
      <SessionDial
        view={{ ...clock, blockTimeMs: clock.atMs === 0 ? chain.blockTimeMs : clock.atMs, medianBlockMs: chain.medianBlockMs }}
        size={172}
      />
      <div>
        <span className={`pill ${isOpen ? 'tone-ok' : 'tone-warn'}`}>
          <Icon name={isOpen ? 'lock-open' : 'lock'} size={12} />
          {isOpen ? t('lock.open.unlocked') : t('lock.open.locked')}
        </span>
        <div className="mt-2 text-small !leading-[19px] text-text-2 num">
          {vault.needed ? <div>{t(`lock.open.reason.${vault.needed.reason}`)}</div> : null}
          {vault.needed ? <div>{t('lock.open.since', { time: clockTime(vault.needed.sinceMs) })}</div> : null}
          {nodes.length > 0 ? (
            <div>{t('lock.open.nodes', { running: nodes.filter((node) => node.seen === 'running').length, all: nodes.length })}</div>
          ) : null}
          {vault.needed ? <div>{t('lock.open.minerWaits')}</div> : null}
        </div>
      </div>
    </div>
  )
}

function Opening(): ReactNode {
  const t = useText()
  const [, go] = useLocation()
  const vault = useAppState((state) => state.vault)
  const { needed } = vault
  if (vault.kind === 'unlocked') {
    return (
      <>
        <h1 className="text-[24px] leading-[30px] font-semibold tracking-tight">{t('lock.open.already')}</h1>
        <div className="mt-4">
          <LinkButton href="#/" kind="pri">
            {t('lock.open.back')}
          </LinkButton>
        </div>
      </>
    )
  }
  return (
    <>
      <h1 className="text-[24px] leading-[30px] font-semibold tracking-tight">
        {needed ? t('lock.open.heading') : t('lock.open.headingPlain')}
      </h1>
      <p className="mt-1 mb-4 text-text-2">
        {needed ? t('lock.open.text') : t('lock.open.plain')} {needed && needed.claimsAtRisk === 0 ? t('lock.open.nothingLost') : null}
      </p>
      <PasswordForm onOpen={() => go('/')} />
      <div className="mt-1 flex items-center justify-between text-small">
        <span className="text-text-3">{needed ? t('lock.open.soon') : ''}</span>
        <a className="link" href="#/">
          {t('lock.open.back')}
        </a>
      </div>
    </>
  )
}

/** Who opens the vault after a restart, as it was chosen, and why that did not happen this time. */
function AfterRestart(): ReactNode {
  const t = useText()
  const { unlock, unlockProblem } = useAppState((state) => state.custody)
  const problem = unlockProblem === null ? null : errorText(t, { code: unlockProblem.code, detail: unlockProblem.detail, ref: '' })
  return (
    <div className="border-t border-line bg-sidebar px-6 pt-4 pb-[18px]">
      <div className="mx-auto w-[864px] max-w-full">
        <div className="flex items-baseline justify-between">
          <h2 className="h2">{t('lock.open.after')}</h2>
          <a className="link text-small" href="#/settings/keys">
            {t('lock.open.afterChange')}
          </a>
        </div>
        {problem === null ? null : (
          <Note tone="warn" className="mt-2.5">
            <b className="font-semibold">{t('lock.open.afterFailed')}</b> {problem.text} {problem.next}
          </Note>
        )}
        <div className="mt-2.5 grid grid-cols-3 gap-3">
          {UNLOCK_MODES.map((mode) => (
            <div
              key={mode}
              className={`rounded-[10px] border px-3.5 pt-2.5 pb-3 ${mode === unlock ? 'border-ember bg-surface shadow-[inset_0_0_0_1px_var(--ember)]' : 'border-line text-text-2'}`}
            >
              <div className="flex items-center gap-2">
                <Icon
                  name={mode === unlock ? 'circle-check' : 'circle-dashed'}
                  size={14}
                  className={mode === unlock ? 'text-ember-text' : ''}
                />
                <span className="flex-1 font-semibold">{t(`lock.open.${mode}`)}</span>
                {mode === unlock ? <span className="text-caption text-ember-text">{t('lock.open.chosen')}</span> : null}
              </div>
              <p className="mt-1 text-small text-text-2">{t(`lock.open.${mode}Text`)}</p>
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

const UNLOCK_MODES = ['ask', 'keychain', 'file'] as const
