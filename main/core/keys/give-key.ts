import type { Heads } from '../chain/heads.ts'
import type { Chain, PendingClaim } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Vault } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import type { ServingKey } from './serving-keys.ts'

/** Where and how the keeper takes one key. */
export type KeeperTarget = { engineEndpoint: string; container: string; command: string[] }

/** @param missing what the keeper lacks @param othersThere whether it holds others that serve. Resolves true when one was given */
export type GiveKeys = (missing: readonly ServingKey[], othersThere: boolean) => Promise<boolean>

/**
 * Makes the function that gives operator keys to the keeper. A fenced key is given to nobody. With a locked vault that does not open itself it cannot, and says in `state.vault.needed`
 * what waits for the keys and until when.
 * @returns one that fails keeps no other from being given; the first failure is thrown after the last try
 */
export function createKeyGiver(deps: {
  vault: Vault
  /** Where the keeper takes the key of that name; undefined while none runs. */
  keeperTarget: (name: string) => Promise<KeeperTarget | undefined>
  /** Opens a locked vault by the choice for after a restart. @returns whether it is open now */
  openUnattended: () => Promise<boolean>
  heads: Heads
  state: StatePublisher
  clock: Clock
  log: Log
}): GiveKeys {
  const { vault, heads, state, clock, log } = deps

  const told = new Map<string, { height: number; atMs: number; pending: PendingClaim[] }>()
  /** Asked once per block, or after a while: each round of the containers waits for it. What was known stays where nobody answers. */
  const pendingOf = async (chain: Chain, operatorAddress: string): Promise<PendingClaim[]> => {
    const before = told.get(operatorAddress)
    const isFresh = before !== undefined && before.height === heads.height() && Math.abs(clock.now() - before.atMs) < ASK_MS
    if (isFresh) return before.pending
    const height = heads.height()
    const pending = await chain.pendingClaims(operatorAddress).catch(() => before?.pending ?? [])
    told.set(operatorAddress, { height, atMs: clock.now(), pending })
    return pending
  }
  const whyNone = (): 'after-restart' | 'keeper-gone' =>
    state.state.app.startedAtMs > clock.now() - JUST_STARTED_MS ? 'after-restart' : 'keeper-gone'
  /** Of all suppliers that wait for their key together: the earliest deadline is the one that counts. */
  const noteNeeded = async (operatorAddresses: readonly string[], othersThere: boolean): Promise<void> => {
    const before = state.state.vault.needed
    const chain = heads.current()
    const params = heads.params()
    const pending = chain ? (await Promise.all(operatorAddresses.map((address) => pendingOf(chain, address)))).flat() : []
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
        reason: othersThere ? 'key-missing' : before && before.reason !== 'key-missing' ? before.reason : whyNone(),
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

  return async (missing, othersThere) => {
    const keys = missing.flatMap(({ key, name, fenced }) => (key === undefined ? [] : [{ key, name, fenced }]))
    // SECURITY: S18 one key, one machine: two miners with one key void each other's proofs. Before the vault is opened for it.
    const free = keys.filter(({ fenced }) => fenced === undefined)
    if (free.length === 0) {
      // A vault from before there were fences is claimed when it opens, so it must be asked for.
      const older = keys.filter(({ key }) => key.origin === 'before').map(({ key }) => key.address)
      if (older.length > 0 && (await vault.status()).kind === 'locked') await noteNeeded(older, othersThere)
      return false
    }
    if ((await vault.status()).kind !== 'unlocked' && !(await deps.openUnattended())) {
      await noteNeeded(
        free.map(({ key }) => key.address),
        othersThere,
      )
      return false
    }
    const failures: unknown[] = []
    let given = 0
    for (const { key, name } of free) {
      const target = await deps.keeperTarget(name)
      if (!target) break
      try {
        await vault.deliverKey(key.id, target)
        given += 1
        log.info('operator key given to the keeper', { key: key.id, name })
      } catch (error) {
        failures.push(error)
      }
    }
    if (given === free.length) state.patch('vault', { needed: null })
    if (failures.length > 0) throw failures[0]
    return given > 0
  }
}

/** Within this time of the start of Hearth a missing key is the restart's doing. */
const JUST_STARTED_MS = 60_000
const ASK_MS = 60_000
