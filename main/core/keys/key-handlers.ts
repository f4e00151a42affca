import { HearthError } from '#shared/api/errors.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { Handlers } from '../dispatch.ts'
import type { PublicKeyInfo, Vault, VaultPage } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { ownSuppliers } from '../state/own-suppliers.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import type { Keys } from './keys.ts'

type KeyRequests =
  | 'vault.changePassword'
  | 'vault.setUnlock'
  | 'vault.backup'
  | 'vault.drill'
  | 'vault.restore'
  | 'keys.details'
  | 'keys.watch'
  | 'keys.export'
  | 'keys.prove'
  | 'keys.delete'
  | 'keys.unfence'

export interface KeyHandlerParts {
  keys: Keys
  vault: Vault
  state: StatePublisher
  surfaceUrl: (token: string) => string
  /** Claims of an operator on the chosen chain that are not settled. Rejects `chain-unreachable`. */
  pendingClaims: (operatorAddress: string) => Promise<number>
  /** Something that waited for a key can go on. */
  wake: () => void
}

/** The rows of the request table about the vault and its keys, but for creating, unlocking and locking. */
export function keyHandlers({ keys, vault, state, surfaceUrl, pendingClaims, wake }: KeyHandlerParts): Pick<Handlers, KeyRequests> {
  const open = async (page: VaultPage): Promise<{ surfaceUrl: string; expiresAtMs: number }> => {
    const { token, expiresAtMs } = await keys.openPage(page)
    return { surfaceUrl: surfaceUrl(token), expiresAtMs }
  }
  /** Whether the chain's record of any supplier of ours names an address. */
  const isInUse = (address: string): boolean =>
    ownSuppliers(state.state).some(
      ({ status, operatorAddress, ownerAddress }) =>
        status !== 'unstaked' && status !== 'not-staked' && (address === operatorAddress || address === ownerAddress),
    )
  /** One that has left may still have to prove. Where the chain does not answer, nothing is said of it. */
  const owesProof = async ({ kind, role, network, address }: PublicKeyInfo): Promise<boolean> =>
    kind === 'key' && role === 'operator' && network === state.state.app.network && (await pendingClaims(address).catch(() => 0)) > 0

  /** Only its own network knows what a key of real money is used for. */
  const mustBeKnownHere = (key: Pick<PublicKeyInfo, 'kind' | 'network'>): void => {
    if (key.kind !== 'watch' && !networkOf(key.network as NetworkId).playMoney && key.network !== state.state.app.network)
      throw new HearthError('key-wrong-network', { network: networkOf(key.network as NetworkId).title })
  }

  return {
    'vault.changePassword': async ({ current, next }) => {
      await keys.changePassword(current, next)
      return {}
    },
    'vault.setUnlock': async ({ mode, password }) => {
      await keys.setUnlockMode(mode, password)
      return {}
    },
    'vault.backup': ({ folder }) => open({ kind: 'backup', folder: folder ?? undefined }),
    'vault.drill': ({ path }) => open({ kind: 'drill', path }),
    'vault.restore': ({ path }) => open({ kind: 'restore', path }),
    'keys.details': async () => {
      const [list, care, offers] = await Promise.all([keys.list(), keys.care.read(), vault.unlockOffers()])
      return {
        rows: list.map(({ id, origin, hdPath, hasWords }) => ({
          id,
          origin,
          hdPath: hdPath ?? null,
          hasWords,
          backupAtMs: care.backupAtMs[id] ?? null,
          drillAtMs: care.drillAtMs[id] ?? null,
        })),
        offers: { keychain: offers.keychain ?? null, file: offers.file ?? null },
        backup: care.backup ?? null,
        drill: care.drill ?? null,
        failedDrill: care.failedDrill ?? null,
      }
    },
    'keys.watch': async (wish) => {
      const keyId = await keys.watch(wish)
      wake()
      return { keyId }
    },
    'keys.export': ({ keyId }) => open({ kind: 'export', keyId }),
    'keys.prove': ({ keyId }) => open({ kind: 'prove', keyId }),
    'keys.delete': async ({ keyId }, signal) => {
      const key = (await keys.list()).find((one) => one.id === keyId)
      if (!key) throw new HearthError('key-unknown')
      mustBeKnownHere(key)
      const { drillAtMs } = await keys.care.read()
      const inUse = isInUse(key.address) || (await unlessCancelled(signal, () => owesProof(key)))
      return open({ kind: 'delete', keyId, drilledAtMs: drillAtMs[keyId], inUse })
    },
    'keys.unfence': async ({ keyId, because }, signal) => {
      const key = (await keys.list()).find((one) => one.id === keyId)
      if (!key) throw new HearthError('key-unknown')
      if (because === 'settled') {
        // Said to be over: the chain must not know better.
        mustBeKnownHere(key)
        const claims = key.network === state.state.app.network ? await unlessCancelled(signal, () => pendingClaims(key.address)) : 0
        if (claims > 0) throw new HearthError('fence-claims-pending', { claims: String(claims) })
      }
      await keys.unfence(keyId, because)
      wake()
      return {}
    },
  }
}
