import type { ReactNode } from 'react'

/** What goes, or what stays: lines under a small heading, as dialogs say before something is done. */
export function TitledList({ title, lines }: { title: string; lines: string[] }): ReactNode {
  return (
    <div>
      <h3 className="h2 mb-1">{title}</h3>
      <ul className="grid list-disc gap-1 pl-5 text-text-2">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  )
}
