import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { Steps } from '#renderer/ui/Steps.tsx'
import { ChooseReal } from './ChooseReal.tsx'
import { AsksElsewhere, RunsElsewhere } from './Elsewhere.tsx'
import { EngineStep } from './EngineStep.tsx'

/** Which network, and whether there is an engine to run it. Ticks come from facts: a step that stops being true loses its tick. */
export function Setup(): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const engine = useAppState((state) => state.engine.kind)
  const isReady = engine === 'ready'
  // Practice asks nothing of the machine: where there is no engine it is the way to begin.
  const begin = isReady || engine === 'unknown' ? 'local' : 'practice'
  return (
    <div className="mx-auto grid w-[1040px] max-w-full grid-cols-[220px_minmax(0,1fr)] gap-10 px-6 py-8">
      <aside>
        <h2 className="h2 mb-3">{t('setup.title')}</h2>
        <Steps
          steps={[
            { key: 'network', title: t('setup.choose.step'), state: network === null ? 'now' : 'done' },
            { key: 'engine', title: t('setup.engine.step'), text: t('setup.engine.stepText'), state: isReady ? 'done' : 'todo' },
            { key: 'keys', title: t('setup.keysStep'), text: t('setup.keysStepText'), state: 'todo' },
          ]}
        />
        <p className="mt-5 text-small text-text-3">
          {network === null ? `${t('setup.nothingYet')} ` : ''}
          {t('setup.saved')}
        </p>
      </aside>
      <div className="grid content-start gap-3.5">
        <div>
          <h1 className="text-[24px] leading-[30px] font-semibold tracking-tight">{t('setup.choose.title')}</h1>
          <p className="mt-1.5 max-w-[620px] text-text-2">{t('setup.choose.text')}</p>
          <GoesOn />
        </div>
        <div className="grid grid-cols-2 gap-3.5">
          <Choice id="practice" icon="gauge" isFirst={begin === 'practice'} isChosen={network === 'practice'} />
          <Choice id="local" icon="boxes" isFirst={begin === 'local'} isChosen={network === 'local'} isMissingEngine={!isReady} />
        </div>
        <div className="grid grid-cols-2 gap-3.5">
          <ChooseReal id="beta" icon="flask-conical" />
          <ChooseReal id="mainnet" icon="coins" />
        </div>
        <EngineStep />
        {network === null ? null : (
          <p>
            <a className="link" href="#/setup/what-to-serve">
              {t('backends.serve.title')}
            </a>
          </p>
        )}
      </div>
    </div>
  )
}

/** What becomes of what runs now, said before another network is chosen. */
function GoesOn(): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const runs = useAppState((state) => Object.values(state.nodes).some((node) => node.wanted === 'running'))
  if (network === null || !runs) return null
  return <Note className="mt-3 max-w-[620px]">{network === 'practice' ? t('setup.choose.practiceRests') : t('setup.choose.goesOn')}</Note>
}

/** A network that can be chosen now. */
function Choice({
  id,
  icon,
  isFirst,
  isChosen,
  isMissingEngine = false,
}: {
  id: 'local' | 'practice'
  icon: IconName
  isFirst: boolean
  isChosen: boolean
  isMissingEngine?: boolean
}): ReactNode {
  const t = useText()
  const [, go] = useLocation()
  const choose = useCall('app.chooseNetwork')
  const take = async (): Promise<void> => {
    if ((await choose.run({ network: id })) !== undefined) go('/')
  }
  return (
    <section
      className={`card flex flex-col p-4 ${isFirst ? '!border-ember !shadow-[inset_0_0_0_1px_var(--ember)]' : ''}`}
      aria-label={t(`setup.choose.${id}`)}
    >
      <div className="flex items-center gap-2.5">
        <Icon name={icon} size={20} className={isFirst ? 'text-ember-text' : 'text-text-2'} />
        <h2 className="text-[15px] font-semibold tracking-tight">{t(`setup.choose.${id}`)}</h2>
        {isChosen || isFirst ? (
          <span className="pill tone-ember">{isChosen ? t('setup.choose.chosen') : t('setup.choose.recommended')}</span>
        ) : null}
        <RunsElsewhere id={id} />
      </div>
      <p className="mt-1.5 flex-1 text-text-2">{t(`setup.choose.${id}Text`)}</p>
      <AsksElsewhere id={id} />
      {isMissingEngine && !isChosen ? <p className="mt-2 text-small warn-c">{t('setup.choose.engineMissing')}</p> : null}
      <div className="mt-3">
        {isChosen ? (
          <LinkButton href="#/" kind={isFirst ? 'pri' : 'plain'} icon="arrow-right">
            {t('setup.choose.done')}
          </LinkButton>
        ) : (
          <Button kind={isFirst ? 'pri' : 'plain'} onPress={() => void take()} isBusy={choose.busy} isDisabled={isMissingEngine}>
            {t(`setup.choose.${id}Button`)}
          </Button>
        )}
      </div>
      <ErrorNote error={choose.error} className="mt-3" />
    </section>
  )
}
