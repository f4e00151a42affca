import { randomBytes } from 'node:crypto'
import { checkPasswordStrength } from '#main/adapters/vault/password-strength.ts'
import { HearthError } from '#shared/api/errors.ts'
import { createLockOut } from './lock-out.ts'
import { hashPassword, isPassword, SIGN_IN_COST, type HashCost, type PasswordHash } from './password-hash.ts'
import { createSessions, hashOf, type Visitor } from './sessions.ts'
import type { SessionRecord, SignInStore } from './sign-in-file.ts'

/** A one-time link is good for this long. */
export const LINK_LIFE_MS = 10 * 60_000
const MAX_LINKS = 5
/** Passwords that wait to be checked; each takes a third of a second and 128 MB, one at a time. */
const MAX_WAITING = 8

export type Redeemed =
  | { kind: 'opened'; cookie: string }
  /** The browser that used this link opens it again: nothing happens. */
  | { kind: 'already-open' }
  | { kind: 'refused' }
  /** A used link came from somewhere else: one of the two was not the user, so the session it made has ended. */
  | { kind: 'replayed' }
  | { kind: 'locked-out'; waitMs: number }

export type SignedIn =
  | { kind: 'opened'; cookie: string }
  | { kind: 'wrong' }
  | { kind: 'no-password' }
  | { kind: 'locked-out'; waitMs: number }

/** Who may come in: one-time links, the sign-in password, the sessions they open, and the lock-out on wrong tries. All but the links outlives a restart. */
export interface Access {
  /** @returns the token of a new link; 32 random bytes, kept in memory only */
  newLink(): string
  redeem(token: string, cookie: string | undefined, visitor: Visitor): Promise<Redeemed>
  signIn(password: string, visitor: Visitor): Promise<SignedIn>
  /** @returns the session's id when the cookie is good; using it keeps it alive */
  session(cookie: string | undefined, visitor?: Visitor): string | undefined
  passwordSetAtMs(): number | null
  /** Sets or changes the sign-in password; every other session ends when it is changed. Rejects `wrong-password`, `too-many-tries`, `weak-password`. */
  setPassword(current: string | null, next: string, session: string, visitor: Visitor): Promise<void>
  sessions(): SessionRecord[]
  end(id: string): Promise<void>
  endAll(except?: string): Promise<void>
  /** Ends what is too old and keeps what was last seen. Called by a timer. */
  sweep(): void
  /** @param listener gets the id of every session that ends */
  onEnd(listener: (session: string) => void): void
  /** File that was unreadable and put aside at start. */
  readonly damaged: string | undefined
  /** Writes what is still to be written. */
  close(): Promise<void>
}

export interface AccessParts {
  /** UTC ms. */
  now: () => number
  store: SignInStore
  /** Cheaper in tests. */
  cost?: HashCost
  /** Hears of a failed write; what was decided holds anyway. */
  onError?: (error: unknown) => void
}

interface Link {
  expiresAtMs: number
  /** Id of the session it opened, once used. */
  session: string | undefined
}

/** Reads what an earlier run kept. */
export async function openAccess({ now, store, cost = SIGN_IN_COST, onError = () => undefined }: AccessParts): Promise<Access> {
  const { record, damaged } = await store.load()
  const listeners = new Set<(session: string) => void>()
  const links = new Map<string, Link>()
  const lockOut = createLockOut(now, record?.lockOut)
  const sessions = createSessions(now, record?.sessions ?? [], (id) => {
    for (const listener of listeners) listener(id)
  })
  let password: PasswordHash | null = record?.password ?? null

  let writing: Promise<void> = Promise.resolve()
  const save = (): Promise<void> => {
    sessions.changed()
    writing = writing.then(() => store.save({ version: 1, password, sessions: sessions.list(), lockOut: lockOut.record() })).catch(onError)
    return writing
  }

  // SECURITY: S17 one try after the other: many at once would all be judged before the first one counted.
  let turn: Promise<unknown> = Promise.resolve()
  let waiting = 0
  const inTurn = async <T>(run: () => Promise<T>): Promise<T | undefined> => {
    if (waiting >= MAX_WAITING) return undefined
    waiting += 1
    const mine = turn.then(run)
    turn = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      waiting -= 1
    }
  }
  const wrong = async (visitor: Visitor): Promise<void> => {
    lockOut.wrong(visitor.address)
    // Before the answer: ending Hearth at the right moment gives no further try.
    await save()
  }

  return {
    damaged,
    newLink() {
      const token = randomBytes(32).toString('base64url')
      links.set(hashOf(token), { expiresAtMs: now() + LINK_LIFE_MS, session: undefined })
      while (links.size > MAX_LINKS) links.delete(links.keys().next().value ?? '')
      return token
    },
    async redeem(token, cookie, visitor) {
      // A link cannot be guessed: what others do wrong does not keep its owner out.
      const waitMs = lockOut.waitMs(visitor.address, true)
      if (waitMs > 0) return { kind: 'locked-out', waitMs }
      const link = links.get(hashOf(token))
      if (!link || link.expiresAtMs <= now()) {
        await wrong(visitor)
        return { kind: 'refused' }
      }
      if (link.session !== undefined) {
        if (sessions.find(cookie)?.id === link.session) return { kind: 'already-open' }
        // SECURITY: S17 whoever came first may have been the thief (the link is seen by programs that open browsers): nobody keeps it.
        sessions.end(link.session)
        await wrong(visitor)
        return { kind: 'replayed' }
      }
      const opened = sessions.open(visitor, 'link')
      link.session = opened.id
      await save()
      return { kind: 'opened', cookie: opened.cookie }
    },
    async signIn(typed, visitor) {
      const outcome = await inTurn(async (): Promise<SignedIn> => {
        if (password === null) return { kind: 'no-password' }
        // SECURITY: S17 while locked the password is not even looked at.
        const waitMs = lockOut.waitMs(visitor.address)
        if (waitMs > 0) return { kind: 'locked-out', waitMs }
        if (!(await isPassword(typed, password))) {
          await wrong(visitor)
          return { kind: 'wrong' }
        }
        lockOut.right(visitor.address)
        const opened = sessions.open(visitor, 'password')
        await save()
        return { kind: 'opened', cookie: opened.cookie }
      })
      return outcome ?? { kind: 'locked-out', waitMs: 5_000 }
    },
    session: (cookie, visitor) => sessions.find(cookie, visitor)?.id,
    passwordSetAtMs: () => password?.setAtMs ?? null,
    async setPassword(current, next, session, visitor) {
      const done = await inTurn(async () => {
        if (password !== null) {
          // SECURITY: S17 an open session is not enough: a screen left alone must not take the house over.
          const seconds = Math.ceil(lockOut.waitMs(visitor.address) / 1000)
          if (seconds > 0) throw new HearthError('too-many-tries', { seconds: String(seconds) })
          if (current === null || !(await isPassword(current, password))) {
            await wrong(visitor)
            throw new HearthError('wrong-password', { reason: 'sign-in' })
          }
          lockOut.right(visitor.address)
        }
        checkPasswordStrength(next)
        const wasSet = password !== null
        password = await hashPassword(next, cost, now())
        if (wasSet) sessions.endAll(session)
        await save()
        return true
      })
      if (done === undefined) throw new HearthError('not-allowed', { reason: 'busy' })
    },
    sessions: () => sessions.list(),
    async end(id) {
      if (sessions.end(id)) await save()
    },
    async endAll(except) {
      sessions.endAll(except)
      await save()
    },
    sweep() {
      sessions.sweep()
      for (const [id, link] of links) if (link.expiresAtMs <= now()) links.delete(id)
      if (sessions.changed()) void save()
    },
    onEnd(listener) {
      listeners.add(listener)
    },
    async close() {
      if (sessions.changed()) void save()
      await writing
    },
  }
}
