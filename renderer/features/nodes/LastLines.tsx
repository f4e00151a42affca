import type { ReactNode } from 'react'
import { Card } from '#renderer/ui/Card.tsx'

/** The last words of what fails, without a click. */
export function LastLines({
  title,
  aside,
  lines,
  className = '',
}: {
  title: string
  aside?: ReactNode
  lines: string[]
  className?: string
}): ReactNode {
  return (
    <Card title={title} aside={aside} className={className}>
      <div className="log mono mt-2 rounded-b-card border-t border-line px-4 py-2 text-text-2">
        {lines.map((line, index) => (
          // The same words can stand in two lines.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index} className="break-words whitespace-pre-wrap">
            {line}
          </div>
        ))}
      </div>
    </Card>
  )
}
