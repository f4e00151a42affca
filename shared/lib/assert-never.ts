/** Closes a union: a new variant that nobody handles fails to compile, and throws if it arrives at run time. */
export function assertNever(value: never): never {
  throw new Error(`unexpected variant: ${JSON.stringify(value)}`)
}
