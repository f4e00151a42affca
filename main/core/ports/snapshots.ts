/** Fetches large files that a node starts from. */
export interface Snapshots {
  /**
   * Fetches into `path`, going on where an earlier try stopped, and puts the file there only once its hash is right.
   * Rejects `snapshot-damaged` (what was fetched is thrown away), `snapshot-unavailable` (what was fetched is kept), `cancelled` (kept), `disk-full`.
   */
  fetch(
    wish: { url: string; path: string; sha256: string; bytes: number },
    onProgress: (done: { bytes: number; total: number; stage: 'fetching' | 'checking' }) => void,
    signal: AbortSignal,
  ): Promise<void>
}
