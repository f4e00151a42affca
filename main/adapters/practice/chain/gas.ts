import { assertNever } from '#shared/lib/assert-never.ts'
import type { PracticeMessage } from '../parts.ts'

/** Gas as recorded on real chains, to a few per cent: what a user sees before signing should be near what they will see later. */

/** Fee, signature and account of any transaction. */
const ENVELOPE = 45_000n

function messageGas(message: PracticeMessage): bigint {
  switch (message.kind) {
    case 'send':
      return 21_800n
    case 'multi-send':
      return 4_000n + 27_500n * BigInt(message.outputs.length)
    case 'stake-supplier':
      return (message.stakeUpokt === undefined ? 52_000n : 76_000n) + 12_500n * BigInt(message.services.length)
    case 'unstake-supplier':
      return 58_600n
    case 'stake-application':
      return 52_000n
    case 'unstake-application':
      return 40_000n
    case 'stake-gateway':
      return 50_000n
    case 'unstake-gateway':
      return 32_000n
    case 'delegate':
    case 'undelegate':
      return 23_800n
    case 'add-service':
      return 61_700n
    case 'transfer-service':
      return 30_000n
    case 'claim-morse-account':
      return 22_700n
    case 'claim-morse-application':
      return 60_000n
    case 'claim-morse-supplier':
      return 90_000n
    case 'create-claim':
      return 53_000n
    case 'submit-proof':
      return 155_000n
    case 'update-params':
      return 38_000n
    default:
      return assertNever(message)
  }
}

export function gasOf(messages: readonly PracticeMessage[]): bigint {
  return messages.reduce((gas, message) => gas + messageGas(message), ENVELOPE)
}
