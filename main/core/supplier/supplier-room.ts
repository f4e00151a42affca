import type { Handlers } from '../dispatch.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import { createOwnWatch, type OwnWatch } from './own-watch.ts'
import { isServing } from '#shared/model/is-serving.ts'
import { servedSuppliers } from '../state/served-suppliers.ts'
import { relayDoors } from './relay-door.ts'
import { createSafeUnstake, type SafeUnstake } from './safe-unstake.ts'
import { createTransactions, type Transactions } from './transactions.ts'
import type { SupplierWatch } from './watch.ts'

/** Everything that is signed, and everything that happens to own addresses, of one network. */
export interface SupplierRoom {
  transactions: Transactions
  handlers: Pick<
    Handlers,
    | 'supplier.choose'
    | 'tx.prepare'
    | 'tx.reopen'
    | 'tx.discard'
    | 'tx.export'
    | 'tx.import'
    | 'leave.begin'
    | 'leave.cancel'
    | 'leave.sign'
    | 'ownChanges.seen'
  >
  /** Operators whose relays the ingress is to refuse now: they leave, and others are served on. */
  heldOff(): string[]
  /** Takes up what is written in the store. Call once. */
  resume(): Promise<void>
  /** After the supplier's record and the blocks up to `readHeight` were read. */
  afterBlocks(chain: Chain, height: number, readHeight: number, params: ChainParams, keys: readonly PublicKeyInfo[]): Promise<void>
  /** The chain is gone with all that was known of it. */
  clear(): Promise<void>
}

type TransactionDeps = Parameters<typeof createTransactions>[0]

/** @param nodes has the ingress, without which no relay comes in while the relay miner goes on with claims and proofs */
export function createSupplierRoom(
  deps: TransactionDeps & {
    watch: SupplierWatch
    nodes: { stop(nodeId: string): Promise<void>; start(nodeId: string): Promise<void>; wake(): void }
    /** Whether the ingress refuses relays of an operator; undefined while nobody can tell. */
    isHeldOff: (operatorAddress: string) => Promise<boolean | undefined>
    activity: (text: string, facts?: Record<string, string>) => void
    /** Rejects `not-now` while an upgrade changes what runs: nothing is signed or sent then. */
    mustBeStill: () => void
  },
): SupplierRoom {
  const { watch, activity, network, store, state, clock, log } = deps
  const isHeld = (): boolean => {
    try {
      deps.mustBeStill()
      return false
    } catch {
      return true
    }
  }
  const transactions = createTransactions({ ...deps, isHeld })
  const ownWatch: OwnWatch = createOwnWatch({ network, store, state, clock, log, last: () => watch.last() })
  const safeUnstake: SafeUnstake = createSafeUnstake({
    network,
    store,
    state,
    clock,
    log,
    params: () => deps.heads.params(),
    record: (operatorAddress) => watch.last()?.suppliers.find((each) => each.operatorAddress === operatorAddress)?.record,
    others: (operatorAddress) =>
      servedSuppliers(state.state).filter((each) => each.operatorAddress !== operatorAddress && isServing(each.status)).length,
    transactions,
    doors: relayDoors(network(), deps.nodes, { state, store, isHeldOff: deps.isHeldOff }),
  })
  /** Without a network whose first block is known Hearth reads, and does not sign; nor while the chain's software changes. */
  const maySign = async (signal?: AbortSignal): Promise<void> => {
    deps.mustBeStill()
    await unlessCancelled(signal, () => deps.heads.requireKnown())
  }
  return {
    transactions,
    handlers: {
      'supplier.choose': async ({ operatorAddress }) => {
        await watch.choose(operatorAddress)
        return {}
      },
      'tx.prepare': async (wish, signal) => {
        await maySign(signal)
        return transactions.prepare(wish, signal)
      },
      'tx.reopen': async ({ intentId }, signal) => {
        await maySign(signal)
        return transactions.reopen(intentId, signal)
      },
      'tx.discard': async ({ intentId }) => {
        await transactions.discard(intentId)
        return {}
      },
      'tx.export': async ({ intentId }, signal) => {
        await unlessCancelled(signal, () => deps.heads.requireKnown())
        return transactions.export(intentId)
      },
      'tx.import': async ({ intentId, text }) => {
        await maySign()
        await transactions.import(intentId, text)
        return {}
      },
      'leave.begin': async ({ keyId, operatorAddress, door }) => {
        await safeUnstake.begin({ keyId, operatorAddress, door })
        deps.nodes.wake()
        activity('leave-begun')
        return {}
      },
      'leave.cancel': async () => {
        await safeUnstake.cancel()
        deps.nodes.wake()
        activity('leave-cancelled')
        return {}
      },
      'leave.sign': async (_input, signal) => {
        await maySign(signal)
        return safeUnstake.sign(signal)
      },
      'ownChanges.seen': async ({ ids }) => {
        await ownWatch.seen(ids)
        activity('own-changes-seen', { count: String(ids.length) })
        return {}
      },
    },
    heldOff: () => safeUnstake.heldOff(),
    async resume() {
      await transactions.resume()
      await ownWatch.resume()
      await safeUnstake.resume()
    },
    async afterBlocks(chain, height, readHeight, params, keys) {
      await ownWatch.look(chain, readHeight, params, keys)
      await safeUnstake.follow(chain, height)
    },
    async clear() {
      await ownWatch.clear()
      await safeUnstake.clear()
    },
  }
}
