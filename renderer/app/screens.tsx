import type { ReactNode } from 'react'
import { BackendsCard } from '#renderer/features/backends/BackendsCard.tsx'
import { CatalogueCard } from '#renderer/features/backends/CatalogueCard.tsx'
import { EndpointsCard } from '#renderer/features/chain/EndpointsCard.tsx'
import { Earnings } from '#renderer/features/earnings/Earnings.tsx'
import { Home } from '#renderer/features/home/Home.tsx'
import { LocalChainStart } from '#renderer/features/home/LocalChainStart.tsx'
// Home brings it along: under its own name it would be taken for a screen that is fetched later (vite.config.ts).
import { MakeKey as OperatorKey } from '#renderer/features/home/MakeKey.tsx'
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
import { AddSupplier } from '#renderer/features/supplier/AddSupplier.tsx'
import { FirstSession } from '#renderer/features/supplier/FirstSession.tsx'
import { Funds } from '#renderer/features/supplier/Funds.tsx'
import { Leave } from '#renderer/features/supplier/Leave.tsx'
import { Manage } from '#renderer/features/supplier/Manage.tsx'
import { SelfTestPage } from '#renderer/features/supplier/SelfTestPage.tsx'
import { StakeOwner } from '#renderer/features/supplier/StakeOwner.tsx'
import { StakeServices } from '#renderer/features/supplier/StakeServices.tsx'
import { Supplier } from '#renderer/features/supplier/Supplier.tsx'
import { AboutOne } from '#renderer/features/supplier/SupplierSwitch.tsx'
import { TestRelays } from '#renderer/features/supplier/TestRelays.tsx'
import { AddressBook } from '#renderer/features/wallet/AddressBook.tsx'
import { Send } from '#renderer/features/wallet/Send.tsx'
import { Wallet } from '#renderer/features/wallet/Wallet.tsx'
import { Updates } from '#renderer/features/updates/Updates.tsx'
import { UpdatesLink } from '#renderer/features/updates/UpdatesLink.tsx'
import { words } from '#renderer/text/text.ts'
import { MadeHere, NotMadeHere, ServedHere } from './MadeHere.tsx'
import type { RouteId } from './routes.ts'

/** The page of which supplier is told where there are several. */
const aboutOne = (screen: ReactNode): ReactNode => <AboutOne>{screen}</AboutOne>

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
  supplier: () => aboutOne(<Supplier />),
  'supplier-add': () => (
    <AddSupplier
      askForKey={({ isOpen, onClose, onMade }) => (
        <OperatorKey role={isOpen ? 'operator' : null} onClose={onClose} onMade={onMade} text={words('suppliers.add.keyText')} />
      )}
    />
  ),
  'supplier-stake': () => aboutOne(<StakeOwner />),
  'supplier-services': () => aboutOne(<StakeServices />),
  'supplier-first-session': () => aboutOne(<FirstSession />),
  'supplier-test-relays': () => <MadeHere>{aboutOne(<TestRelays />)}</MadeHere>,
  'supplier-self-test': () => aboutOne(<SelfTestPage />),
  'supplier-funds': () => <MadeHere otherwise={<Send />}>{aboutOne(<Funds />)}</MadeHere>,
  'supplier-leave': () => aboutOne(<Leave />),
  'supplier-manage': () => aboutOne(<Manage />),
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
