import { useState, type FormEvent, type ReactNode } from 'react'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import type { KeyState } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { Address } from '#renderer/ui/Address.tsx'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Choice } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** Operator keys of the chosen network that wait for a word: one key, one machine. */
export function Fences(): ReactNode {
  const t = useText()
  const fenced = useAppState((state) => Object.values(state.keys).filter((key) => key.fenced !== null && key.network === state.app.network))
  const [asked, setAsked] = useState<string | null>(null)
  const key = fenced.find((one) => one.id === asked)
  return (
    <>
      {fenced.map((one) => (
        <Note key={one.id} tone="warn" icon="key-round">
          <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
            <div className="min-w-[200px] flex-1">
              <b className="font-semibold">{one.fenced === null ? null : t(`vaultKeys.fence.${one.fenced}`, { name: one.name })}</b>
              <p>{t('vaultKeys.fence.text')}</p>
            </div>
            <Button onPress={() => setAsked(one.id)}>{t('vaultKeys.fence.button')}</Button>
          </div>
        </Note>
      ))}
      <Dialog isOpen={key !== undefined} onClose={() => setAsked(null)} title={t('vaultKeys.fence.title')} width={500}>
        {key === undefined ? null : <Confirm item={key} onClose={() => setAsked(null)} />}
      </Dialog>
    </>
  )
}

function Confirm({ item, onClose }: { item: KeyState; onClose: () => void }): ReactNode {
  const t = useText()
  const unfence = useCall('keys.unfence')
  const [because, setBecause] = useState<'other-off' | 'settled'>('other-off')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    void unfence.run({ keyId: item.id, because }).then((value) => (value === undefined ? undefined : onClose()))
  }
  return (
    <form onSubmit={submit} className="grid gap-3.5">
      <p className="text-text-2">{t('vaultKeys.fence.text')}</p>
      <Address value={item.address} />
      <Choice
        label={t('vaultKeys.fence.because')}
        value={because}
        onChange={(value) => setBecause(value === 'settled' ? 'settled' : 'other-off')}
        options={[
          { value: 'other-off', text: t('vaultKeys.fence.otherOff') },
          { value: 'settled', text: t('vaultKeys.fence.settled') },
        ]}
        help={because === 'settled' ? t('vaultKeys.fence.settledHelp') : undefined}
      />
      <ErrorNote error={unfence.error} />
      <div className="flex justify-end gap-2">
        <Button onPress={onClose}>{t('ui.cancel')}</Button>
        <Button type="submit" kind="pri" isBusy={unfence.busy}>
          {t('vaultKeys.fence.confirm')}
        </Button>
      </div>
    </form>
  )
}
