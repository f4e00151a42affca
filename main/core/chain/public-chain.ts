import type { AppState, EndpointState } from '#shared/api/state.ts'
import type { ChainParams } from '../ports/chain.ts'
import type { ListedEndpoint } from './endpoint-list.ts'
import type { ChainPool } from './pool.ts'
import type { ReplacedChain } from './replaced-chain.ts'
import type { FoundChain, Recognition } from './trust.ts'

/** What is published of the chain, its endpoints and its parameters. */

/** More endpoints than this are asked and not shown; the list of the user's own is shorter. */
const SHOWN = 6
const REASON = 80
/** Finer steps would make news of every look. */
const LATENCY_STEP_MS = 10

type ChainState = AppState['chain']

/** @returns the part of the slice that is about where the chain is asked */
export function publicEndpoints(
  pool: ChainPool,
  listed: ListedEndpoint[],
  facts: { known: Recognition; found?: FoundChain | undefined; replaced?: ReplacedChain | undefined; provenHeight: number | undefined },
): Pick<ChainState, 'endpoints' | 'disagreement' | 'known' | 'found' | 'replaced'> & { provenHeight?: number } {
  const byUrl = new Map(listed.map((each) => [each.rpcUrl, each]))
  const shown = pool.health().slice(0, SHOWN)
  const split = pool.disagreement()
  return {
    endpoints: Object.fromEntries(
      shown.map((each, index): [string, EndpointState] => [
        String(index),
        {
          rpcUrl: each.rpcUrl.slice(0, 200),
          host: each.host,
          grpcUrl: (byUrl.get(each.rpcUrl)?.grpcUrl ?? '').slice(0, 200),
          from: byUrl.get(each.rpcUrl)?.from ?? 'user',
          status: each.status,
          height: each.height,
          latencyMs: each.latencyMs === null ? null : Math.round(each.latencyMs / LATENCY_STEP_MS) * LATENCY_STEP_MS,
          agrees: each.agrees,
          error: each.error.slice(0, REASON),
        },
      ]),
    ),
    disagreement: split ? { height: split.height, said: split.said.slice(0, 4) } : null,
    known: facts.known,
    found: facts.found ?? null,
    replaced: facts.replaced ?? null,
    ...(facts.provenHeight === undefined ? {} : { provenHeight: facts.provenHeight }),
  }
}

/** The slice while nothing answers: no endpoint is listed that is not asked. */
export function withoutEndpoints(chain: ChainState): ChainState {
  const {
    endpoints: _endpoints,
    disagreement: _split,
    known: _known,
    found: _found,
    replaced: _replaced,
    provenHeight: _height,
    ...rest
  } = chain
  return rest
}

/** Amounts as text. */
export function publicParams(params: ChainParams): NonNullable<ChainState['params']> {
  return {
    atHeight: params.height,
    numBlocksPerSession: params.numBlocksPerSession,
    gracePeriodEndOffsetBlocks: params.gracePeriodEndOffsetBlocks,
    claimWindowOpenOffsetBlocks: params.claimWindowOpenOffsetBlocks,
    claimWindowCloseOffsetBlocks: params.claimWindowCloseOffsetBlocks,
    proofWindowOpenOffsetBlocks: params.proofWindowOpenOffsetBlocks,
    proofWindowCloseOffsetBlocks: params.proofWindowCloseOffsetBlocks,
    sessionGridAnchorHeight: params.sessionGridAnchorHeight,
    sessionNumberAtAnchor: params.sessionNumberAtAnchor,
    supplierUnbondingPeriodSessions: params.supplierUnbondingPeriodSessions,
    computeUnitsToTokensMultiplier: params.computeUnitsToTokensMultiplier.toString(),
    computeUnitCostGranularity: params.computeUnitCostGranularity.toString(),
    supplierMinStakeUpokt: params.supplierMinStakeUpokt.toString(),
    supplierStakingFeeUpokt: params.supplierStakingFeeUpokt.toString(),
    proofMissingPenaltyUpokt: params.proofMissingPenaltyUpokt.toString(),
  }
}
