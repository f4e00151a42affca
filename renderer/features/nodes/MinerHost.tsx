import { useId, useState, type ReactNode } from 'react'
import { useAppState, useCall, useNow } from '#renderer/bridge/hooks.ts'
import { age, when } from '#renderer/text/format.ts'
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
  const byItself = bundle.byItself !== false
  const standsInFor = bundle.standsInFor ?? ''
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
                <span className="block text-caption text-text-3">
                  {t(bundle.chosen ? 'bundle.host.chosen' : standsInFor === '' ? 'bundle.host.auto' : 'bundle.host.standIn')}
                </span>
              </span>,
            ],
          ]}
        />
      )}
      {bundle.host !== '' && (bundle.badSinceMs ?? null) !== null ? (
        <Note tone="warn" className="mt-3">
          {t(`bundle.host.${bundle.flickers === true ? 'flickers' : byItself ? 'badByItself' : 'bad'}`, {
            age: age(time - (bundle.badSinceMs ?? time)),
          })}
        </Note>
      ) : null}
      {bundle.host === '' ? null : <Changed />}
      <ByItself isOn={byItself} />
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

/** That Hearth changed the host, why, and the way back. */
function Changed(): ReactNode {
  const t = useText()
  const bundle = useAppState((state) => state.bundle)
  const endpoints = useAppState((state) => Object.values(state.chain.endpoints ?? {}))
  const choose = useCall('bundle.chooseHost')
  const time = useNow(5_000)
  const changed = bundle?.changed ?? null
  if (bundle === null || changed === null) return null
  const standsInFor = bundle.standsInFor ?? ''
  const backTo = standsInFor === '' ? changed.from : standsInFor
  // Back from the stand-in there is nothing to go back to.
  const before = changed.why === 'back' ? undefined : endpoints.find((each) => each.host === backTo && each.grpcUrl !== '')
  return (
    <Note tone="info" className="mt-3">
      <div className="font-medium">{t('bundle.host.changed', { age: age(time - changed.atMs), time: when(changed.atMs, time) })}</div>
      <div className="wrap-anywhere">
        {t(`bundle.host.why.${changed.why}`, { from: changed.from })}{' '}
        {standsInFor === '' ? null : t('bundle.host.goesBack', { host: standsInFor })}
      </div>
      {before === undefined ? null : (
        <div className="mt-2">
          <Button size="sm" isBusy={choose.busy} onPress={() => void choose.run({ rpcUrl: before.rpcUrl })}>
            {t('bundle.host.backNow')}
          </Button>
        </div>
      )}
      <ErrorNote error={choose.error} />
    </Note>
  )
}

/** Whether Hearth may change it. */
function ByItself({ isOn }: { isOn: boolean }): ReactNode {
  const t = useText()
  const turn = useCall('bundle.hostByItself')
  const id = useId()
  return (
    <div className="mt-3 border-t border-line pt-3">
      <label className="flex items-center gap-2 font-medium">
        <input
          type="checkbox"
          className="h-4 w-4 flex-none accent-[var(--ember)]"
          checked={isOn}
          disabled={turn.busy}
          aria-describedby={id}
          onChange={(event) => void turn.run({ on: event.target.checked })}
        />
        {t('bundle.host.byItself')}
      </label>
      <p id={id} className="mt-1 ml-6 text-caption text-text-3">
        {t('bundle.host.byItselfText')}
      </p>
      <ErrorNote error={turn.error} />
    </div>
  )
}
