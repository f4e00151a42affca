import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import { CATALOG } from '#shared/catalog/index.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { isMadeHere } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** Containers of ours that no row of the record speaks of: which they are, and the two ways on. */
export function Unlisted(): ReactNode {
  const t = useText()
  const [, go] = useLocation()
  const engine = useAppState((state) => state.engine)
  const isHere = useAppState(isMadeHere)
  const isBusy = useAppState((state) => Object.values(state.tasks).some((task) => task.status === 'running' && isSettingUp(task.kind)))
  const stop = useCall('nodes.stopUnlisted')
  const isSetUp = useAppState((state) => state.bundle !== null)
  const startChain = useCall('localChain.start')
  const startMiner = useCall('bundle.start')
  const start = isHere ? startChain : startMiner
  const unlisted = engine.unlisted ?? []
  // While they are taken up, the note on that says what goes on.
  if (engine.kind !== 'ready' || unlisted.length === 0 || isBusy) return null
  const isOurs = (id: string): boolean => CATALOG.some((entry) => entry.nodeId === id)
  const canTakeUp = unlisted.some((each) => isOurs(each.id))
  const isMinerUp = unlisted.some((each) => (each.copyOf ?? each.id) === 'miner' && each.isUp)
  const copies = unlisted.filter((each) => each.copyOf !== undefined)
  const isCopiesAlone = copies.length === unlisted.length
  const takeUp = (): void => {
    void start.run({}).then((value) => (value === undefined ? undefined : go(isHere ? '/start' : '/start-miner')))
  }
  return (
    <div role="alert" className="mb-3.5">
      <Note tone={isMinerUp ? 'bad' : 'warn'}>
        <div className="font-medium">
          {isCopiesAlone
            ? t(isMinerUp ? 'nodes.unlisted.titleCopyMiner' : 'nodes.unlisted.titleCopy')
            : t(isMinerUp ? 'nodes.unlisted.titleMiner' : 'nodes.unlisted.title')}
        </div>
        <div>{isCopiesAlone ? t(isMinerUp ? 'nodes.unlisted.textCopyMiner' : 'nodes.unlisted.textCopy') : t('nodes.unlisted.text')}</div>
        <ul className="my-1.5 list-disc pl-5">
          {unlisted.map((each) => (
            <li key={each.id} className="wrap-anywhere">
              {each.title}: {t(each.isUp ? 'nodes.unlisted.up' : 'nodes.unlisted.down')}
              {each.copyOf === undefined ? null : `, ${t('nodes.unlisted.copy', { title: titleOf(each.copyOf) })}`}
            </li>
          ))}
        </ul>
        {canTakeUp ? <div>{t(isHere ? 'nodes.unlisted.takeUpChain' : 'nodes.unlisted.takeUpBundle')}</div> : null}
        {unlisted.every((each) => each.copyOf !== undefined || isOurs(each.id)) ? null : <div>{t('nodes.unlisted.others')}</div>}
        <div className="mt-2 flex flex-wrap items-center gap-3">
          {!canTakeUp ? null : isHere || isSetUp ? (
            <Button size="sm" kind="pri" icon="play" onPress={takeUp} isBusy={start.busy}>
              {t(isHere ? 'nodes.list.start' : 'nodes.unlisted.goBundle')}
            </Button>
          ) : (
            <LinkButton href="#/start-miner" size="sm" kind="pri" icon="play">
              {t('nodes.unlisted.goBundle')}
            </LinkButton>
          )}
          {unlisted.some((each) => each.isUp) ? (
            <>
              <Button size="sm" onPress={() => void stop.run({})} isBusy={stop.busy}>
                {t('nodes.unlisted.stop')}
              </Button>
              <span className="min-w-0 flex-1 text-small text-text-2">
                {t(isCopiesAlone ? 'nodes.unlisted.stopTextCopy' : 'nodes.unlisted.stopText')}
              </span>
            </>
          ) : null}
        </div>
        <ErrorNote error={start.error ?? stop.error} className="mt-2" />
      </Note>
    </div>
  )
}

const titleOf = (nodeId: string): string => CATALOG.find((entry) => entry.nodeId === nodeId)?.title ?? nodeId

const isSettingUp = (kind: string): boolean =>
  ['local-chain-start', 'bundle-start', 'local-chain-remove', 'bundle-remove', 'backend-start', 'backend-remove'].includes(kind)
