import { useEffect, useState, type FormEvent, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { intentsOf, isMadeHere, isServedHere, isStaked, partyFor, type KeyState } from '#renderer/bridge/select.ts'
import { operatorOf } from '#renderer/bridge/suppliers.ts'
import { Signing } from '#renderer/signing/Signing.tsx'
import { useSigning, type SigningFlow } from '#renderer/signing/use-signing.ts'
import { whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { ConfigChange, type ChosenService } from './ConfigChange.tsx'
import { ServiceEdit } from './ServiceEdit.tsx'
import { isRowFine, MOST_SERVICES, serviceRows, servicesWish, withSharesForAll, type ServiceRow } from './services-form.ts'
import { useAttached } from './use-attached.ts'

type Whole = RequestOutput<'supplier.record'>
/** No record was there when the form opened: one that is there by now is another, and must not be replaced unseen. */
const NOTHING = ''

/** The operator's services: which, where, and who gets the pay. */
export function StakeServices(): ReactNode {
  const t = useText()
  const owner = useAppState((state) => state.supplier.ownerAddress || partyFor(state, 'owner')?.address)
  const operator = useAppState((state) => partyFor(state, 'operator'))
  const hasStake = useAppState((state) => isStaked(state.supplier.status))
  const flow = useSigning('stake-services', operator?.address)
  if (!owner || !operator || (!hasStake && flow.intentId === null)) {
    return (
      <EmptyState icon="badge-check" title={t('supplier.services.noStake')} text={t('supplier.verdict.not-stakedText')}>
        <LinkButton href="#/supplier/stake" kind="pri">
          {t('supplier.cards.stake')}
        </LinkButton>
      </EmptyState>
    )
  }
  // Another operator has another record: nothing that was read of the one before stays.
  return <Offer key={operator.address} owner={owner} operator={operator} flow={flow} />
}

function Offer({ owner, operator, flow }: { owner: string; operator: KeyState; flow: SigningFlow }): ReactNode {
  const t = useText()
  const isReady = useAppState((state) => state.chain.status === 'ready')
  // What was sent is read back; nothing else reads the record anew under a form that is open.
  const sent = useAppState(
    (state) =>
      intentsOf(state, 'stake-services').find((intent) => intent.status === 'included' && operatorOf(intent) === operator.address)
        ?.includedHeight ?? 0,
  )
  const options = useQuery('supplier.options', isReady ? {} : null)
  const record = useQuery('supplier.record', isReady ? { operatorAddress: operator.address } : null, sent)
  const attached = useAttached()
  const [chosen, setChosen] = useState<ChosenService[]>([])
  return (
    <>
      <Verdict tone="ember" icon="radio-tower" title={t('supplier.services.heading')} text={t('supplier.services.text')} />
      <ErrorNote error={options.error ?? record.error} className="mb-3.5" />
      <div className="grid grid-cols-[minmax(0,1fr)_330px] items-start gap-3.5 max-[1000px]:grid-cols-1">
        {flow.intentId !== null ? (
          <Signing
            key={flow.intentId}
            intentId={flow.intentId}
            surfaceUrl={flow.surfaceUrl}
            onAgain={flow.reset}
            done={
              <LinkButton href="#/supplier/first-session" kind="pri">
                {t('supplier.services.next')}
              </LinkButton>
            }
          />
        ) : options.value && record.value && attached !== null ? (
          <Form
            // Another record is another form: what was typed over the old one does not fit it.
            key={record.value.record?.basedOn ?? 'none'}
            options={options.value}
            whole={record.value}
            owner={record.value.record?.ownerAddress ?? owner}
            operator={operator}
            attached={attached}
            flow={flow}
            onChosen={setChosen}
            onReload={() => {
              flow.call.clear()
              record.reload()
            }}
          />
        ) : (
          <Card padded>{isReady ? <Skeleton height={160} /> : <p className="text-text-2">{t('supplier.stake.chainWait')}</p>}</Card>
        )}
        <div className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-3.5">
          <Next />
          {flow.intentId === null && chosen.length > 0 ? <ConfigChange services={chosen} /> : null}
        </div>
      </div>
    </>
  )
}

function Form({
  options,
  whole: { record, atHeight },
  owner,
  operator,
  attached,
  flow,
  onChosen,
  onReload,
}: {
  options: RequestOutput<'supplier.options'>
  whole: Whole
  owner: string
  operator: KeyState
  /** Services that an endpoint of the user's own answers. */
  attached: ReadonlySet<string>
  flow: SigningFlow
  /** What is ticked, again at each change. */
  onChosen: (services: ChosenService[]) => void
  /** Reads the chain's record anew. */
  onReload: () => void
}): ReactNode {
  const t = useText()
  const prefix = networkOf(useAppState((state) => state.app.network)).addressPrefix
  const needsPublic = !useAppState(isMadeHere)
  const [rows, setRows] = useState<ServiceRow[]>(() =>
    serviceRows(options, record?.offered ?? [], { owner, operator: operator.address }, { attached, needsPublic }),
  )
  const { error } = flow.call
  const chosen = rows.filter((row) => row.isOn)
  const text = JSON.stringify(
    chosen.map((row): ChosenService => ({ serviceId: row.id, rpcTypes: row.endpoints.map((each) => each.rpcType) })),
  )
  useEffect(() => onChosen(JSON.parse(text) as ChosenService[]), [text, onChosen])
  const isTooMany = chosen.length > MOST_SERVICES
  const isFine = chosen.length > 0 && !isTooMany && chosen.every((row) => isRowFine(t, row, prefix))
  const update = (next: ServiceRow[]): void => {
    setRows(next)
    flow.call.clear()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isFine) flow.prepare(servicesWish(rows, { operatorKeyId: operator.id, ownerAddress: owner, basedOn: record?.basedOn ?? NOTHING }))
  }
  const isPlaced =
    error !== null &&
    (error.code === 'shares-invalid' || error.code === 'endpoint-invalid') &&
    chosen.some((row) => row.id === error.detail?.['serviceId'])
  const isChanged = error?.code === 'not-now' && error.detail?.['problem'] === 'record-changed'
  return (
    <form onSubmit={submit} className="grid min-w-0 grid-cols-[minmax(0,1fr)] gap-3.5">
      <Card title={t('supplier.services.list')} aside={t('home.lately.block', { height: whole(atHeight) })}>
        <div className="lines mt-2">
          {rows.map((row) => (
            <ServiceEdit
              key={row.id}
              row={row}
              prefix={prefix}
              isAlone={chosen.length === 1 && row.isOn}
              error={error}
              onChange={(fields) => update(rows.map((each) => (each.id === row.id ? { ...each, ...fields } : each)))}
              onForAll={hasOtherShares(chosen, row) ? () => update(withSharesForAll(rows, row.id)) : undefined}
            />
          ))}
        </div>
      </Card>
      {error !== null && !isPlaced ? <ErrorNote error={error} /> : null}
      <div className="flex flex-wrap items-center gap-3">
        <Button type="submit" kind="pri" icon="external-link" isBusy={flow.call.busy} isDisabled={!isFine}>
          {t('supplier.services.review')}
        </Button>
        {isChanged ? <Button onPress={onReload}>{t('supplier.services.readAgain')}</Button> : null}
        {chosen.length === 0 ? <span className="text-small text-text-2">{t('supplier.services.none')}</span> : null}
        {isTooMany ? <span className="text-small text-bad">{t('supplier.services.tooMany', { max: MOST_SERVICES })}</span> : null}
      </div>
    </form>
  )
}

/** Whether another ticked service has other shares than this one. */
function hasOtherShares(chosen: ServiceRow[], row: ServiceRow): boolean {
  const textOf = (each: ServiceRow): string => JSON.stringify(each.shares.map(({ address, percent }) => [address.trim(), percent.trim()]))
  return chosen.some((each) => each.id !== row.id && textOf(each) !== textOf(row))
}

function Next(): ReactNode {
  const t = useText()
  const isHere = useAppState(isServedHere)
  const miner = t(isHere ? 'supplier.services.effect2' : 'supplier.services.effect2Elsewhere')
  return (
    <Card title={t('supplier.services.effect')}>
      <ul className="lines mt-2">
        {[t('supplier.services.effect1'), miner, t('supplier.services.effect3')].map((line) => (
          <li key={line} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2.5 text-small text-text-2">
            <Icon name="arrow-right" size={14} className="mt-0.5" />
            {line}
          </li>
        ))}
      </ul>
    </Card>
  )
}
