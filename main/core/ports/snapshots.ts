/** Large files that a node starts from: fetched, judged, and read as what they hold. Each is known by a name of its own (letters, digits, `-`). */
export interface Snapshots {
  /**
   * Fetches it, going on where an earlier try stopped, and keeps it only once its hash is right. One that is there already is judged again.
   * Rejects `snapshot-damaged` (what was fetched is thrown away), `snapshot-unavailable` (what was fetched is kept), `cancelled` (kept), `disk-full` (kept).
   * @param wish.bytes its length where the catalogue tells; else the server's word is taken
   */
  fetch(
    wish: { name: string; url: string; sha256: string; bytes?: number },
    onProgress: (done: { bytes: number; total: number; stage: 'fetching' | 'checking' }) => void,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * What a fetched file (tar, also compressed by gzip or zstd) holds, as a plain tar that can be unpacked anywhere: files and folders alone, all of them below `folder`.
   * Iterating rejects `snapshot-refused` for what leads out of the folder, links, devices and other forms; `snapshot-damaged` for a file that is cut off; `disk-full` beyond `limitBytes`.
   * @param options.folder path that goes before all of it, empty for none @param options.owner who they belong to; as the file says without
   */
  contents(
    name: string,
    options: { folder: string; owner?: { uid: number; gid: number }; limitBytes?: number },
    onProgress: (done: { bytes: number; total: number }) => void,
  ): AsyncIterable<Uint8Array>
  /** Throws away what was fetched under a name. */
  discard(name: string): Promise<void>
  /** Throws away all whose name begins so, but for those named. */
  keepOnly(prefix: string, names: readonly string[]): Promise<void>
}
