import type { ReactNode } from 'react'

/** Placeholder. */
export function StakeOwner(): ReactNode {
  return <h2>StakeOwner</h2>
}
