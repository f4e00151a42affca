import { useEffect, useRef, useState, type ReactNode, type RefObject } from 'react'

export interface Column {
  key: string
  title: ReactNode
  right?: boolean
  /** For a column that a narrow window leaves out, as its cells do. */
  className?: string
  width?: string
}

/** A real table with scope; its rows are `<tr>`. `empty` stands in for rows. */
export function Table({
  columns,
  caption,
  children,
  empty,
  dense = false,
  className = '',
}: {
  columns: Column[]
  caption: string
  children: ReactNode
  empty?: ReactNode
  dense?: boolean
  className?: string
}): ReactNode {
  const [box, isWide] = useIsWide()
  return (
    // Where it scrolls sideways, the arrow keys do it too.
    <div ref={box} className="relative overflow-x-auto" {...(isWide ? { tabIndex: 0, role: 'group', 'aria-label': caption } : {})}>
      <table className={`tbl num ${dense ? 'dense' : ''} ${className}`}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={`${column.right ? 'r' : ''} ${column.className ?? ''}`.trim()}
                {...(column.width ? { style: { width: column.width } } : {})}
              >
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {empty === undefined ? (
            children
          ) : (
            <tr>
              <td colSpan={columns.length} className="wrap !py-3 text-text-2">
                {empty}
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}

/** Whether what is inside is wider than its box. */
function useIsWide(): [RefObject<HTMLDivElement | null>, boolean] {
  const box = useRef<HTMLDivElement | null>(null)
  const [isWide, setWide] = useState(false)
  useEffect(() => {
    const outer = box.current
    const inner = outer?.firstElementChild
    if (!outer || !inner || typeof ResizeObserver === 'undefined') return undefined
    const observer = new ResizeObserver(() => setWide(outer.scrollWidth > outer.clientWidth + 1))
    observer.observe(outer)
    observer.observe(inner)
    return () => observer.disconnect()
  }, [])
  return [box, isWide]
}

/** Three rows that stand for what is being read. */
export function SkeletonRows({ columns, rows = 3 }: { columns: number; rows?: number }): ReactNode {
  return Array.from({ length: rows }, (_row, row) => (
    <tr key={row}>
      {Array.from({ length: columns }, (_cell, cell) => (
        <td key={cell}>
          <div className="skel h-3" style={{ width: cell === 0 ? '60%' : '40%' }} />
        </td>
      ))}
    </tr>
  ))
}
