/** How far one gets with an address, from this machine. */
export interface Reached {
  /** Numeric addresses of its host; empty when it has none. */
  addresses: string[]
  nameMs: number
  /** Why the name has no address. */
  nameProblem?: string
  /** Null when nobody took the connection. */
  connectMs: number | null
  connectProblem?: string
  /** Of https and wss alone. */
  certificate?: { ms: number; validToMs: number; issuer: string; problem: string | null }
}

/**
 * Resolves the host of a URL, opens a connection, and for TLS looks at the certificate; nothing is sent. Rejects `endpoint-invalid` for a text that is no URL, `cancelled`
 * when the signal aborts; everything else is in the answer.
 * @param mayAsk judges each numeric address; with one that it refuses no connection is made
 */
export type Reach = (url: string, timeoutMs: number, signal?: AbortSignal, mayAsk?: (address: string) => boolean) => Promise<Reached>
