import { useId, useState, type ReactNode } from 'react'
import { useText } from '#renderer/text/text.ts'
import { Button } from './Button.tsx'
import { Icon, type IconName } from './icons.tsx'

export interface FieldProps {
  label: string
  value: string
  onChange: (value: string) => void
  help?: ReactNode
  /** What is wrong and what to type; shown under the field. */
  error?: string | null
  unit?: string
  icon?: IconName
  type?: 'text' | 'password'
  size?: 'md' | 'lg'
  autoFocus?: boolean
  autoComplete?: string
  inputMode?: 'decimal' | 'numeric' | 'url' | 'text'
  mono?: boolean
  maxLength?: number
  isDisabled?: boolean
}

/** One labelled field. Mistakes are told in words under it and tied to it for screen readers. */
export function Field(props: FieldProps): ReactNode {
  const t = useText()
  const id = useId()
  const [shown, setShown] = useState(false)
  const { error = null, type = 'text' } = props
  const described = [props.help === undefined ? '' : `${id}-help`, error === null ? '' : `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className="field">
      <label htmlFor={id}>{props.label}</label>
      <div className={`field-box ${props.size === 'lg' ? 'lg' : ''}`} {...(error === null ? {} : { 'data-invalid': true })}>
        {props.icon ? <Icon name={props.icon} size={14} /> : null}
        <input
          id={id}
          type={type === 'password' && !shown ? 'password' : 'text'}
          value={props.value}
          onChange={(event) => props.onChange(event.target.value)}
          autoFocus={props.autoFocus ?? false}
          autoComplete={props.autoComplete ?? 'off'}
          spellCheck={false}
          className={props.mono ? 'mono' : ''}
          disabled={props.isDisabled ?? false}
          aria-invalid={error !== null}
          {...(props.inputMode ? { inputMode: props.inputMode } : {})}
          {...(props.maxLength ? { maxLength: props.maxLength } : {})}
          {...(described ? { 'aria-describedby': described } : {})}
        />
        {props.unit ? <span className="text-text-2">{props.unit}</span> : null}
        {type === 'password' ? (
          <Button
            kind="ghost"
            size="sm"
            icon={shown ? 'eye-off' : 'eye'}
            label={`${shown ? t('ui.hide') : t('ui.show')} ${props.label}`}
            onPress={() => setShown(!shown)}
          />
        ) : null}
      </div>
      {error === null ? null : (
        <div id={`${id}-error`} className="field-error" role="alert">
          <Icon name="triangle-alert" size={12} />
          <span>{error}</span>
        </div>
      )}
      {props.help === undefined ? null : (
        <div id={`${id}-help`} className="field-help">
          {props.help}
        </div>
      )}
    </div>
  )
}

/** A choice among few. */
export function Choice({
  label,
  value,
  onChange,
  options,
  help,
}: {
  label: string
  value: string
  onChange: (value: string) => void
  options: { value: string; text: string }[]
  help?: ReactNode
}): ReactNode {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="field-box">
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
      </div>
      {help === undefined ? null : <div className="field-help">{help}</div>}
    </div>
  )
}
