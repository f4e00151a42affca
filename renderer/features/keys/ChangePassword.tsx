import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** A new vault password, after the present one. What was typed is gone from here as soon as it was sent. */
export function ChangePassword(): ReactNode {
  const t = useText()
  const change = useCall('vault.changePassword')
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [isTried, setTried] = useState(false)
  const [isDone, setDone] = useState(false)
  const differs = isTried ? next !== again : !next.startsWith(again)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    setDone(false)
    if (current === '' || next === '' || next !== again) return
    const input = { current, next }
    setCurrent('')
    void change.run(input).then((value) => {
      if (value === undefined) return
      setNext('')
      setAgain('')
      setTried(false)
      setDone(true)
    })
  }
  const field = { type: 'password', icon: 'key-round', maxLength: 1024 } as const
  return (
    <Card title={t('vaultKeys.password.title')} padded>
      <form onSubmit={submit} className="grid gap-3.5">
        <p className="text-text-2">{t('vaultKeys.password.text')}</p>
        <div className="grid grid-cols-3 gap-3 max-[720px]:grid-cols-[minmax(0,1fr)]">
          <Field {...field} label={t('vaultKeys.password.current')} value={current} onChange={setCurrent} autoComplete="current-password" />
          <Field {...field} label={t('vaultKeys.password.next')} value={next} onChange={setNext} autoComplete="new-password" />
          <Field
            {...field}
            label={t('vaultKeys.password.again')}
            value={again}
            onChange={setAgain}
            autoComplete="new-password"
            error={differs ? t('vaultKeys.password.differ') : null}
          />
        </div>
        <ErrorNote error={change.error} />
        {isDone ? <Note tone="ok">{t('vaultKeys.password.done')}</Note> : null}
        <div>
          <Button type="submit" isBusy={change.busy}>
            {t('vaultKeys.password.button')}
          </Button>
        </div>
      </form>
    </Card>
  )
}
