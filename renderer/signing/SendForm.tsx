import { useState, type FormEvent, type ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { poktUnit, shortAddress, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { AddressCheck, useLikeness, useNamedAddresses } from './AddressCheck.tsx'
import { amountProblem } from './amount.ts'
import { Signing } from './Signing.tsx'
import { useSigning } from './use-signing.ts'

const AMOUNT_CODES = new Set(['amount-invalid', 'amount-too-small', 'balance-too-small'])

/** What the form begins with, such as a top-up. */
export interface SendWish {
  fromKeyId?: string | undefined
  toAddress?: string | undefined
  amountPokt?: string | undefined
}

/** A plain transfer of one of our keys, confirmed in the key window. @param keys that may send, the usual one first */
export function SendForm({ keys, wish = {} }: { keys: KeyState[]; wish?: SendWish }): ReactNode {
  const t = useText()
  const flow = useSigning('send')
  const { named, reload } = useNamedAddresses()
  const [keyId, setKeyId] = useState(wish.fromKeyId ?? keys[0]?.id ?? '')
  const [to, setTo] = useState(wish.toAddress ?? '')
  const [amount, setAmount] = useState(wish.amountPokt ?? '')
  const [sureOf, setSureOf] = useState('')
  const key = keys.find((each) => each.id === keyId) ?? keys[0]
  const balance = useAppState((state) => (key ? state.balances[key.address] : undefined))
  const { error } = flow.call
  const address = to.trim()
  const likeness = useLikeness(address, named)
  const isSure = likeness === undefined || sureOf === address
  if (flow.intentId !== null)
    return (
      <Signing
        key={flow.intentId}
        intentId={flow.intentId}
        surfaceUrl={flow.surfaceUrl}
        onAgain={flow.reset}
        done={
          <Button
            onPress={() => {
              flow.reset()
              reload()
            }}
          >
            {t('supplier.sign.again')}
          </Button>
        }
      />
    )
  const problem =
    amount === ''
      ? null
      : amountProblem(
          t,
          amount,
          key && balance ? { wallet: { address: key.name, heldUpokt: BigInt(balance.upokt), extraUpokt: 0n, alreadyUpokt: 0n } } : {},
        )
  const amountError = error !== null && AMOUNT_CODES.has(error.code) ? fieldSentence(t, error) : null
  const addressError = error?.code === 'address-invalid' ? fieldSentence(t, error) : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (key && problem === null && isSure) flow.prepare({ kind: 'send', keyId: key.id, toAddress: address, amountPokt: amount })
  }
  const change =
    (set: (text: string) => void) =>
    (text: string): void => {
      set(text)
      flow.call.clear()
    }
  return (
    <Card title={t('supplier.funds.sendTitle')} padded>
      <form onSubmit={submit} className="grid grid-cols-[minmax(0,1fr)] gap-3.5">
        <p className="text-text-2">{t('supplier.funds.sendText')}</p>
        <div className="grid grid-cols-2 items-start gap-3.5 max-[640px]:grid-cols-[minmax(0,1fr)]">
          <Choice
            label={t('supplier.funds.from')}
            value={key?.id ?? ''}
            onChange={setKeyId}
            options={keys.map((each) => ({ value: each.id, text: `${each.name}, ${shortAddress(each.address)}` }))}
            {...(balance
              ? {
                  help: t('supplier.funds.holds', {
                    pokt: poktUnit(balance.upokt).replace(/\s?POKT$/, ''),
                    height: whole(balance.asOf.height),
                  }),
                }
              : {})}
          />
          <Field
            label={t('supplier.funds.amount')}
            value={amount}
            onChange={change(setAmount)}
            unit={t('ui.pokt')}
            inputMode="decimal"
            maxLength={60}
            error={problem ?? amountError}
          />
        </div>
        <Choice
          label={t('wallet.send.choose')}
          value={named.some((each) => each.address === address) ? address : ''}
          onChange={(chosen) => (chosen === '' ? undefined : change(setTo)(chosen))}
          options={[
            { value: '', text: t('wallet.send.chooseNone') },
            ...named
              .filter((each) => each.address !== key?.address)
              .map((each) => ({ value: each.address, text: `${each.name}, ${shortAddress(each.address)}` })),
          ]}
        />
        <Field label={t('supplier.funds.toAddress')} value={to} onChange={change(setTo)} mono maxLength={100} error={addressError} />
        <AddressCheck
          address={address}
          named={named}
          likeness={likeness}
          isSure={isSure}
          onSure={(sure) => setSureOf(sure ? address : '')}
          onUse={change(setTo)}
        />
        <p className="text-small text-text-3">{t('wallet.send.memo')}</p>
        {error !== null && amountError === null && addressError === null ? <ErrorNote error={error} /> : null}
        <div>
          <Button
            type="submit"
            icon="external-link"
            isBusy={flow.call.busy}
            isDisabled={amount === '' || address === '' || problem !== null || !isSure}
          >
            {t('supplier.funds.review')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
