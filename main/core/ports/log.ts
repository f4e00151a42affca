/** Where the core writes what happened. Rows marked secret never reach it. */
export interface Log {
  info(message: string, facts?: Record<string, string | number | boolean>): void
  warn(message: string, facts?: Record<string, string | number | boolean>): void
  /** @returns a short reference under which this entry is found */
  error(message: string, cause: unknown, facts?: Record<string, string | number | boolean>): string
}
