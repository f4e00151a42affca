import { useState, type FormEvent, type ReactNode } from 'react'
import { useCall } from '#renderer/bridge/hooks.ts'
import { useText, type TextKey } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Field } from '#renderer/ui/Field.tsx'
import { Icon, type IconName } from '#renderer/ui/icons.tsx'
import { passwordStrength, type Strength } from './strength.ts'

const PROTECTS: { icon: IconName; title: TextKey; text: TextKey }[] = [
  { icon: 'key-round', title: 'lock.create.owner', text: 'lock.create.ownerText' },
  { icon: 'radio-tower', title: 'lock.create.operator', text: 'lock.create.operatorText' },
  { icon: 'coins', title: 'lock.create.not', text: 'lock.create.notText' },
  { icon: 'hand', title: 'lock.create.forgotten', text: 'lock.create.forgottenText' },
]
const TONE: Record<Strength, string> = { none: 'text-text-3', short: 'text-bad', easy: 'text-warn', fair: 'text-info', strong: 'text-ok' }
const FILL: Record<Strength, { width: string; color: string }> = {
  none: { width: '0%', color: 'var(--idle-fill)' },
  short: { width: '15%', color: 'var(--bad-fill)' },
  easy: { width: '38%', color: 'var(--warn-fill)' },
  fair: { width: '70%', color: 'var(--info-fill)' },
  strong: { width: '100%', color: 'var(--ok-fill)' },
}

/** First start: the password, twice, and what it is for. */
export function CreateVault(): ReactNode {
  const t = useText()
  const create = useCall('vault.create')
  const [password, setPassword] = useState('')
  const [again, setAgain] = useState('')
  const [tried, setTried] = useState(false)
  const strength = passwordStrength(password)
  const differ = (tried || again.length >= password.length) && again !== '' && again !== password
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    if (password === '' || again !== password) return
    void create.run({ password })
  }
  return (
    <div className="m-auto grid w-[864px] max-w-full grid-cols-[404px_404px] items-center justify-between gap-14 p-6 max-[900px]:grid-cols-1">
      <form onSubmit={submit} className="grid gap-4">
        <div>
          <h1 className="text-[24px] leading-[30px] font-semibold tracking-tight">{t('lock.create.title')}</h1>
          <p className="mt-1 text-text-2">{t('lock.create.lead')}</p>
        </div>
        <div className="grid gap-1.5">
          <Field label={t('lock.create.password')} value={password} onChange={setPassword} type="password" size="lg" icon="key-round" autoComplete="new-password" autoFocus maxLength={1024} />
          <div className="meter" aria-hidden="true">
            <i style={{ width: FILL[strength].width, background: FILL[strength].color }} />
          </div>
          <p className={`text-small ${TONE[strength]}`} role="status">
            {t(`lock.create.strength.${strength}`)}
          </p>
        </div>
        <Field
          label={t('lock.create.again')}
          value={again}
          onChange={setAgain}
          type="password"
          size="lg"
          autoComplete="new-password"
          maxLength={1024}
          error={differ || (tried && again === '' && password !== '') ? t('lock.create.differ') : null}
        />
        <ErrorNote error={create.error} />
        <div>
          <Button type="submit" kind="pri" size="lg" isBusy={create.busy}>
            {t('lock.create.button')}
          </Button>
        </div>
      </form>
      <Card title={t('lock.create.protects')}>
        <div className="lines mt-2">
          {PROTECTS.map((row) => (
            <div key={row.title} className="grid grid-cols-[20px_minmax(0,1fr)] gap-3">
              <Icon name={row.icon} className="mt-0.5 text-text-2" />
              <div>
                <div className="font-medium">{t(row.title)}</div>
                <div className="text-small text-text-2">{t(row.text)}</div>
              </div>
            </div>
          ))}
        </div>
      </Card>
    </div>
  )
}
