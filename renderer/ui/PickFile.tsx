import { useRef, type ReactNode } from 'react'
import { Button } from './Button.tsx'

/** A button that lets a person choose one file of the machine on which the browser runs. @param accept endings, as the browser's dialog takes them */
export function PickFile({
  label,
  accept,
  size = 'sm',
  isBusy,
  onPick,
}: {
  label: string
  accept: string
  size?: 'sm' | 'md'
  isBusy?: boolean
  onPick: (file: File) => void
}): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={accept}
        className="hidden"
        aria-label={label}
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0]
          // The same file may be chosen again after it was mended.
          event.target.value = ''
          if (file) onPick(file)
        }}
      />
      <Button size={size} icon="file-text" isBusy={isBusy ?? false} onPress={() => input.current?.click()}>
        {label}
      </Button>
    </>
  )
}
