import type { ReactNode } from 'react'

/** Placeholder. */
export function Nodes(): ReactNode {
  return <h2>Nodes</h2>
}
