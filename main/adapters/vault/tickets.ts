import { createHash } from 'node:crypto'
import type { SurfaceOutcome, SurfacePage } from '#main/core/ports/vault.ts'
import { readForm, type Form } from './forms.ts'
import type { KeyAnswers, KeyRequest, TicketRef } from './messages.ts'
import { expiredPage, messagePage } from './page-frame.ts'

/** What a post leads to: the same ticket again with a sentence, or its end. `password` tells the main process how a try went, never what was typed. */
export type Step = { password?: 'right' | 'wrong' | undefined } & (
  | { kind: 'again'; notice?: string | undefined; outcome?: SurfaceOutcome | undefined }
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

/** How long a ticket waits for the next step, unless the user chose another time. */
export const TICKET_MS = 10 * 60_000
const MAX_TICKETS = 20

/** For a button that is on no page of this ticket. */
export const unknownButton: Step = { kind: 'again', notice: 'That button is not on this page. Look again.' }

type OpenTicket =
  | { state: 'open'; ticket: Ticket; nonce: string; expiresAtMs: number; lastsMs: number }
  | { state: 'over'; page: SurfacePage; expiresAtMs: number }

/** All open tickets, by the hash of their token. */
export interface TicketDesk {
  /** @param lastsMs how long it waits for each step */
  open(ticket: Ticket, nowMs: number, lastsMs?: number): TicketRef
  surface(request: Extract<KeyRequest, { kind: 'surface' }>): Promise<KeyAnswers['surface']>
  close(token: string): void
}

export function createTicketDesk(random: (bytes: number) => Uint8Array): TicketDesk {
  const tickets = new Map<string, OpenTicket>()
  const newNonce = (): string => Buffer.from(random(16)).toString('base64url')
  const end = (id: string): void => {
    const one = tickets.get(id)
    if (one?.state === 'open') one.ticket.close()
    tickets.delete(id)
  }
  const only = (page: SurfacePage): KeyAnswers['surface'] => ({ page, outcome: undefined, password: undefined })

  return {
    open(ticket, nowMs, lastsMs = TICKET_MS) {
      for (const [id, one] of tickets) if (one.expiresAtMs <= nowMs) end(id)
      if (tickets.size >= MAX_TICKETS) end([...tickets.keys()][0] ?? '')
      // SECURITY: S18 32 random bytes, kept only as a hash; the token opens one page for one purpose and ends with it.
      const token = Buffer.from(random(32)).toString('base64url')
      const expiresAtMs = nowMs + lastsMs
      tickets.set(hashOf(token), { state: 'open', ticket, nonce: newNonce(), expiresAtMs, lastsMs })
      return { token, expiresAtMs }
    },
    async surface({ token, method, body, nowMs, waitSeconds }) {
      const id = hashOf(token)
      const one = tickets.get(id)
      if (!one || one.expiresAtMs <= nowMs) {
        end(id)
        body.fill(0)
        return only(expiredPage())
      }
      // Used up: what it ended with is shown again, and nothing happens a second time.
      if (one.state === 'over') {
        body.fill(0)
        return only(one.page)
      }
      const again = (step: { notice?: string | undefined } & Partial<KeyAnswers['surface']>): KeyAnswers['surface'] => {
        one.nonce = newNonce()
        return { page: one.ticket.render(one.nonce, step.notice), outcome: step.outcome, password: step.password }
      }
      if (method === 'GET') return again({})
      const form = readForm(body)
      if (!form) return only(messagePage('This form cannot be read', ['Nothing was done. Go back and try again.'], 400))
      // SECURITY: S18 every page carries a number that counts once, so that no post can be replayed.
      if (form.get('nonce') !== one.nonce)
        return again({ notice: 'This page was shown again since, so nothing was done. Look again, then go on from here.' })
      one.nonce = newNonce()
      const step = await one.ticket.post(form, { nowMs, waitSeconds })
      if (step.kind === 'again') {
        one.expiresAtMs = nowMs + one.lastsMs
        return again(step)
      }
      one.ticket.close()
      tickets.set(id, { state: 'over', page: step.page, expiresAtMs: one.expiresAtMs })
      return { page: step.page, outcome: step.outcome, password: step.password }
    },
    close: (token) => end(hashOf(token)),
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** What a page asks of the vault password. */
export interface PasswordPort {
  passwordOpens(text: string): Promise<boolean>
}

/**
 * Judges the password field of a page, counted like every other try.
 * @param nothing what did not happen, at the head of the sentence ("Nothing was signed") @returns undefined when it is right
 */
export async function refusePassword(form: Form, context: PostContext, ports: PasswordPort, nothing: string): Promise<Step | undefined> {
  const password = form.get('password') ?? ''
  if (password === '') return { kind: 'again', notice: `${nothing}: the vault password is needed here. Type it below.` }
  if (context.waitSeconds > 0)
    return { kind: 'again', notice: `${nothing}: too many wrong passwords. Try again in ${context.waitSeconds} s.` }
  if (await ports.passwordOpens(password)) return undefined
  return { kind: 'again', password: 'wrong', notice: `${nothing}: that is not the vault password. Try again.` }
}
