import type { ReactNode } from 'react'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { isMadeHere, partyFor } from '#renderer/bridge/select.ts'
import { useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { pokt, shortAddress } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon } from '#renderer/ui/icons.tsx'

interface Line {
  id: string
  title: string
  text: string
  isDone: boolean
  action?: { href: string; text: string }
}

/** The way of one more supplier to its stake, while others are staked: Home is about those, so its lines stand here. */
export function BeginAnother(): ReactNode {
  const t = useText()
  const own = useOwnSuppliers()
  const owner = useAppState((state) => partyFor(state, 'owner'))
  const balances = useAppState((state) => state.balances)
  const isHere = useAppState(isMadeHere)
  const isReady = useAppState((state) => state.chain.status === 'ready')
  const options = useQuery('supplier.options', isReady ? {} : null)
  const one = own.find((each) => each.isInView)
  if (one === undefined) return null
  const heldBy = (address: string | undefined): bigint | undefined => {
    const upokt = balances[address ?? '']?.upokt
    return upokt === undefined ? undefined : BigInt(upokt)
  }
  const needed = options.value ? BigInt(options.value.suggestedStakeUpokt) + BigInt(options.value.stakingFeeUpokt) : null
  const held = heldBy(owner?.address)
  const fees = heldBy(one.operatorAddress)
  const isSent = one.status === 'stake-sent'
  const hasMoney = isSent || (needed !== null && held !== undefined && held >= needed)
  const hasFees = fees !== undefined && fees > 0n
  const getMoney = (role: 'owner' | 'operator'): NonNullable<Line['action']> =>
    isHere ? { href: `#/supplier/funds?for=${role}`, text: t('home.check.getFunds') } : { href: '#/wallet', text: t('home.check.receive') }
  const lines: Line[] = [
    { id: 'key', title: t('suppliers.begin.key'), text: `${one.name}, ${shortAddress(one.operatorAddress)}`, isDone: true },
    {
      id: 'owner',
      title: t('suppliers.begin.owner'),
      text: !owner
        ? t('suppliers.begin.ownerNone')
        : held === undefined
          ? t('suppliers.begin.ownerUnread', { owner: owner.name })
          : needed === null
            ? t('suppliers.begin.ownerUnknown', { owner: owner.name, held: pokt(held) })
            : t('suppliers.begin.ownerText', { owner: owner.name, held: pokt(held), needed: pokt(needed) }),
      isDone: hasMoney,
      ...(hasMoney ? {} : { action: owner ? getMoney('owner') : { href: '#/settings/keys', text: t('home.check.keys') } }),
    },
    {
      id: 'fees',
      title: t('suppliers.begin.fees'),
      text:
        fees === undefined
          ? t('suppliers.begin.feesUnread')
          : hasFees
            ? t('suppliers.begin.feesText', { held: pokt(fees) })
            : t('suppliers.begin.feesMissing'),
      isDone: hasFees,
      ...(hasFees ? {} : { action: getMoney('operator') }),
    },
    {
      id: 'stake',
      title: t('suppliers.begin.stake'),
      text: t(isSent ? 'home.check.stakedSent' : 'suppliers.begin.stakeText'),
      isDone: false,
      action: { href: '#/supplier/stake', text: t(isSent ? 'home.check.wait' : 'supplier.cards.stake') },
    },
  ]
  const next = lines.find((line) => !line.isDone)?.id
  return (
    <Card title={t('suppliers.begin.title', { name: one.name })} aside={t('suppliers.begin.aside')}>
      <ul className="lines mt-2">
        {lines.map((line) => (
          <li
            key={line.id}
            className="grid grid-cols-[18px_minmax(0,1fr)_auto] items-center gap-3 !py-2.5"
            data-begin={line.id}
            data-state={line.isDone ? 'done' : 'open'}
          >
            <Icon name={line.isDone ? 'circle-check' : 'circle-dashed'} className={line.isDone ? 'text-ok' : 'text-text-3'} />
            <span>
              <span className={line.id === next ? 'font-semibold' : 'font-medium'}>{line.title}</span>
              <span className="sr-only">, {t(line.isDone ? 'ui.done' : 'ui.todo')}</span>
              <span className="block text-small text-text-2 num">{line.text}</span>
            </span>
            {line.action === undefined ? (
              <span />
            ) : (
              <LinkButton href={line.action.href} size="sm" kind={line.id === next ? 'pri' : 'plain'}>
                {line.action.text}
              </LinkButton>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
