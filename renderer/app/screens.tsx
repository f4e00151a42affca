import type { ReactNode } from 'react'
import { BackendsCard } from '#renderer/features/backends/BackendsCard.tsx'
import { CatalogueCard } from '#renderer/features/backends/CatalogueCard.tsx'
import { EndpointsCard } from '#renderer/features/chain/EndpointsCard.tsx'
import { Earnings } from '#renderer/features/earnings/Earnings.tsx'
import { Home } from '#renderer/features/home/Home.tsx'
import { LocalChainStart } from '#renderer/features/home/LocalChainStart.tsx'
import { DecideUnlock } from '#renderer/features/keys/DecideUnlock.tsx'
import { Keys } from '#renderer/features/keys/Keys.tsx'
import { MinerStart } from '#renderer/features/home/MinerStart.tsx'
import { Unlock } from '#renderer/features/lock/Unlock.tsx'
import { NodeDetail } from '#renderer/features/nodes/NodeDetail.tsx'
import { Nodes } from '#renderer/features/nodes/Nodes.tsx'
import { Applications } from '#renderer/features/onchain/Applications.tsx'
import { Gateways } from '#renderer/features/onchain/Gateways.tsx'
import { MoreOnChain } from '#renderer/features/onchain/MoreOnChain.tsx'
import { Morse } from '#renderer/features/onchain/Morse.tsx'
import { OwnServices } from '#renderer/features/onchain/OwnServices.tsx'
import { Practice } from '#renderer/features/practice/Practice.tsx'
import { Sessions } from '#renderer/features/sessions/Sessions.tsx'
import { Records } from '#renderer/features/records/Records.tsx'
import { Rules } from '#renderer/features/rules/Rules.tsx'
import { Settings } from '#renderer/features/settings/Settings.tsx'
import { Setup } from '#renderer/features/setup/Setup.tsx'
import { WhatToServe } from '#renderer/features/setup/WhatToServe.tsx'
import { FirstSession } from '#renderer/features/supplier/FirstSession.tsx'
import { Funds } from '#renderer/features/supplier/Funds.tsx'
import { Leave } from '#renderer/features/supplier/Leave.tsx'
import { Manage } from '#renderer/features/supplier/Manage.tsx'
import { SelfTestPage } from '#renderer/features/supplier/SelfTestPage.tsx'
import { StakeOwner } from '#renderer/features/supplier/StakeOwner.tsx'
import { StakeServices } from '#renderer/features/supplier/StakeServices.tsx'
import { Supplier } from '#renderer/features/supplier/Supplier.tsx'
import { TestRelays } from '#renderer/features/supplier/TestRelays.tsx'
import { AddressBook } from '#renderer/features/wallet/AddressBook.tsx'
import { Send } from '#renderer/features/wallet/Send.tsx'
import { Wallet } from '#renderer/features/wallet/Wallet.tsx'
import { Updates } from '#renderer/features/updates/Updates.tsx'
import { UpdatesLink } from '#renderer/features/updates/UpdatesLink.tsx'
import { MadeHere, NotMadeHere, ServedHere } from './MadeHere.tsx'
import type { RouteId } from './routes.ts'

/** What each route draws. */
export const SCREENS: Record<RouteId, (params: { nodeId?: string }) => ReactNode> = {
  home: () => <Home />,
  'local-chain-start': () => (
    <MadeHere>
      <LocalChainStart />
    </MadeHere>
  ),
  'miner-start': () => (
    <NotMadeHere>
      <MinerStart decide={(onDecided) => <DecideUnlock onDecided={onDecided} />} />
    </NotMadeHere>
  ),
  nodes: () => (
    <>
      <UpdatesLink />
      <Nodes />
      <ServedHere>
        <BackendsCard />
        <CatalogueCard />
      </ServedHere>
      <EndpointsCard />
    </>
  ),
  node: ({ nodeId }) => <NodeDetail key={nodeId ?? ''} nodeId={nodeId ?? ''} />,
  supplier: () => <Supplier />,
  'supplier-stake': () => <StakeOwner />,
  'supplier-services': () => <StakeServices />,
  'supplier-first-session': () => <FirstSession />,
  'supplier-test-relays': () => (
    <MadeHere>
      <TestRelays />
    </MadeHere>
  ),
  'supplier-self-test': () => <SelfTestPage />,
  'supplier-funds': () => (
    <MadeHere otherwise={<Send />}>
      <Funds />
    </MadeHere>
  ),
  'supplier-leave': () => <Leave />,
  'supplier-manage': () => <Manage />,
  onchain: () => <MoreOnChain />,
  'onchain-services': () => <OwnServices />,
  'onchain-applications': () => <Applications />,
  'onchain-gateways': () => <Gateways />,
  'onchain-morse': () => <Morse />,
  earnings: () => <Earnings />,
  wallet: () => <Wallet />,
  'wallet-send': () => <Send />,
  'wallet-addresses': () => <AddressBook />,
  rules: () => <Rules />,
  practice: () => <Practice />,
  records: () => <Records />,
  settings: () => <Settings />,
  keys: () => <Keys />,
  updates: () => <Updates />,
  sessions: () => <Sessions />,
  setup: () => <Setup />,
  'setup-what-to-serve': () => <WhatToServe />,
  unlock: () => <Unlock />,
}
