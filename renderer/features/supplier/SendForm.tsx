import { useState, type FormEvent, type ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { poktUnit, shortAddress, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { amountProblem } from './amount.ts'
import { Signing } from './Signing.tsx'
import { useSigning } from './use-signing.ts'

const AMOUNT_CODES = new Set(['amount-invalid', 'amount-too-small', 'balance-too-small'])

/** A plain transfer of one of our keys, confirmed in the key window. */
export function SendForm({ owner, operator }: { owner: KeyState | undefined; operator: KeyState | undefined }): ReactNode {
  const t = useText()
  const flow = useSigning('send')
  const keys = [owner, operator].filter((key) => key !== undefined)
  const [keyId, setKeyId] = useState(keys[0]?.id ?? '')
  const [to, setTo] = useState('')
  const [amount, setAmount] = useState('')
  const key = keys.find((each) => each.id === keyId) ?? keys[0]
  const balance = useAppState((state) => (key ? state.balances[key.address] : undefined))
  const { error } = flow.call
  if (flow.intentId !== null)
    return (
      <Signing
        key={flow.intentId}
        intentId={flow.intentId}
        surfaceUrl={flow.surfaceUrl}
        onAgain={flow.reset}
        done={<Button onPress={flow.reset}>{t('supplier.sign.again')}</Button>}
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
    if (key && problem === null) flow.prepare({ kind: 'send', keyId: key.id, toAddress: to.trim(), amountPokt: amount })
  }
  const change =
    (set: (text: string) => void) =>
    (text: string): void => {
      set(text)
      flow.call.clear()
    }
  return (
    <Card title={t('supplier.funds.sendTitle')} padded>
      <form onSubmit={submit} className="grid gap-3.5">
        <p className="text-text-2">{t('supplier.funds.sendText')}</p>
        <div className="grid grid-cols-2 items-start gap-3.5">
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
        <Field label={t('supplier.funds.toAddress')} value={to} onChange={change(setTo)} mono maxLength={100} error={addressError} />
        {error !== null && amountError === null && addressError === null ? <ErrorNote error={error} /> : null}
        <div>
          <Button
            type="submit"
            icon="external-link"
            isBusy={flow.call.busy}
            isDisabled={amount === '' || to.trim() === '' || problem !== null}
          >
            {t('supplier.funds.review')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
