import type { ReactNode } from 'react'
import { useAppState, useCall, useQuery, useRealNow } from '#renderer/bridge/hooks.ts'
import { age, when } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { SkeletonRows, Table } from '#renderer/ui/Table.tsx'
import type { RequestOutput } from '#shared/api/requests.ts'
import { SignInPassword } from './SignInPassword.tsx'

type Session = RequestOutput<'sessions.list'>['sessions'][number]

/** A page that is open says so at least this often; below it "last seen" is now. */
const FRESH_MS = 60_000
const READ_AGAIN_MS = 30_000

/** Who is signed in, ended one by one or all; and the password for signing in. */
export function Sessions(): ReactNode {
  const t = useText()
  const shell = useAppState((state) => state.app.shell)
  if (shell === 'electron') return <EmptyState icon="monitor" title={t('sessions.onlyInBrowser')} text={t('sessions.onlyInBrowserText')} />
  return <InBrowser />
}

function InBrowser(): ReactNode {
  const t = useText()
  const now = useRealNow()
  const list = useQuery('sessions.list', {}, Math.floor(now / READ_AGAIN_MS))
  const end = useCall('sessions.end')
  const endAll = useCall('sessions.endAll')
  const sessions = list.value?.sessions ?? []
  const others = sessions.filter((session) => !session.current)
  const finish = (done: Promise<unknown>): void => void done.then(() => list.reload())
  return (
    <div className="grid gap-4">
      <p className="max-w-[640px] text-text-2">{t('sessions.lead')}</p>
      <Card title={t('sessions.title')} aside={list.value ? t('sessions.count', { count: sessions.length }) : null}>
        <Table
          caption={t('sessions.table')}
          columns={[
            { key: 'browser', title: t('sessions.browser') },
            { key: 'address', title: t('sessions.address') },
            { key: 'how', title: t('sessions.how') },
            { key: 'since', title: t('sessions.since') },
            { key: 'seen', title: t('sessions.seen') },
            { key: 'end', title: <span className="sr-only">{t('sessions.end')}</span>, right: true },
          ]}
        >
          {list.value === null ? (
            list.error === null ? (
              <SkeletonRows columns={6} rows={2} />
            ) : null
          ) : (
            sessions.map((session) => (
              <Row key={session.id} session={session} now={now} isBusy={end.busy} onEnd={() => finish(end.run({ id: session.id }))} />
            ))
          )}
        </Table>
        <div className="flex flex-wrap items-center gap-2 border-t border-line px-4 py-3">
          {list.value !== null && others.length === 0 ? (
            <span className="flex-1 text-text-2">{t('sessions.none')}</span>
          ) : (
            <span className="flex-1" />
          )}
          {others.length === 0 ? null : (
            <Button onPress={() => finish(endAll.run({ exceptThis: true }))} isBusy={endAll.busy}>
              {t('sessions.endOthers')}
            </Button>
          )}
          <Button kind="danger" icon="log-out" onPress={() => void endAll.run({ exceptThis: false })} isBusy={endAll.busy}>
            {t('sessions.endAll')}
          </Button>
        </div>
      </Card>
      <ErrorNote error={list.error ?? end.error ?? endAll.error}>
        {list.error === null ? null : (
          <Button size="sm" isBusy={list.loading} onPress={list.reload}>
            {t('ui.tryAgain')}
          </Button>
        )}
      </ErrorNote>
      {list.value === null ? null : <SignInPassword setAtMs={list.value.passwordSetAtMs} onDone={list.reload} />}
    </div>
  )
}

function Row({ session, now, isBusy, onEnd }: { session: Session; now: number; isBusy: boolean; onEnd: () => void }): ReactNode {
  const t = useText()
  const { browser, address, current } = session
  const seenMs = now - session.seenAtMs
  return (
    <tr>
      <td className="font-medium">
        {browser}
        {current ? <span className="pill tone-ok ml-2">{t('sessions.current')}</span> : null}
      </td>
      <td className="mono">{address}</td>
      <td>{t(session.how === 'link' ? 'sessions.link' : 'sessions.password')}</td>
      <td>{when(session.createdAtMs, now)}</td>
      <td>{current || seenMs < FRESH_MS ? t('sessions.now') : t('sessions.ago', { age: age(seenMs) })}</td>
      <td className="r">
        {current ? (
          <Button size="sm" onPress={onEnd} isDisabled={isBusy}>
            {t('sessions.endThis')}
          </Button>
        ) : (
          <Button size="sm" label={t('sessions.endNamed', { browser, address })} onPress={onEnd} isDisabled={isBusy}>
            {t('sessions.end')}
          </Button>
        )}
      </td>
    </tr>
  )
}
