import { useState, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { bytes } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import type { UpdateList } from './update-words.ts'

/** Old images, removed only when the user says so. */
export function UnusedImages({ unused, onChanged }: { unused: UpdateList['unused']; onChanged: () => void }): ReactNode {
  const t = useText()
  const [isAsking, setAsking] = useState(false)
  const remove = useCall('updates.removeUnused')
  if (unused.length === 0) return null
  const size = bytes(unused.reduce((sum, image) => sum + image.sizeBytes, 0))
  const confirm = (): void =>
    void remove.run({}).then((done) => {
      if (done === undefined) return
      setAsking(false)
      onChanged()
    })
  return (
    <>
      <Note>
        <div className="flex flex-wrap items-center gap-3">
          <span className="min-w-[180px] flex-1">{t('updates.unused.text', { count: unused.length, size })}</span>
          <Button size="sm" icon="trash" onPress={() => setAsking(true)}>
            {t('updates.unused.remove')}
          </Button>
        </div>
      </Note>
      <Dialog isOpen={isAsking} onClose={() => setAsking(false)} title={t('updates.unused.title')}>
        <div className="grid gap-3">
          <p>{t('updates.unused.text', { count: unused.length, size })}</p>
          <p className="text-text-2">{t('updates.unused.sure')}</p>
          <ErrorNote error={remove.error} />
          <div className="flex justify-end gap-2">
            <Button onPress={() => setAsking(false)}>{t('updates.unused.keep')}</Button>
            <Button kind="danger" icon="trash" isBusy={remove.busy} onPress={confirm}>
              {t('updates.unused.do')}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  )
}
