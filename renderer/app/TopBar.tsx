import type { ReactNode } from 'react'
import type { NetworkId } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useCall, useMirror, useNow } from '#renderer/bridge/hooks.ts'
import { age, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { useUnlock } from '#renderer/ui/unlock-context.ts'
import type { Matched } from './match-route.ts'
import { SECTIONS } from './routes.ts'

/** Where we are, how fresh the chain is, which network, and the keys. */
export function TopBar({ route, onHelp }: { route: Matched | undefined; onHelp: () => void }): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const nodeTitle = useAppState((state) => (route?.params.nodeId === undefined ? null : (state.nodes[route.params.nodeId]?.title ?? null)))
  const section = SECTIONS.find((entry) => entry.section === route?.route.section)
  const title = nodeTitle ?? (route ? t(route.route.title) : t('frame.notFound.title'))
  const isSub = section !== undefined && route?.route.pattern !== section.path
  return (
    <header className="bar" data-region="bar" tabIndex={-1}>
      {isSub ? (
        <div className="crumb">
          <a href={`#${section.path}`}>{t(section.title)}</a>
          <Icon name="chevron-right" size={12} />
          <h1 className="truncate">{title}</h1>
        </div>
      ) : (
        <h1>{title}</h1>
      )}
      <span className="flex-1" />
      {network === null ? null : <MoneyPill network={network} />}
      <BlockAge />
      <Button kind="ghost" icon="circle-help" label={t('frame.help.button')} onPress={onHelp} />
      <KeysButton />
    </header>
  )
}

/** Which network this is and what its money is worth: on every window. */
export function MoneyPill({ network }: { network: NetworkId }): ReactNode {
  const t = useText()
  const isReal = !networkOf(network).playMoney
  return (
    <span className={`pill ${isReal ? 'tone-ember' : 'tone-warn'}`}>
      <Icon name={isReal ? 'coins' : 'flask-conical'} size={12} />
      {t(isReal ? 'frame.realMoney' : network === 'beta' ? 'frame.testMoney' : 'frame.playMoney')}
    </span>
  )
}

/** Newest block and its age; the dot goes grey without a chain and red when it stopped. */
export function BlockAge(): ReactNode {
  const t = useText()
  const chain = useMirror(({ state }) => ({
    status: state?.chain.status ?? 'none',
    height: state?.chain.height ?? 0,
    blockTimeMs: state?.chain.blockTimeMs ?? 0,
  }))
  const now = useNow()
  const isWell = chain.status === 'ready'
  const isBad = chain.status === 'stalled' || chain.status === 'unreachable'
  return (
    <span className="fresh num">
      <i className={`pulse ${isWell ? '' : isBad ? 'bad' : 'off'}`} />
      {chain.height === 0 ? (
        t('frame.noBlock')
      ) : (
        <>
          {isBad ? `${t(chain.status === 'stalled' ? 'frame.chainStalled' : 'frame.chainLost')} · ` : ''}
          {t('frame.block', { height: whole(chain.height) })}
          <span className="text-text-3">{t('frame.blockAge', { age: age(now - chain.blockTimeMs) })}</span>
        </>
      )}
    </span>
  )
}

/** Keys lock, not the app: everything stays readable. */
function KeysButton(): ReactNode {
  const t = useText()
  const vault = useAppState((state) => state.vault.kind)
  const openUnlock = useUnlock()
  const lock = useCall('vault.lock')
  if (vault === 'unlocked')
    return (
      <Button
        kind="ghost"
        icon="lock-open"
        label={`${t('frame.lockNow')}. ${t('frame.keysOpen')}`}
        onPress={() => void lock.run({})}
        isBusy={lock.busy}
      />
    )
  return <Button kind="ghost" icon="lock" label={`${t('frame.unlock')} ${t('frame.keysLocked')}`} onPress={openUnlock} />
}
