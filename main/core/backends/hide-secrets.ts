import { HearthError } from '#shared/api/errors.ts'
import type { EndpointSecret } from '../ports/backend-line.ts'
import { base64 } from './gate-config.ts'

/** Shorter parts of a path are words of it, such as `v2` or `rpc`. */
const SHORTEST_KEY = 8
const SHORTEST_SECRET = 4
const HIDDEN = '…'

/**
 * Takes out of a text whatever an endpoint was asked with. Providers say the path or the token back in their errors, and what they say is shown, told in alerts and shared for help.
 * SECURITY: S18 @returns a function that knows the secret
 */
export function hiderOf(secret: EndpointSecret): (text: string) => string {
  const { credential, paths } = secret
  const given =
    credential.kind === 'basic'
      ? [credential.password, base64(`${credential.username}:${credential.password}`)]
      : credential.kind === 'bearer'
        ? [credential.token]
        : credential.kind === 'header'
          ? // Said back without a word before it, such as "Bearer".
            [credential.value, ...credential.value.split(' ').filter((word) => word.length >= SHORTEST_KEY)]
          : []
  const inPaths = Object.values(paths).flatMap((path) => path.split(/[/?&=]/))
  const keys = [
    ...given.filter((each) => each.length >= SHORTEST_SECRET),
    ...inPaths.flatMap((each) => [each, decoded(each)]).filter((each) => each.length >= SHORTEST_KEY),
  ]
  // As JSON or an address writes them too. The longest first: one may be a part of another.
  const known = [...new Set(keys.flatMap((key) => [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key)]))].sort(
    (a, b) => b.length - a.length,
  )
  return (text) => known.reduce((rest, key) => rest.replaceAll(key, HIDDEN), text)
}

/** The same facts with the secret taken out of each. */
export const hiddenFacts = (hide: (text: string) => string, facts: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, hide(value)]))

/** Runs what asks an endpoint; what it rejects with says nothing of the secret. */
export async function hidden<T>(hide: (text: string) => string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HearthError)) throw error
    throw new HearthError(error.code, hiddenFacts(hide, error.detail), { cause: error })
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
