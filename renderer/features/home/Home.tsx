import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { Checklist } from './Checklist.tsx'
import { isEstablished } from './checklist.ts'
import { Dashboard } from './Dashboard.tsx'
import { EarlyFindings } from './WorthWatching.tsx'

/** One glance: the checklist until the first session of ours has settled, the dashboard from then on. */
export function Home(): ReactNode {
  if (useAppState(isEstablished)) return <Dashboard />
  return (
    <>
      <EarlyFindings />
      <Checklist />
    </>
  )
}
