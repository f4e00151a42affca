import { HearthError } from '#shared/api/errors.ts'
import { networkIdSchema } from '#shared/api/state.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import type { KeyRole, PublicKeyInfo, SurfaceOutcome, Vault } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** Minutes without a sign of the user after which the vault locks; text of a whole number, '0' = never. */
export const AUTO_LOCK_SETTING = 'autoLockMinutes'
const DEFAULT_AUTO_LOCK_MINUTES = 5

export interface KeysParts {
  vault: Vault
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
}

/** Vault and keys as the page sees them: what is asked of the vault goes through here, and `state.vault` and `state.keys` follow. */
export interface Keys {
  /** Rejects `vault-exists`, `weak-password`. Leaves the vault open. */
  create(password: string): Promise<void>
  /** Rejects `wrong-password`, `vault-damaged`, `vault-absent`, `too-many-tries`. */
  unlock(password: string): Promise<void>
  lock(): Promise<void>
  /** Opens a page on the confirm surface. Rejects `not-allowed` without a network or for one that keys are not made for yet, `vault-locked`. */
  openNewKey(wish: { name: string; role: KeyRole; mode: 'make' | 'import' }): Promise<{ token: string; expiresAtMs: number }>
  /** All keys of all networks; also while locked. */
  list(): Promise<PublicKeyInfo[]>
  /** Reads status and keys again and publishes them. */
  refresh(): Promise<void>
  /** Takes up what the confirm surface led to. */
  take(outcome: SurfaceOutcome): Promise<void>
  /** The user did something: the time to the automatic lock starts again. */
  touch(): void
  /** Ends the watch for the automatic lock. */
  stop(): void
}

export function createKeys({ vault, store, state, clock, log }: KeysParts): Keys {
  let touchedAtMs = clock.now()
  /** Until when a page of the confirm surface is open: writing down 24 words takes longer than five idle minutes. */
  let surfaceUntilMs = 0
  let watch: AbortController | undefined

  const refresh = async (): Promise<void> => {
    const status = await vault.status()
    state.patch('vault', { kind: status.kind })
    if (status.kind !== 'unlocked') watch?.abort()
    const keys = await vault.keys()
    const entries = keys.flatMap((key) => entryOf(key) ?? [])
    for (const id of Object.keys(state.state.keys)) if (!entries.some((entry) => entry.id === id)) state.remove('keys', id)
    for (const entry of entries) state.put('keys', entry.id, entry)
  }

  /** Milliseconds of quiet until the vault locks; undefined = never. */
  const idleMs = async (): Promise<number | undefined> => {
    const text = await store.setting(AUTO_LOCK_SETTING)
    const minutes = text !== undefined && /^\d{1,4}$/.test(text) ? Number(text) : DEFAULT_AUTO_LOCK_MINUTES
    return minutes === 0 ? undefined : minutes * 60_000
  }

  /** Locks after quiet. Miners go on: their containers hold what they need. */
  const watchIdle = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const idle = await idleMs()
      if (idle === undefined) return
      const leftMs = Math.max(touchedAtMs + idle, surfaceUntilMs) - clock.now()
      if (leftMs <= 0) {
        await vault.lock()
        await store.addActivity({
          atMs: clock.now(),
          actor: 'hearth',
          level: 'info',
          text: 'vault-auto-locked',
          facts: { minutes: String(idle / 60_000) },
        })
        await refresh()
        return
      }
      await clock.sleep(leftMs, signal)
    }
  }
  const opened = async (): Promise<void> => {
    touchedAtMs = clock.now()
    surfaceUntilMs = 0
    watch?.abort()
    watch = new AbortController()
    watchIdle(watch.signal).catch((error: unknown) => log.error('automatic lock', error))
    await refresh()
  }

  return {
    async create(password) {
      await vault.create(password)
      await opened()
    },
    async unlock(password) {
      try {
        await vault.unlock(password)
      } catch (error) {
        await refresh()
        throw error
      }
      await opened()
    },
    async lock() {
      watch?.abort()
      await vault.lock()
      await refresh()
    },
    async openNewKey({ name, role, mode }) {
      const { network } = state.state.app
      // Staking real money needs more than is built yet; a key for it would invite to try.
      if (network === null || network === 'mainnet')
        throw new HearthError('not-allowed', { reason: network === null ? 'no-network' : 'mainnet' })
      const ticket = await vault.openNewKey({ name, role, network, mode })
      touchedAtMs = clock.now()
      surfaceUntilMs = Math.max(surfaceUntilMs, ticket.expiresAtMs)
      return ticket
    },
    list: () => vault.keys(),
    refresh,
    async take(outcome) {
      touchedAtMs = clock.now()
      surfaceUntilMs = 0
      if (outcome.kind === 'key-made') await refresh()
    },
    touch() {
      touchedAtMs = clock.now()
    },
    stop() {
      watch?.abort()
    },
  }
}

/** @returns undefined for a key of a network that this version does not know: it stays in the vault and is not shown */
function entryOf(key: PublicKeyInfo): StatePublisher['state']['keys'][string] | undefined {
  const network = networkIdSchema.safeParse(key.network)
  if (!network.success) return undefined
  const { id, role, name, address, createdAtMs, wordsConfirmedAtMs } = key
  return { id, role, name, address, createdAtMs, network: network.data, wordsConfirmedAtMs: wordsConfirmedAtMs ?? null }
}
