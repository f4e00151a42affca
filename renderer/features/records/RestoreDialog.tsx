import type { ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { TitledList } from '#renderer/ui/TitledList.tsx'
import { moment, type Copy } from './record-words.ts'

/** What a restore changes and what it does not, before anything is asked for. */
export function RestoreDialog({ copy, onClose, onChanged }: { copy: Copy | null; onClose: () => void; onChanged: () => void }): ReactNode {
  const t = useText()
  const restore = useCall('records.restore')
  const when = copy === null ? '' : moment(copy.atMs)
  const close = (): void => {
    restore.clear()
    onClose()
  }
  const confirm = (): void => {
    if (copy === null) return
    void restore.run({ name: copy.name, chosen: copy.chosen }).then((done) => {
      onChanged()
      if (done !== undefined) close()
    })
  }
  return (
    <Dialog isOpen={copy !== null} onClose={close} title={t('records.restore.title', { when })} width={500}>
      <div className="grid gap-3.5">
        <p className="text-text-2">{t('records.restore.text')}</p>
        <TitledList title={t('records.restore.goes', { when })} lines={[t('records.restore.claims'), t('records.restore.choices')]} />
        <TitledList
          title={t('records.restore.stays')}
          lines={[t('records.restore.payments'), t('records.restore.keys'), t('records.restore.aside')]}
        />
        <ErrorNote error={restore.error} />
        <div className="flex justify-end gap-2">
          <Button onPress={close}>{t('ui.cancel')}</Button>
          <Button kind="danger" icon="undo" isBusy={restore.busy} onPress={confirm}>
            {t('records.restore.confirm')}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
