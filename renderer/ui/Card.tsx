import { useId, type ReactNode } from 'react'

/** A labelled section: heading left, one quiet fact or link right. */
export function Card({
  title,
  aside,
  children,
  padded = false,
  className = '',
}: {
  title?: ReactNode
  aside?: ReactNode
  children: ReactNode
  padded?: boolean
  className?: string
}): ReactNode {
  const id = useId()
  return (
    <section className={`card ${className}`} {...(title === undefined ? {} : { 'aria-labelledby': id })}>
      {title === undefined ? null : (
        <header className="flex-wrap">
          <h2 id={id} className="h2 flex-auto">
            {title}
          </h2>
          {aside === undefined ? null : <div className="text-small text-text-3 num">{aside}</div>}
        </header>
      )}
      {padded ? <div className={title === undefined ? 'pad' : 'pad !pt-2'}>{children}</div> : children}
    </section>
  )
}

/** Names and values, one a line. */
export function Facts({ rows, className = '' }: { rows: (readonly [ReactNode, ReactNode] | null)[]; className?: string }): ReactNode {
  return (
    <dl className={`kv ${className}`}>
      {rows.map((row, index) =>
        row === null ? null : (
          // The rows of one list never change places.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index}>
            <dt>{row[0]}</dt>
            <dd>{row[1]}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
