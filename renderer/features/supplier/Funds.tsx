import type { ReactNode } from 'react'

/** Placeholder. */
export function Funds(): ReactNode {
  return <h2>Funds</h2>
}
