import { useEffect, useId, useState, type FormEvent, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useAppState, useCall, useQuery } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote, fieldSentence } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { EjectPreview } from './EjectPreview.tsx'
import { HandOver } from './HandOver.tsx'

type Preview = RequestOutput<'eject.preview'>
type Written = RequestOutput<'eject.write'>

const STANDARD_NAME = 'without-hearth'
/** While containers stop, how far they are is not in the state. */
const LOOK_MS = 2_000

/** Nobody depends on Hearth: everything that is needed to go on without it as plain files, the way out, and the way back. */
export function Eject(): ReactNode {
  const t = useText()
  const seen = useAppState(
    (state) =>
      `${state.app.network ?? ''} ${Object.values(state.nodes)
        .map((node) => node.seen)
        .join(' ')}`,
  )
  const query = useQuery('eject.preview', {}, seen)
  const { value: preview, reload } = query
  const isUnderWay = preview?.handOver?.stage === 'waiting' || preview?.handOver?.stage === 'stopping'
  useEffect(() => {
    if (!isUnderWay) return undefined
    const timer = setInterval(reload, LOOK_MS)
    return () => clearInterval(timer)
  }, [isUnderWay, reload])
  const isLeaving = preview !== null && preview.handOver !== null
  return (
    <Card title={t('settings.eject.title')} padded>
      <div className="grid gap-3.5">
        <p className="text-text-2">{t('settings.eject.text')}</p>
        <ErrorNote error={query.error} />
        {preview === null ? null : (
          <>
            {isLeaving ? null : <EjectPreview preview={preview} />}
            {isLeaving ? null : <WriteForm preview={preview} onWritten={reload} />}
            <HandOver preview={preview} onChanged={reload} />
          </>
        )}
      </div>
    </Card>
  )
}

/** The first name that is not there yet. */
function freeName(taken: readonly string[]): string {
  const names = [STANDARD_NAME, ...taken.map((_each, index) => `${STANDARD_NAME}-${index + 2}`)]
  return names.find((name) => !taken.includes(name)) ?? STANDARD_NAME
}

function WriteForm({ preview, onWritten }: { preview: Preview; onWritten: () => void }): ReactNode {
  const t = useText()
  const write = useCall('eject.write')
  const secretsId = useId()
  const [typed, setTyped] = useState<string | null>(null)
  const [withSecrets, setWithSecrets] = useState(false)
  const [written, setWritten] = useState<Written | null>(null)
  const name = typed ?? freeName(preview.taken)
  const isTaken = preview.taken.includes(name.trim())
  const problem =
    write.error?.code === 'eject-folder' && ['name', 'exists'].includes(write.error.detail?.['problem'] ?? '') ? write.error : null
  const told = problem ?? (isTaken ? { code: 'eject-folder' as const, detail: { problem: 'exists', name: name.trim() }, ref: '' } : null)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void write.run({ name: name.trim(), withSecrets: withSecrets && preview.secrets.length > 0 }).then((value) => {
      if (value === undefined) return
      setWritten(value)
      onWritten()
    })
  }
  if (written !== null)
    return (
      <div role="status">
        <Note tone="ok">
          <div className="flex items-center gap-1">
            <span className="mono break-all">{t('settings.eject.done', { path: written.path })}</span>
            <CopyButton value={written.path} what={t('settings.eject.name')} />
          </div>
          <div>{t('settings.eject.files', { files: written.files.join(', ') })}</div>
          {written.withMiner ? null : <div>{t('settings.eject.without')}</div>}
          {written.toFillIn === 0 ? null : <div>{t('settings.eject.toFillIn', { count: written.toFillIn })}</div>}
          <div className="mt-2">
            <Button
              size="sm"
              onPress={() => {
                setWritten(null)
                setTyped(null)
              }}
            >
              {t('settings.eject.again')}
            </Button>
          </div>
        </Note>
      </div>
    )
  return (
    <form onSubmit={submit} className="grid gap-3">
      <div className="flex flex-wrap items-start gap-3">
        <div className="w-[340px] max-w-full">
          <Field
            label={t('settings.eject.name')}
            value={name}
            onChange={(next) => {
              setTyped(next)
              write.clear()
            }}
            maxLength={62}
            mono
            help={t('settings.eject.help', { parent: preview.parent })}
            error={told === null ? null : fieldSentence(t, told)}
          />
        </div>
        <div className="pt-[23px]">
          <Button type="submit" icon="log-out" isBusy={write.busy} isDisabled={name.trim() === '' || isTaken}>
            {t('settings.eject.button')}
          </Button>
        </div>
      </div>
      {preview.secrets.length === 0 ? null : (
        <div className="flex items-start gap-2">
          <input
            id={secretsId}
            type="checkbox"
            className="mt-0.5 h-4 w-4 flex-none accent-[var(--ember)]"
            checked={withSecrets}
            onChange={(event) => setWithSecrets(event.target.checked)}
            aria-describedby={`${secretsId}-help`}
          />
          <span>
            <label htmlFor={secretsId} className="font-medium">
              {t('settings.eject.secrets')}
            </label>
            <span id={`${secretsId}-help`} className="block text-caption text-text-3">
              {withSecrets ? t('settings.eject.secretsOn') : t('settings.eject.secretsOff', { count: preview.secrets.length })}
            </span>
          </span>
        </div>
      )}
      {problem === null ? <ErrorNote error={write.error} /> : null}
    </form>
  )
}
