import type { ReactNode } from 'react'
import { useSearch } from 'wouter'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { signersFor } from '#renderer/signing/signers.ts'
import { SendForm } from '#renderer/signing/SendForm.tsx'
import { useText } from '#renderer/text/text.ts'
import { LinkButton } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'

/** A transfer, perhaps begun elsewhere: `#/wallet/send?to=…&amount=…&from=<key>`. */
export function Send(): ReactNode {
  const t = useText()
  useSearch()
  const asked = new URLSearchParams(globalThis.location.hash.split('?')[1] ?? '')
  const keys = useAppState((state) => signersFor(state, ['owner', 'operator']))
  if (keys.length === 0) {
    return (
      <EmptyState icon="key-round" title={t('wallet.send.noKeys')} text={t('wallet.send.noKeysText')}>
        <LinkButton href="#/" kind="pri">
          {t('wallet.none.button')}
        </LinkButton>
      </EmptyState>
    )
  }
  const text = (name: string): string | undefined => asked.get(name) ?? undefined
  return (
    <div className="grid max-w-[820px] grid-cols-[minmax(0,1fr)] gap-3.5">
      <div className="flex flex-wrap gap-2">
        <LinkButton href="#/wallet" size="sm" icon="arrow-left">
          {t('wallet.send.back')}
        </LinkButton>
        <LinkButton href="#/wallet/addresses" size="sm">
          {t('wallet.send.addresses')}
        </LinkButton>
      </div>
      <SendForm
        key={asked.toString()}
        keys={keys}
        wish={{
          // Money sent to one of our own addresses comes from another of them.
          fromKeyId: (keys.find((key) => key.id === text('from')) ?? keys.find((key) => key.address !== text('to')))?.id,
          toAddress: text('to')?.slice(0, 100),
          amountPokt: text('amount')?.slice(0, 60),
        }}
      />
    </div>
  )
}
