import type { ReactNode } from 'react'
import { useCall, useRealNow } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { when } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Facts } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import type { RequestOutput } from '#shared/api/requests.ts'
import { InWindow } from './InWindow.tsx'
import { useKeyWindow } from './use-key-window.ts'

type Detail = RequestOutput<'keys.details'>['rows'][number]

/** One key: where it came from, and what can be done with it in the key window. */
export function KeyDetail({ item, detail, onClose }: { item: KeyState; detail: Detail | undefined; onClose: () => void }): ReactNode {
  const t = useText()
  const now = useRealNow(60_000)
  const prove = useCall('keys.prove')
  const show = useCall('keys.export')
  const remove = useCall('keys.delete')
  const window = useKeyWindow()
  const isWatch = item.kind === 'watch'
  const ask = (answer: Promise<{ surfaceUrl: string } | undefined>): void =>
    void answer.then((value) => (value === undefined ? undefined : window.open(value.surfaceUrl)))
  return (
    <Dialog isOpen onClose={onClose} title={item.name} width={520}>
      <div className="grid gap-3.5">
        <Facts
          rows={[
            [t('vaultKeys.address'), <Address key="address" value={item.address} copy />],
            [t('vaultKeys.detail.network'), t(`frame.network.${item.network}`)],
            detail === undefined ? null : [t('vaultKeys.detail.origin'), t(`vaultKeys.detail.origins.${detail.origin}`)],
            detail === undefined || detail.hdPath === null
              ? null
              : [
                  t('vaultKeys.detail.path'),
                  <span key="path" className="mono">
                    {detail.hdPath}
                  </span>,
                ],
            [t('vaultKeys.detail.made'), when(item.createdAtMs, now)],
          ]}
        />
        {isWatch || detail === undefined || detail.hasWords ? null : (
          <p className="text-small text-text-2">{t('vaultKeys.detail.noWords')}</p>
        )}
        <div className="grid gap-2">
          {isWatch ? null : (
            <>
              <Act
                text={t('vaultKeys.detail.prove')}
                help={t('vaultKeys.detail.proveHelp')}
                isBusy={prove.busy}
                onPress={() => ask(prove.run({ keyId: item.id }))}
              />
              <Act
                text={t('vaultKeys.detail.show')}
                help={t('vaultKeys.detail.showHelp')}
                isBusy={show.busy}
                onPress={() => ask(show.run({ keyId: item.id }))}
              />
            </>
          )}
          <Act
            text={t(isWatch ? 'vaultKeys.detail.unwatch' : 'vaultKeys.detail.remove')}
            help={t(isWatch ? 'vaultKeys.detail.unwatchHelp' : 'vaultKeys.detail.removeHelp')}
            isDanger
            isBusy={remove.busy}
            onPress={() => ask(remove.run({ keyId: item.id }))}
          />
        </div>
        <ErrorNote error={prove.error ?? show.error ?? remove.error} />
        <InWindow window={window} />
      </div>
    </Dialog>
  )
}

interface ActProps {
  text: string
  help: string
  isBusy: boolean
  isDanger?: boolean
  onPress: () => void
}

function Act({ text, help, isBusy, isDanger = false, onPress }: ActProps): ReactNode {
  return (
    <div className="grid grid-cols-[150px_minmax(0,1fr)] items-center gap-3 max-[480px]:grid-cols-[minmax(0,1fr)] max-[480px]:justify-items-start max-[480px]:gap-1">
      <Button kind={isDanger ? 'danger' : 'plain'} isBusy={isBusy} onPress={onPress}>
        {text}
      </Button>
      <span className="text-small text-text-2">{help}</span>
    </div>
  )
}
