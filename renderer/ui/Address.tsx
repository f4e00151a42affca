import { useEffect, useState, type ReactNode } from 'react'
import { groupsOfFour, shortAddress, shortHash } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from './Button.tsx'

const SAID_MS = 1_800

/** Copies a text and says what was copied. */
export function CopyButton({ value, what }: { value: string; what: string }): ReactNode {
  const t = useText()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), SAID_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (): void => {
    void navigator.clipboard?.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <>
      <Button kind="ghost" size="sm" icon={copied ? 'check' : 'copy'} label={t('ui.copy', { what })} onPress={copy} />
      <span role="status" className="sr-only">
        {copied ? t('ui.copied', { what }) : ''}
      </span>
    </>
  )
}

/** An address in groups of four, first and last strong; `short` keeps both ends only, with the whole in the tooltip. */
export function Address({
  value,
  short = false,
  copy = false,
  name,
}: {
  value: string
  short?: boolean
  copy?: boolean
  name?: string
}): ReactNode {
  const t = useText()
  if (value === '') return <span className="text-text-3">{t('ui.nothing')}</span>
  const groups = groupsOfFour(value)
  return (
    <span className="inline-flex min-w-0 items-center gap-1 align-middle" dir="ltr">
      {short ? (
        <span className="mono" title={value}>
          {shortAddress(value)}
        </span>
      ) : (
        <span className="mono flex flex-wrap gap-x-[0.5em]">
          {groups.map((group, index) => (
            // The groups of an address never move.
            // oxlint-disable-next-line react/no-array-index-key
            <span key={index} className={index === 0 || index === groups.length - 1 ? 'font-semibold' : 'text-text-2'}>
              {group}
            </span>
          ))}
        </span>
      )}
      {copy ? <CopyButton value={value} what={name ?? t('ui.address')} /> : null}
    </span>
  )
}

/** A transaction hash, both ends, copied whole. */
export function Hash({ value, name }: { value: string | null; name: string }): ReactNode {
  const t = useText()
  if (value === null || value === '') return <span className="text-text-3">{t('ui.nothing')}</span>
  return (
    <span className="inline-flex items-center gap-0.5 align-middle">
      <span className="mono" title={value}>
        {shortHash(value)}
      </span>
      <CopyButton value={value} what={name} />
    </span>
  )
}
