import type { ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { sumOf, type ShareRow } from './services-form.ts'

const MOST = 20

/** Who gets the pay: addresses with whole percents that add up to 100. */
export function Shares({
  shares,
  onChange,
  problem,
}: {
  shares: ShareRow[]
  onChange: (shares: ShareRow[]) => void
  problem: string | null
}): ReactNode {
  const t = useText()
  const sum = sumOf(shares)
  const change = (key: number, fields: Partial<ShareRow>): void =>
    onChange(shares.map((share) => (share.key === key ? { ...share, ...fields } : share)))
  return (
    <Card
      title={t('supplier.services.shares')}
      aside={<span className={sum === 100 ? 'text-ok' : 'text-bad'}>{t('supplier.services.sum', { sum })}</span>}
      padded
    >
      <p className="field-help mb-2.5">{t('supplier.services.sharesHelp')}</p>
      <div className="grid gap-2">
        {shares.map((share, index) => (
          <div key={share.key} className="grid grid-cols-[minmax(0,1fr)_96px_32px] items-center gap-2">
            <div className="field-box">
              <input
                className="mono"
                value={share.address}
                onChange={(event) => change(share.key, { address: event.target.value })}
                aria-label={t('supplier.services.address', { at: index + 1 })}
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
                aria-label={t('supplier.services.percent', { at: index + 1 })}
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
                label={t('supplier.services.remove', { at: index + 1 })}
                onPress={() => onChange(shares.filter((other) => other.key !== share.key))}
              />
            ) : (
              <span />
            )}
          </div>
        ))}
      </div>
      {problem === null ? null : (
        <div className="field-error mt-2" role="alert">
          <Icon name="triangle-alert" size={12} />
          <span>{problem}</span>
        </div>
      )}
      {shares.length < MOST ? (
        <div className="mt-2.5">
          <Button
            size="sm"
            icon="plus"
            onPress={() => onChange([...shares, { key: Math.max(...shares.map((share) => share.key)) + 1, address: '', percent: '' }])}
          >
            {t('supplier.services.add')}
          </Button>
        </div>
      ) : null}
    </Card>
  )
}
