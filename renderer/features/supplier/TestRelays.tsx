import type { ReactNode } from 'react'

/** Placeholder. */
export function TestRelays(): ReactNode {
  return <h2>TestRelays</h2>
}
