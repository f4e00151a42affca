import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useBackupFile } from '#renderer/bridge/use-backup-file.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { PickFile } from '#renderer/ui/PickFile.tsx'

/** The other way to a first vault: a backup of an earlier one. What opens the file is asked in the key window. */
export function RestoreVault(): ReactNode {
  const t = useText()
  const restore = useCall('vault.restore')
  const brought = useBackupFile()
  const [isOpen, setOpen] = useState(false)
  const [path, setPath] = useState('')
  const [url, setUrl] = useState<string | null>(null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (path.trim() === '') return
    void restore.run({ path: path.trim() }).then((value) => {
      if (value === undefined) return
      setUrl(value.surfaceUrl)
      globalThis.open(value.surfaceUrl, '_blank', 'noopener')
    })
  }
  return (
    <div className="mt-4 border-t border-line pt-3.5">
      <button type="button" className="link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {t('lock.restore.have')}
      </button>
      {isOpen ? (
        <form className="mt-2.5 grid gap-3" onSubmit={submit}>
          <Field
            label={t('lock.restore.path')}
            value={path}
            onChange={setPath}
            help={t('lock.restore.pathHelp')}
            mono
            maxLength={1000}
            autoFocus
          />
          <div>
            <PickFile
              label={t('lock.restore.choose')}
              accept=".hearth-backup"
              isBusy={brought.busy}
              onPick={(file) => void brought.bring(file).then((there) => (there === undefined ? undefined : setPath(there)))}
            />
          </div>
          <ErrorNote error={restore.error ?? brought.error} />
          {url === null ? null : (
            <p className="text-small text-text-2" role="status">
              {t('lock.restore.window')}{' '}
              <a className="link" href={url} target="_blank" rel="noopener noreferrer">
                {t('lock.restore.link')}
              </a>
            </p>
          )}
          <div className="flex items-center gap-2">
            <Button type="submit" icon="archive" isBusy={restore.busy}>
              {t('lock.restore.button')}
            </Button>
            {url === null ? null : (
              <LinkButton href={url} external icon="external-link" kind="ghost">
                {t('lock.restore.again')}
              </LinkButton>
            )}
          </div>
        </form>
      ) : null}
    </div>
  )
}
