import { useState, type ReactNode } from 'react'
import { useCall, useRealNow } from '#renderer/bridge/hooks.ts'
import { ticketOf, useBackupFile } from '#renderer/bridge/use-backup-file.ts'
import { when } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { saveBase64 } from '#renderer/ui/files.ts'
import { Note } from '#renderer/ui/Note.tsx'
import { PickFile } from '#renderer/ui/PickFile.tsx'
import type { RequestOutput } from '#shared/api/requests.ts'
import { InWindow } from './InWindow.tsx'
import { useKeyWindow } from './use-key-window.ts'

/** The last backup and its last try; writing one, trying one, bringing one back. */
export function Backups({ details }: { details: RequestOutput<'keys.details'> | null }): ReactNode {
  const t = useText()
  const now = useRealNow(60_000)
  const write = useCall('vault.backup')
  const drill = useCall('vault.drill')
  const restore = useCall('vault.restore')
  const window = useKeyWindow()
  const [folder, setFolder] = useState('')
  const [typed, setTyped] = useState<string | null>(null)
  const backup = details?.backup ?? null
  const drilled = details?.drill ?? null
  const path = typed ?? backup?.path ?? ''
  const brought = useBackupFile()
  const take = useCall('vault.takeBackup')
  /** Of the backup that was asked for here; it can be fetched once it is written. */
  const [asked, setAsked] = useState<{ ticket: string; before: number | null } | null>(null)
  const isWritten = asked !== null && backup !== null && backup.atMs !== asked.before
  const [isTaken, setTaken] = useState(false)
  const begin = (): void => {
    setTaken(false)
    const answer = write.run({ folder: folder.trim() === '' ? null : folder.trim() })
    void answer.then((value) =>
      value === undefined ? undefined : setAsked({ ticket: ticketOf(value.surfaceUrl), before: backup?.atMs ?? null }),
    )
    ask(answer)
  }
  const fetch = (): void => {
    if (asked === null) return
    void take.run({ ticket: asked.ticket }).then((value) => {
      setAsked(null)
      if (value === undefined) return
      setTaken(saveBase64(value.fileName, value.base64))
    })
  }
  const ask = (answer: Promise<{ surfaceUrl: string } | undefined>): void =>
    void answer.then((value) => (value === undefined ? undefined : window.open(value.surfaceUrl)))
  return (
    <Card title={t('vaultKeys.backups.title')} padded>
      <div className="grid gap-3.5">
        <p className="text-text-2">{t('vaultKeys.backups.lead')}</p>
        <Facts
          rows={[
            [
              t('vaultKeys.backups.last'),
              backup === null ? (
                t('vaultKeys.backups.lastNone')
              ) : (
                <span key="last">
                  {when(backup.atMs, now)}, <span className="mono break-all">{backup.path}</span>
                </span>
              ),
            ],
            [
              t('vaultKeys.backups.tried'),
              drilled === null
                ? t('vaultKeys.backups.triedNone')
                : t('vaultKeys.backups.triedOf', { when: when(drilled.atMs, now), made: when(drilled.madeAtMs, now) }),
            ],
          ]}
        />
        {details?.failedDrill ? <Note tone="bad">{t('vaultKeys.backups.failed', { reason: details.failedDrill.reason })}</Note> : null}
        <div className="grid grid-cols-2 gap-6 max-[720px]:grid-cols-[minmax(0,1fr)]">
          <div className="grid content-start gap-2.5">
            <Field
              label={t('vaultKeys.backups.folder')}
              value={folder}
              onChange={setFolder}
              help={t('vaultKeys.backups.folderHelp')}
              mono
              maxLength={1000}
            />
            <div>
              <Button kind={backup === null ? 'pri' : 'plain'} icon="archive" isBusy={write.busy} onPress={begin}>
                {t('vaultKeys.backups.write')}
              </Button>
            </div>
          </div>
          <div className="grid content-start gap-2.5">
            <Field
              label={t('vaultKeys.backups.file')}
              value={path}
              onChange={setTyped}
              help={t('vaultKeys.backups.fileHelp')}
              mono
              maxLength={1000}
            />
            <div className="flex flex-wrap items-center gap-2">
              <PickFile
                label={t('vaultKeys.backups.choose')}
                accept=".hearth-backup"
                isBusy={brought.busy}
                onPick={(file) => void brought.bring(file).then((there) => (there === undefined ? undefined : setTyped(there)))}
              />
              <Button
                kind={backup !== null && drilled === null ? 'pri' : 'plain'}
                icon="shield-check"
                isBusy={drill.busy}
                isDisabled={path.trim() === ''}
                onPress={() => ask(drill.run({ path: path.trim() }))}
              >
                {t('vaultKeys.backups.try')}
              </Button>
              <Button isBusy={restore.busy} isDisabled={path.trim() === ''} onPress={() => ask(restore.run({ path: path.trim() }))}>
                {t('vaultKeys.backups.restore')}
              </Button>
            </div>
            <p className="text-small text-text-3">{t('vaultKeys.backups.tryHelp')}</p>
          </div>
        </div>
        <ErrorNote error={write.error ?? drill.error ?? restore.error ?? brought.error ?? take.error} />
        {isWritten ? (
          <Note tone="ok">
            <div role="status">{t('vaultKeys.backups.ready')}</div>
            <div className="mt-2">
              <Button size="sm" icon="arrow-down-to-line" isBusy={take.busy} onPress={fetch}>
                {t('vaultKeys.backups.take')}
              </Button>
            </div>
          </Note>
        ) : null}
        {isTaken ? (
          <p role="status" className="text-small text-text-2">
            {t('vaultKeys.backups.taken')}
          </p>
        ) : null}
        <InWindow window={window} />
      </div>
    </Card>
  )
}
