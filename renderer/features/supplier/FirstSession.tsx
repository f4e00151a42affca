import type { ReactNode } from 'react'

/** Placeholder. */
export function FirstSession(): ReactNode {
  return <h2>FirstSession</h2>
}
