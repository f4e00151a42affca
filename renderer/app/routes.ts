import type { TextKey } from '#renderer/text/text.ts'

export type Section = 'home' | 'nodes' | 'supplier' | 'earnings' | 'wallet' | 'practice' | 'settings'

/** One screen. `sample` is an address that shows it; `:nodeId` in it stands for any node that is there. */
export interface Route {
  id: string
  pattern: string
  sample: string
  /** Which entry of the navigation is lit; none = a screen without the frame. */
  section: Section | null
  title: TextKey
}

/** Every screen of the page. The page is built from this table, and so are the pictures that the tests take. */
export const ROUTES = [
  { id: 'home', pattern: '/', sample: '/', section: 'home', title: 'frame.home' },
  { id: 'local-chain-start', pattern: '/start', sample: '/start', section: 'home', title: 'home.start.title' },
  { id: 'miner-start', pattern: '/start-miner', sample: '/start-miner', section: 'nodes', title: 'bundle.title' },
  { id: 'nodes', pattern: '/nodes', sample: '/nodes', section: 'nodes', title: 'frame.nodes' },
  { id: 'node', pattern: '/nodes/:nodeId', sample: '/nodes/:nodeId', section: 'nodes', title: 'frame.nodes' },
  { id: 'supplier', pattern: '/supplier', sample: '/supplier', section: 'supplier', title: 'frame.supplier' },
  { id: 'supplier-stake', pattern: '/supplier/stake', sample: '/supplier/stake', section: 'supplier', title: 'supplier.stake.title' },
  {
    id: 'supplier-services',
    pattern: '/supplier/services',
    sample: '/supplier/services',
    section: 'supplier',
    title: 'supplier.services.title',
  },
  {
    id: 'supplier-first-session',
    pattern: '/supplier/first-session',
    sample: '/supplier/first-session',
    section: 'supplier',
    title: 'supplier.first.title',
  },
  {
    id: 'supplier-test-relays',
    pattern: '/supplier/test-relays',
    sample: '/supplier/test-relays',
    section: 'supplier',
    title: 'supplier.relays.title',
  },
  {
    id: 'supplier-self-test',
    pattern: '/supplier/self-test',
    sample: '/supplier/self-test',
    section: 'supplier',
    title: 'selfTest.title',
  },
  { id: 'supplier-funds', pattern: '/supplier/funds', sample: '/supplier/funds', section: 'supplier', title: 'supplier.funds.title' },
  { id: 'supplier-manage', pattern: '/supplier/manage', sample: '/supplier/manage', section: 'supplier', title: 'supplier.manage.title' },
  { id: 'supplier-leave', pattern: '/supplier/leave', sample: '/supplier/leave', section: 'supplier', title: 'supplier.leave.title' },
  { id: 'supplier-add', pattern: '/supplier/add', sample: '/supplier/add', section: 'supplier', title: 'suppliers.add.title' },
  { id: 'onchain', pattern: '/supplier/more', sample: '/supplier/more', section: 'supplier', title: 'onchain.title' },
  {
    id: 'onchain-services',
    pattern: '/supplier/more/services',
    sample: '/supplier/more/services',
    section: 'supplier',
    title: 'onchain.services.title',
  },
  {
    id: 'onchain-applications',
    pattern: '/supplier/more/applications',
    sample: '/supplier/more/applications',
    section: 'supplier',
    title: 'onchain.applications.title',
  },
  {
    id: 'onchain-gateways',
    pattern: '/supplier/more/gateways',
    sample: '/supplier/more/gateways',
    section: 'supplier',
    title: 'onchain.gateways.title',
  },
  {
    id: 'onchain-morse',
    pattern: '/supplier/more/morse',
    sample: '/supplier/more/morse',
    section: 'supplier',
    title: 'onchain.morse.title',
  },
  { id: 'earnings', pattern: '/earnings', sample: '/earnings', section: 'earnings', title: 'frame.earnings' },
  { id: 'wallet', pattern: '/wallet', sample: '/wallet', section: 'wallet', title: 'wallet.title' },
  { id: 'wallet-send', pattern: '/wallet/send', sample: '/wallet/send', section: 'wallet', title: 'wallet.send.title' },
  { id: 'wallet-addresses', pattern: '/wallet/addresses', sample: '/wallet/addresses', section: 'wallet', title: 'wallet.book.title' },
  { id: 'rules', pattern: '/rules', sample: '/rules', section: 'supplier', title: 'rules.title' },
  { id: 'practice', pattern: '/practice', sample: '/practice', section: 'practice', title: 'practice.title' },
  { id: 'settings', pattern: '/settings', sample: '/settings', section: 'settings', title: 'settings.title' },
  { id: 'keys', pattern: '/settings/keys', sample: '/settings/keys', section: 'settings', title: 'vaultKeys.title' },
  { id: 'records', pattern: '/settings/records', sample: '/settings/records', section: 'settings', title: 'records.title' },
  { id: 'updates', pattern: '/settings/updates', sample: '/settings/updates', section: 'settings', title: 'updates.title' },
  { id: 'sessions', pattern: '/settings/sessions', sample: '/settings/sessions', section: 'settings', title: 'sessions.title' },
  {
    id: 'setup-what-to-serve',
    pattern: '/setup/what-to-serve',
    sample: '/setup/what-to-serve',
    section: null,
    title: 'backends.serve.nav',
  },
  { id: 'setup', pattern: '/setup', sample: '/setup', section: null, title: 'setup.title' },
  { id: 'unlock', pattern: '/unlock', sample: '/unlock', section: null, title: 'lock.open.title' },
] as const satisfies Route[]

export type RouteId = (typeof ROUTES)[number]['id']

export const SECTIONS: {
  section: Section
  path: string
  icon: 'house' | 'boxes' | 'badge-check' | 'coins' | 'gauge' | 'settings' | 'wallet'
  title: TextKey
}[] = [
  { section: 'home', path: '/', icon: 'house', title: 'frame.home' },
  { section: 'nodes', path: '/nodes', icon: 'boxes', title: 'frame.nodes' },
  { section: 'supplier', path: '/supplier', icon: 'badge-check', title: 'frame.supplier' },
  { section: 'earnings', path: '/earnings', icon: 'coins', title: 'frame.earnings' },
  { section: 'wallet', path: '/wallet', icon: 'wallet', title: 'wallet.title' },
  { section: 'practice', path: '/practice', icon: 'gauge', title: 'practice.nav' },
  { section: 'settings', path: '/settings', icon: 'settings', title: 'settings.title' },
]
