import { createHash, randomBytes } from 'node:crypto'
import type { SessionRecord } from './sign-in-file.ts'

/** A session ends after this long without use, and at the latest after the second. */
export const SESSION_IDLE_MS = 7 * 24 * 3_600_000
export const SESSION_LIFE_MS = 30 * 24 * 3_600_000
export const MAX_SESSIONS = 20

/** Who asks: for the list, never for a decision. */
export interface Visitor {
  address: string
  browser: string
}

/** The sessions that are open. Cookies hold 32 random bytes; only their hashes are kept here. */
export interface Sessions {
  /** @returns the value of the new cookie and the session's public id */
  open(visitor: Visitor, how: SessionRecord['how']): { cookie: string; id: string }
  /** The session of a cookie, or undefined when it is unknown, ended or too old. Using it keeps it alive. */
  find(cookie: string | undefined, visitor?: Visitor): SessionRecord | undefined
  end(id: string): boolean
  endAll(except?: string): void
  /** Ends what is too old. */
  sweep(): void
  list(): SessionRecord[]
  /** Whether something changed since this was last asked. */
  changed(): boolean
}

/** @param now UTC ms @param before of an earlier run @param onEnd gets the id of every session that ends */
export function createSessions(now: () => number, before: SessionRecord[], onEnd: (id: string) => void): Sessions {
  // By the hash, so that comparing takes no time that depends on the secret.
  const byHash = new Map(before.map((session) => [session.hash, { ...session }]))
  let isChanged = false

  const drop = (session: SessionRecord): void => {
    byHash.delete(session.hash)
    isChanged = true
    onEnd(session.id)
  }
  // A clock that was set back must not make a session live for ever.
  const isOld = (session: SessionRecord): boolean =>
    now() - session.seenAtMs > SESSION_IDLE_MS ||
    now() - session.createdAtMs > SESSION_LIFE_MS ||
    session.createdAtMs - now() > SESSION_LIFE_MS
  return {
    open(visitor, how) {
      const cookie = randomBytes(32).toString('base64url')
      const session: SessionRecord = {
        id: randomBytes(9).toString('base64url'),
        hash: hashOf(cookie),
        browser: visitor.browser.slice(0, 80),
        address: visitor.address.slice(0, 80),
        how,
        createdAtMs: now(),
        seenAtMs: now(),
      }
      byHash.set(session.hash, session)
      isChanged = true
      if (byHash.size > MAX_SESSIONS) {
        const [idlest] = [...byHash.values()].filter((one) => one !== session).sort((a, b) => a.seenAtMs - b.seenAtMs)
        if (idlest) drop(idlest)
      }
      return { cookie, id: session.id }
    },
    find(cookie, visitor) {
      const session = cookie === undefined ? undefined : byHash.get(hashOf(cookie))
      if (!session) return undefined
      if (isOld(session)) {
        drop(session)
        return undefined
      }
      isChanged ||= now() - session.seenAtMs >= 1_000 || (visitor !== undefined && visitor.address !== session.address)
      session.seenAtMs = now()
      if (visitor) Object.assign(session, { address: visitor.address.slice(0, 80), browser: visitor.browser.slice(0, 80) })
      return session
    },
    end(id) {
      const session = [...byHash.values()].find((one) => one.id === id)
      if (session) drop(session)
      return session !== undefined
    },
    endAll(except) {
      for (const session of byHash.values()) if (session.id !== except) drop(session)
    },
    sweep() {
      for (const session of byHash.values()) if (isOld(session)) drop(session)
    },
    list: () => [...byHash.values()],
    changed() {
      const was = isChanged
      isChanged = false
      return was
    },
  }
}

/** SHA-256 of 32 random bytes: nothing to guess, so nothing slow is needed. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
