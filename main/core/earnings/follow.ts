import { HearthError } from '#shared/api/errors.ts'
import type { Chain, ChainBlock } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { BlockRows, Cursor, Store, WatchedAddress } from '../ports/store.ts'
import { RETRY, retrying } from '../retry.ts'
import { readBlock } from './read-block.ts'

/** Blocks asked for ahead of the one being read. */
const AHEAD = 4
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
  /** After each block is stored. */
  onBlock(rows: BlockRows): Promise<void>
}

/** Reads every block once, in order, from the cursor in the store to the head. */
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

  const fetchBlock = (chain: Chain, height: number): Promise<ChainBlock> =>
    retrying(
      RETRY.chainRead,
      clock,
      () => chain.block(height),
      (error) => stopped || !isUnreachable(error),
    )

  const begin = async (chain: Chain, network: string): Promise<Cursor> => {
    const height = Math.min(deps.startHeight(network, goal), goal)
    const block = await fetchBlock(chain, height)
    const cursor = { network, height, hash: block.hash }
    await store.setCursor(cursor)
    log.info('reading blocks', { network, height })
    return cursor
  }

  const requireSameChain = async (chain: Chain, cursor: Cursor): Promise<void> => {
    if (verified?.chain === chain && verified.network === cursor.network) return
    const found = (await fetchBlock(chain, cursor.height)).hash
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
    for (;;) {
      await openAccounts(chain, cursor, accounts)
      if (stopped || deps.network() !== network || cursor.height >= goal) return
      for (let height = cursor.height + 1; height <= Math.min(goal, cursor.height + AHEAD); height += 1) {
        if (fetched.has(height)) continue
        const block = fetchBlock(chain, height)
        // The pass ends at the first failure; the others must not count as unhandled.
        block.catch(() => undefined)
        fetched.set(height, block)
      }
      const height = cursor.height + 1
      const block = await (fetched.get(height) ?? fetchBlock(chain, height))
      fetched.delete(height)
      if (block.height !== height) throw new HearthError('chain-unreachable', { reason: `asked for block ${height}, got ${block.height}` })
      const rows = readBlock(network, block, new Set(accounts.keys()))
      await store.applyBlock(rows)
      cursor = { network, height, hash: block.hash }
      await deps.onBlock(rows)
    }
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
