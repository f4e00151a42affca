import { useId, useState, type FormEvent, type ReactNode } from 'react'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { errorText } from '#renderer/text/errors.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import type { RequestOutput } from '#shared/api/requests.ts'

type Mode = 'ask' | 'keychain' | 'file'
const MODES: Mode[] = ['ask', 'keychain', 'file']

/**
 * Who opens the vault after a restart, each way with its risk. Asks for the password: a way in without it is worth one.
 * @param onDecided where it has to be decided before something goes on: told once the user has kept or changed the way
 */
export function UnlockChoice({
  offers,
  title,
  onDecided,
}: {
  offers: RequestOutput<'keys.details'>['offers'] | null
  title?: string
  onDecided?: () => void
}): ReactNode {
  const t = useText()
  const id = useId()
  const { unlock: chosen, unlockProblem } = useAppState((state) => state.custody)
  const save = useCall('vault.setUnlock')
  const [wanted, setWanted] = useState<Mode | null>(null)
  const [password, setPassword] = useState('')
  const [saved, setSaved] = useState<Mode | null>(null)
  const shown = wanted ?? chosen
  const problemOf = (mode: Mode): string | null => (mode === 'ask' || offers === null ? null : offers[mode])
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const typed = password
    setPassword('')
    setSaved(null)
    void save.run({ mode: shown, password: typed }).then((value) => {
      if (value === undefined) return
      setSaved(shown)
      setWanted(null)
      onDecided?.()
    })
  }
  return (
    <Card title={title ?? t('vaultKeys.unlock.title')} padded>
      <form onSubmit={submit} className="grid gap-3.5">
        <p className="text-text-2">{t('vaultKeys.unlock.lead')}</p>
        {unlockProblem === null ? null : (
          <Note tone="warn">
            <b className="font-semibold">{t('vaultKeys.unlock.failed')}.</b>{' '}
            {errorText(t, { code: unlockProblem.code, detail: unlockProblem.detail, ref: '' }).text}
          </Note>
        )}
        <div
          className="grid grid-cols-3 gap-3 max-[820px]:grid-cols-[minmax(0,1fr)]"
          role="radiogroup"
          aria-label={t('vaultKeys.unlock.title')}
        >
          {MODES.map((mode) => {
            const problem = problemOf(mode)
            return (
              <label
                key={mode}
                className={`block rounded-[10px] border px-3.5 pt-2.5 pb-3 ${shown === mode ? 'border-ember bg-surface shadow-[inset_0_0_0_1px_var(--ember)]' : 'border-line'} ${problem === null ? '' : 'text-text-2'}`}
              >
                <span className="flex items-center gap-2">
                  <input
                    type="radio"
                    className="accent-[var(--ember)]"
                    name={id}
                    value={mode}
                    checked={shown === mode}
                    disabled={problem !== null}
                    onChange={() => setWanted(mode)}
                  />
                  <span className="flex-1 font-semibold">{t(`vaultKeys.unlock.${mode}`)}</span>
                  {chosen === mode ? <span className="text-caption text-ember-text">{t('vaultKeys.unlock.chosen')}</span> : null}
                </span>
                <span className="mt-1 block text-small text-text-2">{t(`vaultKeys.unlock.${mode}Text`)}</span>
                {problem === null ? null : (
                  <span className="mt-1 block text-small">
                    {problem === 'no-keychain' || problem === 'keychain-plain'
                      ? t(`vaultKeys.unlock.problem.${problem}`)
                      : t('vaultKeys.unlock.problem.other', { reason: problem })}
                  </span>
                )}
              </label>
            )
          })}
        </div>
        {shown === chosen ? (
          onDecided === undefined || saved !== null ? null : (
            <div>
              <Button
                onPress={() => {
                  setSaved(chosen)
                  onDecided()
                }}
              >
                {t('bundle.start.agree', { mode: t(`vaultKeys.unlock.${chosen}`) })}
              </Button>
            </div>
          )
        ) : (
          <div className="flex flex-wrap items-end gap-2">
            <div className="w-[300px] max-w-full">
              <Field
                label={t('vaultKeys.unlock.password')}
                type="password"
                icon="key-round"
                value={password}
                onChange={setPassword}
                autoComplete="current-password"
                maxLength={1024}
              />
            </div>
            <Button type="submit" kind="pri" isBusy={save.busy} isDisabled={password === ''}>
              {t('vaultKeys.unlock.save')}
            </Button>
          </div>
        )}
        <ErrorNote error={save.error} />
        {saved === null ? null : (
          <p role="status" className="text-text-2">
            {t('vaultKeys.unlock.saved', { mode: t(`vaultKeys.unlock.${saved}`) })}
          </p>
        )}
      </form>
    </Card>
  )
}
