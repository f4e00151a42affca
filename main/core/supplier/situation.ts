import type { AppState } from '#shared/api/state.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { Store } from '../ports/store.ts'
import type { Message } from '../ports/tx.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { Situation } from './dangers.ts'
import type { CheckedWish } from './wish-parts.ts'

const CLAIMS_READ = 200
const UNCLAIMED: ReadonlySet<string> = new Set(['serving', 'open'])

/**
 * Reads what the dangers of a transaction are told from: open claims from the chain, their value from the blocks that were read, the operator's wallet and key.
 * Rejects `chain-unreachable`: what could cost money is not left unsaid.
 */
export async function readSituation(
  checked: CheckedWish,
  deps: {
    chain: Chain
    params: ChainParams
    store: Store
    state: AppState
    keys: readonly PublicKeyInfo[]
    network: string
    height: number
  },
): Promise<Situation> {
  const { chain, params, store, state, height } = deps
  const operatorAddress = operatorOf(checked.message)
  const [claims, rows, account, upokt] =
    operatorAddress === undefined
      ? [[], [], undefined, undefined]
      : await Promise.all([
          chain.pendingClaims(operatorAddress),
          store.claims({ network: deps.network, stages: ['claimed', 'proven'], limit: CLAIMS_READ }),
          chain.account(operatorAddress),
          chain.balance(operatorAddress),
        ])
  const { clock, health, chain: head, supplier } = state
  const isOurs = operatorAddress !== undefined && operatorAddress === supplier.operatorAddress
  const spending = isOurs ? health.operatorSpending : null
  return {
    height,
    params,
    record: checked.record,
    role: checked.role,
    staked: { owner: supplier.ownerAddress, operator: supplier.operatorAddress },
    timeOf(at) {
      if (head.medianBlockMs === null || head.blockTimeMs === 0) return undefined
      return head.blockTimeMs + (at - height) * head.medianBlockMs
    },
    claims: claims.map((claim) => ({
      serviceId: claim.serviceId,
      sessionEndHeight: claim.sessionEndHeight,
      isProven: claim.proofStatus === 'validated',
      upokt: rows.find(
        (row) =>
          row.operatorAddress === claim.operatorAddress &&
          row.applicationAddress === claim.applicationAddress &&
          row.serviceId === claim.serviceId &&
          row.sessionEndHeight === claim.sessionEndHeight,
      )?.claimedUpokt,
    })),
    servedSessionEnds: isOurs
      ? clock.lanes.filter((lane) => UNCLAIMED.has(lane.stage) && lane.relays !== null && lane.relays !== '0').map((lane) => lane.end)
      : [],
    operator: {
      address: operatorAddress ?? '',
      hasPubKey: operatorAddress === undefined ? undefined : account?.pubKeyHex !== undefined,
      upokt,
      daysLeft: spending?.daysLeft,
      perDayUpokt: spending ? BigInt(spending.upoktPerDay) : undefined,
    },
    own: new Set(deps.keys.filter((key) => key.network === deps.network).map((key) => key.address)),
  }
}

function operatorOf(message: Message): string | undefined {
  return 'operatorAddress' in message ? message.operatorAddress : undefined
}
