import { useState, type ReactNode } from 'react'
import type { EntryRow } from '#shared/api/backend-requests.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Facts } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'

const SHA256 = /^[0-9a-f]{64}$/i

/** What an entry will use, where its data comes from, and the start. */
export function StartEntryDialog({ row, onClose }: { row: EntryRow; onClose: () => void }): ReactNode {
  const t = useText()
  const start = useCall('backends.startEntry')
  const [url, setUrl] = useState('')
  const [sha256, setSha256] = useState('')
  const asks = row.snapshot.kind === 'asked' && row.stage !== 'kept'
  const isHashBad = sha256.trim() !== '' && !SHA256.test(sha256.trim())
  const isHalf = asks && (url.trim() === '') !== (sha256.trim() === '')
  const begin = async (): Promise<void> => {
    const snapshot = asks && url.trim() !== '' ? { url: url.trim(), sha256: sha256.trim() } : null
    if ((await start.run({ entryId: row.entryId, snapshot })) !== undefined) onClose()
  }
  return (
    <Dialog isOpen onClose={onClose} title={t('backends.catalogue.dialog.title', { title: row.title })} width={600}>
      <p className="mb-3 text-text-2">{row.summary}</p>
      <Facts
        rows={[
          [t('backends.catalogue.dialog.disk'), t('backends.catalogue.dialog.diskText', { count: row.diskGb })],
          [t('backends.catalogue.dialog.memory'), t('backends.catalogue.dialog.memoryText', { count: row.memoryGb })],
          [t('backends.catalogue.dialog.cores'), t('backends.catalogue.dialog.coresText', { count: row.cpuCores })],
          [t('backends.catalogue.dialog.time'), row.firstSync],
          [
            t('backends.catalogue.dialog.images'),
            <span key="images" className="mono text-small break-all">
              {row.images.join(' ')}
            </span>,
          ],
          [t('backends.catalogue.dialog.ports'), t('backends.catalogue.dialog.portsText')],
          [t('backends.catalogue.dialog.network'), t('backends.catalogue.dialog.networkText')],
          [t('backends.catalogue.dialog.relays'), t('backends.catalogue.dialog.relaysText')],
          [t('backends.catalogue.dialog.licence'), row.licence],
        ]}
      />
      <p className="mt-3 text-small text-text-2">{dataText(t, row)}</p>
      {asks ? (
        <div className="mt-3 grid gap-3">
          <Field
            label={t('backends.catalogue.dialog.url')}
            value={url}
            onChange={setUrl}
            help={t('backends.catalogue.dialog.urlHelp')}
            inputMode="url"
            mono
          />
          <Field
            label={t('backends.catalogue.dialog.hash')}
            value={sha256}
            onChange={setSha256}
            help={t('backends.catalogue.dialog.hashHelp')}
            error={isHashBad ? t('backends.catalogue.dialog.hashBad') : null}
            mono
          />
        </div>
      ) : null}
      {row.lacks.some((lack) => lack.what === 'cpu') ? (
        <Note tone="warn" className="mt-3">
          {t('backends.catalogue.dialog.cores_few')}
        </Note>
      ) : null}
      {row.evidence === 'read' ? (
        <Note tone="info" className="mt-3">
          {t('backends.catalogue.dialog.read')}
        </Note>
      ) : null}
      <ErrorNote error={start.error} className="mt-3" />
      <div className="mt-4 flex justify-end gap-2">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button kind="pri" icon="play" isBusy={start.busy} isDisabled={isHashBad || isHalf} onPress={() => void begin()}>
          {t('backends.catalogue.dialog.button')}
        </Button>
      </div>
    </Dialog>
  )
}

function dataText(t: ReturnType<typeof useText>, row: EntryRow): string {
  if (row.stage === 'kept') return t('backends.catalogue.dialog.kept')
  switch (row.snapshot.kind) {
    case 'none':
      return t('backends.catalogue.dialog.noSnapshot', { why: row.snapshot.why })
    case 'given':
      return t('backends.catalogue.dialog.given')
    case 'asked':
      return t('backends.catalogue.dialog.asked', { url: row.snapshot.url })
  }
}
