import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'

/** An address without its key: the owner whose key lies in another wallet. */
export function WatchAddress({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactNode {
  const t = useText()
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('vaultKeys.watching.title')} width={480}>
      {isOpen ? <Body onClose={onClose} /> : null}
    </Dialog>
  )
}

function Body({ onClose }: { onClose: () => void }): ReactNode {
  const t = useText()
  const watch = useCall('keys.watch')
  const [name, setName] = useState(t('vaultKeys.watching.defaultName'))
  const [address, setAddress] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void watch.run({ name, role: 'owner', address: address.trim() }).then((value) => (value === undefined ? undefined : onClose()))
  }
  return (
    <form onSubmit={submit} className="grid gap-3.5">
      <p className="text-text-2">{t('vaultKeys.watching.text')}</p>
      <Field label={t('vaultKeys.watching.address')} value={address} onChange={setAddress} mono maxLength={100} autoFocus />
      <Field label={t('vaultKeys.add.name')} value={name} onChange={setName} help={t('vaultKeys.add.nameHelp')} maxLength={40} />
      <ErrorNote error={watch.error} />
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button type="submit" kind="pri" isBusy={watch.busy} isDisabled={address.trim() === '' || name.trim() === ''}>
          {t('vaultKeys.watching.button')}
        </Button>
      </div>
    </form>
  )
}
