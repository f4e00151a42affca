import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { AsksElsewhere, RunsElsewhere } from './Elsewhere.tsx'

const hostOf = (url: string): string => new URL(url).host

/** A network of others. It is chosen after it was said what that means; choosing starts and signs nothing. */
export function ChooseReal({ id, icon }: { id: 'mainnet' | 'beta'; icon: IconName }): ReactNode {
  const t = useText()
  const isChosen = useAppState((state) => state.app.network === id)
  const [isAsking, setAsking] = useState(false)
  return (
    <section className="card flex flex-col p-4" aria-label={t(`setup.choose.${id}`)}>
      <div className="flex items-center gap-2.5">
        <Icon name={icon} size={20} className="text-text-2" />
        <h2 className="text-[15px] font-semibold tracking-tight">{t(`setup.choose.${id}`)}</h2>
        <span className={`pill ${id === 'mainnet' ? 'tone-bad' : 'tone-warn'}`}>{t(`setup.real.${id}.money`)}</span>
        {isChosen ? <span className="pill tone-ember">{t('setup.choose.chosen')}</span> : null}
        <RunsElsewhere id={id} />
      </div>
      <p className="mt-1.5 flex-1 text-text-2">{t(`setup.choose.${id}Text`)}</p>
      <AsksElsewhere id={id} />
      <div className="mt-3">
        {isChosen ? (
          <LinkButton href="#/" icon="arrow-right">
            {t('setup.choose.done')}
          </LinkButton>
        ) : (
          <Button onPress={() => setAsking(true)}>{t(`setup.choose.${id}Button`)}</Button>
        )}
      </div>
      <Meaning id={id} isOpen={isAsking} onClose={() => setAsking(false)} />
    </section>
  )
}

/** What choosing it means, in five lines. */
function Meaning({ id, isOpen, onClose }: { id: 'mainnet' | 'beta'; isOpen: boolean; onClose: () => void }): ReactNode {
  const t = useText()
  const [, go] = useLocation()
  const choose = useCall('app.chooseNetwork')
  const hosts = networkOf(id).publicEndpoints.map((each) => hostOf(each.rpcUrl))
  const take = async (): Promise<void> => {
    if ((await choose.run({ network: id })) !== undefined) go('/')
  }
  const lines: { icon: IconName; title: string; text: string }[] = [
    { icon: 'coins', title: t(`setup.real.${id}.moneyTitle`), text: t(`setup.real.${id}.moneyText`) },
    { icon: 'circle-pause', title: t('setup.real.nothing'), text: t('setup.real.nothingText') },
    { icon: 'eye', title: t('setup.real.read'), text: t('setup.real.readText', { hosts: hosts.join(', ') }) },
    { icon: 'key-round', title: t('setup.real.sign'), text: t(`setup.real.${id}.signText`) },
    { icon: 'boxes', title: t('setup.real.nodes'), text: t('setup.real.nodesText') },
  ]
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t(`setup.real.${id}.title`)} width={560}>
      <ul className="grid gap-3">
        {lines.map((line) => (
          <li key={line.title} className="grid grid-cols-[20px_minmax(0,1fr)] gap-2.5">
            <Icon name={line.icon} size={16} className="mt-0.5 text-text-2" />
            <div>
              <div className="font-medium">{line.title}</div>
              <div className="text-small break-words text-text-2">{line.text}</div>
            </div>
          </li>
        ))}
      </ul>
      <ErrorNote error={choose.error} className="mt-3" />
      <div className="mt-4 flex justify-end gap-2">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button kind="pri" onPress={() => void take()} isBusy={choose.busy}>
          {t(`setup.real.${id}.take`)}
        </Button>
      </div>
    </Dialog>
  )
}
