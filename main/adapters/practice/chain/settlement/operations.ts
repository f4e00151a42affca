import type { ModuleName } from '../addresses.ts'
import { burn, mint, sendBetweenModules, sendFromModule } from '../bank.ts'
import { coinText, emit, type Frame } from '../frame.ts'
import { REASONS, type Reason } from './reasons.ts'

/** What a settlement does with coins. All claims of a block are added up first: the bank moves a sum per sender, recipient and reason (onchain facts 4.3). */

export type Operation =
  | { type: 'mint' | 'burn'; module: ModuleName; reason: Reason; upokt: bigint }
  | { type: 'mod_to_mod'; module: ModuleName; recipient: ModuleName; reason: Reason; upokt: bigint }
  | { type: 'mod_to_acct'; module: ModuleName; recipient: string; reason: Reason; upokt: bigint }

/** Coins exist before they move, and are burned last. */
const ORDER = ['mint', 'mod_to_mod', 'mod_to_acct', 'burn'] as const

function keyOf(operation: Operation): string {
  const recipient = 'recipient' in operation ? `${operation.recipient}|` : ''
  return `${operation.module}|${recipient}${REASONS[operation.reason]}`
}

/** Adds operations up as they come. */
export class Operations {
  private readonly sums = new Map<Operation['type'], Map<string, { operation: Operation; claims: number }>>()

  add(operation: Operation): void {
    const byKey = this.sums.get(operation.type) ?? new Map<string, { operation: Operation; claims: number }>()
    this.sums.set(operation.type, byKey)
    const key = keyOf(operation)
    const known = byKey.get(key)
    if (known === undefined) {
      byKey.set(key, { operation: { ...operation }, claims: 1 })
      return
    }
    known.operation.upokt += operation.upokt
    known.claims += 1
  }

  run(frame: Frame, sessionEndHeight: number): void {
    for (const type of ORDER) {
      const sums = [...(this.sums.get(type) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
      for (const [, { operation, claims }] of sums) {
        if (operation.upokt === 0n) continue
        move(frame, operation)
        emit(frame, 'pocket.tokenomics.EventSettlementBatch', {
          num_claims: claims,
          op_reason: operation.reason,
          op_type: operation.type,
          recipient: 'recipient' in operation ? operation.recipient : '',
          sender_module: operation.module,
          session_end_block_height: String(sessionEndHeight),
          total_amount: coinText(operation.upokt),
        })
      }
    }
  }
}

function move(frame: Frame, operation: Operation): void {
  switch (operation.type) {
    case 'mint':
      return mint(frame, operation.module, operation.upokt)
    case 'burn':
      return burn(frame, operation.module, operation.upokt)
    case 'mod_to_mod':
      return sendBetweenModules(frame, operation.module, operation.recipient, operation.upokt)
    case 'mod_to_acct':
      return sendFromModule(frame, operation.module, operation.recipient, operation.upokt)
  }
}
