import { useState, type ReactNode } from 'react'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { taskOfKind } from '#renderer/bridge/select.ts'
import { hasAnyStake } from '#renderer/bridge/suppliers.ts'
import { pokt } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { LetGo } from '#renderer/ui/LetGo.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { TitledList } from '#renderer/ui/TitledList.tsx'
import { RemoveProgress } from './RemoveChain.tsx'

/** Takes the relay miner of a network of others away: asks with what goes and what stays, and points at the safe way out first while there is a stake. Only where there is one. */
export function RemoveBundle(): ReactNode {
  const t = useText()
  const [isOpen, setOpen] = useState(false)
  const [loseOpen, setLoseOpen] = useState(false)
  const remove = useCall('bundle.remove')
  const network = useAppState((state) => networkOf(state.app.network).title)
  const hasBundle = useAppState((state) => state.bundle !== null)
  const hasStake = useAppState(hasAnyStake)
  const penalty = useAppState((state) => state.chain.params?.proofMissingPenaltyUpokt ?? null)
  const isRunning = useAppState((state) => taskOfKind(state, 'bundle-remove')?.status === 'running')
  const isAsking = remove.error?.code === 'claims-open' || remove.error?.code === 'work-unsent'
  if (!hasBundle || isRunning) return null
  const open = (): void => {
    remove.clear()
    setLoseOpen(false)
    setOpen(true)
  }
  const confirm = (): void => {
    void remove.run({ loseOpenClaims: loseOpen }).then((value) => (value === undefined ? undefined : setOpen(false)))
  }
  return (
    <Card title={t('bundle.remove.title', { network })} className="mt-3.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 pt-0.5 pb-3.5">
        <p className="min-w-[240px] flex-1 text-small text-text-2">{t('bundle.remove.text')}</p>
        <Button kind="danger" size="sm" icon="trash" onPress={open}>
          {t('bundle.remove.button')}
        </Button>
      </div>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t('bundle.remove.ask', { network })} width={500}>
        <div className="grid gap-3.5">
          {hasStake ? (
            <Note tone="warn">
              <p>{t('bundle.remove.stakedText')}</p>
              <div className="mt-2">
                <LinkButton href="#/supplier/leave" size="sm" icon="log-out">
                  {t('bundle.remove.leaveFirst')}
                </LinkButton>
              </div>
            </Note>
          ) : null}
          <TitledList
            title={t('bundle.remove.goes')}
            lines={[t('bundle.remove.containers'), t('bundle.remove.volumes'), ...(hasStake ? [t('bundle.remove.serving')] : [])]}
          />
          <TitledList
            title={t('bundle.remove.stays')}
            lines={[...(hasStake ? [t('bundle.remove.stake')] : []), t('bundle.remove.keys'), t('bundle.remove.backends')]}
          />
          {isAsking ? (
            <div className="grid gap-2">
              <LetGo error={remove.error} isOn={loseOpen} onChange={setLoseOpen} />
              {penalty === null ? null : <p className="num text-small text-bad">{t('bundle.remove.penalty', { pokt: pokt(penalty) })}</p>}
            </div>
          ) : (
            <ErrorNote error={remove.error} />
          )}
          <div className="flex justify-end gap-2">
            <Button onPress={() => setOpen(false)}>{t('ui.cancel')}</Button>
            <Button kind="danger" icon="trash" onPress={confirm} isBusy={remove.busy} isDisabled={isAsking && !loseOpen}>
              {t('bundle.remove.confirm')}
            </Button>
          </div>
        </div>
      </Dialog>
    </Card>
  )
}

/** How its last removal goes or went, until it is put away. */
export function BundleRemoveProgress(): ReactNode {
  const again = useCall('bundle.remove')
  const isThere = useAppState((state) => state.bundle !== null)
  return <RemoveProgress kind="bundle-remove" words="bundle.remove" isThere={isThere} again={again} />
}
