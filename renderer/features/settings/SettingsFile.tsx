import { useState, type ReactNode } from 'react'
import type { ApiError } from '#shared/api/errors.ts'
import type { RequestOutput } from '#shared/api/requests.ts'
import { isSettingKey, type SettingScalar } from '#shared/settings/table.ts'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText, type Words } from '#renderer/text/text.ts'
import { CopyButton } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { readText, saveText } from '#renderer/ui/files.ts'
import { PickFile } from '#renderer/ui/PickFile.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import { valueWords } from './setting-words.ts'

type Judged = RequestOutput<'settings.judge'>

/** Out as a file, and in from one: what a file would change is seen before anything is changed. */
export function SettingsFile(): ReactNode {
  const t = useText()
  const exporting = useCall('settings.export')
  const judging = useCall('settings.judge')
  const [exported, setExported] = useState<RequestOutput<'settings.export'> | null>(null)
  const [file, setFile] = useState<{ text: string; judged: Judged } | null>(null)
  const [isUnreadable, setUnreadable] = useState(false)
  const pick = async (chosen: File): Promise<void> => {
    // What no settings can be is not even read; main says so in its own words.
    const text = chosen.size > MOST_BYTES ? 'x'.repeat(MOST_BYTES) : await readText(chosen)
    setUnreadable(text === undefined)
    if (text === undefined) return
    const judged = await judging.run({ text })
    if (judged !== undefined) setFile({ text, judged })
  }
  return (
    <Card title={t('settings.file.title')} padded>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <p className="min-w-[200px] flex-1 text-text-2">{t('settings.file.text')}</p>
        <Button
          icon="arrow-down-to-line"
          isBusy={exporting.busy}
          onPress={() => void exporting.run({}).then((value) => setExported(value ?? null))}
        >
          {t('settings.file.export')}
        </Button>
        <PickFile
          label={t('settings.file.import')}
          accept=".json,application/json"
          size="md"
          isBusy={judging.busy}
          onPick={(chosen) => void pick(chosen)}
        />
      </div>
      <ErrorNote error={isUnreadable ? UNREADABLE : (exporting.error ?? judging.error)} className="mt-3" />
      <Dialog isOpen={exported !== null} onClose={() => setExported(null)} title={t('settings.file.exportTitle')} width={560}>
        {exported === null ? null : <Exported {...exported} />}
      </Dialog>
      <Dialog isOpen={file !== null} onClose={() => setFile(null)} title={t('settings.file.importTitle')} width={620}>
        {file === null ? null : <Preview text={file.text} judged={file.judged} onClose={() => setFile(null)} />}
      </Dialog>
    </Card>
  )
}

const UNREADABLE: ApiError = { code: 'settings-file-invalid', detail: { problem: 'unreadable' }, ref: '' }
/** Just above what main looks at. */
const MOST_BYTES = 150_000

function Exported({ fileName, text }: RequestOutput<'settings.export'>): ReactNode {
  const t = useText()
  return (
    <div className="grid gap-3">
      <p className="text-text-2">{t('settings.file.exportText')}</p>
      <pre className="mono max-h-[320px] overflow-auto rounded-note bg-sunken p-3">{text}</pre>
      <div className="flex items-center justify-end gap-2">
        <CopyButton value={text} what={t('settings.file.what')} />
        <Button kind="pri" onPress={() => saveText(fileName, text)}>
          {t('settings.file.save', { name: fileName })}
        </Button>
      </div>
    </div>
  )
}

const told = (t: Words, key: string, value: SettingScalar): string => (isSettingKey(key) ? valueWords(t, key, value) : String(value))
const titleOf = (t: Words, key: string): string => (isSettingKey(key) ? t(`settings.rows.${key}.title`) : key)

function Preview({ text, judged, onClose }: { text: string; judged: Judged; onClose: () => void }): ReactNode {
  const t = useText()
  const apply = useCall('settings.import')
  const { changes, ignored, same, digest } = judged
  const columns = [
    { key: 'setting', title: t('settings.file.setting') },
    { key: 'now', title: t('settings.file.now') },
    { key: 'then', title: t('settings.file.after') },
  ]
  return (
    <div className="grid gap-3">
      <Table
        columns={columns}
        caption={t('settings.file.importTitle')}
        {...(changes.length === 0 ? { empty: t('settings.file.nothing') } : {})}
      >
        {changes.map((change) => (
          <tr key={change.key}>
            <td className="wrap">
              {titleOf(t, change.key)}
              {change.restarts.includes('miner') ? (
                <span className="block text-small text-text-3">{t('settings.restartMiner')}</span>
              ) : null}
            </td>
            <td className="wrap text-text-2">{told(t, change.key, change.from)}</td>
            <td className="wrap font-medium">{told(t, change.key, change.to)}</td>
          </tr>
        ))}
      </Table>
      {same > 0 && changes.length > 0 ? <p className="text-small text-text-2">{t('settings.file.same', { count: same })}</p> : null}
      {ignored.length === 0 ? null : (
        <div>
          <div className="font-medium">{t('settings.file.ignored')}</div>
          <ul className="text-small text-text-2">
            {ignored.map((entry) => (
              <li key={entry.key} className="break-words">
                <span className="mono">{entry.key}</span>: {t(`settings.file.reason.${entry.reason}`, { value: entry.value })}
              </li>
            ))}
          </ul>
        </div>
      )}
      <ErrorNote error={apply.error} />
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t(changes.length === 0 ? 'ui.close' : 'ui.cancel')}</Button>
        {changes.length === 0 ? null : (
          <Button
            kind="pri"
            isBusy={apply.busy}
            onPress={() => void apply.run({ text, digest }).then((done) => (done === undefined ? undefined : onClose()))}
          >
            {t('settings.file.apply', { count: changes.length })}
          </Button>
        )}
      </div>
    </div>
  )
}
