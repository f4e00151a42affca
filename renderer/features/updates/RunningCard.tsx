import type { ReactNode } from 'react'
import { shortDigest, when } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Card } from '#renderer/ui/Card.tsx'
import { Table } from '#renderer/ui/Table.tsx'
import type { UpdateList } from './update-words.ts'

/** Every image that containers are made of, by its digest. */
export function RunningCard({ list, now, aside }: { list: UpdateList; now: number; aside: ReactNode }): ReactNode {
  const t = useText()
  return (
    <Card title={t('updates.running.title')} aside={aside}>
      <div className="mt-2">
        <Table
          caption={t('updates.running.title')}
          columns={[
            { key: 'what', title: t('updates.running.what') },
            { key: 'version', title: t('updates.running.version') },
            { key: 'digest', title: t('updates.running.digest') },
            { key: 'since', title: t('updates.running.since') },
            { key: 'news', title: t('updates.running.news') },
          ]}
        >
          {list.running.map((running) => (
            <tr key={running.image}>
              <td>
                <span className="block font-medium">{running.title}</span>
                <span className="block text-caption leading-[14px] text-text-3">
                  {t('updates.running.containers', { names: running.nodes.join(', ') })}
                </span>
              </td>
              <td>
                {running.version}
                {running.notesUrl === null ? null : (
                  <>
                    {' '}
                    <a className="link" href={running.notesUrl} target="_blank" rel="noopener noreferrer">
                      {t('updates.running.notes')}
                    </a>
                  </>
                )}
              </td>
              <td className="mono" title={running.digest}>
                {shortDigest(running.digest)}
              </td>
              <td>{running.sinceMs === null || running.sinceMs === 0 ? '–' : when(running.sinceMs, now)}</td>
              <td className={running.offer ? '' : 'text-text-3'}>{running.offer ? running.offer.toVersion : t('updates.running.none')}</td>
            </tr>
          ))}
        </Table>
      </div>
    </Card>
  )
}
