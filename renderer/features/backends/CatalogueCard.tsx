import { useState, type ReactNode } from 'react'
import type { EntryRow } from '#shared/api/backend-requests.ts'
import { useAppState, useQuery, useRealNow } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { EntryLine } from './EntryLine.tsx'
import { RemoveEntryDialog } from './RemoveEntryDialog.tsx'
import { StartEntryDialog } from './StartEntryDialog.tsx'

const LOOK_MS = 4_000

/** The nodes of the signed catalogue: what each would use here, and start, stop and removal of them. Nothing while no network is chosen. */
export function CatalogueCard(): ReactNode {
  const t = useText()
  const network = useAppState((state) => state.app.network)
  const turn = Math.floor(useRealNow(LOOK_MS) / LOOK_MS)
  const [changes, setChanges] = useState(0)
  const list = useQuery('backends.catalogue', network === null ? null : {}, `${turn} ${changes}`)
  const [starting, setStarting] = useState<string | null>(null)
  const [removing, setRemoving] = useState<string | null>(null)
  if (network === null) return null
  const rows = sorted(list.value?.rows ?? [])
  const started = rows.find((row) => row.entryId === starting)
  const removed = rows.find((row) => row.entryId === removing)
  const look = (): void => setChanges((before) => before + 1)
  return (
    <Card title={t('backends.catalogue.title')} className="mt-3.5 overflow-clip">
      <p className="max-w-[820px] px-4 pb-3 text-text-2">{t('backends.catalogue.lead')}</p>
      {network === 'practice' ? <p className="px-4 pb-3 text-small text-text-3">{t('backends.catalogue.practice')}</p> : null}
      {list.value === null && !list.error ? (
        <p className="border-t border-line px-4 py-3 text-text-2">{t('backends.catalogue.loading')}</p>
      ) : null}
      <ul aria-label={t('backends.catalogue.title')}>
        {rows.map((row) => (
          <EntryLine
            key={row.entryId}
            row={row}
            onStart={() => setStarting(row.entryId)}
            onRemove={() => setRemoving(row.entryId)}
            onChanged={look}
          />
        ))}
      </ul>
      <ErrorNote error={list.error} className="mx-4 my-3" />
      {started ? (
        <StartEntryDialog
          row={started}
          onClose={() => {
            setStarting(null)
            look()
          }}
        />
      ) : null}
      {removed ? (
        <RemoveEntryDialog
          row={removed}
          onClose={() => {
            setRemoving(null)
            look()
          }}
        />
      ) : null}
    </Card>
  )
}

/** What is here first, then what serves this network, then what fits. */
function sorted(rows: readonly EntryRow[]): EntryRow[] {
  const rank = (row: EntryRow): number =>
    (row.stage === 'none' ? 4 : 0) +
    (row.serves.some((service) => service.onNetwork) ? 0 : 2) +
    (row.lacks.length > 0 || row.blocked ? 1 : 0)
  return rows.toSorted((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title))
}
