import { HearthError } from '#shared/api/errors.ts'
import type { Handlers } from './dispatch.ts'

const refuse = (): Promise<never> => Promise.reject(new HearthError('not-allowed', { reason: 'only-in-browser' }))

/**
 * Requests about who is signed in at the web shell. That shell answers them before core sees them; in a window there is nobody to sign in.
 * Core says `not-allowed` to all of them.
 */
export const shellRequests: Pick<Handlers, 'calls.cancel' | 'sessions.list' | 'sessions.end' | 'sessions.endAll' | 'signIn.setPassword'> = {
  // Ids belong to a line, and lines to shells, which answer this: here nothing is ever found.
  'calls.cancel': () => Promise.resolve({ found: false }),
  'sessions.list': refuse,
  'sessions.end': refuse,
  'sessions.endAll': refuse,
  'signIn.setPassword': refuse,
}
