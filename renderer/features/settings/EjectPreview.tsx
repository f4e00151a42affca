import type { ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useText } from '#renderer/text/text.ts'
import { Facts } from '#renderer/ui/Card.tsx'
import { Note } from '#renderer/ui/Note.tsx'

type Preview = RequestOutput<'eject.preview'>

const FILE_KEYS = {
  'compose.yaml': 'compose',
  'relayminer.yaml': 'miner',
  'ingress.json': 'ingress',
  'gate.json': 'gate',
  'README.md': 'readme',
} as const

/** What would be written, file by file, before it is. */
export function EjectPreview({ preview }: { preview: Preview }): ReactNode {
  const t = useText()
  const hosts = [...new Set(preview.secrets.map((secret) => secret.host))]
  return (
    <div className="grid gap-3">
      <Facts
        rows={[
          [t('settings.eject.containers'), preview.containers.map((container) => container.title).join(', ')],
          [
            t('settings.eject.parent'),
            <span key="parent" className="mono break-all">
              {preview.parent}
            </span>,
          ],
        ]}
      />
      <ul className="grid gap-1" aria-label={t('settings.eject.what')}>
        {preview.files.map((file) => (
          <li key={file.name}>
            <PreviewFile file={file} />
          </li>
        ))}
      </ul>
      {preview.withMiner ? null : <Note tone="warn">{t('settings.eject.without')}</Note>}
      {hosts.length === 0 ? null : <Note>{t('settings.eject.hosts', { hosts: hosts.join(', ') })}</Note>}
    </div>
  )
}

function PreviewFile({ file }: { file: Preview['files'][number] }): ReactNode {
  const t = useText()
  const key = FILE_KEYS[file.name as keyof typeof FILE_KEYS]
  const what = `${t(`settings.eject.file.${key}`)}${file.secret ? ` ${t('settings.eject.file.secret')}` : ''}`
  if (file.text === '')
    return (
      <div className="pl-[14px]">
        <span className="mono">{file.name}</span> <span className="text-text-2">{what}</span>
      </div>
    )
  return (
    <details>
      <summary className="cursor-pointer">
        <span className="mono">{file.name}</span> <span className="text-text-2">{what}</span>
      </summary>
      {/* It scrolls, so it must be reached by the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0} className="mono mt-1.5 max-h-[320px] overflow-auto rounded-[9px] bg-sunken p-3 text-small whitespace-pre">
        {file.text}
      </pre>
    </details>
  )
}
