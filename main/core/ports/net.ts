/** Plain HTTP to a relay endpoint and questions about this machine's ports. */
export interface Net {
  /** POSTs bytes. Rejects when nothing answers within `timeoutMs`. */
  post(
    url: string,
    body: Uint8Array,
    headers: Record<string, string>,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<{ status: number; body: Uint8Array }>
  /** Whether 127.0.0.1:port can be bound right now. */
  portFree(port: number): Promise<boolean>
  freeDiskBytes(): Promise<number>
}
