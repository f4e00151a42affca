import type { ReactNode } from 'react'

/** Placeholder. */
export function StakeServices(): ReactNode {
  return <h2>StakeServices</h2>
}
