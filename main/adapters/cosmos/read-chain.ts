import { HearthError } from '#shared/api/errors.ts'
import type { AccountInfo, ChainParams, PendingClaim, ServiceInfo, SessionInfo, SupplierRecord } from '#main/core/ports/chain.ts'
import { NotUnderstood } from './not-understood.ts'
import * as schemas from './schemas.ts'
import { notUnderstood, type RestOptions, type RestOutcome, shorten, type Transport, unreachable } from './transport.ts'

/** What the REST interface says, brought into the shape of the port (onchain facts 3.1 and 3.2). */

export const POCKET = '/pokt-network/poktroll'
const NOT_FOUND = 5
const PAGE_LIMIT = 200
/** A node that hands out next pages without end is broken or hostile. */
const MAX_PAGES = 500

/** A node names its newest height a moment before its state can be asked for that height (onchain facts 3.2; local chain notes 3). */
const AHEAD =
  /ahead of the last committed block height|height in the future|must be less than or equal to the current blockchain height|could not find results for height/
const AHEAD_PAUSE_MS = 400

/** Runs a question again, once, when the node only had to finish its block. */
export async function askAgainWhenAhead<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof HearthError) || !AHEAD.test(error.detail['reason'] ?? '')) throw error
    await new Promise((resolve) => setTimeout(resolve, AHEAD_PAUSE_MS))
    return run()
  }
}

/** "There is none" is the node's gRPC code 5; every other "no" is trouble. */
export function orAbsent<T>(restUrl: string, outcome: RestOutcome<T>): T | undefined {
  if (outcome.kind === 'ok') return outcome.value
  if (outcome.code === NOT_FOUND) return undefined
  throw unreachable(restUrl, outcome.message)
}

/** A node that answers about something else than it was asked is not understood. */
export function mustBe(restUrl: string, path: string, wanted: string, got: string): void {
  if (got !== wanted) throw notUnderstood(restUrl, new NotUnderstood(path, `asked for ${wanted}`))
}

export async function readAccount(transport: Transport, restUrl: string, address: string): Promise<AccountInfo | undefined> {
  const path = `/cosmos/auth/v1beta1/accounts/${encodeURIComponent(address)}`
  const answer = orAbsent(restUrl, await transport.rest(path, schemas.accountAnswer))
  if (answer === undefined) return undefined
  const { account } = answer
  mustBe(restUrl, 'account.address', address, account.address)
  const key = account.pub_key?.['@type'] === '/cosmos.crypto.secp256k1.PubKey' ? account.pub_key.key : undefined
  const pubKeyHex = key === undefined ? undefined : Buffer.from(key, 'base64').toString('hex')
  if (pubKeyHex !== undefined && pubKeyHex.length !== 66) {
    throw notUnderstood(restUrl, new NotUnderstood('account.pub_key.key', 'not 33 bytes'))
  }
  return { accountNumber: account.account_number, sequence: account.sequence, pubKeyHex }
}

export async function readBalance(transport: Transport, address: string, height: number | undefined): Promise<bigint> {
  const path = `/cosmos/bank/v1beta1/balances/${encodeURIComponent(address)}/by_denom?denom=upokt`
  const options: RestOptions = height === undefined ? {} : { height }
  return (await askAgainWhenAhead(() => transport.restValue(path, schemas.balanceAnswer, options))).balance
}

/** All four modules at one height. @param newestHeight used when the node does not say which height it answered for */
export async function readParams(transport: Transport, restUrl: string, newestHeight: () => Promise<number>): Promise<ChainParams> {
  const first = await transport.rest(`${POCKET}/shared/params`, schemas.sharedParamsAnswer)
  if (first.kind === 'refused') throw unreachable(restUrl, first.message)
  const height = first.height ?? (await newestHeight())
  const [supplier, application, proof] = await askAgainWhenAhead(() =>
    Promise.all([
      transport.restValue(`${POCKET}/supplier/params`, schemas.supplierParamsAnswer, { height }),
      transport.restValue(`${POCKET}/application/params`, schemas.applicationParamsAnswer, { height }),
      transport.restValue(`${POCKET}/proof/params`, schemas.proofParamsAnswer, { height }),
    ]),
  )
  const shared = first.value.params
  return {
    height,
    numBlocksPerSession: shared.num_blocks_per_session,
    gracePeriodEndOffsetBlocks: shared.grace_period_end_offset_blocks,
    claimWindowOpenOffsetBlocks: shared.claim_window_open_offset_blocks,
    claimWindowCloseOffsetBlocks: shared.claim_window_close_offset_blocks,
    proofWindowOpenOffsetBlocks: shared.proof_window_open_offset_blocks,
    proofWindowCloseOffsetBlocks: shared.proof_window_close_offset_blocks,
    sessionGridAnchorHeight: shared.session_grid_anchor_height,
    sessionNumberAtAnchor: shared.session_number_at_anchor,
    supplierUnbondingPeriodSessions: shared.supplier_unbonding_period_sessions,
    computeUnitsToTokensMultiplier: shared.compute_units_to_tokens_multiplier,
    computeUnitCostGranularity: shared.compute_unit_cost_granularity,
    supplierMinStakeUpokt: supplier.params.min_stake,
    supplierStakingFeeUpokt: supplier.params.staking_fee,
    applicationMinStakeUpokt: application.params.min_stake,
    proofMissingPenaltyUpokt: proof.params.proof_missing_penalty,
    proofSubmissionFeeUpokt: proof.params.proof_submission_fee,
  }
}

export async function readSupplier(
  transport: Transport,
  restUrl: string,
  operatorAddress: string,
  newestHeight: () => Promise<number>,
): Promise<SupplierRecord | undefined> {
  const path = `${POCKET}/supplier/supplier/${encodeURIComponent(operatorAddress)}`
  const outcome = await transport.rest(path, schemas.supplierAnswer)
  const answer = orAbsent(restUrl, outcome)
  if (answer === undefined) return undefined
  const { supplier } = answer
  mustBe(restUrl, 'supplier.operator_address', operatorAddress, supplier.operator_address)
  const height = (outcome.kind === 'ok' ? outcome.height : undefined) ?? (await newestHeight())
  // Onchain facts 2.3: active from activation_height until before deactivation_height (0 = for ever). One that ends before it begins never comes.
  const pending = supplier.service_config_history.filter(
    (each) => each.activation_height > height && (each.deactivation_height === 0 || each.deactivation_height > each.activation_height),
  )
  return {
    ownerAddress: supplier.owner_address,
    operatorAddress: supplier.operator_address,
    stakeUpokt: supplier.stake,
    services: supplier.services,
    pending: pending.map((each) => ({ service: each.service, activationHeight: each.activation_height })),
    unstakeSessionEndHeight: supplier.unstake_session_end_height,
  }
}

/** Follows `next_key` to the end: pages may be short or empty before it (onchain facts 3). */
export async function allPages<T>(
  restUrl: string,
  read: (query: string) => Promise<{ items: T[]; next: string | null | undefined }>,
): Promise<T[]> {
  const items: T[] = []
  let query = `pagination.limit=${PAGE_LIMIT}`
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items: more, next } = await read(query)
    items.push(...more)
    if (next === null || next === undefined || next === '') return items
    query = `pagination.limit=${PAGE_LIMIT}&pagination.key=${encodeURIComponent(next)}`
  }
  throw unreachable(restUrl, 'a list without end')
}

export async function readServices(transport: Transport, restUrl: string): Promise<ServiceInfo[]> {
  const rows = await allPages(restUrl, async (query) => {
    const answer = await transport.restValue(`${POCKET}/service/service?dehydrated=true&${query}`, schemas.servicesAnswer)
    return { items: answer.service, next: answer.pagination?.next_key }
  })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return Array.from(byId.values(), (row) => ({
    id: row.id,
    name: row.name,
    computeUnitsPerRelay: row.compute_units_per_relay,
    ownerAddress: row.owner_address,
  }))
}

/** Rejects `not-in-session` with the chain's reason where there is no such session (application unknown, not staked for the service, no suppliers). */
export async function readSession(
  transport: Transport,
  restUrl: string,
  applicationAddress: string,
  serviceId: string,
  height: number | undefined,
): Promise<SessionInfo> {
  const query = new URLSearchParams({ application_address: applicationAddress, service_id: serviceId })
  if (height !== undefined) query.set('block_height', String(height))
  const { session } = await askAgainWhenAhead(async () => {
    const outcome = await transport.rest(`${POCKET}/session/get_session?${query.toString()}`, schemas.sessionAnswer)
    if (outcome.kind === 'ok') return outcome.value
    if (AHEAD.test(outcome.message)) throw unreachable(restUrl, outcome.message)
    throw new HearthError('not-in-session', { reason: shorten(outcome.message) })
  })
  mustBe(restUrl, 'session.header.application_address', applicationAddress, session.header.application_address)
  mustBe(restUrl, 'session.header.service_id', serviceId, session.header.service_id)
  return {
    sessionId: session.header.session_id,
    sessionNumber: session.session_number,
    startHeight: session.header.session_start_block_height,
    endHeight: session.header.session_end_block_height,
    applicationAddress,
    serviceId,
    suppliers: session.suppliers.map((each) => each.operator_address),
    delegatedGateways: session.application.delegatee_gateway_addresses,
  }
}

const PROOF_STATUS = { PENDING_VALIDATION: 'pending', VALIDATED: 'validated', INVALID: 'invalid' } as const

export async function readPendingClaims(transport: Transport, restUrl: string, operatorAddress: string): Promise<PendingClaim[]> {
  const operator = encodeURIComponent(operatorAddress)
  const rows = await allPages(restUrl, async (query) => {
    const path = `${POCKET}/proof/claim?supplier_operator_address=${operator}&${query}`
    const answer = await transport.restValue(path, schemas.claimsAnswer)
    return { items: answer.claims, next: answer.pagination?.next_key }
  })
  return rows.map((row) => {
    mustBe(restUrl, 'claims.supplier_operator_address', operatorAddress, row.supplier_operator_address)
    const root = Buffer.from(row.root_hash, 'base64')
    // Onchain facts 3.2: 32 bytes digest, then sum and count, big-endian.
    if (root.length !== 48) throw notUnderstood(restUrl, new NotUnderstood('claims.root_hash', 'not 48 bytes'))
    return {
      operatorAddress,
      applicationAddress: row.session_header.application_address,
      serviceId: row.session_header.service_id,
      sessionId: row.session_header.session_id,
      sessionEndHeight: row.session_header.session_end_block_height,
      computeUnits: root.readBigUInt64BE(32),
      relays: root.readBigUInt64BE(40),
      proofStatus: PROOF_STATUS[row.proof_validation_status],
    }
  })
}
