import { useEffect, useState, type FormEvent, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useQuery } from '#renderer/bridge/hooks.ts'
import { isStaked, keyFor, type KeyState } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Skeleton } from '#renderer/ui/Skeleton.tsx'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { endpointProblem, serviceRows, servicesWish, shareRows, sharesProblem, type ServiceRow, type ShareRow } from './services-form.ts'
import { ConfigChange } from './ConfigChange.tsx'
import { Shares } from './Shares.tsx'
import { Signing } from '#renderer/signing/Signing.tsx'
import { useSigning, type SigningFlow } from '#renderer/signing/use-signing.ts'

/** The operator's services: which, where, and who gets the pay. */
export function StakeServices(): ReactNode {
  const t = useText()
  const owner = useAppState((state) => state.supplier.ownerAddress || keyFor(state, 'owner')?.address)
  const operator = useAppState((state) => keyFor(state, 'operator'))
  const hasStake = useAppState((state) => isStaked(state.supplier.status))
  const isReady = useAppState((state) => state.chain.status === 'ready')
  const options = useQuery('supplier.options', isReady ? {} : null)
  const flow = useSigning('stake-services')
  const [chosen, setChosen] = useState<string[]>([])
  if (!owner || !operator || (!hasStake && flow.intentId === null)) {
    return (
      <EmptyState icon="badge-check" title={t('supplier.services.noStake')} text={t('supplier.verdict.not-stakedText')}>
        <LinkButton href="#/supplier/stake" kind="pri">
          {t('supplier.cards.stake')}
        </LinkButton>
      </EmptyState>
    )
  }
  return (
    <>
      <Verdict tone="ember" icon="radio-tower" title={t('supplier.services.heading')} text={t('supplier.services.text')} />
      <ErrorNote error={options.error} className="mb-3.5" />
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
        ) : options.value ? (
          <Form options={options.value} owner={owner} operator={operator} flow={flow} onChosen={setChosen} />
        ) : (
          <Card padded>{isReady ? <Skeleton height={160} /> : <p className="text-text-2">{t('supplier.stake.chainWait')}</p>}</Card>
        )}
        <div className="grid gap-3.5">
          <Next />
          {flow.intentId === null && chosen.length > 0 ? <ConfigChange services={chosen} /> : null}
        </div>
      </div>
    </>
  )
}

function Form({
  options,
  owner,
  operator,
  flow,
  onChosen,
}: {
  options: RequestOutput<'supplier.options'>
  owner: string
  operator: KeyState
  flow: SigningFlow
  /** Ids of what is ticked, again at each change. */
  onChosen: (serviceIds: string[]) => void
}): ReactNode {
  const t = useText()
  const supplier = useAppState((state) => state.supplier)
  const network = useAppState((state) => state.app.network)
  const [rows, setRows] = useState<ServiceRow[]>(() => serviceRows(options, supplier))
  const [shares, setShares] = useState<ShareRow[]>(() => shareRows(supplier, owner, operator.address))
  const { error } = flow.call
  const chosen = rows.filter((row) => row.isOn)
  const ids = chosen.map((row) => row.id).join(' ')
  useEffect(() => onChosen(ids === '' ? [] : ids.split(' ')), [ids, onChosen])
  const problem = sharesProblem(t, shares, networkOf(network).addressPrefix)
  const isFine = chosen.length > 0 && problem === null && chosen.every((row) => endpointProblem(t, row.url) === null)
  const change = (id: string, fields: Partial<ServiceRow>): void => {
    setRows(rows.map((row) => (row.id === id ? { ...row, ...fields } : row)))
    flow.call.clear()
  }
  const fromCore = (row: ServiceRow): string | null =>
    error?.code === 'endpoint-invalid' && error.detail?.['serviceId'] === row.id ? fieldSentence(t, error) : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isFine) flow.prepare(servicesWish(rows, shares, { operatorKeyId: operator.id, ownerAddress: owner }))
  }
  const isPlaced =
    error !== null &&
    (error.code === 'shares-invalid' || (error.code === 'endpoint-invalid' && chosen.some((row) => row.id === error.detail?.['serviceId'])))
  return (
    <form onSubmit={submit} className="grid gap-3.5">
      <Card title={t('supplier.services.list')}>
        <div className="lines mt-2">
          {rows.map((row) => (
            <div key={row.id} className="grid gap-3 !py-3">
              <label className="flex items-center gap-3">
                <input
                  type="checkbox"
                  className="h-4 w-4 accent-[var(--ember)]"
                  checked={row.isOn}
                  onChange={(event) => change(row.id, { isOn: event.target.checked })}
                />
                <span className="min-w-0 flex-1">
                  <span className="font-medium">{row.name}</span> <span className="mono text-text-3">{row.id}</span>
                  <span className={`block text-small ${row.hasBackend ? 'text-text-2' : 'text-warn'}`}>
                    {t(row.hasBackend ? 'supplier.services.served' : 'supplier.services.notServed')}
                  </span>
                </span>
                <span className="text-small text-text-3 num">{t('supplier.services.units', { units: row.units })}</span>
              </label>
              {row.isOn ? (
                <div className="pl-7">
                  <Field
                    label={t('supplier.services.endpoint', { name: row.name })}
                    value={row.url}
                    onChange={(url) => change(row.id, { url })}
                    inputMode="url"
                    mono
                    maxLength={2048}
                    error={endpointProblem(t, row.url) ?? fromCore(row)}
                    help={t('supplier.services.endpointHelp')}
                  />
                </div>
              ) : null}
            </div>
          ))}
        </div>
      </Card>
      <Shares
        shares={shares}
        onChange={(next) => {
          setShares(next)
          flow.call.clear()
        }}
        problem={problem ?? (error?.code === 'shares-invalid' ? fieldSentence(t, error) : null)}
      />
      {error !== null && !isPlaced ? <ErrorNote error={error} /> : null}
      <div className="flex items-center gap-3">
        <Button type="submit" kind="pri" icon="external-link" isBusy={flow.call.busy} isDisabled={!isFine}>
          {t('supplier.services.review')}
        </Button>
        {chosen.length === 0 ? <span className="text-small text-text-2">{t('supplier.services.none')}</span> : null}
      </div>
    </form>
  )
}

function Next(): ReactNode {
  const t = useText()
  return (
    <Card title={t('supplier.services.effect')}>
      <ul className="lines mt-2">
        {[t('supplier.services.effect1'), t('supplier.services.effect2'), t('supplier.services.effect3')].map((line) => (
          <li key={line} className="grid grid-cols-[16px_minmax(0,1fr)] gap-2.5 text-small text-text-2">
            <Icon name="arrow-right" size={14} className="mt-0.5" />
            {line}
          </li>
        ))}
      </ul>
    </Card>
  )
}
