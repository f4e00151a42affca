import { useState, type ReactNode } from 'react'
import { useAppState, useCall, useNow } from '#renderer/bridge/hooks.ts'
import { age } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** Which host the relay miner of a network of others asks, and another choice. Nothing beside a chain of one's own: there it asks the node here. */
export function MinerHost(): ReactNode {
  const t = useText()
  const bundle = useAppState((state) => state.bundle)
  const endpoints = useAppState((state) => Object.values(state.chain.endpoints ?? {}))
  const choose = useCall('bundle.chooseHost')
  const time = useNow(5_000)
  const [wanted, setWanted] = useState<string | null>(null)
  if (bundle === null) return null
  const able = endpoints.filter((each) => each.grpcUrl !== '')
  const unable = endpoints.filter((each) => each.grpcUrl === '').map((each) => each.host)
  const now = able.find((each) => each.host === bundle.host)
  // What was wanted may have been removed from the list meanwhile.
  const shown = able.find((each) => each.rpcUrl === wanted) ?? now ?? able[0]
  const isOther = shown !== undefined && shown.rpcUrl !== now?.rpcUrl
  return (
    <Card title={t('bundle.host.title')} padded>
      <p className="mb-3 text-small text-text-2">{t('bundle.host.text')}</p>
      {bundle.host === '' ? (
        <Note tone="bad">{t('bundle.host.noneText')}</Note>
      ) : (
        <Facts
          rows={[
            [
              t('bundle.host.now'),
              <span key="host" className="wrap-anywhere">
                <span className="font-medium">{bundle.host}</span>
                <span className="block text-caption text-text-3">{t(bundle.chosen ? 'bundle.host.chosen' : 'bundle.host.auto')}</span>
              </span>,
            ],
          ]}
        />
      )}
      {bundle.host !== '' && (bundle.badSinceMs ?? null) !== null ? (
        <Note tone="warn" className="mt-3">
          {t('bundle.host.bad', { age: age(time - (bundle.badSinceMs ?? time)) })}
        </Note>
      ) : null}
      {able.length === 0 || (able.length === 1 && !isOther) ? null : (
        <form
          className="mt-3 grid gap-2.5 border-t border-line pt-3"
          onSubmit={(event) => {
            event.preventDefault()
            if (shown) void choose.run({ rpcUrl: shown.rpcUrl }).then((value) => (value === undefined ? undefined : setWanted(null)))
          }}
        >
          <Choice
            label={t('bundle.host.choose')}
            value={shown?.rpcUrl ?? ''}
            onChange={(rpcUrl) => {
              choose.clear()
              setWanted(rpcUrl)
            }}
            options={able.map((each) => ({ value: each.rpcUrl, text: `${each.host}, ${t(`chain.status.${each.status}`)}` }))}
            {...(isOther ? { help: t('bundle.host.restarts') } : {})}
          />
          {isOther ? (
            <div>
              <Button type="submit" size="sm" isBusy={choose.busy}>
                {t('bundle.host.button')}
              </Button>
            </div>
          ) : null}
          <ErrorNote error={choose.error} />
        </form>
      )}
      {unable.length === 0 ? null : (
        <p className="mt-3 text-caption wrap-anywhere text-text-3">{t('bundle.host.without', { hosts: unable.join(', ') })}</p>
      )}
      <p className="mt-2 text-caption text-text-3">
        {t('bundle.host.more')}{' '}
        <a className="link" href="#/nodes">
          {t('frame.nodes')}
        </a>
      </p>
    </Card>
  )
}
