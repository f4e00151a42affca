/** Time as the core sees it, so that tests can move it. */
export interface Clock {
  /** UTC milliseconds. */
  now(): number
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}
