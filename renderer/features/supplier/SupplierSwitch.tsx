import { Fragment, useState, type ReactNode } from 'react'
import { ListBox, ListBoxItem } from 'react-aria-components'
import { useAppState, useClock } from '#renderer/bridge/hooks.ts'
import { isStaked } from '#renderer/bridge/select.ts'
import type { OwnSupplier } from '#renderer/bridge/suppliers.ts'
import { useInView, useOwnSuppliers } from '#renderer/bridge/use-suppliers.ts'
import { pokt, shortAddress } from '#renderer/text/format.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { Icon } from '#renderer/ui/icons.tsx'
import { NotBrought } from '#renderer/ui/NotBrought.tsx'
import { ownSupplierStatus } from '#renderer/ui/status-words.ts'
import { StatusChip, type Status } from '#renderer/ui/StatusChip.tsx'

/** Which supplier the page is about, and the way to the others. Nothing while there is one. */
export function SupplierSwitch(): ReactNode {
  const t = useText()
  const own = useOwnSuppliers()
  const view = useInView()
  const clock = useClock()
  const rules = useAppState((state) => state.chain.params)
  if (own.length < 2) return null
  return (
    <div className="mb-4">
      <ListBox
        aria-label={t('suppliers.choose')}
        className="switch"
        orientation="horizontal"
        selectionMode="single"
        disallowEmptySelection
        selectedKeys={own.filter((each) => each.isInView).map((each) => each.operatorAddress)}
        onSelectionChange={(keys) => {
          const [chosen] = keys === 'all' ? [] : keys
          if (chosen !== undefined && view.pending === null) view.bring(String(chosen))
        }}
      >
        {own.map((each) => {
          const status = ownSupplierStatus(t, each, clock, rules)
          return (
            <ListBoxItem
              key={each.operatorAddress}
              id={each.operatorAddress}
              textValue={[each.name, shortAddress(each.operatorAddress), status.word, stakeWords(t, each)].filter(Boolean).join(', ')}
              className="switch-item"
            >
              <Item one={each} status={status} isPending={view.pending === each.operatorAddress} />
            </ListBoxItem>
          )
        })}
      </ListBox>
      <NotBrought error={view.error} className="mt-2" />
    </div>
  )
}

function Item({ one, status, isPending }: { one: OwnSupplier; status: Status; isPending: boolean }): ReactNode {
  const t = useText()
  return (
    <>
      <span className="flex items-baseline gap-2">
        <span className="min-w-0 truncate font-semibold">{one.name}</span>
        <span className="mono flex-none text-small text-text-3" title={one.operatorAddress} dir="ltr">
          {shortAddress(one.operatorAddress)}
        </span>
      </span>
      <span className="mt-0.5 flex items-center justify-between gap-2">
        {isPending ? (
          <span className="chip info-c">
            <Icon name="loader" size={14} className="turn" />
            {t('suppliers.bringing')}
          </span>
        ) : (
          <StatusChip status={status} />
        )}
        <span className="text-small whitespace-nowrap text-text-2 num">{stakeWords(t, one)}</span>
      </span>
    </>
  )
}

/** Empty where there is none: its state says so. */
const stakeWords = (t: Words, one: OwnSupplier): string =>
  isStaked(one.status) ? t('suppliers.staked', { pokt: pokt(one.stakeUpokt) }) : ''

/** A page about one supplier: says which where there are several, and begins anew with another, so that nothing that was typed or asked for one stands under the name of another. */
export function AboutOne({ children }: { children: ReactNode }): ReactNode {
  const address = useAppState((state) => state.supplier.operatorAddress)
  const [seen, setSeen] = useState({ address, turn: 0 })
  // The first that is read is no change: there was none before.
  const now = seen.address === address ? seen : { address, turn: seen.address === '' ? seen.turn : seen.turn + 1 }
  if (now !== seen) setSeen(now)
  return (
    <>
      <SupplierSwitch />
      <Fragment key={now.turn}>{children}</Fragment>
    </>
  )
}
