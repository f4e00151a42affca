/** Plain HTTP to a relay endpoint and questions about this machine's ports. */
export interface Net {
  /**
   * POSTs bytes. Rejects when nothing answers within `timeoutMs`.
   * @param mayAsk judges each numeric address that the connection could go to; with one that it refuses none is made, and it rejects `no-network` with detail.refusedAddress
   */
  post(
    url: string,
    body: Uint8Array,
    headers: Record<string, string>,
    timeoutMs: number,
    signal?: AbortSignal,
    mayAsk?: (address: string) => boolean,
  ): Promise<{ status: number; body: Uint8Array }>
  /**
   * POSTs a question that changes nothing, and may be asked twice, to a port of this PC (path `/`), over a connection that is kept for the next one. Rejects as `post`.
   * Absent where `post` does as well.
   */
  askHere?(
    port: number,
    body: Uint8Array,
    headers: Record<string, string>,
    timeoutMs: number,
  ): Promise<{ status: number; body: Uint8Array }>
  /** Whether 127.0.0.1:port can be bound right now. */
  portFree(port: number): Promise<boolean>
  freeDiskBytes(): Promise<number>
}

/** The same line, on which every address is judged as the connection is made. */
export function judgedNet<N extends Pick<Net, 'post'>>(net: N, mayAsk: (address: string) => boolean): N {
  return { ...net, post: (url, body, headers, timeoutMs, signal) => net.post(url, body, headers, timeoutMs, signal, mayAsk) }
}
