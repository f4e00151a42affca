import { HearthError } from '#shared/api/errors.ts'

/** The error that a promise rejects with; fails the test when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<HearthError> {
  const outcome = await promise.then(
    () => 'resolved',
    (error: unknown) => error,
  )
  if (!(outcome instanceof HearthError)) throw new Error(`expected a HearthError, got ${String(outcome)}`)
  return outcome
}
