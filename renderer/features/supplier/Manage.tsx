import { useState, type FormEvent, type ReactNode } from 'react'
import type { IntentKind } from '#shared/model/intent.ts'
import type { TxWish } from '#shared/api/requests.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { isStaked } from '#renderer/bridge/select.ts'
import { pokt } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { SignerChoice } from '#renderer/signing/SignerChoice.tsx'
import { Signing } from '#renderer/signing/Signing.tsx'
import { partiesFor } from '#renderer/signing/signers.ts'
import { useSigning } from '#renderer/signing/use-signing.ts'

/** What can be done to a stake that stands: raise, lower, free it, give it to another owner. */
export function Manage(): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  if (!isStaked(supplier.status)) {
    return (
      <EmptyState icon="lock" title={t('supplier.manage.title')} text={t('supplier.leave.notStaked')}>
        <LinkButton href="#/supplier">{t('frame.supplier')}</LinkButton>
      </EmptyState>
    )
  }
  return (
    <div className="grid max-w-[720px] gap-3.5">
      {supplier.status === 'below-minimum' ? <Rescue /> : supplier.status === 'unstaking' ? <TakeBack /> : <Change />}
      {supplier.status === 'unstaking' ? null : <Owner />}
    </div>
  )
}

/** One transaction of one kind: the form until it is prepared, then its way into a block. */
function Act({
  kind,
  title,
  roles,
  wish,
  button,
  isReady = true,
  danger = false,
  children,
}: {
  kind: IntentKind
  title: string
  roles: readonly ('owner' | 'operator')[]
  wish: (keyId: string) => TxWish
  button: string
  isReady?: boolean
  danger?: boolean
  children: ReactNode
}): ReactNode {
  const keys = useAppState((state) => partiesFor(state, roles))
  const operatorAddress = useAppState((state) => state.supplier.operatorAddress)
  const flow = useSigning(kind, operatorAddress)
  const [chosen, setChosen] = useState<string | null>(null)
  const [pubKey, setPubKey] = useState('')
  const keyId = chosen ?? keys[0]?.id ?? ''
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (!isReady) return
    flow.prepare({ ...wish(keyId), ...(pubKey === '' ? {} : { pubKey }) })
  }
  if (flow.intentId !== null)
    return <Signing key={flow.intentId} intentId={flow.intentId} surfaceUrl={flow.surfaceUrl} onAgain={flow.reset} done={null} />
  return (
    <Card title={title} padded>
      <form onSubmit={submit} className="grid gap-3.5">
        {children}
        <SignerChoice keys={keys} keyId={keyId} onChange={setChosen} pubKey={pubKey} onPubKey={setPubKey} error={flow.call.error} />
        <ErrorNote error={flow.call.error} />
        <div>
          <Button
            type="submit"
            kind={danger ? 'danger' : 'pri'}
            icon="external-link"
            isBusy={flow.call.busy}
            isDisabled={!isReady || !isKnown(keys, keyId)}
          >
            {button}
          </Button>
        </div>
      </form>
    </Card>
  )
}

const isKnown = (keys: KeyState[], keyId: string): boolean => keys.some((key) => key.id === keyId)

function Change(): ReactNode {
  const t = useText()
  const { operatorAddress, stakeUpokt } = useAppState((state) => state.supplier)
  const min = useAppState((state) => state.chain.params?.supplierMinStakeUpokt ?? '0')
  const [text, setText] = useState('')
  return (
    <Act
      kind="change-stake"
      title={t('supplier.manage.title')}
      roles={['owner', 'operator']}
      isReady={text.trim() !== ''}
      wish={(keyId) => ({ kind: 'change-stake', keyId, operatorAddress, amountPokt: text })}
      button={t('supplier.manage.change')}
    >
      <Field
        label={t('supplier.manage.total')}
        value={text}
        onChange={setText}
        unit={t('ui.pokt')}
        inputMode="decimal"
        maxLength={60}
        help={t('supplier.manage.totalHelp', { now: pokt(stakeUpokt), min: pokt(min) })}
      />
    </Act>
  )
}

function Rescue(): ReactNode {
  const t = useText()
  const { operatorAddress, stakeUpokt } = useAppState((state) => state.supplier)
  const min = useAppState((state) => BigInt(state.chain.params?.supplierMinStakeUpokt ?? '0'))
  const missing = min > BigInt(stakeUpokt) ? min - BigInt(stakeUpokt) : 0n
  // What is really added: to the minimum and the usual margin above it.
  const options = useQuery('supplier.options', {})
  const added = options.value ? BigInt(options.value.suggestedStakeUpokt) - BigInt(stakeUpokt) : null
  return (
    <Act
      kind="rescue"
      title={t('supplier.manage.rescueTitle')}
      roles={['owner']}
      wish={(keyId) => ({ kind: 'rescue', keyId, operatorAddress })}
      isReady={added !== null}
      button={t('supplier.manage.rescue', { pokt: added === null ? '–' : pokt(added) })}
    >
      <p className="text-text-2">{t('supplier.manage.rescueText', { missing: pokt(missing) })}</p>
    </Act>
  )
}

/** Also on the page of leaving. */
export function TakeBack(): ReactNode {
  const t = useText()
  const operatorAddress = useAppState((state) => state.supplier.operatorAddress)
  return (
    <Act
      kind="cancel-unstake"
      title={t('supplier.intents.kind.cancel-unstake')}
      roles={['owner']}
      wish={(keyId) => ({ kind: 'cancel-unstake', keyId, operatorAddress })}
      button={t('supplier.leave.back')}
    >
      <p className="text-small text-text-2">{t('supplier.leave.backText')}</p>
    </Act>
  )
}

function Owner(): ReactNode {
  const t = useText()
  const operatorAddress = useAppState((state) => state.supplier.operatorAddress)
  const [newOwnerAddress, setNewOwner] = useState('')
  return (
    <Act
      kind="change-owner"
      title={t('supplier.manage.owner')}
      roles={['owner']}
      danger
      isReady={newOwnerAddress.trim() !== ''}
      wish={(keyId) => ({ kind: 'change-owner', keyId, operatorAddress, newOwnerAddress: newOwnerAddress.trim() })}
      button={t('supplier.manage.changeOwner')}
    >
      <Field
        label={t('supplier.manage.owner')}
        value={newOwnerAddress}
        onChange={setNewOwner}
        mono
        maxLength={100}
        help={t('supplier.manage.ownerHelp')}
      />
    </Act>
  )
}
