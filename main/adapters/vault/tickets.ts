import type { SurfaceOutcome, SurfacePage } from '#main/core/ports/vault.ts'
import type { Form } from './forms.ts'

/** What a post leads to: the same ticket again with a sentence, or its end. `password` tells the main process how a try went, never what was typed. */
export type Step = { password?: 'right' | 'wrong' | undefined } & (
  | { kind: 'again'; notice?: string | undefined }
  | { kind: 'done'; page: SurfacePage; outcome: SurfaceOutcome }
)

export interface PostContext {
  nowMs: number
  /** Seconds until a password may be tried again; 0 = now. */
  waitSeconds: number
}

/** One thing that is asked on the confirm surface. Lives in the key process. */
export interface Ticket {
  /** @param nonce hidden field that the next post must carry @param notice sentence above the form */
  render(nonce: string, notice: string | undefined): SurfacePage
  post(form: Form, context: PostContext): Promise<Step>
  /** Zeroes what it holds. */
  close(): void
}

/** How long a ticket waits for the next step. */
export const TICKET_MS = 10 * 60_000
