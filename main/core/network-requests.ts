import type { Handlers } from './dispatch.ts'
import { SELF_TEST_REQUESTS } from './relays/self-test-room.ts'
import { BOOK_REQUESTS } from './wallet/rooms.ts'

/** Requests whose answer depends on the chosen network. */
export const NETWORK_REQUESTS = [
  'engine.check',
  'practice.control',
  'chain.addEndpoint',
  'chain.removeEndpoint',
  'chain.confirm',
  'localChain.start',
  'localChain.remove',
  'bundle.start',
  'bundle.remove',
  'bundle.chooseHost',
  'bundle.hostByItself',
  'nodes.start',
  'nodes.stop',
  'nodes.restart',
  'nodes.keepRunning',
  'nodes.stopUnlisted',
  'nodes.changePort',
  'nodes.suggestPort',
  'nodes.look',
  'nodes.logs',
  'nodes.logPage',
  'metrics.series',
  'metrics.miner',
  'faucet.request',
  'supplier.options',
  'roles.services',
  'roles.applications',
  'roles.gateways',
  'roles.morse',
  'supplier.choose',
  'supplier.record',
  'supplier.previewConfig',
  'tx.prepare',
  'tx.reopen',
  'tx.discard',
  'tx.export',
  'tx.import',
  'leave.begin',
  'leave.cancel',
  'leave.sign',
  'ownChanges.seen',
  'relays.sendTest',
  ...SELF_TEST_REQUESTS,
  'relays.results',
  'earnings.claims',
  'earnings.days',
  'earnings.check',
  'eject.preview',
  'eject.write',
  'eject.handOver',
  'eject.takeBack',
  'backends.list',
  'backends.test',
  'backends.attach',
  'backends.remove',
  'backends.check',
  'backends.preview',
  'backends.catalogue',
  'backends.startEntry',
  'backends.stopEntry',
  'backends.removeEntry',
  'serve.options',
  'serve.choose',
  'updates.list',
  'updates.check',
  'updates.start',
  'updates.retry',
  'updates.postpone',
  'updates.skip',
  'updates.undo',
  'updates.removeUnused',
  ...BOOK_REQUESTS,
] as const satisfies (keyof Handlers)[]

/** Writes of the whole program that work on the chosen network all the same. */
const ALSO: readonly (keyof Handlers)[] = ['chain.startAnew', 'keys.open', 'keys.watch', 'keys.delete', 'keys.unfence']
const OF_THE_CHOSEN: ReadonlySet<string> = new Set<string>([...NETWORK_REQUESTS, ...ALSO])

/**
 * Whether a request is for the chosen network, whichever that is. A page that shows another one, for instance an old tab, must not ask it.
 * @param input as the request table has it: one that names its network is meant for that
 */
export function isForTheChosen(name: string, input: unknown): boolean {
  const { network } = (typeof input === 'object' && input !== null ? input : {}) as { network?: unknown }
  return OF_THE_CHOSEN.has(name) && network === undefined
}
