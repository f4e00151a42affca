import type { ReactNode } from 'react'
import { lookAlike, type KnownAddress, type Likeness } from '#shared/model/address-likeness.ts'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { groupsOfFour } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** Addresses that have a name: one's own, and those of the address book. */
export interface NamedAddress extends KnownAddress {
  own: boolean
}

/** @returns own addresses of the chosen network first, then the address book by name */
export function useNamedAddresses(): { named: NamedAddress[]; reload: () => void } {
  const network = useAppState((state) => state.app.network)
  const keys = useAppState((state) => state.keys)
  const book = useQuery('wallet.book', network === null ? null : {}, network)
  const own = Object.values(keys)
    .filter((key) => key.network === network && key.kind !== 'morse')
    .map((key) => ({ address: key.address, name: key.name, own: true }))
  const others = (book.value?.rows ?? [])
    .filter((row) => !own.some((key) => key.address === row.address))
    .map((row) => ({ address: row.address, name: row.name, own: false }))
  return { named: [...own, ...others], reload: book.reload }
}

/** The known address that a typed one is not and looks like. */
export function useLikeness(address: string, named: readonly NamedAddress[]): Likeness | undefined {
  const network = useAppState((state) => state.app.network)
  return lookAlike(address, named, networkOf(network).addressPrefix)
}

/** Shows an address that was typed the way it is compared: in groups, with its name, or with what it nearly is. */
export function AddressCheck({
  address,
  named,
  likeness,
  isSure,
  onSure,
  onUse,
}: {
  address: string
  named: readonly NamedAddress[]
  likeness: Likeness | undefined
  /** The user said that the likeness is none. */
  isSure: boolean
  onSure: (sure: boolean) => void
  onUse: (address: string) => void
}): ReactNode {
  const t = useText()
  if (address === '') return null
  const known = named.find((each) => each.address === address)
  return (
    <div className="grid gap-2.5" data-address-check>
      <div role="group" aria-label={t('wallet.send.groups')}>
        <Marked text={address} places={[]} />
        <p className="mt-1 text-small text-text-2">
          {known ? t(known.own ? 'wallet.send.own' : 'wallet.send.known', { name: known.name }) : t('wallet.send.stranger')}
        </p>
      </div>
      {likeness === undefined ? null : (
        <div role="alert">
          <Note tone="bad">
            <div className="font-medium">{t('wallet.send.like', { name: likeness.name })}</div>
            <p>{t('wallet.send.likeText', { count: likeness.differs.length, places: places(likeness.differs) })}</p>
            <div className="mt-2 grid gap-1.5">
              <div>
                <span className="text-small text-text-2">{t('wallet.send.likeTheirs', { name: likeness.name })}</span>
                <Marked text={likeness.address} places={likeness.differs} />
              </div>
              <div>
                <span className="text-small text-text-2">{t('wallet.send.likeTyped')}</span>
                <Marked text={address} places={likeness.differs} />
              </div>
            </div>
            <div className="mt-2.5 flex flex-wrap items-center gap-3">
              <Button size="sm" onPress={() => onUse(likeness.address)}>
                {t('wallet.send.likeUse', { name: likeness.name })}
              </Button>
              <label className="flex items-center gap-2 text-small">
                <input type="checkbox" checked={isSure} onChange={(event) => onSure(event.target.checked)} />
                {t('wallet.send.likeSure')}
              </label>
            </div>
          </Note>
        </div>
      )}
    </div>
  )
}

/** People count from one. */
const places = (differs: readonly number[]): string => {
  const shown = differs.slice(0, 6).map((at) => at + 1)
  return differs.length > shown.length ? `${shown.join(', ')}, …` : shown.join(', ')
}

/** Groups of four with single characters marked. */
function Marked({ text, places: marked }: { text: string; places: readonly number[] }): ReactNode {
  return (
    <span className="mono flex flex-wrap gap-x-[0.5em]" dir="ltr">
      {groupsOfFour(text).map((group, index) => (
        // The groups of an address never move.
        // oxlint-disable-next-line react/no-array-index-key
        <span key={index}>
          {Array.from(group, (character, at) =>
            marked.includes(index * 4 + at) ? (
              // oxlint-disable-next-line react/no-array-index-key
              <mark key={at} className="rounded-[3px] bg-bad-soft font-semibold text-bad">
                {character}
              </mark>
            ) : (
              character
            ),
          )}
        </span>
      ))}
    </span>
  )
}
