import type { ReactNode } from 'react'
import type { BackendRow } from '#shared/api/backend-requests.ts'
import { useQuery } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'

/** What attaching or removing changes in the relay miner's configuration, and what restarts for it. No credential is in it: the gate holds them. */
export function MinerChange({
  row,
  remove,
  restUrl,
  webSocketUrl,
}: {
  row: BackendRow
  remove: boolean
  restUrl: boolean
  webSocketUrl: boolean
}): ReactNode {
  const t = useText()
  const preview = useQuery('backends.preview', { serviceId: row.serviceId, remove, restUrl, webSocketUrl })
  if (preview.error) return <ErrorNote error={preview.error} className="mt-3" />
  if (!preview.value) return null
  const { diff, restarts } = preview.value
  return (
    <div className="mt-3">
      <h3 className="text-small font-semibold">{t('backends.config.title')}</h3>
      {diff === '' ? (
        <p className="mt-1 text-small text-text-2">{t('backends.config.same')}</p>
      ) : (
        <>
          <pre
            className="mono mt-1 max-h-[160px] overflow-auto rounded-[6px] bg-sunken px-2 py-1 text-caption"
            // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keys
            tabIndex={0}
            aria-label={t('backends.config.title')}
          >
            {diff}
          </pre>
          <p className="mt-1.5 text-small text-text-2">
            {restarts.length === 0
              ? t('backends.config.none')
              : t('backends.config.restarts', { titles: restarts.map((node) => node.title).join(', ') })}
          </p>
        </>
      )}
    </div>
  )
}
