import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { ProgressBar } from '#renderer/ui/ProgressBar.tsx'
import { RestoreVault } from './RestoreVault.tsx'
import { passwordStrength, type Strength } from './strength.ts'

const LOOK: Record<Strength, { share: number; color: string }> = {
  none: { share: 0, color: 'var(--idle-fill)' },
  short: { share: 0.1, color: 'var(--bad-fill)' },
  easy: { share: 0.3, color: 'var(--bad-fill)' },
  fair: { share: 0.65, color: 'var(--warn-fill)' },
  strong: { share: 1, color: 'var(--ok-fill)' },
}

/** First start: the password that closes the keys, typed twice, its strength in words. */
export function CreateVault(): ReactNode {
  const t = useText()
  const create = useCall('vault.create')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [isTried, setTried] = useState(false)
  const strength = passwordStrength(password)
  // While the second is still being typed, only a letter that cannot fit any more is a mistake.
  const differs = isTried ? password !== again : !password.startsWith(again)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (password !== '' && password === again) void create.run({ password })
  }
  return (
    <div className="m-auto grid grid-cols-[404px_404px] items-center gap-14 px-6 py-8">
      <div>
        <h1 className="text-[24px] leading-[30px] font-semibold tracking-tight">{t('lock.create.title')}</h1>
        <p className="mt-1.5 mb-5 text-text-2">{t('lock.create.lead')}</p>
        <form className="grid gap-3.5" onSubmit={submit}>
          <Field
            label={t('lock.create.password')}
            type="password"
            size="lg"
            icon="key-round"
            value={password}
            onChange={setPassword}
            autoComplete="new-password"
            autoFocus
            maxLength={1024}
          />
          <div>
            <ProgressBar value={LOOK[strength].share} label={t('lock.create.password')} color={LOOK[strength].color} />
            <p className="mt-1.5 text-small text-text-2" role="status">
              {t(`lock.create.strength.${strength}`)}
            </p>
          </div>
          <Field
            label={t('lock.create.again')}
            type="password"
            size="lg"
            icon="key-round"
            value={again}
            onChange={setAgain}
            autoComplete="new-password"
            error={differs ? t('lock.create.differ') : null}
            maxLength={1024}
          />
          <ErrorNote error={create.error} />
          <div className="mt-1">
            <Button type="submit" kind="pri" size="lg" isBusy={create.busy}>
              {t('lock.create.button')}
            </Button>
          </div>
        </form>
        <RestoreVault />
      </div>
      <Card title={t('lock.create.protects')} className="[&>header]:pb-2.5">
        <Point icon="wallet" title={t('lock.create.owner')} text={t('lock.create.ownerText')} />
        <Point icon="key-round" title={t('lock.create.operator')} text={t('lock.create.operatorText')} />
        <Point icon="boxes" title={t('lock.create.not')} text={t('lock.create.notText')} />
        <Point icon="lock" title={t('lock.create.forgotten')} text={t('lock.create.forgottenText')} />
      </Card>
    </div>
  )
}

function Point({ icon, title, text }: { icon: IconName; title: string; text: string }): ReactNode {
  return (
    <div className="grid grid-cols-[20px_minmax(0,1fr)] gap-3 border-t border-line px-4 py-[11px]">
      <Icon name={icon} className="mt-0.5 text-text-3" />
      <div>
        <div className="font-medium">{title}</div>
        <div className="text-small text-text-2">{text}</div>
      </div>
    </div>
  )
}
