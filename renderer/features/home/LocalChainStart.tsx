import type { ReactNode } from 'react'

/** Placeholder. */
export function LocalChainStart(): ReactNode {
  return <h2>LocalChainStart</h2>
}
