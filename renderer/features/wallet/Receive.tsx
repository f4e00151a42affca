import { useEffect, useState, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { QrCode } from '#renderer/ui/QrCode.tsx'

const SAID_MS = 1_800

/** One own address to send to: as QR code, in groups, to copy, and to compare where this page cannot reach. */
export function Receive({ own }: { own: KeyState[] }): ReactNode {
  const t = useText()
  const [chosen, setChosen] = useState<string | null>(null)
  const prove = useCall('keys.prove')
  const key = own.find((each) => each.id === chosen) ?? own.find((each) => each.role === 'operator') ?? own[0]
  if (!key) return null
  const check = (): void =>
    void prove.run({ keyId: key.id }).then((value) => value && globalThis.open(value.surfaceUrl, '_blank', 'noopener'))
  return (
    <Card title={t('wallet.receive.title')} padded>
      <div className="grid justify-items-center gap-3">
        {own.length < 2 ? null : own.length <= 3 ? (
          <span className="seg" role="group" aria-label={t('wallet.receive.which')}>
            {own.map((each) => (
              <button key={each.id} type="button" aria-pressed={each.id === key.id} onClick={() => setChosen(each.id)}>
                {each.name.slice(0, 12)}
              </button>
            ))}
          </span>
        ) : (
          <div className="field w-full">
            <div className="field-box">
              <select aria-label={t('wallet.receive.which')} value={key.id} onChange={(event) => setChosen(event.target.value)}>
                {own.map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.name}
                  </option>
                ))}
              </select>
            </div>
          </div>
        )}
        <div className="overflow-hidden rounded-card border border-line">
          <QrCode value={key.address} label={t('wallet.receive.qr', { address: key.address })} className="block size-[164px]" />
        </div>
        <div className="text-center text-small" data-receive={key.address}>
          <Address value={key.address} />
        </div>
        <Copy value={key.address} />
        <div className="w-full text-caption text-text-3">
          {key.kind === 'watch' ? (
            <p>{t('wallet.receive.watchedText')}</p>
          ) : (
            <>
              <Button size="sm" className="w-full" icon="external-link" isBusy={prove.busy} onPress={check}>
                {t('wallet.receive.check')}
              </Button>
              <p className="mt-1.5">{t('wallet.receive.checkText')}</p>
            </>
          )}
          <p className="mt-1">{t('wallet.receive.only')}</p>
        </div>
        <ErrorNote error={prove.error} />
      </div>
    </Card>
  )
}

function Copy({ value }: { value: string }): ReactNode {
  const t = useText()
  const [isCopied, setCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return undefined
    const timer = setTimeout(() => setCopied(false), SAID_MS)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = (): void => {
    void navigator.clipboard?.writeText(value).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <>
      <Button size="sm" className="w-full" icon={isCopied ? 'check' : 'copy'} onPress={copy}>
        {t('wallet.receive.copy')}
      </Button>
      <span role="status" className="sr-only">
        {isCopied ? t('wallet.receive.copied') : ''}
      </span>
    </>
  )
}
