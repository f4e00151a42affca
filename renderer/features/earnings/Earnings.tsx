import type { ReactNode } from 'react'

/** Placeholder. */
export function Earnings(): ReactNode {
  return <h2>Earnings</h2>
}
