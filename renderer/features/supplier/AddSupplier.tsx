import { useCallback, useEffect, useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { isServedHere } from '#renderer/bridge/select.ts'
import { hasAnyStake, type OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { useInView, useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { pokt, shortAddress } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { NotBrought } from '#renderer/ui/NotBrought.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'

/** How an operator key is asked for: the window that is drawn while it is open, and whom it tells of the key. */
type AskForKey = (ask: { isOpen: boolean; onClose: () => void; onMade: (address: string) => void }) => ReactNode

/** What a second supplier is, what it takes and what it does not bring; then its key, from which the usual way of a stake goes on. */
export function AddSupplier({ askForKey }: { askForKey: AskForKey }): ReactNode {
  const t = useText()
  const hasStake = useAppState(hasAnyStake)
  if (!hasStake) {
    return (
      <EmptyState icon="badge-check" title={t('suppliers.add.first')} text={t('suppliers.add.firstText')}>
        <LinkButton href="#/supplier" kind="pri">
          {t('suppliers.add.firstButton')}
        </LinkButton>
      </EmptyState>
    )
  }
  return (
    <>
      <Verdict tone="ember" icon="plus" title={t('suppliers.add.heading')} text={t('suppliers.add.text')} />
      <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)] items-start gap-3.5 max-[860px]:grid-cols-[minmax(0,1fr)]">
        <Takes />
        <Brings />
      </div>
      <Begin askForKey={askForKey} />
    </>
  )
}

function Lines({ title, lines }: { title: string; lines: readonly (readonly [IconName, string])[] }): ReactNode {
  return (
    <Card title={title}>
      <ul className="lines mt-2">
        {lines.map(([icon, text]) => (
          <li key={text} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2.5 text-text-2">
            <Icon name={icon} size={14} className="mt-[3px]" />
            {text}
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Takes(): ReactNode {
  const t = useText()
  const min = useAppState((state) => state.chain.params?.supplierMinStakeUpokt)
  const isHere = useAppState(isServedHere)
  return (
    <Lines
      title={t('suppliers.add.takes')}
      lines={[
        ['lock', min === undefined ? t('suppliers.add.stakeShort') : t('suppliers.add.stake', { min: pokt(min) })],
        ['key-round', t('suppliers.add.key')],
        ['badge-check', t('suppliers.add.owner')],
        ['radio-tower', t(isHere ? 'suppliers.add.miner' : 'suppliers.add.minerElsewhere')],
      ]}
    />
  )
}

function Brings(): ReactNode {
  const t = useText()
  return (
    <Lines
      title={t('suppliers.add.brings')}
      lines={[
        ['hourglass', t('suppliers.add.chance')],
        ['info', t('suppliers.add.few')],
        ['coins', t('suppliers.add.gateways')],
        ['triangle-alert', t('suppliers.add.risk')],
      ]}
    />
  )
}

/** Its operator key: one that is here and has no stake, or a new one. Once the chain was asked about it, it comes into view. */
function Begin({ askForKey }: { askForKey: AskForKey }): ReactNode {
  const t = useText()
  const [, navigate] = useLocation()
  const own = useOwnSuppliers()
  const view = useInView()
  const isReady = useAppState((state) => state.chain.status === 'ready')
  const [isAsking, setAsking] = useState(false)
  const [made, setMade] = useState<string | null>(null)
  const free = own.filter((each) => each.status === 'not-staked')
  const { bring } = view
  const goOn = useCallback((operatorAddress: string) => bring(operatorAddress, () => navigate('/supplier')), [bring, navigate])
  const isKnown = own.some((each) => each.operatorAddress === made)
  // What was made is named in the window: it is not taken away under the reader.
  useEffect(() => {
    if (made === null || isAsking || !isKnown) return
    setMade(null)
    goOn(made)
  }, [made, isAsking, isKnown, goOn])
  const isWaiting = made !== null && !isAsking
  return (
    <Card title={t(free.length > 0 && !isWaiting ? 'suppliers.add.ready' : 'suppliers.add.begin')} padded className="mt-3.5">
      {isWaiting ? (
        <p className="flex items-center gap-2 text-text-2" role="status">
          <Icon name="loader" size={14} className="turn" />
          {t(isReady ? 'suppliers.add.waits' : 'suppliers.add.waitsNoChain')}
        </p>
      ) : (
        <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
          <p className="min-w-[240px] flex-1 text-text-2">{t(free.length > 0 ? 'suppliers.add.readyText' : 'suppliers.add.beginText')}</p>
          <div className="flex flex-wrap items-center gap-2">
            {free.map((each, index) => (
              <Take
                key={each.operatorAddress}
                one={each}
                isFirst={index === 0}
                isBusy={view.pending === each.operatorAddress}
                onTake={goOn}
              />
            ))}
            <Button icon="key-round" kind={free.length === 0 ? 'pri' : 'plain'} onPress={() => setAsking(true)}>
              {t(free.length === 0 ? 'suppliers.add.make' : 'suppliers.add.another')}
            </Button>
          </div>
        </div>
      )}
      <NotBrought error={view.error} className="mt-3" />
      {askForKey({ isOpen: isAsking, onClose: () => setAsking(false), onMade: setMade })}
    </Card>
  )
}

function Take({
  one,
  isFirst,
  isBusy,
  onTake,
}: {
  one: OwnSupplier
  isFirst: boolean
  isBusy: boolean
  onTake: (operatorAddress: string) => void
}): ReactNode {
  const t = useText()
  return (
    <Button kind={isFirst ? 'pri' : 'plain'} isBusy={isBusy} onPress={() => onTake(one.operatorAddress)}>
      {t('suppliers.add.use', { name: one.name })}
      <span className="mono font-normal">{shortAddress(one.operatorAddress)}</span>
    </Button>
  )
}
