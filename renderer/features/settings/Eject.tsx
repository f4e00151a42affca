import { useState, type FormEvent, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** Nobody depends on Hearth: everything that is needed to go on without it, as plain files. */
export function Eject(): ReactNode {
  const t = useText()
  const write = useCall('eject.write')
  const [name, setName] = useState('without-hearth')
  const [written, setWritten] = useState<RequestOutput<'eject.write'> | null>(null)
  const problem =
    write.error?.code === 'eject-folder' && ['name', 'exists'].includes(write.error.detail?.['problem'] ?? '') ? write.error : null
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void write.run({ name: name.trim() }).then((value) => (value === undefined ? undefined : setWritten(value)))
  }
  return (
    <Card title={t('settings.eject.title')} padded>
      <div className="grid gap-3">
        <p className="text-text-2">{t('settings.eject.text')}</p>
        {written === null ? (
          <form onSubmit={submit} className="flex items-start gap-3">
            <div className="w-[340px] max-w-full">
              <Field
                label={t('settings.eject.name')}
                value={name}
                onChange={(next) => {
                  setName(next)
                  write.clear()
                }}
                maxLength={62}
                mono
                help={t('settings.eject.help')}
                error={problem === null ? null : fieldSentence(t, problem)}
              />
            </div>
            <div className="pt-[23px]">
              <Button type="submit" icon="log-out" isBusy={write.busy} isDisabled={name.trim() === ''}>
                {t('settings.eject.button')}
              </Button>
            </div>
          </form>
        ) : (
          <div role="status">
            <Note tone="ok">
              <div className="flex items-center gap-1">
                <span className="mono break-all">{t('settings.eject.done', { path: written.path })}</span>
                <CopyButton value={written.path} what={t('settings.eject.name')} />
              </div>
              <div>{t('settings.eject.files', { files: written.files.join(', ') })}</div>
              {written.withMiner ? null : <div>{t('settings.eject.without')}</div>}
              <div className="mt-2">
                <Button size="sm" onPress={() => setWritten(null)}>
                  {t('settings.eject.again')}
                </Button>
              </div>
            </Note>
          </div>
        )}
        {problem === null ? <ErrorNote error={write.error} /> : null}
      </div>
    </Card>
  )
}
