import type { ApiResult } from '#shared/api/errors.ts'
import type { Patch } from '#shared/api/patches.ts'
import type { HostTimes } from './relays/host-times.ts'

/** How long is waited before the relay miner's host is changed by Hearth, where a start of the program says it. */
export type MinerHostTimes = Partial<HostTimes>

/** The whole application as a shell sees it. */
export interface App {
  /**
   * Validates by the request table, runs, and wraps every outcome: never rejects for an expected failure. @param signal of whoever asks: a read, and a write that has not begun
   * to change anything, then answers `cancelled` @param shown the network that the asking page shows: what would be done to another answers `network-changed`; undefined for
   * callers that show none
   */
  call(name: string, input: unknown, signal?: AbortSignal, shown?: string | null): Promise<ApiResult<unknown>>
  /** Calls `listener` with every numbered patch. @returns how to stop */
  subscribe(listener: (patch: Patch) => void): () => void
  /** Serves the confirm surface: `body` is the raw form post, handed to the key process unread. */
  surface(token: string, method: 'GET' | 'POST', body: Uint8Array): Promise<{ status: number; html: Uint8Array }>
  /** Resolves when the rooms of the start have joined, where they come later; rejects what kept them from it. */
  joined?: Promise<void>
  stop(): Promise<void>
}
