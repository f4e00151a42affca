import type { ChainHost } from './engine/programs/node.ts'
import { noNetwork, type PracticeNetwork } from './network.ts'

/** What a block with its results takes on the disk of a node. */
const BLOCK_BYTES = 24_000
const MEMORY_BYTES = 210 * 2 ** 20

/**
 * The network as the container of its node shows it: whichever network is there, since a scenario may put another in its place while the container runs.
 * @param faucet account that gives play money
 */
export function createNodeHost(network: () => PracticeNetwork | undefined, faucet: string, speed: () => number): ChainHost {
  const height = (): number => network()?.ledger.height ?? 0
  network()?.node.setRunning(true)
  return {
    faucetSend(address, upokt) {
      const found = network()
      return found ? Promise.resolve(found.give(faucet, address, upokt)) : Promise.reject(noNetwork())
    },
    stop: () => network()?.node.setRunning(false),
    height,
    needs: () => network()?.needed(),
    txCount: (at) => network()?.ledger.block(at)?.txs.length ?? 0,
    usage: () => ({
      cpuPercent: Math.min(100, 3 + speed() / 20),
      memoryBytes: MEMORY_BYTES,
      diskBytes: height() * BLOCK_BYTES,
      netBytes: height() * BLOCK_BYTES,
    }),
  }
}
