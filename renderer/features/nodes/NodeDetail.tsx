import type { ReactNode } from 'react'

/** Placeholder. */
export function NodeDetail({ nodeId }: { nodeId: string }): ReactNode {
  return <h2>NodeDetail {nodeId}</h2>
}
