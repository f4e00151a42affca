import { useState, type FormEvent, type ReactNode } from 'react'
import { UPOKT_PER_POKT } from '#shared/model/money.ts'
import { useAppState, useCall, useRealNow } from '#renderer/bridge/hooks.ts'
import { taskOfKind, type KeyState } from '#renderer/bridge/select.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { duration, pokt, shortAddress } from '#renderer/text/format.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { Steps } from '#renderer/ui/Steps.tsx'
import { amountProblem } from '#renderer/signing/amount.ts'

const OPERATOR_POKT = '100'
/** What the owner keeps beyond the minimum: the suggested margin and fees. */
const OWNER_MARGIN_POKT = 500n

/** Test POKT from the chain's own faucet, and its way to the address. */
export function FaucetForm({ owner, operator }: { owner: KeyState | undefined; operator: KeyState | undefined }): ReactNode {
  const t = useText()
  const minimum = useAppState((state) => (state.chain.params ? BigInt(state.chain.params.supplierMinStakeUpokt) / UPOKT_PER_POKT : 0n))
  const task = useAppState((state) => taskOfKind(state, 'faucet'))
  const [role, setRole] = useState<'owner' | 'operator'>(askedRole(askedInHash()) === 'operator' || !owner ? 'operator' : 'owner')
  const [typed, setTyped] = useState<string | null>(null)
  const ask = useCall('faucet.request')
  const text = typed ?? (role === 'owner' ? String(minimum + OWNER_MARGIN_POKT) : OPERATOR_POKT)
  const problem = amountProblem(t, text)
  const address = (role === 'owner' ? owner : operator)?.address ?? ''
  const fromCore = ask.error?.code === 'amount-invalid' ? fieldSentence(t, ask.error) : null
  const isRunning = task?.status === 'running'
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (problem === null && !isRunning) void ask.run({ address, amountPokt: text })
  }
  const name = useSupplierName()(operator?.address)
  const options = [
    ...(owner ? [{ value: 'owner', text: t('supplier.funds.toOwner', { address: shortAddress(owner.address) }) }] : []),
    ...(operator
      ? [
          {
            value: 'operator',
            text:
              name === null
                ? t('supplier.funds.toOperator', { address: shortAddress(operator.address) })
                : `${name}, ${shortAddress(operator.address)}`,
          },
        ]
      : []),
  ]
  return (
    <Card title={t('supplier.funds.faucetTitle')} padded>
      <form onSubmit={submit} className="grid gap-3.5">
        <p className="text-text-2">{t('supplier.funds.faucetText')}</p>
        <div className="grid grid-cols-2 items-start gap-3.5 max-[720px]:grid-cols-[minmax(0,1fr)]">
          <Choice
            label={t('supplier.funds.to')}
            value={role}
            onChange={(value) => {
              setRole(askedRole(value))
              setTyped(null)
            }}
            options={options}
          />
          <Field
            label={t('supplier.funds.amount')}
            value={text}
            onChange={setTyped}
            unit={t('ui.pokt')}
            inputMode="decimal"
            maxLength={60}
            error={problem ?? fromCore}
          />
        </div>
        {ask.error !== null && fromCore === null ? <ErrorNote error={ask.error} /> : null}
        <div>
          <Button type="submit" kind="pri" icon="droplets" isBusy={ask.busy} isDisabled={problem !== null || isRunning}>
            {t('supplier.funds.ask')}
          </Button>
        </div>
      </form>
      {task ? <FaucetSteps /> : null}
    </Card>
  )
}

function FaucetSteps(): ReactNode {
  const t = useText()
  const now = useRealNow(500)
  const task = useAppState((state) => taskOfKind(state, 'faucet'))
  if (!task) return null
  const amount = task.facts['amountPokt'] ?? (task.facts['amountUpokt'] ? pokt(task.facts['amountUpokt']) : '')
  return (
    <div className="mt-4 border-t border-line pt-3.5" role="status">
      <Steps
        steps={task.steps.map((step) => ({
          key: step.key,
          title:
            step.key === 'arrive' && step.status === 'done'
              ? t('supplier.funds.arrived', { pokt: amount })
              : keyed(t, 'steps', step.key, {}),
          text: step.key === 'arrive' && step.status === 'done' && task.facts['address'] ? shortAddress(task.facts['address']) : '',
          time: step.startedAtMs === null ? '' : duration((step.endedAtMs ?? now) - step.startedAtMs),
          state: step.status === 'done' ? 'done' : step.status === 'running' ? 'now' : step.status === 'failed' ? 'failed' : 'todo',
        }))}
      />
      {task.error === null ? null : <ErrorNote error={{ code: task.error.code, detail: task.error.detail }} className="mt-3" />}
    </div>
  )
}

const askedRole = (text: string | null): 'owner' | 'operator' => (text === 'operator' ? 'operator' : 'owner')

/** `#/supplier/funds?for=operator`: routes lie in the hash, and so does what they are asked. */
const askedInHash = (): string | null => new URLSearchParams(globalThis.location.hash.split('?')[1] ?? '').get('for')
