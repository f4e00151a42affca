import type { ReactNode } from 'react'
import { networkIdSchema } from '#shared/api/state.ts'
import { useAppState, useRealNow, useQuery } from '#renderer/bridge/hooks.ts'
import { when, whole } from '#renderer/text/format.ts'
import { keyed, useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'

const SHOWN = 4

/** The last few events. The list is asked for again when something that leaves an event has moved. */
export function Lately(): ReactNode {
  const t = useText()
  const now = useRealNow(10_000)
  const moved = useAppState((state) =>
    [
      state.earnings.revision,
      state.vault.kind,
      ...Object.values(state.intents).map((intent) => intent.status),
      ...Object.values(state.tasks).map((task) => task.status),
      ...Object.values(state.nodes).map((node) => node.wanted),
    ].join(),
  )
  const network = useAppState((state) => state.app.network)
  /** What happened on a network that is not the chosen one is told by its name. */
  const whereOf = (on: string | undefined): string => {
    const id = networkIdSchema.safeParse(on).data
    return id === undefined || id === network ? '' : `${t(`frame.network.${id}`)}: `
  }
  const list = useQuery('activity.list', { limit: SHOWN }, moved)
  const rows = list.value?.rows ?? []
  return (
    <Card title={t('home.lately.title')} className="mt-3.5">
      <div className="mt-2">
        {rows.map((row) => (
          <div
            key={row.id}
            className="grid min-h-[34px] grid-cols-[60px_18px_minmax(0,1fr)_auto] items-center gap-2.5 border-t border-line px-4 text-[12.5px] max-[640px]:py-1.5"
          >
            <span className="text-small text-text-3 num">{when(row.atMs, now)}</span>
            <Icon
              name={eventIcon(row)}
              size={14}
              className={
                row.level === 'bad'
                  ? 'text-bad'
                  : row.level === 'warn'
                    ? 'text-warn'
                    : row.text.includes('settled')
                      ? 'text-ember-text'
                      : 'text-text-2'
              }
            />
            <span className="truncate num max-[640px]:whitespace-normal">
              {whereOf(row.facts['on'])}
              {keyed(t, 'activity', row.text, row.facts)}
            </span>
            <span className="text-small text-text-3 num">
              {row.facts['height'] && /^\d+$/.test(row.facts['height'])
                ? t('home.lately.block', { height: whole(row.facts['height']) })
                : ''}
            </span>
          </div>
        ))}
        {rows.length === 0 && list.error === null && !list.loading ? (
          <p className="px-4 pb-4 text-text-2">{t('home.lately.empty')}</p>
        ) : null}
        {rows.length === 0 ? <ErrorNote error={list.error} className="px-4 pb-4" /> : null}
      </div>
    </Card>
  )
}

function eventIcon(row: { level: string; text: string }): IconName {
  if (row.level === 'bad') return 'circle-x'
  if (row.level === 'warn') return 'triangle-alert'
  if (row.text.includes('settled')) return 'coins'
  if (row.text.startsWith('tx-')) return 'circle-check'
  if (row.text.startsWith('vault') || row.text.startsWith('key')) return 'key-round'
  if (row.text === 'faucet') return 'droplets'
  return 'info'
}
