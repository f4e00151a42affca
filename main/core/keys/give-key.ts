import type { Heads } from '../chain/heads.ts'
import type { Chain, PendingClaim } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { PublicKeyInfo, Vault } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { Fence } from './fence.ts'

/** Where the keeper takes the key; undefined while none runs. */
export type KeeperTarget = { engineEndpoint: string; container: string; command: string[] }

/**
 * Makes the function that gives the operator key to the keeper. A fenced key is given to nobody. With a locked vault that does not open itself it cannot, and says in `state.vault.needed` what waits for the key and until when.
 * @returns resolves true when the key was given
 */
export function createKeyGiver(deps: {
  vault: Vault
  keys: () => Promise<PublicKeyInfo[]>
  /** Operator of the supplier on chain, when there is one: of several keys it is the one that counts. */
  stakedOperator: () => string | undefined
  keeperTarget: () => Promise<KeeperTarget | undefined>
  /** Opens a locked vault by the choice for after a restart. @returns whether it is open now */
  openUnattended: () => Promise<boolean>
  fence: Pick<Fence, 'of'>
  network: () => string | null
  heads: Heads
  state: StatePublisher
  clock: Clock
  log: Log
}): () => Promise<boolean> {
  const { vault, heads, state, clock, log } = deps

  let told: { operatorAddress: string; height: number; atMs: number; pending: PendingClaim[] } | undefined
  /** Asked once per block, or after a while: each round of the containers waits for it. What was known stays where nobody answers. */
  const pendingOf = async (chain: Chain, operatorAddress: string): Promise<PendingClaim[]> => {
    const before = told?.operatorAddress === operatorAddress ? told : undefined
    const isFresh = before !== undefined && before.height === heads.height() && Math.abs(clock.now() - before.atMs) < ASK_MS
    if (isFresh) return before.pending
    const height = heads.height()
    const pending = await chain.pendingClaims(operatorAddress).catch(() => before?.pending ?? [])
    told = { operatorAddress, height, atMs: clock.now(), pending }
    return pending
  }
  const noteNeeded = async (operatorAddress: string): Promise<void> => {
    const before = state.state.vault.needed
    const chain = heads.current()
    const params = heads.params()
    const pending = chain ? await pendingOf(chain, operatorAddress) : []
    // A claim without its proof is punished; a session without a claim is only unpaid.
    const unproven = pending.filter((claim) => claim.proofStatus !== 'validated')
    const blocksToClose = params
      ? params.claimWindowOpenOffsetBlocks +
        params.claimWindowCloseOffsetBlocks +
        params.proofWindowOpenOffsetBlocks +
        params.proofWindowCloseOffsetBlocks +
        1
      : undefined
    const ends = unproven.map((claim) => claim.sessionEndHeight)
    const deadlineHeight = ends.length === 0 || blocksToClose === undefined ? null : Math.min(...ends) + blocksToClose
    const median = state.state.chain.medianBlockMs
    state.patch('vault', {
      needed: {
        reason: before?.reason ?? (state.state.app.startedAtMs > clock.now() - JUST_STARTED_MS ? 'after-restart' : 'keeper-gone'),
        sinceMs: before?.sinceMs ?? clock.now(),
        claimsAtRisk: unproven.length,
        deadlineHeight,
        deadlineMs:
          deadlineHeight === null || median === null
            ? null
            : state.state.chain.blockTimeMs + Math.max(0, deadlineHeight - heads.height()) * median,
      },
    })
  }

  return async () => {
    const operators = (await deps.keys()).filter((key) => key.kind === 'key' && key.role === 'operator' && key.network === deps.network())
    const staked = deps.stakedOperator()
    const operator = operators.find((key) => key.address === staked) ?? operators.at(-1)
    if (!operator) return false
    // SECURITY: S18 one key, one machine: two miners with one key void each other's proofs. Before the vault is opened for it.
    if ((await deps.fence.of(operator)) !== undefined) {
      // A vault from before there were fences is claimed when it opens, so it must be asked for.
      if (operator.origin === 'before' && (await vault.status()).kind === 'locked') await noteNeeded(operator.address)
      return false
    }
    if ((await vault.status()).kind !== 'unlocked' && !(await deps.openUnattended())) {
      await noteNeeded(operator.address)
      return false
    }
    const target = await deps.keeperTarget()
    if (!target) return false
    await vault.deliverKey(operator.id, target)
    state.patch('vault', { needed: null })
    log.info('operator key given to the keeper', { key: operator.id })
    return true
  }
}

/** Within this time of the start of Hearth a missing key is the restart's doing. */
const JUST_STARTED_MS = 60_000
const ASK_MS = 60_000
