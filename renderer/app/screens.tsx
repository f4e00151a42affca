import type { ReactNode } from 'react'
import { EndpointsCard } from '#renderer/features/chain/EndpointsCard.tsx'
import { Earnings } from '#renderer/features/earnings/Earnings.tsx'
import { Home } from '#renderer/features/home/Home.tsx'
import { LocalChainStart } from '#renderer/features/home/LocalChainStart.tsx'
import { Keys } from '#renderer/features/keys/Keys.tsx'
import { Unlock } from '#renderer/features/lock/Unlock.tsx'
import { NodeDetail } from '#renderer/features/nodes/NodeDetail.tsx'
import { Nodes } from '#renderer/features/nodes/Nodes.tsx'
import { Practice } from '#renderer/features/practice/Practice.tsx'
import { Sessions } from '#renderer/features/sessions/Sessions.tsx'
import { Records } from '#renderer/features/records/Records.tsx'
import { Settings } from '#renderer/features/settings/Settings.tsx'
import { Setup } from '#renderer/features/setup/Setup.tsx'
import { FirstSession } from '#renderer/features/supplier/FirstSession.tsx'
import { Funds } from '#renderer/features/supplier/Funds.tsx'
import { Leave } from '#renderer/features/supplier/Leave.tsx'
import { Manage } from '#renderer/features/supplier/Manage.tsx'
import { StakeOwner } from '#renderer/features/supplier/StakeOwner.tsx'
import { StakeServices } from '#renderer/features/supplier/StakeServices.tsx'
import { Supplier } from '#renderer/features/supplier/Supplier.tsx'
import { TestRelays } from '#renderer/features/supplier/TestRelays.tsx'
import type { RouteId } from './routes.ts'

/** What each route draws. */
export const SCREENS: Record<RouteId, (params: { nodeId?: string }) => ReactNode> = {
  home: () => <Home />,
  'local-chain-start': () => <LocalChainStart />,
  nodes: () => (
    <>
      <Nodes />
      <EndpointsCard />
    </>
  ),
  node: ({ nodeId }) => <NodeDetail key={nodeId ?? ''} nodeId={nodeId ?? ''} />,
  supplier: () => <Supplier />,
  'supplier-stake': () => <StakeOwner />,
  'supplier-services': () => <StakeServices />,
  'supplier-first-session': () => <FirstSession />,
  'supplier-test-relays': () => <TestRelays />,
  'supplier-funds': () => <Funds />,
  'supplier-leave': () => <Leave />,
  'supplier-manage': () => <Manage />,
  earnings: () => <Earnings />,
  practice: () => <Practice />,
  records: () => <Records />,
  settings: () => <Settings />,
  keys: () => <Keys />,
  sessions: () => <Sessions />,
  setup: () => <Setup />,
  unlock: () => <Unlock />,
}
