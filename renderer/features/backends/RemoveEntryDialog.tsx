import { useState, type ReactNode } from 'react'
import type { EntryRow } from '#shared/api/backend-requests.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { duration } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice } from '#renderer/ui/Field.tsx'

/** Says what goes and what stays before an entry is removed. */
export function RemoveEntryDialog({ row, onClose }: { row: EntryRow; onClose: () => void }): ReactNode {
  const t = useText()
  const remove = useCall('backends.removeEntry')
  const isKept = row.stage === 'kept'
  // Cut off before its data was whole: a part of it is nothing to go on with.
  const isPart = row.stage === 'starting' && !row.hasData
  const [fate, setFate] = useState<string>('keep')
  const withData = isKept || isPart || fate === 'lose'
  const asksFate = !isKept && !isPart && !row.isOwnNode
  const text = row.isOwnNode
    ? t('backends.catalogue.removing.own')
    : isKept
      ? t('backends.catalogue.removing.keptText')
      : isPart
        ? t('backends.catalogue.removing.partText')
        : t('backends.catalogue.removing.text', { grace: duration(row.stopGraceSeconds * 1_000) })
  return (
    <Dialog isOpen onClose={onClose} title={t('backends.catalogue.removing.title', { title: row.title })} width={520}>
      <p className="text-text-2">{text}</p>
      {asksFate ? (
        <div className="mt-3">
          <Choice
            label={t('backends.catalogue.removing.which')}
            value={fate}
            onChange={setFate}
            options={[
              { value: 'keep', text: t('backends.catalogue.removing.keep') },
              { value: 'lose', text: t('backends.catalogue.removing.lose') },
            ]}
            help={t(withData ? 'backends.catalogue.removing.loseText' : 'backends.catalogue.removing.keepText')}
          />
        </div>
      ) : null}
      <ErrorNote error={remove.error} className="mt-3" />
      <div className="mt-4 flex justify-end gap-2">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button
          kind="danger"
          icon="trash"
          isBusy={remove.busy}
          onPress={() => void remove.run({ entryId: row.entryId, withData }).then((value) => (value === undefined ? undefined : onClose()))}
        >
          {row.isOwnNode
            ? t('backends.catalogue.unuse')
            : t(isKept ? 'backends.catalogue.removing.deleteKept' : 'backends.catalogue.removing.button')}
        </Button>
      </div>
    </Dialog>
  )
}
