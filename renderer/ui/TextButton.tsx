import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'

/** Looks like a link within text, and does something before it leads anywhere. @param label its name where its words alone do not say what it does; begins with them */
export function TextButton({
  children,
  onPress,
  isBusy = false,
  label,
  className = '',
}: {
  children: ReactNode
  onPress: () => void
  isBusy?: boolean
  label?: string
  className?: string
}): ReactNode {
  return (
    <Button
      className={`link cursor-pointer ${className}`}
      onPress={() => onPress()}
      isPending={isBusy}
      {...(label ? { 'aria-label': label } : {})}
    >
      {children}
    </Button>
  )
}
