import type { Handlers } from './dispatch.ts'

/** Requests whose answer depends on the chosen network. */
export const NETWORK_REQUESTS = [
  'engine.check',
  'practice.control',
  'localChain.start',
  'localChain.remove',
  'nodes.start',
  'nodes.stop',
  'nodes.restart',
  'nodes.changePort',
  'nodes.suggestPort',
  'nodes.logs',
  'faucet.request',
  'supplier.options',
  'tx.prepare',
  'tx.reopen',
  'tx.discard',
  'relays.sendTest',
  'relays.results',
  'earnings.claims',
  'earnings.days',
  'earnings.check',
  'eject.write',
] as const satisfies (keyof Handlers)[]
