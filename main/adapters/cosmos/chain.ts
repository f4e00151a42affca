import { z } from 'zod'
import { RETRY } from '#main/core/retry.ts'
import type { Chain, ConnectChain } from '#main/core/ports/chain.ts'
import { checkedBlock, decodeBlock, decodeScanned, understand } from './decode.ts'
import { hashText, headerHash, type Header } from './light/header.ts'
import { createProvenReads } from './light/prove.ts'
import { commitResult } from './light/wire.ts'
import { NotUnderstood } from './not-understood.ts'
import {
  askAgainWhenAhead,
  readAccount,
  readBalance,
  readParams,
  readPendingClaims,
  readServices,
  readSession,
  readSupplier,
} from './read-chain.ts'
import { readGoverning } from './read-governing.ts'
import { readAppliedUpgrade, readHeightsOf, readUpgradePlan } from './read-past.ts'
import { readApplication, readGateway, readGateways, readMorseAccount, readRoleRules } from './read-roles.ts'
import { createResultsScan } from './scan-results.ts'
import type { ScannedResults } from './scanned.ts'
import { firstBlockResult, statusResult } from './schemas.ts'
import { broadcastTx, lookUpTx, readMinimumGasPrice, simulateTx } from './send-tx.ts'
import { createTransport, notUnderstood } from './transport.ts'
import { watchBlocks } from './watch.ts'

/**
 * How long a proven header vouches for later ones: two thirds of the 21 days that validators of Cosmos chains are held to what they signed. A chain that is known from its first
 * block is followed from there however old it is.
 */
const TRUSTING_MS = 14 * 24 * 3_600_000

/**
 * A Pocket chain over REST and CometBFT RPC of one node. Asks once (twice where a node only has to finish its block); retries are the caller's.
 * Rejects `chain-unreachable` with `endpoint`, `reason` and, where an answer came that is not what a node says, its `path`.
 */
export const connectChain: ConnectChain = (endpoints) => {
  const { restUrl, rpcUrl } = endpoints
  const transport = createTransport(endpoints, { readMs: RETRY.chainRead.timeoutMs, writeMs: RETRY.chainBroadcast.timeoutMs })

  const head: Chain['head'] = async () => {
    const { sync_info: sync } = await transport.rpc('status', {}, statusResult)
    transport.sawHeight(sync.latest_block_height)
    return {
      height: sync.latest_block_height,
      timeMs: sync.latest_block_time,
      hash: sync.latest_block_hash,
      catchingUp: sync.catching_up,
    }
  }
  /** Says of an answer that is none which endpoint gave it. */
  const understood = <T>(read: () => T): T => {
    try {
      return read()
    } catch (error) {
      if (error instanceof NotUnderstood) throw notUnderstood(rpcUrl, error)
      throw error
    }
  }
  const newestHeight = async () => (await head()).height
  const headerAt = async (height: number): Promise<Header> => {
    const { signed_header: signed } = await askAgainWhenAhead(() => transport.rpc('commit', { height: String(height) }, commitResult))
    if (signed.header.height !== height) throw notUnderstood(rpcUrl, new NotUnderstood('header.height', `not ${height}`))
    return signed.header
  }

  return {
    head,
    async fingerprint() {
      const answer = await transport.rpc('block', { height: '1' }, z.unknown())
      return understood(() => {
        const { block } = understand(firstBlockResult, answer)
        const { header, hash } = checkedBlock(answer)
        if (header.height !== 1) throw new NotUnderstood('block.header.height', 'not block 1')
        return { chainId: header.chainId, block1Hash: hash, genesisTime: block.header.time }
      })
    },
    params: () => readParams(transport, restUrl, newestHeight),
    account: (address) => readAccount(transport, restUrl, address),
    balance: (address, height) => readBalance(transport, address, height),
    supplier: (operatorAddress) => readSupplier(transport, restUrl, operatorAddress, newestHeight),
    services: () => readServices(transport, restUrl),
    application: (address) => readApplication(transport, restUrl, address),
    gateway: (address) => readGateway(transport, restUrl, address),
    gateways: () => readGateways(transport, restUrl),
    roleRules: () => readRoleRules(transport, restUrl, newestHeight),
    morseAccount: (morseAddress) => readMorseAccount(transport, restUrl, morseAddress),
    session: (applicationAddress, serviceId, height) => readSession(transport, restUrl, applicationAddress, serviceId, height),
    pendingClaims: (operatorAddress) => readPendingClaims(transport, restUrl, operatorAddress),
    async block(height, naming) {
      const params = { height: String(height) }
      const wholeOf = async (method: string): Promise<unknown> => transport.rpcResult(await transport.rpcBytes(method, params), z.unknown())
      const partOf = async (names: ReadonlySet<string>): Promise<{ scanned: ScannedResults } | { whole: unknown }> => {
        const scan = createResultsScan(names)
        await transport.rpcBytes('block_results', params, (chunk) => understood(() => scan.push(chunk)))
        const scanned = understood(() => scan.end())
        // Without a result there is the node's error, which is told there.
        return scanned === undefined ? { whole: transport.rpcResult(scan.rest(), z.unknown()) } : { scanned }
      }
      const [block, results] = await Promise.all([
        askAgainWhenAhead(() => wholeOf('block')),
        askAgainWhenAhead(async () => (naming === undefined ? { whole: await wholeOf('block_results') } : partOf(naming))),
      ])
      return understood(() => {
        const decoded = 'scanned' in results ? decodeScanned(block, results.scanned) : decodeBlock(block, results.whole)
        if (decoded.height !== height) throw new NotUnderstood('block.header.height', `not ${height}`)
        return decoded
      })
    },
    blockHash: async (height) => hashText(headerHash(await headerAt(height))),
    async blockTimeMs(height) {
      const { time } = await headerAt(height)
      return Number(time.seconds) * 1_000 + Math.floor(time.nanos / 1_000_000)
    },
    heightsOf: (addresses, from, to) => readHeightsOf(transport, addresses, from, to),
    governing: () => readGoverning(transport),
    upgradePlan: () => readUpgradePlan(transport),
    appliedUpgrade: (name) => readAppliedUpgrade(transport, name),
    proven: (root) =>
      createProvenReads(transport, rpcUrl, root, { trustingMs: root.height === 1 ? undefined : TRUSTING_MS, now: () => Date.now() }),
    minimumGasPrice: () => readMinimumGasPrice(transport, restUrl),
    simulate: (txBytes) => simulateTx(transport, txBytes),
    broadcast: (txBytes) => broadcastTx(transport, restUrl, txBytes),
    tx: (hash) => lookUpTx(transport, restUrl, hash),
    watch: (onHint, signal) => watchBlocks(rpcUrl, onHint, signal, RETRY.chainRead),
  }
}
