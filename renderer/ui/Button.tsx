import type { ReactNode } from 'react'
import { Button as AriaButton, Tooltip, TooltipTrigger } from 'react-aria-components'
import { Icon, type IconName } from './icons.tsx'

export interface ButtonProps {
  children?: ReactNode
  kind?: 'plain' | 'pri' | 'ghost' | 'danger'
  size?: 'sm' | 'md' | 'lg'
  icon?: IconName
  /** Name for a button that shows an icon alone; also its tooltip. */
  label?: string
  onPress?: () => void
  type?: 'button' | 'submit'
  isDisabled?: boolean
  /** While the answer is on its way: looks the same, does nothing. */
  isBusy?: boolean
  autoFocus?: boolean
  className?: string
}

/** Verb plus object; "…" when more is asked. */
export function Button({
  children,
  kind = 'plain',
  size = 'md',
  icon,
  label,
  onPress,
  type = 'button',
  isDisabled = false,
  isBusy = false,
  autoFocus = false,
  className = '',
}: ButtonProps): ReactNode {
  const classes = ['btn', kind === 'plain' ? '' : kind, size === 'md' ? '' : size, children === undefined ? 'icon-only' : '', className]
    .filter(Boolean)
    .join(' ')
  const button = (
    <AriaButton
      className={classes}
      type={type}
      isDisabled={isDisabled}
      isPending={isBusy}
      autoFocus={autoFocus}
      {...(onPress ? { onPress: () => onPress() } : {})}
      {...(label ? { 'aria-label': label } : {})}
    >
      {isBusy ? (
        <Icon name="loader" size={14} className="turn" />
      ) : icon ? (
        <Icon name={icon} size={children === undefined ? 16 : 14} />
      ) : null}
      {children}
    </AriaButton>
  )
  if (!label || children !== undefined) return button
  return (
    <TooltipTrigger delay={500}>
      {button}
      <Tooltip className="z-30 rounded-control border border-line-2 bg-raised px-2 py-1 text-small text-text shadow-2" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  )
}

/** Looks like a button, leads to a page (`#/…`) or, with `external`, to the confirm window. */
export function LinkButton({
  href,
  children,
  kind = 'plain',
  size = 'md',
  icon,
  external = false,
}: Pick<ButtonProps, 'children' | 'kind' | 'size' | 'icon'> & { href: string; external?: boolean }): ReactNode {
  return (
    <a
      className={['btn', kind === 'plain' ? '' : kind, size === 'md' ? '' : size].filter(Boolean).join(' ')}
      href={href}
      {...(external ? { target: '_blank', rel: 'noopener noreferrer' } : {})}
    >
      {icon ? <Icon name={icon} size={14} /> : null}
      {children}
    </a>
  )
}
