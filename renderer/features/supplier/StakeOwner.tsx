import { useState, type FormEvent, type ReactNode } from 'react'
import { parsePokt } from '#shared/model/money.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { isStaked, keyFor, partyFor, type KeyState } from '#renderer/bridge/select.ts'
import { duration, pokt, poktUnit, shortAddress } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { amountProblem } from '#renderer/signing/amount.ts'
import { Signing } from '#renderer/signing/Signing.tsx'
import { ownersToChoose, signersFor } from '#renderer/signing/signers.ts'
import { useSigning, type SigningFlow } from '#renderer/signing/use-signing.ts'

type Options = RequestOutput<'supplier.options'>
const AMOUNT_CODES = new Set(['amount-invalid', 'amount-too-small', 'balance-too-small'])

/** The owner's stake: one amount, what it means, then the confirm window. */
export function StakeOwner(): ReactNode {
  const t = useText()
  // An owner whose key lies outside of Hearth signs there.
  const usual = useAppState((state) => keyFor(state, 'owner') ?? signersFor(state, ['owner'])[0])
  const owners = useAppState((state) => (isStaked(state.supplier.status) ? [] : ownersToChoose(state)))
  const [ownerId, setOwnerId] = useState<string | null>(null)
  const owner = owners.find((key) => key.id === ownerId) ?? usual
  const operator = useAppState((state) => partyFor(state, 'operator'))
  const isReady = useAppState((state) => state.chain.status === 'ready')
  const options = useQuery('supplier.options', isReady ? {} : null)
  const flow = useSigning('stake-owner', operator?.address)
  if (!owner || !operator) {
    return (
      <EmptyState icon="key-round" title={t('supplier.cards.keysTitle')} text={t('supplier.cards.keysText')}>
        <LinkButton href="#/" kind="pri">
          {t('supplier.cards.keys')}
        </LinkButton>
      </EmptyState>
    )
  }
  return (
    <>
      <Verdict tone="ember" icon="lock" title={t('supplier.stake.heading')} text={t('supplier.stake.text')} />
      <ErrorNote error={options.error} className="mb-3.5" />
      <div className="grid grid-cols-[minmax(0,1fr)_330px] items-start gap-3.5 max-[1000px]:grid-cols-1">
        {flow.intentId !== null ? (
          <Signing
            key={flow.intentId}
            intentId={flow.intentId}
            surfaceUrl={flow.surfaceUrl}
            onAgain={flow.reset}
            done={
              <LinkButton href="#/supplier/services" kind="pri">
                {t('supplier.stake.next')}
              </LinkButton>
            }
          />
        ) : options.value ? (
          <Form
            key={owner.id}
            options={options.value}
            owner={owner}
            operator={operator}
            flow={flow}
            owners={owners}
            onOwner={(keyId) => {
              flow.call.clear()
              setOwnerId(keyId)
            }}
          />
        ) : (
          <Card padded>{isReady ? <Skeleton height={160} /> : <p className="text-text-2">{t('supplier.stake.chainWait')}</p>}</Card>
        )}
        <Meaning />
      </div>
    </>
  )
}

function Form({
  options,
  owner,
  operator,
  flow,
  owners,
  onOwner,
}: {
  options: Options
  owner: KeyState
  operator: KeyState
  flow: SigningFlow
  /** Who else may own it; empty where there is no choice. */
  owners: KeyState[]
  onOwner: (keyId: string) => void
}): ReactNode {
  const t = useText()
  const staked = useAppState((state) => BigInt(state.supplier.stakeUpokt))
  const balance = useAppState((state) => state.balances[owner.address]?.upokt)
  // What is not known here is judged by main.
  const held = balance === undefined ? null : BigInt(balance)
  const [text, setText] = useState(pokt(options.suggestedStakeUpokt).replaceAll(',', ' '))
  const [pubKey, setPubKey] = useState('')
  const extraUpokt = BigInt(options.stakingFeeUpokt)
  const problem = amountProblem(t, text, {
    min: { upokt: BigInt(options.minStakeUpokt), height: options.atHeight },
    ...(held === null ? {} : { wallet: { address: owner.name, heldUpokt: held, extraUpokt, alreadyUpokt: staked } }),
  })
  const { error } = flow.call
  const fromCore = error !== null && AMOUNT_CODES.has(error.code) ? fieldSentence(t, error) : null
  const parsed = parsePokt(text)
  const left = parsed.ok && held !== null ? held - (parsed.upokt > staked ? parsed.upokt - staked : 0n) - extraUpokt : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (problem !== null) return
    const wish = { kind: 'stake-owner', ownerKeyId: owner.id, operatorAddress: operator.address, amountPokt: text } as const
    flow.prepare(pubKey === '' ? wish : { ...wish, pubKey })
  }
  return (
    <Card padded>
      <form onSubmit={submit} className="grid gap-4">
        {owners.length === 0 ? null : (
          <Choice
            label={t('suppliers.ownerOf')}
            value={owner.id}
            onChange={onOwner}
            options={owners.map((key) => ({ value: key.id, text: `${key.name}, ${shortAddress(key.address)}` }))}
            help={t('suppliers.ownerHelp')}
          />
        )}
        <Field
          label={t('supplier.stake.amount')}
          value={text}
          onChange={(value) => {
            setText(value)
            flow.call.clear()
          }}
          unit={t('ui.pokt')}
          inputMode="decimal"
          size="lg"
          autoFocus
          maxLength={60}
          error={problem ?? fromCore}
          help={
            <>
              {t('supplier.stake.help', { min: poktUnit(options.minStakeUpokt), suggested: poktUnit(options.suggestedStakeUpokt) })}
              {staked > 0n ? ` ${t('supplier.stake.helpMore', { now: poktUnit(staked) })}` : ''}
            </>
          }
        />
        <div>
          <Button size="sm" onPress={() => setText(pokt(options.suggestedStakeUpokt).replaceAll(',', ' '))}>
            {t('supplier.stake.suggested', { pokt: poktUnit(options.suggestedStakeUpokt) })}
          </Button>
        </div>
        <Facts
          className="border-t border-line pt-3.5"
          rows={[
            [t('supplier.stake.owner'), <Address key="owner" value={owner.address} short copy name={t('supplier.stake.owner')} />],
            [
              t('supplier.stake.operator'),
              <Address key="operator" value={operator.address} short copy name={t('supplier.stake.operator')} />,
            ],
            [t('supplier.stake.holds'), held === null ? t('ui.nothing') : poktUnit(held, 6)],
            [t('supplier.stake.stakingFee'), poktUnit(options.stakingFeeUpokt, 6)],
            [t('supplier.stake.networkFee'), t('supplier.stake.networkFeeText')],
            left === null || left < 0n
              ? null
              : [
                  t('supplier.stake.left'),
                  <b key="left" className="font-semibold">
                    {poktUnit(left, 6)}
                  </b>,
                ],
          ]}
        />
        {error?.code === 'public-key-needed' || pubKey !== '' ? (
          <Field
            label={t('supplier.manage.pubKey')}
            value={pubKey}
            onChange={setPubKey}
            mono
            maxLength={100}
            help={t('supplier.manage.pubKeyHelp')}
          />
        ) : null}
        {error !== null && fromCore === null ? <ErrorNote error={error} /> : null}
        <div>
          <Button type="submit" kind="pri" icon="external-link" isBusy={flow.call.busy} isDisabled={problem !== null}>
            {t('supplier.stake.review')}
          </Button>
        </div>
      </form>
    </Card>
  )
}

/** What can be lost and when it comes back, from the chain's own numbers. */
function Meaning(): ReactNode {
  const t = useText()
  const params = useAppState((state) => state.chain.params)
  const median = useAppState((state) => state.chain.medianBlockMs)
  const lines = [t('supplier.stake.lock1Short')]
  if (params) {
    const blocks = params.supplierUnbondingPeriodSessions * params.numBlocksPerSession
    const time = median === null ? `${blocks} blocks` : duration(blocks * median)
    lines[0] = t('supplier.stake.lock1', { count: params.supplierUnbondingPeriodSessions, time })
    lines.push(
      t('supplier.stake.lock2', { penalty: pokt(params.proofMissingPenaltyUpokt) }),
      t('supplier.stake.lock3', { min: pokt(params.supplierMinStakeUpokt) }),
    )
  }
  return (
    <Card title={t('supplier.stake.lockTitle')}>
      <ul className="lines mt-2">
        {lines.map((line, index) => (
          <li key={line} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2.5 text-small text-text-2">
            <Icon name={index === 0 ? 'lock' : 'triangle-alert'} size={14} className="mt-0.5" />
            {line}
          </li>
        ))}
      </ul>
    </Card>
  )
}
