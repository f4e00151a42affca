import { useEffect, useState, type FormEvent, type ReactNode } from 'react'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { freeName } from '#renderer/bridge/suppliers.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice, Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'

type Role = 'owner' | 'operator'

/**
 * Asks for a name and a way, then sends the user to the key window; the page never sees words.
 * @param onMade told the address of the key once its words are confirmed @param text what the key is for; the usual words unless told
 */
export function MakeKey({
  role,
  onClose,
  onMade,
  text,
}: {
  role: Role | null
  onClose: () => void
  onMade?: (address: string) => void
  text?: string
}): ReactNode {
  const t = useText()
  return (
    <Dialog isOpen={role !== null} onClose={onClose} title={role === null ? '' : t(`home.key.${role}`)} width={480}>
      {role === null ? null : <Body role={role} onClose={onClose} onMade={onMade} text={text} />}
    </Dialog>
  )
}

function Body({
  role,
  onClose,
  onMade,
  text,
}: {
  role: Role
  onClose: () => void
  onMade: ((address: string) => void) | undefined
  text: string | undefined
}): ReactNode {
  const t = useText()
  const open = useCall('keys.open')
  const keys = useAppState((state) => state.keys)
  const [name, setName] = useState(() => freeName(keys, t(role === 'owner' ? 'home.key.defaultOwner' : 'home.key.defaultOperator')))
  const [mode, setMode] = useState<'make' | 'import'>('make')
  const [surface, setSurface] = useState<string | null>(null)
  const [before] = useState(() => Date.now())
  const made = useAppState((state) =>
    Object.values(state.keys).find(
      (key) => key.role === role && key.wordsConfirmedAtMs !== null && (key.wordsConfirmedAtMs ?? 0) >= before - 5_000,
    ),
  )
  const start = (): void => {
    void open.run({ name, role, mode }).then((value) => {
      if (value === undefined) return
      setSurface(value.surfaceUrl)
      globalThis.open(value.surfaceUrl, '_blank', 'noopener')
    })
  }
  useEffect(() => {
    if (!made) return
    setSurface(null)
    onMade?.(made.address)
  }, [made, onMade])
  if (made) {
    return (
      <div className="grid gap-4">
        <Note tone="ok">
          {t('home.key.made', { address: '' })}
          <div className="mt-1">
            <Address value={made.address} copy />
          </div>
        </Note>
        <div className="flex justify-end">
          <Button kind="pri" onPress={onClose}>
            {t('home.key.done')}
          </Button>
        </div>
      </div>
    )
  }
  if (surface !== null) {
    return (
      <div className="grid gap-3" role="status">
        <div className="font-semibold">{t('home.key.waitTitle')}</div>
        <p className="text-text-2">{t('home.key.wait')}</p>
        <p className="text-small text-text-3">
          {t('home.key.noWindow')}{' '}
          <a className="link" href={surface} target="_blank" rel="noopener noreferrer">
            {t('home.key.link')}
          </a>
        </p>
        <ErrorNote error={open.error} />
        <div className="flex justify-end gap-2">
          <Button onPress={onClose}>{t('ui.close')}</Button>
          <LinkButton href={surface} external icon="external-link">
            {t('home.key.again')}
          </LinkButton>
        </div>
      </div>
    )
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    start()
  }
  return (
    <form onSubmit={submit} className="grid gap-3.5">
      <p className="text-text-2">{text ?? t(role === 'owner' ? 'home.key.ownerText' : 'home.key.operatorText')}</p>
      <Field label={t('home.key.name')} value={name} onChange={setName} help={t('home.key.nameHelp')} maxLength={40} />
      <Choice
        label={t('home.key.how')}
        value={mode}
        onChange={(value) => setMode(value === 'import' ? 'import' : 'make')}
        options={[
          { value: 'make', text: t('home.key.make') },
          { value: 'import', text: t('home.key.import') },
        ]}
      />
      <ErrorNote error={open.error} />
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button type="submit" kind="pri" icon="external-link" isBusy={open.busy}>
          {t('home.key.open')}
        </Button>
      </div>
    </form>
  )
}
