import { HearthError } from '#shared/api/errors.ts'
import type { Chain, ChainBlock } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { BlockRows, Cursor, Store, WatchedAddress } from '../ports/store.ts'
import { RETRY, retrying } from '../retry.ts'
import { readBlock } from './read-block.ts'

/** Blocks asked for ahead of the one being read. */
const AHEAD = 4
/** A gap longer than this is read by the heights that concern us alone, where the chain can tell them. */
const LONG_GAP_BLOCKS = 2_000
/** Heights that such a stride covers at most: some hundreds of blocks of ours, stored in one transaction. */
const STRIDE_BLOCKS = 10_000
/** Blocks asked for at once in a stride. */
const AT_ONCE = 16
/** A block of which only the hash is wanted. */
const NOBODY: ReadonlySet<string> = new Set()
/** How long a caller waits for a long catch-up; the reading itself goes on. */
const PATIENCE_MS = 2_000

/** An address whose balance is accounted for, with the name the user gave it. */
export interface WatchedWish {
  address: string
  label: string
}

export interface FollowerDeps {
  store: Store
  clock: Clock
  log: Log
  network: () => string | null
  /** Height at which reading begins when nothing was read yet; its own rows are not read, balances at its end are the opening ones. */
  startHeight(network: string, headHeight: number): number
  watchedAddresses(network: string): Promise<WatchedWish[]>
  /** After each block is stored; once for a stride over a long gap, with the last of its blocks that held something. */
  onBlock(rows: BlockRows): Promise<void>
}

/** Reads every block once, in order, from the cursor in the store to the head; of a long gap only what concerns us, where the chain can tell. */
export interface Follower {
  /**
   * Reads up to `headHeight`. One pass runs at a time; a call during one raises its goal. Resolves when the goal is reached or after two seconds, whichever is first.
   * Rejects `chain-unreachable` after the retries of the table, and `chain-unknown-fingerprint` when the chain's block at the cursor is another one than was read
   * (it was reset or replaced): nothing is read from it then.
   */
  catchUp(chain: Chain, headHeight: number): Promise<void>
  /** Resolves when no pass runs; none begins afterwards. */
  stop(): Promise<void>
}

export function createFollower(deps: FollowerDeps): Follower {
  const { store, clock, log } = deps
  let goal = 0
  let running: Promise<void> | undefined
  let stopped = false
  /** The client whose block at the cursor was compared; compared again after every failure, since a chain may be reset behind a lost connection. */
  let verified: { chain: Chain; network: string } | undefined
  /** The client that could not tell which heights concern us. */
  let cannotTell: Chain | undefined

  const reading = <T>(ask: () => Promise<T>): Promise<T> =>
    retrying(RETRY.chainRead, clock, ask, (error) => stopped || !isUnreachable(error))
  const fetchBlock = (chain: Chain, height: number, naming: ReadonlySet<string>): Promise<ChainBlock> =>
    reading(() => chain.block(height, naming))

  const begin = async (chain: Chain, network: string): Promise<Cursor> => {
    const height = Math.min(deps.startHeight(network, goal), goal)
    const block = await fetchBlock(chain, height, NOBODY)
    const cursor = { network, height, hash: block.hash }
    await store.setCursor(cursor)
    log.info('reading blocks', { network, height })
    return cursor
  }

  const requireSameChain = async (chain: Chain, cursor: Cursor): Promise<void> => {
    if (verified?.chain === chain && verified.network === cursor.network) return
    const found = (await fetchBlock(chain, cursor.height, NOBODY)).hash
    if (found !== cursor.hash) {
      throw new HearthError('chain-unknown-fingerprint', { height: String(cursor.height), expected: cursor.hash, found })
    }
    verified = { chain, network: cursor.network }
  }

  const pass = async (chain: Chain, network: string): Promise<void> => {
    let cursor = (await store.cursor(network)) ?? (await begin(chain, network))
    // An endpoint that lags answers an older height: wait for it, there is nothing to read.
    if (goal < cursor.height) return
    await requireSameChain(chain, cursor)
    const accounts = new Map((await store.watched(network)).map((row) => [row.address, row]))
    const fetched = new Map<number, Promise<ChainBlock>>()
    let names = new Set(accounts.keys())
    for (;;) {
      await openAccounts(chain, cursor, accounts)
      // Blocks that were asked for without a new address may lack what names it.
      if (accounts.size !== names.size) {
        fetched.clear()
        names = new Set(accounts.keys())
      }
      if (stopped || deps.network() !== network || cursor.height >= goal) return
      if (chain.heightsOf && goal - cursor.height > LONG_GAP_BLOCKS && cannotTell !== chain) {
        cursor = await stride(chain, cursor, names)
        continue
      }
      for (let height = cursor.height + 1; height <= Math.min(goal, cursor.height + AHEAD); height += 1) {
        if (fetched.has(height)) continue
        const block = fetchBlock(chain, height, names)
        // The pass ends at the first failure; the others must not count as unhandled.
        block.catch(() => undefined)
        fetched.set(height, block)
      }
      const height = cursor.height + 1
      const block = await (fetched.get(height) ?? fetchBlock(chain, height, names))
      fetched.delete(height)
      requireHeight(block, height)
      const rows = readBlock(network, block, names)
      await store.applyBlock(rows)
      cursor = { network, height, hash: block.hash }
      await deps.onBlock(rows)
    }
  }

  /** Undefined, and remembered, when the chain cannot tell: a node without an index says so to every question. Then every block is read. */
  const tellHeights = async (chain: Chain, addresses: string[], from: number, to: number): Promise<number[] | undefined> => {
    try {
      return await reading(async () => (await chain.heightsOf?.(addresses, from, to)) ?? [])
    } catch (error) {
      if (stopped || !isUnreachable(error)) throw error
      log.warn('heights cannot be told', { reason: error instanceof Error ? error.message : 'unknown' })
      cannotTell = chain
      return undefined
    }
  }

  /**
   * Reads the blocks that name one of ours among the next heights, and stores them and the new cursor at once. What the chain leaves out would be missed here and found by the
   * ledger check, which asks the bank.
   */
  const stride = async (chain: Chain, cursor: Cursor, addresses: ReadonlySet<string>): Promise<Cursor> => {
    const toHeight = Math.min(goal, cursor.height + STRIDE_BLOCKS)
    const told = await tellHeights(chain, [...addresses], cursor.height + 1, toHeight)
    if (!told) return cursor
    const heights = [...new Set(told)].filter((height) => height > cursor.height && height <= toHeight).sort((a, b) => a - b)
    // The last one tells the hash under which reading goes on.
    if (heights.at(-1) !== toHeight) heights.push(toHeight)
    const blocks: BlockRows[] = []
    for (let from = 0; from < heights.length; from += AT_ONCE) {
      const wanted = heights.slice(from, from + AT_ONCE)
      for (const [index, block] of (await Promise.all(wanted.map((height) => fetchBlock(chain, height, addresses)))).entries()) {
        requireHeight(block, wanted[index])
        blocks.push(readBlock(cursor.network, block, addresses))
      }
      if (stopped || deps.network() !== cursor.network) return cursor
    }
    const next = { network: cursor.network, height: toHeight, hash: blocks.at(-1)?.hash ?? '' }
    await store.applyBlocks({ network: cursor.network, fromHeight: cursor.height + 1, toHeight, toHash: next.hash, blocks })
    // Whoever follows the blocks wants news, not a past of years: that something was stored is enough.
    const last = blocks.findLast((rows) => rows.claims.length > 0 || rows.movements.length > 0) ?? blocks.at(-1)
    if (last) await deps.onBlock(last)
    return next
  }

  /** Gives every newly watched address its opening balance at the cursor, so that rows from the next block on complete it. */
  const openAccounts = async (chain: Chain, cursor: Cursor, accounts: Map<string, WatchedAddress>): Promise<void> => {
    for (const { address, label } of await deps.watchedAddresses(cursor.network)) {
      const known = accounts.get(address)
      if (known?.label === label) continue
      const row = known
        ? { ...known, label }
        : {
            network: cursor.network,
            address,
            label,
            sinceHeight: cursor.height,
            openingUpokt: await retrying(
              RETRY.chainRead,
              clock,
              () => chain.balance(address, cursor.height),
              (error) => !isUnreachable(error),
            ),
          }
      await store.putWatched(row)
      accounts.set(address, row)
    }
  }

  return {
    async catchUp(chain, headHeight) {
      const network = deps.network()
      if (stopped || network === null) return
      goal = running ? Math.max(goal, headHeight) : headHeight
      if (!running) {
        running = pass(chain, network)
          .catch((error: unknown) => {
            verified = undefined
            log.warn('reading blocks stopped', { reason: error instanceof Error ? error.message : 'unknown' })
            throw error
          })
          .finally(() => {
            running = undefined
          })
        running.catch(() => undefined)
      }
      const patience = new AbortController()
      try {
        await Promise.race([running, clock.sleep(PATIENCE_MS, patience.signal)])
      } finally {
        patience.abort()
      }
    },
    async stop() {
      stopped = true
      await running?.catch(() => undefined)
    },
  }
}

const isUnreachable = (error: unknown): boolean => error instanceof HearthError && error.code === 'chain-unreachable'

function requireHeight(block: ChainBlock, height: number | undefined): void {
  if (block.height !== height) throw new HearthError('chain-unreachable', { reason: `asked for block ${height}, got ${block.height}` })
}
