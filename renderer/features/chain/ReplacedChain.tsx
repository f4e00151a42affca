import { useState, type ReactNode } from 'react'
import { networkOf } from '#shared/networks/index.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { TitledList } from '#renderer/ui/TitledList.tsx'
import { GroupedHash } from './IsRightChain.tsx'

/** A test network that began anew: says so, and offers to set the record of the old chain aside. Nothing while the confirmed chain is there. */
export function ReplacedChain(): ReactNode {
  const t = useText()
  const replaced = useAppState((state) => state.chain.replaced ?? null)
  const network = useAppState((state) => networkOf(state.app.network).title)
  const startAnew = useCall('chain.startAnew')
  const [isOpen, setOpen] = useState(false)
  if (replaced === null) return null
  const hosts = replaced.hosts.join(` ${t('chain.right.and')} `)
  const open = (): void => {
    startAnew.clear()
    setOpen(true)
  }
  const confirm = (): void => {
    void startAnew.run({ block1Hash: replaced.block1Hash }).then((value) => (value === undefined ? undefined : setOpen(false)))
  }
  return (
    <div role="alert" className="mx-4 mb-3">
      <Note tone="bad">
        <div className="font-semibold">{t('chain.replaced.title', { network })}</div>
        <p>{t('chain.replaced.text', { hosts })}</p>
        <p className="mt-1 text-small text-text-2">{t('chain.replaced.why')}</p>
        <div className="mt-2.5">
          <Button size="sm" onPress={open}>
            {t('chain.replaced.button')}
          </Button>
        </div>
      </Note>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t('chain.replaced.ask')} width={520}>
        <div className="grid gap-3.5">
          <div>
            <h3 className="h2">{t('chain.replaced.hash')}</h3>
            <GroupedHash hash={replaced.block1Hash} what={t('chain.right.hash')} />
          </div>
          <TitledList title={t('chain.replaced.goes')} lines={[t('chain.replaced.record'), t('chain.replaced.money')]} />
          <TitledList title={t('chain.replaced.stays')} lines={[t('chain.replaced.kept')]} />
          <p className="text-text-2">{t('chain.replaced.next')}</p>
          <p className="font-semibold">{t('chain.replaced.back')}</p>
          <ErrorNote error={startAnew.error} />
          <div className="flex justify-end gap-2">
            <Button onPress={() => setOpen(false)}>{t('ui.cancel')}</Button>
            <Button kind="danger" onPress={confirm} isBusy={startAnew.busy}>
              {t('chain.replaced.confirm')}
            </Button>
          </div>
        </div>
      </Dialog>
    </div>
  )
}
