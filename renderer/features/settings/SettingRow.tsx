import { useId, type ReactNode } from 'react'
import { SETTINGS, type SettingKey } from '#shared/settings/table.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { optionWords, valueWords } from './setting-words.ts'
import type { Draft } from './use-draft.ts'

/** One setting: what it does, why and at what risk, its standard value, and the way back to it. */
export function SettingRow({ settingKey, draft }: { settingKey: SettingKey; draft: Draft }): ReactNode {
  const t = useText()
  const id = useId()
  const { standard, restarts, control } = SETTINGS[settingKey]
  const title = t(`settings.rows.${settingKey}.title`)
  const isStandard = String(draft.shown(settingKey)) === String(standard)
  const isOther = draft.current(settingKey) !== standard
  const isInvalid = draft.isInvalid(settingKey)
  const standardWords = valueWords(t, settingKey, standard)
  const isLong = control.kind === 'text'
  return (
    <div
      className={`!grid gap-x-6 gap-y-2 !py-3.5 ${isLong ? '' : 'grid-cols-[minmax(0,1fr)_210px] max-[720px]:grid-cols-[minmax(0,1fr)]'}`}
      data-setting={settingKey}
    >
      <div className="min-w-0" id={`${id}-help`}>
        <div className="flex items-center gap-2">
          <label htmlFor={id} className="font-semibold">
            {title}
          </label>
          {isOther ? <span className="pill tone-info">{t('settings.changed')}</span> : null}
        </div>
        <p className="text-text-2">{t(`settings.rows.${settingKey}.help`)}</p>
        <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 text-small text-text-2">
          <dt className="text-text-3">{t('settings.why')}</dt>
          <dd>{t(`settings.rows.${settingKey}.why`)}</dd>
          <dt className="text-text-3">{t('settings.risk')}</dt>
          <dd>{t(`settings.rows.${settingKey}.risk`)}</dd>
        </dl>
      </div>
      <div className="grid min-w-0 content-start justify-items-start gap-1.5">
        <Control id={id} settingKey={settingKey} draft={draft} describedBy={isInvalid ? `${id}-error` : `${id}-help`} />
        {isInvalid ? (
          <div id={`${id}-error`} className="field-error" role="alert">
            <Icon name="triangle-alert" size={12} />
            <span>
              {control.kind === 'number'
                ? t('settings.invalidNumber', { least: control.least, most: control.most })
                : t('settings.invalidText')}
            </span>
          </div>
        ) : null}
        <div className="text-small text-text-3">
          {t('settings.standard', { value: standardWords })}
          {restarts.includes('miner') ? ` ${t('settings.restartMiner')}` : ''}
          {restarts.includes('hearth') ? ` ${t('settings.restartHearth')}` : ''}
        </div>
        {isStandard ? null : (
          <Button
            kind="ghost"
            size="sm"
            icon="undo"
            className="-ml-2.5"
            label={t('settings.resetLabel', { title, value: standardWords })}
            onPress={() => draft.change(settingKey, standard)}
          >
            {t('settings.reset', { value: standardWords })}
          </Button>
        )}
      </div>
    </div>
  )
}

function Control({
  id,
  settingKey,
  draft,
  describedBy,
}: {
  id: string
  settingKey: SettingKey
  draft: Draft
  describedBy: string
}): ReactNode {
  const t = useText()
  const { control } = SETTINGS[settingKey]
  const value = draft.shown(settingKey)
  const isInvalid = draft.isInvalid(settingKey)
  if (control.kind === 'switch')
    return (
      <span className="flex h-[34px] items-center gap-2">
        <input
          id={id}
          type="checkbox"
          className="h-4 w-4 accent-[var(--ember)]"
          checked={value === true}
          aria-describedby={describedBy}
          onChange={(event) => draft.change(settingKey, event.target.checked)}
        />
        <span className="text-text-2">{valueWords(t, settingKey, value)}</span>
      </span>
    )
  if (control.kind === 'choice')
    return (
      <div className="field-box w-full">
        <select
          id={id}
          value={String(value)}
          aria-describedby={describedBy}
          onChange={(event) => draft.change(settingKey, event.target.value)}
        >
          {control.options.map((option) => (
            <option key={option} value={option}>
              {optionWords(t, settingKey, option)}
            </option>
          ))}
        </select>
      </div>
    )
  const isNumber = control.kind === 'number'
  return (
    <div className={`field-box w-full ${isNumber ? '' : 'max-w-[560px]'}`} {...(isInvalid ? { 'data-invalid': true } : {})}>
      <input
        id={id}
        type="text"
        value={String(value)}
        inputMode={isNumber ? 'numeric' : 'url'}
        className={isNumber ? '' : 'mono'}
        autoComplete="off"
        spellCheck={false}
        maxLength={isNumber ? 9 : control.most}
        aria-invalid={isInvalid}
        aria-describedby={describedBy}
        onChange={(event) => draft.change(settingKey, event.target.value)}
      />
      {isNumber ? <span className="text-text-2">{t(`settings.unitShort.${control.unit}`)}</span> : null}
    </div>
  )
}
