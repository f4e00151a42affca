import { useState, type FormEvent, type ReactNode } from 'react'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { freeName } from '#renderer/bridge/suppliers.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { InWindow } from './InWindow.tsx'
import { useKeyWindow } from './use-key-window.ts'

export type Adding = 'make' | 'import'
type Role = 'owner' | 'operator'

/** Asks for a name and what the key is for; words and secrets are for the key window. */
export function AddKey({ adding, onClose }: { adding: Adding | null; onClose: () => void }): ReactNode {
  const t = useText()
  return (
    <Dialog
      isOpen={adding !== null}
      onClose={onClose}
      title={adding === null ? '' : t(adding === 'make' ? 'vaultKeys.add.titleMake' : 'vaultKeys.add.titleBring')}
      width={480}
    >
      {adding === null ? null : <Body adding={adding} onClose={onClose} />}
    </Dialog>
  )
}

function Body({ adding, onClose }: { adding: Adding; onClose: () => void }): ReactNode {
  const t = useText()
  const open = useCall('keys.open')
  const window = useKeyWindow()
  const [role, setRole] = useState<Role>('operator')
  const [name, setName] = useState<string | null>(null)
  const keys = useAppState((state) => state.keys)
  const shown = name ?? freeName(keys, t(role === 'owner' ? 'vaultKeys.add.defaultOwner' : 'vaultKeys.add.defaultOperator'))
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void open.run({ name: shown, role, mode: adding }).then((value) => (value === undefined ? undefined : window.open(value.surfaceUrl)))
  }
  return (
    <form onSubmit={submit} className="grid gap-3.5">
      <p className="text-text-2">{t(adding === 'make' ? 'vaultKeys.add.textMake' : 'vaultKeys.add.textBring')}</p>
      <Choice
        label={t('vaultKeys.add.role')}
        value={role}
        onChange={(value) => setRole(value === 'owner' ? 'owner' : 'operator')}
        options={[
          { value: 'operator', text: t('vaultKeys.add.operator') },
          { value: 'owner', text: t('vaultKeys.add.owner') },
        ]}
      />
      <Field label={t('vaultKeys.add.name')} value={shown} onChange={setName} help={t('vaultKeys.add.nameHelp')} maxLength={40} />
      <ErrorNote error={open.error} />
      <InWindow window={window} />
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t('ui.close')}</Button>
        <Button type="submit" kind="pri" icon="external-link" isBusy={open.busy}>
          {t('vaultKeys.add.open')}
        </Button>
      </div>
    </form>
  )
}
