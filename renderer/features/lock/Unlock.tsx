import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { clockTime } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
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

/** The three ways that were drawn; the first is the one this version has. */
function AfterRestart(): ReactNode {
  const t = useText()
  const options = [
    { id: 'ask', title: t('lock.open.ask'), text: t('lock.open.askText'), isChosen: true },
    { id: 'keychain', title: t('lock.open.keychain'), text: t('lock.open.keychainText'), isChosen: false },
    { id: 'file', title: t('lock.open.file'), text: t('lock.open.fileText'), isChosen: false },
  ]
  return (
    <div className="border-t border-line bg-sidebar px-6 pt-4 pb-[18px]">
      <div className="mx-auto w-[864px] max-w-full">
        <div className="flex items-baseline justify-between">
          <h2 className="h2">{t('lock.open.after')}</h2>
          <span className="text-small text-text-3">{t('lock.open.afterAside')}</span>
        </div>
        <div className="mt-2.5 grid grid-cols-3 gap-3">
          {options.map((option) => (
            <div
              key={option.id}
              className={`rounded-[10px] border px-3.5 pt-2.5 pb-3 ${option.isChosen ? 'border-ember bg-surface shadow-[inset_0_0_0_1px_var(--ember)]' : 'border-line text-text-2'}`}
            >
              <div className="flex items-center gap-2">
                <Icon
                  name={option.isChosen ? 'circle-check' : 'circle-dashed'}
                  size={14}
                  className={option.isChosen ? 'text-ember-text' : ''}
                />
                <span className="flex-1 font-semibold">{option.title}</span>
                {option.isChosen ? <span className="text-caption text-ember-text">{t('lock.open.chosen')}</span> : null}
              </div>
              <p className="mt-1 text-small text-text-2">{option.text}</p>
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}
