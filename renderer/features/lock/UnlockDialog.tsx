import { useState, type ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { useUnlockForm } from './use-unlock-form.ts'

/** Opens the keys from anywhere. */
export function UnlockDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactNode {
  const t = useText()
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('lock.unlock.title')}>
      <p className="mb-3.5 text-text-2">{t('lock.unlock.text')}</p>
      <PasswordForm onOpen={onClose} />
    </Dialog>
  )
}

/** Password and button in a row, its mistakes under it; too many tries count down. */
export function PasswordForm({ onOpen }: { onOpen: () => void }): ReactNode {
  const t = useText()
  const { password, setPassword, submit, unlock, waitSeconds } = useUnlockForm(onOpen)
  const [isForgotten, setForgotten] = useState(false)
  const error =
    unlock.error?.code === 'too-many-tries'
      ? waitSeconds === 0
        ? null
        : { ...unlock.error, detail: { seconds: String(waitSeconds) } }
      : unlock.error
  return (
    <form className="grid gap-3" onSubmit={submit}>
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <Field
            label={t('lock.open.password')}
            type="password"
            size="lg"
            icon="key-round"
            value={password}
            onChange={setPassword}
            autoComplete="current-password"
            autoFocus
            maxLength={1024}
          />
        </div>
        <Button type="submit" kind="pri" size="lg" isBusy={unlock.busy} isDisabled={waitSeconds > 0}>
          {t('lock.unlock.button')}
        </Button>
      </div>
      <ErrorNote error={error} />
      {isForgotten ? <p className="text-small text-text-2">{t('lock.unlock.forgottenText')}</p> : null}
      <div className="flex justify-end">
        <button type="button" className="link text-small" aria-expanded={isForgotten} onClick={() => setForgotten(!isForgotten)}>
          {t('lock.unlock.forgotten')}
        </button>
      </div>
    </form>
  )
}
