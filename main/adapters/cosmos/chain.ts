import { z } from 'zod'
import { RETRY } from '#main/core/retry.ts'
import type { Chain, ConnectChain } from '#main/core/ports/chain.ts'
import { decodeBlock, NotUnderstood } from './decode.ts'
import {
  askAgainWhenAhead,
  readAccount,
  readApplication,
  readBalance,
  readParams,
  readPendingClaims,
  readServices,
  readSession,
  readSupplier,
} from './read-chain.ts'
import { firstBlockResult, statusResult } from './schemas.ts'
import { broadcastTx, lookUpTx, readMinimumGasPrice, simulateTx } from './send-tx.ts'
import { createTransport, notUnderstood } from './transport.ts'
import { watchBlocks } from './watch.ts'

/**
 * A Pocket chain over REST and CometBFT RPC of one node. Asks once (twice where a node only has to finish its block); retries are the caller's.
 * Rejects `chain-unreachable` with `endpoint`, `reason` and, where an answer came that is not what a node says, its `path`.
 */
export const connectChain: ConnectChain = (endpoints) => {
  const { restUrl, rpcUrl } = endpoints
  const transport = createTransport(endpoints, { readMs: RETRY.chainRead.timeoutMs, writeMs: RETRY.chainBroadcast.timeoutMs })

  const head: Chain['head'] = async () => {
    const { sync_info: sync } = await transport.rpc('status', {}, statusResult)
    return {
      height: sync.latest_block_height,
      timeMs: sync.latest_block_time,
      hash: sync.latest_block_hash,
      catchingUp: sync.catching_up,
    }
  }
  const newestHeight = async () => (await head()).height

  return {
    head,
    async fingerprint() {
      const { block_id: id, block } = await transport.rpc('block', { height: '1' }, firstBlockResult)
      const { header } = block
      if (header.height !== 1) throw notUnderstood(rpcUrl, new NotUnderstood('block.header.height', 'not block 1'))
      return { chainId: header.chain_id, block1Hash: id.hash, genesisTime: header.time }
    },
    params: () => readParams(transport, restUrl, newestHeight),
    account: (address) => readAccount(transport, restUrl, address),
    balance: (address, height) => readBalance(transport, address, height),
    supplier: (operatorAddress) => readSupplier(transport, restUrl, operatorAddress, newestHeight),
    services: () => readServices(transport, restUrl),
    application: (address) => readApplication(transport, restUrl, address),
    session: (applicationAddress, serviceId, height) => readSession(transport, restUrl, applicationAddress, serviceId, height),
    pendingClaims: (operatorAddress) => readPendingClaims(transport, restUrl, operatorAddress),
    async block(height) {
      const params = { height: String(height) }
      const [block, results] = await askAgainWhenAhead(() =>
        Promise.all([transport.rpc('block', params, z.unknown()), transport.rpc('block_results', params, z.unknown())]),
      )
      try {
        const decoded = decodeBlock(block, results)
        if (decoded.height !== height) throw new NotUnderstood('block.header.height', `not ${height}`)
        return decoded
      } catch (error) {
        if (error instanceof NotUnderstood) throw notUnderstood(rpcUrl, error)
        throw error
      }
    },
    minimumGasPrice: () => readMinimumGasPrice(transport, restUrl),
    simulate: (txBytes) => simulateTx(transport, txBytes),
    broadcast: (txBytes) => broadcastTx(transport, restUrl, txBytes),
    tx: (hash) => lookUpTx(transport, restUrl, hash),
    watch: (onHint, signal) => watchBlocks(rpcUrl, onHint, signal, RETRY.chainRead),
  }
}
