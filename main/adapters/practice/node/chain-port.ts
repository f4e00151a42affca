import { HearthError } from '#shared/api/errors.ts'
import type { Chain, ChainBlock } from '#main/core/ports/chain.ts'
import { heightsNaming, type TellingLedger } from '../history/with-past.ts'
import type { ChainNode } from './chain-node.ts'

/** What is named where a chain's address is asked for. */
const ENDPOINT = 'practice'
/** A node is behind when it lacks so many blocks, and what the fastest clock passes over between two looks. */
const BEHIND_BLOCKS = 5
const LOOK_MS = 200

const unreachable = (reason: string): HearthError => new HearthError('chain-unreachable', { endpoint: ENDPOINT, reason })

/** The practised chain behind the port of the core. Every question rejects `chain-unreachable` while the node's container does not run. */
export function connectPracticeChain(node: ChainNode): Chain {
  const { ledger, clock } = node
  const { genesis } = ledger
  const telling: Partial<TellingLedger> = ledger

  /** Answers in a later turn, as a node over a wire does, from the state of that turn. */
  const ask = async <T>(answer: () => T): Promise<T> => {
    await Promise.resolve()
    if (!node.running) throw unreachable('ECONNREFUSED')
    return answer()
  }
  const past = (height: number): void => {
    if (height > ledger.height)
      throw unreachable(`height ${height} must be less than or equal to the current blockchain height ${ledger.height}`)
    if (height < 1) throw unreachable(`height must be greater than 0, but got ${height}`)
  }
  const blockAt = (height: number): ChainBlock => {
    past(height)
    const block = ledger.block(height)
    if (block === undefined) throw unreachable(`height ${height} is not available, lowest height is higher`)
    return block
  }

  return {
    head: () =>
      ask(() => ({
        height: ledger.height,
        timeMs: ledger.timeMs,
        hash: ledger.hash,
        catchingUp: clock.now() - ledger.timeMs > BEHIND_BLOCKS * genesis.blockMs + LOOK_MS * clock.speed,
      })),
    fingerprint: () =>
      ask(() => ({
        chainId: genesis.chainId,
        block1Hash: node.block1Hash,
        genesisTime: new Date(genesis.genesisTimeMs).toISOString(),
      })),
    params: () => ask(() => ledger.params()),
    governing: () => ask(() => ledger.governing()),
    account: (address) => ask(() => ledger.account(address)),
    balance: (address, height) =>
      ask(() => {
        if (height !== undefined) past(height)
        return ledger.balance(address, height)
      }),
    supplier: (operatorAddress) => ask(() => ledger.supplier(operatorAddress)),
    services: () => ask(() => ledger.services()),
    application: (address) => ask(() => ledger.application(address)),
    gateway: (address) => ask(() => ledger.gateway(address)),
    gateways: () => ask(() => ledger.gateways()),
    roleRules: () => ask(() => ledger.roleRules()),
    // Nothing of the old network lies here, and none of its claims is played.
    morseAccount: () => ask(() => undefined),
    session: (applicationAddress, serviceId, height) =>
      ask(() => {
        if (height !== undefined) past(height)
        try {
          return ledger.session(applicationAddress, serviceId, height)
        } catch (error) {
          if (error instanceof HearthError) throw error
          throw new HearthError('not-in-session', { reason: error instanceof Error ? error.message : String(error) }, { cause: error })
        }
      }),
    pendingClaims: (operatorAddress) => ask(() => ledger.pendingClaims(operatorAddress)),
    block: (height) => ask(() => blockAt(height)),
    blockTimeMs: (height) => ask(() => blockAt(height).timeMs),
    heightsOf: (addresses, from, to) => ask(() => telling.heightsOf?.(addresses, from, to) ?? heightsNaming(ledger, addresses, from, to)),
    minimumGasPrice: () => ask(() => genesis.minimumGasPrice),
    simulate: (txBytes) => ask(() => node.simulate(txBytes)),
    broadcast: (txBytes) => ask(() => node.broadcast(txBytes)),
    tx: (hash) => ask(() => node.lookUp(hash)),
    async watch(onHint, signal) {
      if (signal.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const end = node.onBlock((block) => {
        if (node.running) onHint(block.height)
      })
      signal.addEventListener('abort', () => resolve(), { once: true })
      await promise
      end()
    },
  }
}
