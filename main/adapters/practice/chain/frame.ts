import type { ChainEvent } from '#main/core/ports/chain.ts'
import { sessionAt, type SessionHeights } from '#shared/model/session.ts'
import type { ChainState } from './state.ts'

/** Where something happens: the block, and the mark that its events carry (onchain facts 4.1). */
export interface Frame {
  state: ChainState
  height: number
  events: ChainEvent[]
  /** `mode` in begin and end of a block, `msg_index` in a message, nothing before the first message. */
  mark: Readonly<Record<string, string>>
}

export function emit(frame: Frame, type: string, attributes: Record<string, unknown>): void {
  frame.events.push({ type, attributes: { ...attributes, ...frame.mark } })
}

/** An amount as bank events and typed events print it; nothing at all is an empty text in bank events. */
export const coinText = (upokt: bigint): string => `${upokt}upokt`
export const coin = (upokt: bigint): { denom: string; amount: string } => ({ denom: 'upokt', amount: upokt.toString() })

/** The session that the block is in, by the rules that hold now. */
export function liveSession(frame: Frame): SessionHeights {
  return sessionAt(frame.height, frame.state.live)
}
