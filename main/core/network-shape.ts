import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { LocalChainRules } from '#shared/networks/local.ts'
import type { OutsideBackends } from './backends/wire-backends.ts'
import type { Handlers } from './dispatch.ts'
import type { NETWORK_REQUESTS } from './network-requests.ts'
import type { ConnectChain } from './ports/chain.ts'
import type { Clock } from './ports/clock.ts'
import type { Engine } from './ports/engine.ts'
import type { Net } from './ports/net.ts'
import type { PracticeControls } from './ports/practice.ts'
import type { Reach } from './ports/reach.ts'
import type { TxCodec } from './ports/tx.ts'
import type { HostTimes } from './relays/host-times.ts'

/** One network as the core meets it: where its containers run, how its chain is asked, what time it is there. */
export interface World {
  engine: Engine
  connectChain: ConnectChain
  net: Net
  /** Practice has a time of its own. */
  clock: Clock
  codec: TxCodec
  /** How far one gets with an address. */
  reach: Reach
  rules: LocalChainRules
  /** What can run here. */
  catalog: CatalogEntry[]
  /** Where endpoints of the user's own can be attached; Practice has nothing outside. */
  outside?: OutsideBackends
  /** Only of Practice. */
  practice?: PracticeControls
  /** When the relay miner's host is changed by Hearth, other than usual. */
  minerHostTimes?: Partial<HostTimes>
  /** Image by the catalogue's name. */
  imageOverrides: Record<string, string>
  /** Ends what the world itself runs. */
  stop?(): Promise<void>
}

/** The rooms that belong to one network: the chosen one, or another on which something runs (looked-after.ts). */
export interface NetworkRooms {
  handlers: Pick<Handlers, (typeof NETWORK_REQUESTS)[number]>
  /** Takes up what is written in the store, and begins to run. Call once. */
  begin(): Promise<void>
  /** A transaction was signed on the confirm surface. */
  signed(intentId: string, txBytes: Uint8Array): Promise<void>
  discard(intentId: string): Promise<void>
  /** Closes every confirm sheet that waits. */
  closeSheets(): Promise<void>
  /** Forgets what was read of the chain, and meets what its hosts name like a chain never seen. */
  forgetChain(): Promise<void>
  /** How many claims of an operator are on chain and not settled. Rejects `chain-unreachable`. */
  pendingClaims(operatorAddress: string): Promise<number>
  /** Something that containers or the chain wait for has changed. */
  wake(): void
  /** Ends everything that runs; the store stays open. */
  stop(): Promise<void>
}

/** Writes to the log of activity; never rejects. */
export type NoteActivity = (
  text: string,
  facts?: Record<string, string>,
  actor?: 'you' | 'hearth' | 'network',
  level?: 'info' | 'warn' | 'bad',
) => void

/** The same for what happens on one network: `on` names it, so that a page that shows another one can say where it was. */
export const noteOn =
  (network: string | null, note: NoteActivity): NoteActivity =>
  (text, facts = {}, actor, level) =>
    note(text, network === null ? facts : { ...facts, on: network }, actor, level)
