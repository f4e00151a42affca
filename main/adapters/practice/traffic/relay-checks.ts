import { bytesToHex } from '@noble/hashes/utils.js'
import type { SessionInfo } from '#main/core/ports/chain.ts'
import { relayRequestHash, type RelayRequest, type SessionHeader } from '#main/core/relays/relay-messages.ts'
import { parseRingSignature, verifyRing } from '#main/core/relays/ring-signature.ts'
import { claimValue, pendingSessions } from '#shared/model/claim-value.ts'
import { RelayRefusal, type RunningMiner } from './miner-parts.ts'

/** What a miner with eager validation looks at before it serves a relay, in its order and its words. */

const invalidSession = (about: string): RelayRefusal =>
  new RelayRefusal('relay_authenticator', 1, 'invalid session in relayer request', about)

/**
 * The session that a header must be of, by the miner's own newest block: a miner that hears no blocks holds on to old sessions.
 * @param operatorAddress the supplier that was asked for, one of the miner's @throws RelayRefusal
 */
export function sessionFor(miner: RunningMiner, header: SessionHeader, operatorAddress: string): SessionInfo {
  const { ledger } = miner.node
  const params = ledger.params()
  const { height } = miner
  if (header.endHeight < height && height > header.endHeight + params.gracePeriodEndOffsetBlocks)
    throw invalidSession(
      `session expired, expecting: ${header.endHeight}, got: ${height}. This may indicate network delay or RelayMiner overload.`,
    )
  const at = Math.min(header.endHeight, height)
  const known = askSession(miner, header, at)
  if (known.sessionId !== header.sessionId) {
    const inSync = 'Please verify your full node is in sync and not overwhelmed with websocket connections.'
    throw invalidSession(
      `session ID mismatch, expecting: ${known.sessionId}, got: ${header.sessionId}. This may indicate a full node synchronization issue. ${inSync}`,
    )
  }
  compareHeight('start', known.startHeight, header.startHeight)
  compareHeight('end', known.endHeight, header.endHeight)
  if (!known.suppliers.includes(operatorAddress)) throw new RelayRefusal('relay_authenticator', 2, 'supplier does not belong to session')
  const claimOpen = known.endHeight + params.claimWindowOpenOffsetBlocks + 1
  if (height >= claimOpen)
    throw invalidSession(`session expired, must be before claim window open height (${claimOpen}), but current height is (${height}).`)
  return known
}

function askSession({ node }: RunningMiner, header: SessionHeader, height: number): SessionInfo {
  if (!node.running)
    throw new RelayRefusal(
      'relayer_proxy',
      5,
      'internal error',
      'rpc error: code = Unavailable desc = connection error: connect: connection refused',
    )
  try {
    return node.ledger.session(header.applicationAddress, header.serviceId, height)
  } catch (error) {
    throw new RelayRefusal('relayer_proxy', 5, 'internal error', error instanceof Error ? error.message : String(error))
  }
}

function compareHeight(which: 'start' | 'end', expected: number, got: number): void {
  if (expected !== got) throw invalidSession(`session header session ${which} height mismatch, expecting: ${expected}, got: ${got}`)
}

/** The ring must be of the application and its gateways alone, and its equations must close (offchain facts 4.4). @throws RelayRefusal */
export function checkSignature(miner: RunningMiner, request: RelayRequest): void {
  if (request.signature.length === 0) throw new RelayRefusal('service', 1111, 'invalid relay request', 'missing application signature')
  const { applicationAddress } = request.sessionHeader
  const application = miner.node.ledger.application(applicationAddress)
  const members = new Set([applicationAddress, ...(application?.delegatedGateways ?? [])])
  const ring = parseRingSignature(request.signature)
  const isTheirs = ring?.members.every((member) => members.has(miner.codec.addressOf(bytesToHex(member.key)))) ?? false
  if (!isTheirs || !verifyRing(relayRequestHash(request), request.signature))
    throw new RelayRefusal('rings', 3, 'invalid relay request signature', 'error verifying relay request signature')
}

/**
 * How many more compute units the application can pay one supplier for in this session (offchain facts 2.2, onchain facts 5.4): relays beyond are refused while
 * over-servicing is off. The stock miner meters by session alone, so that several suppliers behind one miner share the part of one
 * (pokt-network/poktroll v0.1.35 pkg/relayer/proxy/relay_meter.go).
 */
export function unitsLeft(miner: RunningMiner, session: SessionInfo): bigint {
  const { ledger } = miner.node
  const application = ledger.application(session.applicationAddress)
  if (!application) return 0n
  const params = ledger.params()
  const share = application.stakeUpokt / BigInt(Math.max(1, pendingSessions(params))) / BigInt(Math.max(1, session.suppliers.length))
  const targetHash = BigInt(`0x${ledger.difficulty(session.serviceId, session.startHeight)}`)
  const { computeUnitsToTokensMultiplier, computeUnitCostGranularity } = params
  const scale = 1_000_000n
  const { claimedUpokt } = claimValue(scale, { computeUnitsToTokensMultiplier, computeUnitCostGranularity, targetHash })
  if (claimedUpokt === 0n) return scale * scale
  const left = (share * scale) / claimedUpokt - miner.trees.unitsOf(session.sessionId)
  return left > 0n ? left : 0n
}

/** @throws RelayRefusal */
export function checkBudget(miner: RunningMiner, session: SessionInfo, unitsPerRelay: bigint): void {
  if (!miner.settings.overServicing && unitsLeft(miner, session) < unitsPerRelay)
    throw new RelayRefusal('relayer_proxy', 7, 'offchain rate limit hit by relayer proxy')
}
