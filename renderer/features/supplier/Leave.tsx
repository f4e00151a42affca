import type { ReactNode } from 'react'

/** Placeholder. */
export function Leave(): ReactNode {
  return <h2>Leave</h2>
}
