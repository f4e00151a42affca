import { useState, type ReactNode } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { isServedHere } from '#renderer/bridge/select.ts'
import { shortAddress } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import {
  endpointProblem,
  freeTypes,
  isUntouched,
  nextEndpoint,
  RPC_TYPES,
  sharesProblem,
  type EndpointRow,
  type RpcType,
  type ServiceRow,
} from './services-form.ts'
import { Shares } from './Shares.tsx'

/** One service of the form: whether it is offered, where, and who gets its pay. */
export function ServiceEdit({
  row,
  prefix,
  isAlone,
  error,
  onChange,
  onForAll,
}: {
  row: ServiceRow
  prefix: AddressPrefix
  /** The only one that is ticked: its shares are open from the beginning. */
  isAlone: boolean
  /** What the core said of the whole form. */
  error: ApiError | null
  onChange: (fields: Partial<ServiceRow>) => void
  onForAll: (() => void) | undefined
}): ReactNode {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const isHere = useAppState(isServedHere)
  // A click opens or closes; alone it stands open.
  const showsShares = isOpen || isAlone
  const isMeant = error !== null && error.detail?.['serviceId'] === row.id
  const fromCore = isMeant ? fieldSentence(t, error) : null
  const untouched = isUntouched(row)
  const shareProblem = untouched ? null : sharesProblem(t, row.shares, prefix, row.name)
  const shown = shareProblem ?? (error?.code === 'shares-invalid' ? fromCore : null)
  const setEndpoints = (endpoints: EndpointRow[]): void => onChange({ endpoints })
  const free = freeTypes(row.endpoints)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-3 !py-3" data-service={row.id}>
      <label className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <input
          type="checkbox"
          className="h-4 w-4 accent-[var(--ember)]"
          checked={row.isOn}
          onChange={(event) => onChange({ isOn: event.target.checked })}
        />
        <span className="min-w-0 flex-1">
          <span className="font-medium">{row.name}</span> <span className="mono text-text-3">{row.id}</span>
          <span className={`block text-small ${row.hasBackend || !isHere ? 'text-text-2' : 'text-warn'}`}>
            {t(isHere ? (row.hasBackend ? 'supplier.services.served' : 'supplier.services.notServed') : 'supplier.services.elsewhere')}
          </span>
        </span>
        <span className="text-small text-text-3 num">
          {row.units === '' ? t('supplier.services.noUnits') : t('supplier.services.units', { units: row.units })}
        </span>
      </label>
      {row.isOn ? (
        <div className="grid grid-cols-[minmax(0,1fr)] gap-3 pl-7 max-[560px]:pl-0">
          {row.endpoints.map((endpoint, index) => (
            <Endpoint
              key={endpoint.key}
              row={row}
              endpoint={endpoint}
              at={index}
              problem={
                (untouched || (row.needsPublic === true && endpoint.url === '')
                  ? null
                  : endpointProblem(t, endpoint.url, endpoint.rpcType, row.needsPublic)) ??
                (error?.code === 'endpoint-invalid' && (error.detail?.['url'] ?? endpoint.url) === endpoint.url.trim() ? fromCore : null)
              }
              onChange={(fields) => setEndpoints(row.endpoints.map((each) => (each.key === endpoint.key ? { ...each, ...fields } : each)))}
              onRemove={() => setEndpoints(row.endpoints.filter((each) => each.key !== endpoint.key))}
            />
          ))}
          {free[0] === undefined ? null : (
            <div>
              <Button
                size="sm"
                icon="plus"
                onPress={() => setEndpoints([...row.endpoints, nextEndpoint(row.endpoints, free[0] ?? 'REST')])}
              >
                {t('supplier.services.addEndpoint')}
              </Button>
            </div>
          )}
          {showsShares ? (
            <Shares name={row.name} shares={row.shares} onChange={(shares) => onChange({ shares })} problem={shown} onForAll={onForAll} />
          ) : (
            <div className="flex flex-wrap items-center justify-between gap-2 text-small">
              <span className="min-w-0 text-text-2 num">
                {t('supplier.services.shares')}: {row.shares.map((share) => `${share.percent} % ${shortAddress(share.address)}`).join(', ')}
              </span>
              <Button size="sm" label={t('supplier.services.changeSharesOf', { name: row.name })} onPress={() => setOpen(true)}>
                {t('supplier.services.changeShares')}
              </Button>
            </div>
          )}
          {shown !== null && !showsShares ? <p className="field-error">{shown}</p> : null}
        </div>
      ) : null}
    </div>
  )
}

function Endpoint({
  row,
  endpoint,
  at,
  problem,
  onChange,
  onRemove,
}: {
  row: ServiceRow
  endpoint: EndpointRow
  at: number
  problem: string | null
  onChange: (fields: Partial<EndpointRow>) => void
  onRemove: () => void
}): ReactNode {
  const t = useText()
  const free = freeTypes(row.endpoints)
  // What the chain holds and Hearth does not know stays as it is.
  const types: RpcType[] = RPC_TYPES.filter((rpcType) => rpcType === endpoint.rpcType || free.includes(rpcType))
  const label =
    at === 0 ? t('supplier.services.endpoint', { name: row.name }) : t('supplier.services.endpointMore', { at: at + 1, name: row.name })
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_124px_32px] items-start gap-2 max-[560px]:grid-cols-[minmax(0,1fr)_32px]">
      <div className="max-[560px]:col-span-2">
        <Field
          label={label}
          value={endpoint.url}
          onChange={(url) => onChange({ url })}
          inputMode="url"
          mono
          maxLength={2048}
          error={problem}
          {...(at === 0
            ? { help: t(row.needsPublic === true ? 'supplier.services.endpointPublic' : 'supplier.services.endpointHelp') }
            : {})}
        />
      </div>
      <div className="field-box mt-[23px] max-[560px]:mt-0">
        <select
          value={endpoint.rpcType}
          aria-label={t('supplier.services.typeOf', { at: at + 1, name: row.name })}
          onChange={(event) => onChange(retyped(endpoint, event.target.value as RpcType))}
        >
          {types.map((rpcType) => (
            <option key={rpcType} value={rpcType}>
              {t(`supplier.diff.rpc.${rpcType}`)}
            </option>
          ))}
        </select>
      </div>
      {row.endpoints.length > 1 ? (
        <div className="mt-[23px] max-[560px]:mt-0">
          <Button kind="ghost" icon="x" label={t('supplier.services.removeEndpoint', { at: at + 1, name: row.name })} onPress={onRemove} />
        </div>
      ) : (
        <span />
      )}
    </div>
  )
}

/** Another type, and the scheme that belongs to it. */
function retyped(endpoint: EndpointRow, rpcType: RpcType): Partial<EndpointRow> {
  return { rpcType, url: nextEndpoint([endpoint], rpcType).url }
}
