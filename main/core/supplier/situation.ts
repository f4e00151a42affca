import type { AppState } from '#shared/api/state.ts'
import { settingIn } from '#shared/settings/read.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { Store } from '../ports/store.ts'
import type { Message } from '../ports/tx.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { Situation } from './dangers.ts'
import { isOnChain, ownOperators, ownSuppliers } from '../state/own-suppliers.ts'
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
          store.claims({ network: deps.network, operatorAddress, stages: ['claimed', 'proven'], limit: CLAIMS_READ }),
          chain.account(operatorAddress),
          chain.balance(operatorAddress),
        ])
  const { clock, health, chain: head } = state
  const operators = new Set(ownOperators(state))
  const isOurs = operatorAddress !== undefined && operators.has(operatorAddress)
  const spending = isOurs ? health.operatorSpending[operatorAddress] : undefined
  return {
    height,
    params,
    record: checked.record,
    role: checked.role,
    operators,
    emptied: await emptiedBy(checked, deps),
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
    // Sessions are counted for all suppliers together. One of which this one has sent its claims is open for another's.
    servedSessionEnds:
      isOurs && !hasSettled(state, operatorAddress)
        ? clock.lanes
            .filter((lane) => UNCLAIMED.has(lane.stage) && lane.relays !== null && lane.relays !== '0')
            .flatMap(({ end }) => (claims.some((claim) => claim.sessionEndHeight === end) ? [] : [end]))
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

/** Whether it was waited for everything that this supplier served, with the door closed to its relays since. */
function hasSettled({ tasks }: AppState, operatorAddress: string): boolean {
  const { status, facts } = tasks['safe-unstake'] ?? { status: 'done', facts: {} }
  const isDue = status === 'running' && facts['step'] === 'sign-unstake' && facts['door'] !== 'none'
  return isDue && facts['operatorAddress'] === operatorAddress
}

/** What a payment out of a wallet that pays for claims and proofs leaves there; undefined for any other message. */
async function emptiedBy({ message }: CheckedWish, { chain, state }: { chain: Chain; state: AppState }): Promise<Situation['emptied']> {
  if (message.kind !== 'send') return undefined
  const address = message.fromAddress
  if (!ownSuppliers(state).some((each) => each.operatorAddress === address && isOnChain(each))) return undefined
  const leftUpokt = (await chain.balance(address)) - message.amountUpokt
  const spending = state.health.operatorSpending[address]
  const perDay = spending === undefined ? 0n : BigInt(spending.upoktPerDay)
  return {
    address,
    leftUpokt: leftUpokt > 0n ? leftUpokt : 0n,
    // The bounds of the check, so that the two never say different things.
    leastUpokt: BigInt(settingIn(state.settings, 'operatorTransactionsLeft')),
    daysLeft: perDay === 0n ? undefined : Number((leftUpokt > 0n ? leftUpokt : 0n) / perDay),
    leastDays: settingIn(state.settings, 'operatorRunwayDays'),
  }
}

function operatorOf(message: Message): string | undefined {
  return 'operatorAddress' in message ? message.operatorAddress : undefined
}
