import type { ReactNode } from 'react'
import { CATALOG } from '#shared/catalog/index.ts'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { taskOfKind } from '#renderer/bridge/select.ts'
import { bytes } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { iconOfKind } from './node-words.ts'

const KINDS = ['keeper', 'relay-miner', 'ingress'] as const
const limitOf = (kind: (typeof KINDS)[number]): number => CATALOG.find((entry) => entry.kind === kind)?.memoryBytes ?? 0

/** Before there is a relay miner for a network of others: what would run, what it takes, whom it asks, and the way to start it. */
export function NoBundle(): ReactNode {
  const t = useText()
  const network = useAppState((state) => networkOf(state.app.network))
  const isReady = useAppState((state) => state.engine.kind === 'ready')
  const isStarting = useAppState((state) => taskOfKind(state, 'bundle-start')?.status === 'running')
  const isKnown = useAppState((state) => state.chain.known === 'confirmed' || state.chain.known === 'recorded')
  const isReplaced = useAppState((state) => (state.chain.replaced ?? null) !== null)
  const hosts = useAppState((state) =>
    Object.values(state.chain.endpoints ?? {})
      .filter((each) => each.grpcUrl !== '')
      .map((each) => each.host)
      .join(', '),
  )
  const sizes = KINDS.map(limitOf)
  const lacks = isStarting ? null : !isReady ? 'engine' : isReplaced ? 'replaced' : !isKnown ? 'known' : hosts === '' ? 'host' : null
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_318px] items-start gap-3.5 max-[1000px]:grid-cols-1">
      <section className="card" aria-label={t('bundle.empty.title')}>
        <div className="flex items-start gap-3.5 p-4">
          <div className="glow tone-ember grid h-[38px] w-[38px] flex-none place-items-center rounded-card">
            <Icon name="radio-tower" size={20} />
          </div>
          <div className="min-w-0">
            <h2 className="text-[16px] leading-[22px] font-semibold tracking-tight">{t('bundle.empty.title')}</h2>
            <p className="mt-0.5 max-w-[640px] text-text-2">{t('bundle.empty.text', { network: network.title })}</p>
          </div>
        </div>
        <ul className="lines" aria-label={t('bundle.parts.title')}>
          {KINDS.map((kind, at) => (
            <Part
              key={kind}
              icon={iconOfKind(kind)}
              title={CATALOG.find((entry) => entry.kind === kind)?.title ?? ''}
              text={t(`bundle.parts.${kind}`)}
              aside={t('bundle.parts.memory', { size: bytes(sizes[at] ?? 0) })}
            />
          ))}
          <Part
            icon="link"
            title={t('bundle.parts.noNode')}
            text={`${t('bundle.parts.noNodeText')} ${hosts === '' ? '' : t('bundle.parts.host', { hosts })}`}
            isQuiet
          />
        </ul>
        <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3.5">
          <LinkButton href="#/start-miner" kind={isReplaced ? 'plain' : 'pri'} icon={isStarting ? 'loader' : 'play'}>
            {t(isStarting ? 'bundle.empty.watch' : 'bundle.empty.begin')}
          </LinkButton>
          {lacks === null ? null : (
            <span className="min-w-0 flex-1 text-small text-warn">
              {t(lacks === 'host' ? 'bundle.parts.hostNone' : `bundle.empty.${lacks}`)}{' '}
              {lacks === 'engine' ? (
                <a className="link" href="#/setup">
                  {t('bundle.empty.engineGo')}
                </a>
              ) : null}
            </span>
          )}
        </div>
      </section>
      <div className="grid gap-3.5">
        <Card title={t('bundle.room.title')} padded>
          <Facts
            rows={[
              [t('bundle.room.memory'), t('bundle.room.memoryText', { size: bytes(sizes.reduce((sum, size) => sum + size, 0)) })],
              [t('bundle.room.disk'), t('bundle.room.diskText')],
              [t('bundle.room.net'), t('bundle.room.netText')],
              [t('bundle.room.on'), t('bundle.room.onText')],
            ]}
          />
        </Card>
        <Note>{t('bundle.empty.elsewhere')}</Note>
      </div>
    </div>
  )
}

function Part({
  icon,
  title,
  text,
  aside = '',
  isQuiet = false,
}: {
  icon: IconName
  title: string
  text: string
  aside?: string
  isQuiet?: boolean
}): ReactNode {
  return (
    <li className="grid grid-cols-[20px_minmax(0,1fr)_auto] items-start gap-x-3 !py-2.5 max-[560px]:grid-cols-[20px_minmax(0,1fr)]">
      <Icon name={icon} size={16} className={`mt-0.5 ${isQuiet ? 'text-text-3' : 'text-ember-text'}`} />
      <div className="min-w-0">
        <div className={isQuiet ? 'text-text-2' : 'font-medium'}>{title}</div>
        <div className="text-small wrap-anywhere text-text-2">{text}</div>
      </div>
      <span className="num text-small text-text-3 max-[560px]:col-start-2">{aside}</span>
    </li>
  )
}
