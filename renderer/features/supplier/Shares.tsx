import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { sumOf, type ShareRow } from './services-form.ts'

const MOST = 20

/** Who gets the pay of one service: addresses with whole percents that add up to 100. @param name of the service */
export function Shares({
  name,
  shares,
  onChange,
  problem,
  onForAll,
}: {
  name: string
  shares: ShareRow[]
  onChange: (shares: ShareRow[]) => void
  problem: string | null
  /** Gives these shares to the other services; absent = there is none that has others. */
  onForAll?: (() => void) | undefined
}): ReactNode {
  const t = useText()
  const sum = sumOf(shares)
  const change = (key: number, fields: Partial<ShareRow>): void =>
    onChange(shares.map((share) => (share.key === key ? { ...share, ...fields } : share)))
  return (
    <fieldset className="grid min-w-0 gap-2 border-0 p-0">
      <legend className="sr-only">{t('supplier.services.sharesOf', { name })}</legend>
      <p className="field-help">
        {t('supplier.services.sharesHelp')}{' '}
        <span className={`num font-medium ${sum === 100 ? 'text-ok' : 'text-bad'}`}>{t('supplier.services.sum', { sum })}</span>
      </p>
      {shares.map((share, index) => (
        <div key={share.key} className="grid grid-cols-[minmax(0,1fr)_96px_32px] items-center gap-2">
          <div className="field-box">
            <input
              className="mono"
              value={share.address}
              onChange={(event) => change(share.key, { address: event.target.value })}
              aria-label={t('supplier.services.address', { at: index + 1, name })}
              maxLength={100}
              spellCheck={false}
              autoComplete="off"
            />
          </div>
          <div className="field-box">
            <input
              className="text-right num"
              value={share.percent}
              onChange={(event) => change(share.key, { percent: event.target.value })}
              aria-label={t('supplier.services.percent', { at: index + 1, name })}
              inputMode="numeric"
              maxLength={4}
              autoComplete="off"
            />
            <span className="text-text-2">%</span>
          </div>
          {shares.length > 1 ? (
            <Button
              kind="ghost"
              icon="x"
              label={t('supplier.services.remove', { at: index + 1, name })}
              onPress={() => onChange(shares.filter((other) => other.key !== share.key))}
            />
          ) : (
            <span />
          )}
        </div>
      ))}
      {problem === null ? null : (
        <div className="field-error" role="alert">
          <Icon name="triangle-alert" size={12} />
          <span>{problem}</span>
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        {shares.length < MOST ? (
          <Button
            size="sm"
            icon="plus"
            onPress={() => onChange([...shares, { key: Math.max(...shares.map((share) => share.key)) + 1, address: '', percent: '' }])}
          >
            {t('supplier.services.add')}
          </Button>
        ) : null}
        {onForAll ? (
          <Button size="sm" icon="copy" isDisabled={problem !== null} onPress={onForAll}>
            {t('supplier.services.forAll')}
          </Button>
        ) : null}
      </div>
    </fieldset>
  )
}
