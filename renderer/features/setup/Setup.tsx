import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { EngineStep } from './EngineStep.tsx'

/** The first choice: which network. Only the Local chain is open in this version; the others say so. */
export function Setup(): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const network = useAppState((state) => state.app.network)
  const isReady = useAppState((state) => state.engine.kind === 'ready')
  const choose = useCall('app.chooseNetwork')
  const start = (): void => {
    if (network === 'local') return navigate('/')
    void choose.run({ network: 'local' }).then((value) => {
      if (value !== undefined) navigate('/')
    })
  }
  return (
    <div className="mx-auto grid w-[1040px] max-w-full grid-cols-[minmax(0,1fr)_348px] items-start gap-8 px-6 pt-8 pb-10 max-[900px]:grid-cols-1">
      <div>
        <h1 className="text-[24px] leading-[30px] font-semibold tracking-tight">{t('setup.choose.title')}</h1>
        <p className="mt-1.5 mb-5 max-w-[560px] text-text-2">{t('setup.choose.text')}</p>
        <div className="grid gap-3" role="list">
          <NetworkCard
            title={t('setup.choose.local')}
            text={isReady || network === 'local' ? t('setup.choose.localText') : `${t('setup.choose.localText')} ${t('setup.choose.engineMissing')}`}
            mark={network === 'local' ? t('setup.choose.chosen') : t('setup.choose.recommended')}
            isOpen
          />
          <NetworkCard title={t('setup.choose.practice')} text={t('setup.choose.practiceText')} />
          <NetworkCard title={t('setup.choose.beta')} text={t('setup.choose.betaText')} />
          <NetworkCard title={t('setup.choose.mainnet')} text={t('setup.choose.mainnetText')} />
        </div>
        <ErrorNote error={choose.error} className="mt-4" />
        <div className="mt-5 flex items-center gap-4">
          <Button kind="pri" size="lg" onPress={start} isBusy={choose.busy} isDisabled={!isReady && network !== 'local'}>
            {t(network === 'local' ? 'setup.choose.done' : 'setup.choose.button')}
          </Button>
          <span className="text-small text-text-2">{isReady || network === 'local' ? t('setup.nothingYet') : t('setup.choose.engineMissing')}</span>
        </div>
      </div>
      <div className="grid gap-3.5 pt-1">
        <EngineStep />
        <div className="note">
          <Icon name="clock" size={14} />
          <span>{t('setup.saved')}</span>
        </div>
      </div>
    </div>
  )
}

function NetworkCard({ title, text, mark, isOpen = false }: { title: string; text: string; mark?: string; isOpen?: boolean }): ReactNode {
  return (
    <div
      role="listitem"
      className={`rounded-card border px-4 pt-3 pb-3.5 ${isOpen ? 'border-ember bg-surface shadow-[inset_0_0_0_1px_var(--ember)]' : 'border-line bg-[color-mix(in_oklab,var(--surface)_55%,var(--canvas))]'}`}
    >
      <div className="flex items-center gap-2">
        <Icon name={isOpen ? 'circle-check' : 'circle-dashed'} size={14} className={isOpen ? 'text-ember-text' : 'text-text-3'} />
        <span className={`font-semibold ${isOpen ? '' : 'text-text-2'}`}>{title}</span>
        <span className="flex-1" />
        {mark === undefined ? null : <span className="text-caption text-ember-text">{mark}</span>}
      </div>
      <div className="mt-1 max-w-[580px] text-small text-text-2">{text}</div>
    </div>
  )
}
