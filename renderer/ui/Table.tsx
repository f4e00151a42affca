import type { ReactNode } from 'react'

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
  return (
    <div className="relative overflow-x-auto">
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
