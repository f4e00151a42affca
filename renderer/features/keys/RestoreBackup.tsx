import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useBackupFile } from '#renderer/bridge/use-backup-file.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { PickFile } from '#renderer/ui/PickFile.tsx'
import { InWindow } from './InWindow.tsx'
import { useKeyWindow } from './use-key-window.ts'

/** The way back when there is no vault, or a damaged one. */
export function RestoreBackup({ isDamaged }: { isDamaged: boolean }): ReactNode {
  const t = useText()
  const restore = useCall('vault.restore')
  const brought = useBackupFile()
  const window = useKeyWindow()
  const [path, setPath] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void restore.run({ path: path.trim() }).then((value) => (value === undefined ? undefined : window.open(value.surfaceUrl)))
  }
  return (
    <Card title={t('vaultKeys.restore.title')} padded>
      <form onSubmit={submit} className="grid max-w-[640px] gap-3.5">
        <p className="text-text-2">
          {t('vaultKeys.restore.text')} {isDamaged ? t('vaultKeys.restore.damaged') : null}
        </p>
        <Field
          label={t('vaultKeys.backups.file')}
          value={path}
          onChange={setPath}
          help={t('vaultKeys.backups.fileHelp')}
          mono
          maxLength={1000}
        />
        <div>
          <PickFile
            label={t('vaultKeys.backups.choose')}
            accept=".hearth-backup"
            isBusy={brought.busy}
            onPick={(file) => void brought.bring(file).then((there) => (there === undefined ? undefined : setPath(there)))}
          />
        </div>
        <ErrorNote error={restore.error ?? brought.error} />
        <InWindow window={window} />
        <div>
          <Button type="submit" kind="pri" icon="archive" isBusy={restore.busy} isDisabled={path.trim() === ''}>
            {t('vaultKeys.restore.button')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
