import { createHash, randomBytes } from 'node:crypto'

/** A one-time link is good for this long. */
export const LINK_LIFE_MS = 10 * 60_000
/** A session ends after this long without use. */
export const SESSION_IDLE_MS = 7 * 24 * 3_600_000
const MAX_LINKS = 5
const MAX_SESSIONS = 20
/** Wrong tries within the window before /open answers nobody for a while. */
export const MAX_MISSES = 5
export const MISS_WINDOW_MS = 60_000
export const LOCK_OUT_MS = 60_000

export type Redeemed =
  | { kind: 'opened'; cookie: string }
  /** The browser that used this link opens it again: nothing happens. */
  | { kind: 'already-open' }
  | { kind: 'refused' }
  /** A used link came from somewhere else: one of the two was not the user, so the session it made has ended. */
  | { kind: 'replayed' }
  | { kind: 'locked-out'; waitMs: number }

/** One-time links and the sessions they open. Kept in memory: a restart asks for a new link. */
export interface Access {
  /** @returns the token of a new link; 32 random bytes */
  newLink(): string
  redeem(token: string, cookie: string | undefined): Redeemed
  /** @returns the session's id when the cookie is good; using it keeps it alive */
  session(cookie: string | undefined): string | undefined
  /** Ends what is too old. Called by a timer. */
  sweep(): void
  /** @param listener gets the id of every session that ends */
  onEnd(listener: (session: string) => void): void
}

interface Link {
  expiresAtMs: number
  /** Id of the session it opened, once used. */
  session: string | undefined
}

/** @param now UTC ms */
export function createAccess(now: () => number): Access {
  // Kept as hashes, so that comparing takes no time that depends on the secret and a memory dump of this map opens nothing.
  const links = new Map<string, Link>()
  const sessions = new Map<string, { seenAtMs: number }>()
  const listeners = new Set<(session: string) => void>()
  let misses: number[] = []
  let lockedUntilMs = 0

  const end = (session: string): void => {
    if (sessions.delete(session)) for (const listener of listeners) listener(session)
  }
  const find = (cookie: string | undefined): string | undefined => {
    if (cookie === undefined) return undefined
    const id = hash(cookie)
    const session = sessions.get(id)
    if (!session) return undefined
    if (now() - session.seenAtMs > SESSION_IDLE_MS) {
      end(id)
      return undefined
    }
    session.seenAtMs = now()
    return id
  }
  const miss = (): void => {
    misses = [...misses.filter((atMs) => now() - atMs < MISS_WINDOW_MS), now()]
    if (misses.length < MAX_MISSES) return
    misses = []
    lockedUntilMs = now() + LOCK_OUT_MS
  }

  return {
    newLink() {
      const token = randomBytes(32).toString('base64url')
      links.set(hash(token), { expiresAtMs: now() + LINK_LIFE_MS, session: undefined })
      while (links.size > MAX_LINKS) links.delete(links.keys().next().value ?? '')
      return token
    },
    redeem(token, cookie) {
      // SECURITY: S17 lock-out counts for everybody: on loopback all callers look alike.
      if (now() < lockedUntilMs) return { kind: 'locked-out', waitMs: lockedUntilMs - now() }
      const link = links.get(hash(token))
      if (!link || link.expiresAtMs <= now()) {
        miss()
        return { kind: 'refused' }
      }
      if (link.session !== undefined) {
        if (find(cookie) === link.session) return { kind: 'already-open' }
        // SECURITY: S17 whoever came first may have been the thief (the link is seen by programs that open browsers): nobody keeps it.
        end(link.session)
        miss()
        return { kind: 'replayed' }
      }
      const value = randomBytes(32).toString('base64url')
      link.session = hash(value)
      sessions.set(link.session, { seenAtMs: now() })
      const oldest = sessions.keys().next().value
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) end(oldest)
      return { kind: 'opened', cookie: value }
    },
    session: find,
    sweep() {
      for (const [id, session] of sessions) if (now() - session.seenAtMs > SESSION_IDLE_MS) end(id)
      for (const [id, link] of links) if (link.expiresAtMs <= now()) links.delete(id)
    },
    onEnd(listener) {
      listeners.add(listener)
    },
  }
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}
