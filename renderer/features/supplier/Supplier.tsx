import type { ReactNode } from 'react'

/** Placeholder. */
export function Supplier(): ReactNode {
  return <h2>Supplier</h2>
}
