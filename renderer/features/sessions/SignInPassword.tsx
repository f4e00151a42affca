import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall, useRealNow } from '#renderer/bridge/hooks.ts'
import { age } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'

/** Sets the sign-in password, or changes it after the present one was typed. @param setAtMs when it was set; null = there is none */
export function SignInPassword({ setAtMs, onDone }: { setAtMs: number | null; onDone: () => void }): ReactNode {
  const t = useText()
  const now = useRealNow()
  const set = useCall('signIn.setPassword')
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [isTried, setTried] = useState(false)
  const [done, setDone] = useState<'sessions.set.done' | 'sessions.set.changed' | null>(null)
  const has = setAtMs !== null
  const differs = isTried ? next !== again : !next.startsWith(again)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    setDone(null)
    if (next === '' || next !== again || (has && current === '')) return
    const input = { current: has ? current : null, password: next }
    // Gone from memory here as soon as it was sent; the new one is typed again only where it was weak.
    setCurrent('')
    void set.run(input).then((value) => {
      if (value === undefined) return
      setNext('')
      setAgain('')
      setTried(false)
      setDone(has ? 'sessions.set.changed' : 'sessions.set.done')
      onDone()
    })
  }
  return (
    <Card title={t('sessions.set.title')} padded>
      <p>{has ? t('sessions.set.since', { age: age(now - setAtMs) }) : t('sessions.set.none')}</p>
      <p className="mt-1 text-text-2">{t('sessions.set.why')}</p>
      <form className="mt-4 grid max-w-[404px] gap-3.5" onSubmit={submit}>
        {has ? (
          <Field
            label={t('sessions.set.current')}
            type="password"
            icon="key-round"
            value={current}
            onChange={setCurrent}
            autoComplete="current-password"
            maxLength={1024}
          />
        ) : null}
        <Field
          label={t('sessions.set.next')}
          type="password"
          icon="key-round"
          value={next}
          onChange={setNext}
          autoComplete="new-password"
          maxLength={1024}
        />
        <Field
          label={t('sessions.set.again')}
          type="password"
          icon="key-round"
          value={again}
          onChange={setAgain}
          autoComplete="new-password"
          error={differs ? t('sessions.set.differ') : null}
          maxLength={1024}
        />
        <ErrorNote error={set.error} />
        {done === null ? null : (
          <div role="status">
            <Note tone="ok" icon="circle-check">
              {t(done)}
            </Note>
          </div>
        )}
        <div>
          <Button type="submit" kind="pri" isBusy={set.busy}>
            {has ? t('sessions.set.changeButton') : t('sessions.set.setButton')}
          </Button>
        </div>
      </form>
      {has ? <p className="mt-4 max-w-[640px] text-small text-text-2">{t('sessions.set.forgotten')}</p> : null}
    </Card>
  )
}
