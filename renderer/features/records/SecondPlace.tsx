import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import type { RecordStatus } from './record-words.ts'

/** A folder for copies that is not on this disk. */
export function SecondPlace({ status, onChanged }: { status: RecordStatus; onChanged: () => void }): ReactNode {
  const t = useText()
  const choose = useCall('records.chooseFolder')
  const [typed, setTyped] = useState<string | null>(null)
  const value = typed ?? status.chosenFolder ?? ''
  const problem = choose.error?.code === 'folder-invalid' ? choose.error : null
  const set = (path: string | null): void =>
    void choose.run({ path }).then((done) => {
      if (done === undefined) return
      setTyped(null)
      onChanged()
    })
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (value.trim() !== '') set(value.trim())
  }
  return (
    <Card title={t('records.place.title')} padded>
      <form onSubmit={submit} className="grid gap-3">
        <p className="text-text-2">{t('records.place.text')}</p>
        <Field
          label={t('records.place.field')}
          value={value}
          onChange={(next) => {
            setTyped(next)
            choose.clear()
          }}
          mono
          maxLength={1000}
          help={t('records.place.help')}
          error={problem === null ? null : fieldSentence(t, problem)}
        />
        {status.chosenFolder === null ? null : <PlaceNote status={status} />}
        {problem === null ? <ErrorNote error={choose.error} /> : null}
        <div className="flex gap-2">
          <Button type="submit" isBusy={choose.busy} isDisabled={value.trim() === '' || value.trim() === status.chosenFolder}>
            {t('records.place.save')}
          </Button>
          {status.chosenFolder === null ? null : (
            <Button kind="ghost" isBusy={choose.busy} onPress={() => set(null)}>
              {t('records.place.remove')}
            </Button>
          )}
        </div>
      </form>
    </Card>
  )
}

function PlaceNote({ status }: { status: RecordStatus }): ReactNode {
  const t = useText()
  if (!status.chosenReady) return <Note tone="warn">{t('records.place.notReady')}</Note>
  if (status.chosenSameDisk) return <Note tone="warn">{t('records.place.sameDisk')}</Note>
  return <Note tone="ok">{t('records.place.ready')}</Note>
}
