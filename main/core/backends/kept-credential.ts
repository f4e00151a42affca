import { HearthError } from '#shared/api/errors.ts'

const isTls = (origin: string): boolean => /^(?:https|wss):/.test(origin)

/**
 * Whether the stored credential may go to what was typed.
 * @param stored origins that it goes to already; empty ones count for nothing @param typed origins that were typed now
 * @throws HearthError `backend-credential-refused`
 * SECURITY: S18 it goes to the hosts that it was given for, and not in the clear where it went encrypted: whoever can change an address must not learn it that way.
 */
export function mustBeSameHosts(stored: readonly string[], typed: readonly string[]): void {
  const before = stored.filter((origin) => origin !== '')
  const isKnown = (origin: string): boolean => {
    if (before.includes(origin)) return true
    const { hostname } = new URL(origin)
    const same = before.filter((each) => new URL(each).hostname === hostname)
    return same.length > 0 && (isTls(origin) || !same.some(isTls))
  }
  if (!typed.every(isKnown)) throw new HearthError('backend-credential-refused', { reason: 'another host: give the credentials again' })
}
