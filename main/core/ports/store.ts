import type { IntentRow } from '#shared/model/intent.ts'
import type { SelfTestRow } from '#shared/model/self-test.ts'
import type { UpdateRow } from '#shared/model/update.ts'

/** What the core needs kept. One writer; every method is one transaction. Amounts are bigint here and text in SQLite. */

export interface NodeRow {
  id: string
  network: string
  wanted: 'running' | 'stopped'
  /** Who asked for it: a container the user stopped stays stopped. */
  wantedBy: 'user' | 'hearth'
  /** Pinned image (`repo@sha256:` or image id) once resolved. */
  imagePin: string | undefined
  /** Host ports by container port, chosen once and kept. */
  ports: Record<string, number>
  updatedAtMs: number
}

export interface ChainRow {
  network: string
  chainId: string
  block1Hash: string | undefined
  genesisTime: string | undefined
  createdAtMs: number
  facts: Record<string, string>
}

export interface Cursor {
  network: string
  height: number
  hash: string
}

export type ClaimStage = 'claimed' | 'proven' | 'settled' | 'expired' | 'discarded'

/** One claim of one (operator, application, service, session end). `settled…` fields also date an expired or discarded claim. */
export interface ClaimRow {
  network: string
  operatorAddress: string
  applicationAddress: string
  serviceId: string
  sessionEndHeight: number
  sessionId: string | undefined
  stage: ClaimStage
  relays: bigint
  claimedComputeUnits: bigint
  estimatedComputeUnits: bigint
  claimedUpokt: bigint
  settledUpokt: bigint | undefined
  mintedUpokt: bigint | undefined
  overservicingLossUpokt: bigint | undefined
  deflationLossUpokt: bigint | undefined
  slashedUpokt: bigint | undefined
  claimHeight: number | undefined
  claimTxHash: string | undefined
  proofHeight: number | undefined
  proofTxHash: string | undefined
  settledHeight: number | undefined
  settledAtMs: number | undefined
  /** 'not-required' | 'probabilistic' | 'threshold' once known. */
  proofRequirement: string | undefined
  reason: string | undefined
}

export type ClaimChange = Pick<
  ClaimRow,
  'network' | 'operatorAddress' | 'applicationAddress' | 'serviceId' | 'sessionEndHeight' | 'stage'
> &
  Partial<ClaimRow>

/** What one recipient got (or lost) at one place on chain. Unique on (network, height, position, address). */
export interface MovementRow {
  network: string
  height: number
  /** Where in the block: `tx:<i>:<event>`, `end:<event>`, `end:<event>:<j>`. With address it makes the row unique, so that reading a block twice changes nothing. */
  position: string
  address: string
  /** Negative when it left. */
  deltaUpokt: bigint
  /** `reward` is income of the supplier's side alone (shared/model/claim); other parts of a claim that reach a watched address are `other`. */
  kind: 'reward' | 'fee' | 'stake' | 'unstake' | 'transfer' | 'proof-fee' | 'other'
  txHash: string | undefined
  /** For what a claim paid: which one, and why. */
  claim: { operatorAddress: string; applicationAddress: string; serviceId: string; sessionEndHeight: number; opReason: string } | undefined
  timeMs: number
}

/** One message of a transaction that a watched address paid for or was paid by, as its events tell it. */
export interface TxMessage {
  /** Such as `/cosmos.bank.v1beta1.MsgSend`; empty where the chain told none, as for what failed. */
  type: string
  /** Plain facts: addresses, amounts in upokt, services, sessions. */
  facts: Record<string, string>
}

/** A transaction beside its movements: what it was for. */
export interface OwnTxRow {
  hash: string
  failed: boolean
  messages: TxMessage[]
}

/** A value that governs, from the height at which it was first seen to hold. */
export interface RuleRow {
  network: string
  /** `service:<id>` for compute units per relay, `difficulty:<id>` for a target hash, else the name of a parameter. */
  what: string
  height: number
  value: string
  /** First height to which it applies. */
  effectHeight: number
  atMs: number
}

/** Somebody's address under a name that the user gave it. */
export interface BookRow {
  network: string
  address: string
  name: string
  note: string
  createdAtMs: number
  updatedAtMs: number
}

export interface BlockRows {
  network: string
  height: number
  hash: string
  timeMs: number
  /** What this block says of each claim; fields left out keep what earlier blocks said. The identity and `stage` are always there. */
  claims: ClaimChange[]
  movements: MovementRow[]
  /** What the transactions behind the movements were for. */
  txs?: OwnTxRow[]
}

/**
 * Many blocks at once, `fromHeight` to `toHeight` without a gap. A block that holds no rows may be left out of `blocks`: whoever makes the batch vouches that every
 * height between was read. Heights in `blocks` go up.
 */
export interface BlockBatch {
  network: string
  fromHeight: number
  toHeight: number
  /** Hash of the block at `toHeight`. */
  toHash: string
  blocks: BlockRows[]
}

/** Where a page of claims ended. */
export interface ClaimPlace {
  sessionEndHeight: number
  key: string
}

/** Where a page of movements ended. */
export interface MovementPlace {
  height: number
  position: string
  address: string
}

/**
 * A page of a long table. `revision` is the height up to which the table had been read when its first page was: handed back with `next`, later pages show exactly the rows
 * that were there then, each once, however many came in between. `current` is the height of now: larger than `revision` means that newer rows wait above the first page.
 */
export interface Page<Row, Place> {
  rows: Row[]
  next: Place | undefined
  revision: number
  current: number
}

/** Opening balance of a watched address. Movements above `sinceHeight` add up to what the bank says later. */
export interface WatchedAddress {
  network: string
  address: string
  label: string
  /** The height whose end the opening balance belongs to. */
  sinceHeight: number
  openingUpokt: bigint
}

export interface RelayResultRow {
  id: number
  batchId: string
  atMs: number
  serviceId: string
  sessionId: string
  operatorAddress: string
  ok: boolean
  signatureOk: boolean
  latencyMs: number
  httpStatus: number
  answer: string
  error: string | undefined
}

export interface ActivityRow {
  id: number
  atMs: number
  actor: 'you' | 'hearth' | 'network' | 'system'
  level: 'info' | 'warn' | 'bad'
  /** Key of a sentence in renderer/text, with its facts. */
  text: string
  facts: Record<string, string>
}

export interface Store {
  setting(key: string): Promise<string | undefined>
  setSetting(key: string, value: string): Promise<void>

  nodes(network: string): Promise<NodeRow[]>
  putNode(row: NodeRow): Promise<void>
  removeNodes(network: string): Promise<void>
  removeNode(network: string, nodeId: string): Promise<void>
  /** Which image a node's container is made of from now on; everything else of its row stays as it is. */
  pinNode(network: string, nodeId: string, imagePin: string, atMs: number): Promise<void>

  /** Newest first, from before `beforeMs`. */
  selfTests(query: { network: string; beforeMs?: number; limit: number }): Promise<SelfTestRow[]>
  /** Adds one; the oldest go when there are more than some months of them. */
  addSelfTest(row: SelfTestRow): Promise<void>
  removeSelfTests(network: string): Promise<void>

  /** Newest first. */
  updates(network: string): Promise<UpdateRow[]>
  /** Insert or replace. */
  putUpdate(row: UpdateRow): Promise<void>
  removeUpdates(network: string): Promise<void>

  chain(network: string): Promise<ChainRow | undefined>
  putChain(row: ChainRow): Promise<void>
  /** Forgets a chain with everything read from it. Refused for Mainnet. */
  removeChain(network: string): Promise<void>

  intents(network: string): Promise<IntentRow[]>
  intent(id: string): Promise<IntentRow | undefined>
  /** Insert or replace; refuses a step backwards (see shared/model/intent). */
  putIntent(row: IntentRow): Promise<void>

  cursor(network: string): Promise<Cursor | undefined>
  setCursor(cursor: Cursor): Promise<void>
  /** Rows, totals and cursor in one transaction. Refuses a gap (height must be cursor + 1) and does nothing for a height at or under the cursor. */
  applyBlock(rows: BlockRows): Promise<void>
  /**
   * The same for many blocks, all or nothing in one transaction. Heights at or under the cursor are passed over; refuses a batch that begins above cursor + 1.
   * Ends with the same rows as its blocks one by one, many times faster: a few thousand blocks a call keep memory small.
   */
  applyBlocks(batch: BlockBatch): Promise<void>
  /** Newest session end first, then by key (shared/model/claim); `before` is the last row of the page before. */
  claims(query: {
    network: string
    before?: { sessionEndHeight: number; key: string }
    stages?: ClaimStage[]
    operatorAddress?: string
    limit: number
  }): Promise<ClaimRow[]>
  /** Claims by page, newest session end first, then by key. */
  claimsPage(query: {
    network: string
    stages?: ClaimStage[]
    operatorAddress?: string
    after?: ClaimPlace
    revision?: number
    limit: number
  }): Promise<Page<ClaimRow, ClaimPlace>>
  /** Supplier income of one claim, every recipient. */
  claimRewards(claim: {
    network: string
    operatorAddress: string
    applicationAddress: string
    serviceId: string
    sessionEndHeight: number
  }): Promise<MovementRow[]>
  /** Newest height first. */
  movements(query: { network: string; address?: string; limit: number; beforeHeight?: number }): Promise<MovementRow[]>
  /** Movements by page, newest height first, then by place in the block and address. A page may end in the middle of a block. */
  movementsPage(query: {
    network: string
    address?: string
    /** Only these kinds. */
    kinds?: MovementRow['kind'][]
    after?: MovementPlace
    revision?: number
    limit: number
  }): Promise<Page<MovementRow, MovementPlace>>
  /** What the named transactions were for; those that are not known are left out. */
  ownTxs(network: string, hashes: string[]): Promise<OwnTxRow[]>
  /** Every value that ever governed, oldest first. */
  ruleRows(network: string): Promise<RuleRow[]>
  /** Adds values; one that is there stays as it is. Needs the network's cursor. */
  addRuleRows(rows: RuleRow[]): Promise<void>
  /** By name. */
  addressBook(network: string): Promise<BookRow[]>
  /** Adds or replaces by address; `createdAtMs` of one that is there stays. */
  putInBook(rows: BookRow[]): Promise<void>
  removeFromBook(network: string, address: string): Promise<void>
  /** Sum of all movements of an address up to and with `height`. */
  movementSum(network: string, address: string, height: number): Promise<bigint>
  /** Rewards per UTC day and recipient. */
  rewardsPerDay(network: string, addresses: string[], sinceMs: number): Promise<{ dayStartMs: number; upokt: bigint; claims: number }[]>
  totals(
    network: string,
    addresses: string[],
    dayStartMs: number,
  ): Promise<{ settledUpokt: bigint; todayUpokt: bigint; claimsSettled: number; claimsLost: number }>
  /** Supplier income per address, added up from the rows themselves and from the daily sums that figures are made of: the two must agree. */
  rewardSums(network: string): Promise<{ address: string; rowsUpokt: bigint; daysUpokt: bigint }[]>
  watched(network: string): Promise<WatchedAddress[]>
  /** Opening balance and height are written once; later calls change the label alone. */
  putWatched(row: WatchedAddress): Promise<void>

  addRelayResults(rows: Omit<RelayResultRow, 'id'>[]): Promise<void>
  relayResults(query: { beforeId?: number; limit: number }): Promise<RelayResultRow[]>

  addActivity(row: Omit<ActivityRow, 'id'>): Promise<void>
  activity(query: { beforeId?: number; limit: number }): Promise<ActivityRow[]>

  /**
   * Removes relay results and activity older than the given times, oldest first, `limit` rows of each at most, so that no call takes long. Claims, movements, daily sums and
   * intents are never removed. @returns how many rows went; less than `limit` of each means that none are left
   */
  prune(olderThan: { relayResultsMs: number; activityMs: number; limit: number }): Promise<{ relayResults: number; activity: number }>
  /** Gives the pages of removed rows back to the disk, `maxPages` at most. @returns pages (of `pageBytes`) freed and still free inside the file */
  vacuum(maxPages: number): Promise<{ freedPages: number; leftPages: number; pageBytes: number }>

  close(): Promise<void>
}
