import { useId, useState, type ReactNode } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { readText, saveText } from '#renderer/ui/files.ts'
import { Note } from '#renderer/ui/Note.tsx'
import { PickFile } from '#renderer/ui/PickFile.tsx'

type Imported = RequestOutput<'wallet.bookImport'>
const MOST_CHARS = 200_000
const UNREADABLE: ApiError = { code: 'settings-file-invalid', detail: { problem: 'unreadable' }, ref: '' }
const PROBLEMS = ['address', 'name-taken', 'full', 'unreadable'] as const

/** The address book as a file, out and in again. */
export function BookFile({ onChanged }: { onChanged: () => void }): ReactNode {
  const t = useText()
  const id = useId()
  const take = useCall('wallet.bookExport')
  const bring = useCall('wallet.bookImport')
  const [text, setText] = useState('')
  const [done, setDone] = useState<Imported | null>(null)
  const save = (): void =>
    void take.run({}).then((file) => {
      if (file !== undefined) saveText(file.fileName, file.text)
    })
  const [isUnreadable, setUnreadable] = useState(false)
  const pick = async (file: File): Promise<void> => {
    // What no address book can be is not even read; main says so in its own words.
    const read = file.size > MOST_CHARS ? 'x'.repeat(MOST_CHARS) : await readText(file)
    setUnreadable(read === undefined)
    setText(read ?? '')
    setDone(null)
    bring.clear()
  }
  const submit = (): void =>
    void bring.run({ text }).then((value) => {
      if (value === undefined) return
      setDone(value)
      setText('')
      onChanged()
    })
  return (
    <Card title={t('wallet.book.importTitle')} padded>
      <div className="grid gap-3">
        <div className="field">
          <label htmlFor={id}>{t('wallet.book.importField')}</label>
          <textarea
            id={id}
            className="mono min-h-[84px] w-full rounded-note border border-line bg-sunken p-2.5 text-caption"
            value={text}
            maxLength={MOST_CHARS}
            spellCheck={false}
            onChange={(event) => {
              setText(event.target.value)
              setDone(null)
              setUnreadable(false)
              bring.clear()
            }}
          />
        </div>
        <ErrorNote error={isUnreadable ? UNREADABLE : (bring.error ?? take.error)} />
        {done === null ? null : (
          <div role="status">
            <Note tone={done.refused.length === 0 ? 'ok' : 'warn'}>
              <div>{t('wallet.book.importDone', { added: done.added, changed: done.changed, same: done.same })}</div>
              {done.refused.map((one) => (
                <div key={one.number}>
                  {t('wallet.book.refused', {
                    number: one.number,
                    problem: t(`wallet.book.problem.${PROBLEMS.find((each) => each === one.problem) ?? 'unreadable'}`),
                  })}
                </div>
              ))}
            </Note>
          </div>
        )}
        <div className="flex flex-wrap gap-2">
          <PickFile label={t('wallet.book.pick')} accept=".json,application/json" size="md" onPick={(file) => void pick(file)} />
          <Button isBusy={bring.busy} isDisabled={text.trim() === ''} onPress={submit}>
            {t('wallet.book.import')}
          </Button>
          <Button icon="arrow-down-to-line" isBusy={take.busy} onPress={save}>
            {t('wallet.book.export')}
          </Button>
        </div>
      </div>
    </Card>
  )
}
