import { HearthError } from '#shared/api/errors.ts'
import { networkIdSchema } from '#shared/api/state.ts'
import { assertNever } from '#shared/lib/assert-never.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { ActivityRow, Store } from '../ports/store.ts'
import type { KeyRole, PublicKeyInfo, SurfaceOutcome, UnlockMode, Vault, VaultPage } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { createKeyCare, type KeyCare } from './care.ts'
import { createFence, type Fence } from './fence.ts'

export interface KeysParts {
  vault: Vault
  store: Store
  state: StatePublisher
  clock: Clock
  log: Log
  /** Minutes without a sign of the user after which the vault locks; 0 = never. */
  autoLockMinutes: () => number
}

type TicketRef = { token: string; expiresAtMs: number }

/** Vault and keys as the page sees them: what is asked of the vault goes through here, and `state.vault`, `state.keys` and `state.custody` follow. */
export interface Keys {
  /** Rejects `vault-exists`, `weak-password`. Leaves the vault open. */
  create(password: string): Promise<void>
  /** Rejects `wrong-password`, `vault-damaged`, `vault-absent`, `too-many-tries`. */
  unlock(password: string): Promise<void>
  /** Ends an unlock that is under way: the vault is locked after it, and not as by hand. */
  giveUpUnlock(): Promise<void>
  /** Opens a locked vault by the choice for after a restart. Not after the user locked it by hand. @returns whether it is open now */
  openUnattended(): Promise<boolean>
  lock(): Promise<void>
  changePassword(current: string, next: string): Promise<void>
  setUnlockMode(mode: UnlockMode, password: string): Promise<void>
  /** Opens a page on the confirm surface. Rejects `not-allowed` without a network or for one that keys are not made for yet, `vault-locked`. */
  openNewKey(wish: { name: string; role: Exclude<KeyRole, 'morse'>; mode: 'make' | 'import' }): Promise<TicketRef>
  /** Opens another page. Rejects what `Vault.openPage` rejects. */
  openPage(page: VaultPage): Promise<TicketRef>
  /** Watches an address of the chosen network. @returns the id of its row */
  watch(wish: { name: string; role: Exclude<KeyRole, 'morse'>; address: string }): Promise<string>
  /** The user says that nobody else serves with this key any more. Rejects `key-unknown`. */
  unfence(keyId: string, because: 'other-off' | 'settled'): Promise<void>
  /** All keys of all networks; also while locked. */
  list(): Promise<PublicKeyInfo[]>
  /** Reads status and keys again and publishes them. */
  refresh(): Promise<void>
  /** Takes up what the confirm surface led to. */
  take(outcome: SurfaceOutcome): Promise<void>
  /** The user did something: the time to the automatic lock starts again. */
  touch(): void
  /** The time to the automatic lock is another now; counts from the user's last sign, as before. */
  autoLockChanged(): void
  /** Ends the watch for the automatic lock. */
  stop(): void
  fence: Fence
  care: KeyCare
}

export function createKeys({ vault, store, state, clock, log, autoLockMinutes }: KeysParts): Keys {
  let touchedAtMs = clock.now()
  /** Until when a page of the confirm surface is open: writing down 24 words takes longer than five idle minutes. */
  let surfaceUntilMs = 0
  let watch: AbortController | undefined
  /** Locked by hand: then it opens by hand, until Hearth is started anew. */
  let isLockedByHand = false
  const fence = createFence({ store, place: () => vault.place(), clock })
  const care = createKeyCare(store)

  const refresh = async (): Promise<void> => {
    const status = await vault.status()
    state.patch('vault', { kind: status.kind })
    if (status.kind !== 'unlocked') watch?.abort()
    const keys = await vault.keys()
    const entries = (await Promise.all(keys.map(entryOf))).flatMap((entry) => entry ?? [])
    for (const id of Object.keys(state.state.keys)) if (!entries.some((entry) => entry.id === id)) state.remove('keys', id)
    for (const entry of entries) state.put('keys', entry.id, entry)
    const { backup, drill } = await care.read()
    state.patch('custody', {
      revision: state.state.custody.revision + 1,
      unlock: await vault.unlockMode(),
      backupAtMs: backup?.atMs ?? null,
      drillAtMs: drill?.atMs ?? null,
    })
  }

  /** @returns undefined for a key of a network that this version does not know: it stays in the vault and is not shown */
  const entryOf = async (key: PublicKeyInfo): Promise<StatePublisher['state']['keys'][string] | undefined> => {
    const network = networkIdSchema.safeParse(key.network)
    if (!network.success) return undefined
    const { id, kind, role, name, address, createdAtMs, wordsConfirmedAtMs } = key
    const isServing = kind === 'key' && role === 'operator'
    const fenced = isServing ? ((await fence.of(key)) ?? null) : null
    return { id, kind, role, name, address, createdAtMs, network: network.data, wordsConfirmedAtMs: wordsConfirmedAtMs ?? null, fenced }
  }

  /** Milliseconds of quiet until the vault locks; undefined = never. */
  const idleMs = (): number | undefined => {
    const minutes = autoLockMinutes()
    return minutes === 0 ? undefined : minutes * 60_000
  }
  const note = (text: string, facts: Record<string, string>, level: ActivityRow['level'] = 'info', actor: ActivityRow['actor'] = 'you') =>
    store.addActivity({ atMs: clock.now(), actor, level, text, facts })

  /** Locks after quiet. Miners go on: their containers hold what they need; self-tests too, with keys that lie elsewhere. */
  const watchIdle = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const idle = idleMs()
      if (idle === undefined) return
      const leftMs = Math.max(touchedAtMs + idle, surfaceUntilMs) - clock.now()
      if (leftMs <= 0) {
        await vault.lock()
        await note('vault-auto-locked', { minutes: String(idle / 60_000) }, 'info', 'hearth')
        await refresh()
        return
      }
      await clock.sleep(leftMs, signal)
    }
  }
  const watchAnew = (): void => {
    watch?.abort()
    watch = new AbortController()
    watchIdle(watch.signal).catch((error: unknown) => log.error('automatic lock', error))
  }
  const opened = async (): Promise<void> => {
    touchedAtMs = clock.now()
    surfaceUntilMs = 0
    isLockedByHand = false
    state.patch('custody', { unlockProblem: null })
    watchAnew()
    await refresh()
  }
  /** A page of the surface is open from now on. */
  const shown = (ticket: TicketRef): TicketRef => {
    touchedAtMs = clock.now()
    surfaceUntilMs = Math.max(surfaceUntilMs, ticket.expiresAtMs)
    return ticket
  }
  const keyNetwork = (): string => {
    const { network } = state.state.app
    if (network === null) throw new HearthError('not-allowed', { reason: 'no-network' })
    return network
  }

  /** Miners of two networks may ask for their keys at the same time: the vault is opened once. */
  let opening: Promise<boolean> | undefined
  const openOnce = async (): Promise<boolean> => {
    const { kind } = await vault.status()
    if (kind === 'unlocked') return true
    if (kind !== 'locked' || isLockedByHand || (await vault.unlockMode()) === 'ask') return false
    try {
      await vault.unlockUnattended()
    } catch (error) {
      if (!(error instanceof HearthError)) throw error
      const { code, detail } = error
      if (state.state.custody.unlockProblem?.code !== code) {
        await note('vault-unlock-failed', { code }, 'warn', 'hearth')
        state.patch('custody', { unlockProblem: { code, detail } })
      }
      return false
    }
    await note('vault-opened-itself', {}, 'info', 'hearth')
    await opened()
    return true
  }

  return {
    fence,
    care,
    async create(password) {
      await vault.create(password)
      await opened()
    },
    async unlock(password) {
      try {
        const { wasOlder } = await vault.unlock(password)
        // A vault from before there was a fence was made on this installation.
        if (wasOlder) await fence.claim(await vault.keys(), 'upgraded')
      } catch (error) {
        await refresh()
        throw error
      }
      await opened()
    },
    async giveUpUnlock() {
      await vault.lock()
      await refresh()
    },
    openUnattended: () => (opening ??= openOnce().finally(() => (opening = undefined))),
    async lock() {
      watch?.abort()
      isLockedByHand = true
      await vault.lock()
      await refresh()
    },
    async changePassword(current, next) {
      await vault.changePassword(current, next)
      await note('vault-password-changed', {})
      await refresh()
    },
    async setUnlockMode(mode, password) {
      await vault.setUnlockMode(mode, password)
      state.patch('custody', { unlockProblem: null })
      await note('vault-unlock-mode', { mode })
      await refresh()
    },
    async openNewKey({ name, role, mode }) {
      return shown(await vault.openNewKey({ name, role, network: keyNetwork(), mode }))
    },
    openPage: async (page) => shown(await vault.openPage(page)),
    async watch({ name, role, address }) {
      const key = await vault.addWatch({ name, role, address, network: keyNetwork() })
      await note('key-watched', { name, address })
      await refresh()
      return key.id
    },
    async unfence(keyId, because) {
      const key = (await vault.keys()).find((one) => one.id === keyId)
      if (!key) throw new HearthError('key-unknown')
      await fence.claim([key], because)
      await note('key-unfenced', { name: key.name, address: key.address, because })
      await refresh()
    },
    list: () => vault.keys(),
    refresh,
    async take(outcome) {
      touchedAtMs = clock.now()
      // A secret stays on its page until that is left, so the page stays open.
      if (outcome.kind !== 'key-exported') surfaceUntilMs = 0
      const now = clock.now()
      switch (outcome.kind) {
        case 'key-made':
          // What was brought in may serve elsewhere, but for a chain that is on this machine alone.
          if (outcome.key.origin === 'made') await fence.claim([outcome.key], 'made')
          else if (isOwnChain(outcome.key.network)) await fence.claim([outcome.key], 'own-chain')
          break
        case 'key-removed':
          await fence.forget(outcome.key)
          await note('key-removed', factsOf(outcome.key), 'warn')
          break
        case 'key-exported':
          await note('key-exported', { ...factsOf(outcome.key), form: outcome.form }, 'warn')
          break
        case 'key-proven':
          await note('key-proven', factsOf(outcome.key))
          break
        case 'backup-made':
          await care.noteBackup({ atMs: now, path: outcome.path }, outcome.keys.map(idOf))
          await note('backup-made', { path: outcome.path, count: String(outcome.keys.length) })
          break
        case 'drill-passed':
          await care.noteDrill({ atMs: now, path: outcome.path, madeAtMs: outcome.madeAtMs }, outcome.keys.map(idOf))
          await note('drill-passed', { path: outcome.path, count: String(outcome.keys.length) })
          break
        case 'drill-failed':
          await care.noteFailedDrill({ atMs: now, path: outcome.path, reason: outcome.reason })
          await note('drill-failed', { path: outcome.path, reason: outcome.reason }, 'bad')
          break
        case 'restored':
          await note('keys-restored', { count: String(outcome.keys.length) })
          for (const key of outcome.leftOut) await note('key-left-out', { ...factsOf(key), network: key.network }, 'warn')
          await opened()
          return
        case 'signed':
        case 'refused':
        case 'key-cancelled':
        case 'left':
          return
        default:
          assertNever(outcome)
      }
      await refresh()
    },
    touch() {
      touchedAtMs = clock.now()
    },
    autoLockChanged() {
      if (state.state.vault.kind === 'unlocked') watchAnew()
    },
    stop() {
      watch?.abort()
    },
  }
}

const idOf = (key: PublicKeyInfo): string => key.id
const factsOf = (key: PublicKeyInfo): Record<string, string> => ({ role: key.role, name: key.name, address: key.address })

/** Chains that Hearth runs itself: nobody else can serve on them. */
const isOwnChain = (network: string): boolean => network === 'local' || network === 'practice'
