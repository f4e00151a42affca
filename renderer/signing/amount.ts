import { parsePokt } from '#shared/model/money.ts'
import { pokt } from '#renderer/text/format.ts'
import { errorText } from '#renderer/text/errors.ts'
import type { Words } from '#renderer/text/text.ts'

export interface AmountLimits {
  /** Smallest that is taken, with the height at which it was read. */
  min?: { upokt: bigint; height: number }
  /** What the wallet holds and what goes on top of the amount (stake fee; the network's fee is not known before the trial run). */
  wallet?: { address: string; heldUpokt: bigint; extraUpokt: bigint; alreadyUpokt: bigint }
}

/** What is wrong with a typed amount of POKT, in a sentence with what to type; null when nothing is. The core judges again. */
export function amountProblem(t: Words, text: string, limits: AmountLimits = {}): string | null {
  const parsed = parsePokt(text)
  if (!parsed.ok) return sentence(t, 'amount-invalid', { problem: parsed.problem })
  const { min, wallet } = limits
  if (min && parsed.upokt < min.upokt)
    return sentence(t, 'amount-too-small', { given: pokt(parsed.upokt), min: pokt(min.upokt), height: String(min.height) })
  if (wallet) {
    const raised = parsed.upokt - wallet.alreadyUpokt
    const needed = (raised > 0n ? raised : 0n) + wallet.extraUpokt
    if (needed > wallet.heldUpokt) {
      return sentence(t, 'balance-too-small', {
        address: wallet.address,
        have: pokt(wallet.heldUpokt),
        needed: pokt(needed),
        missing: pokt(needed - wallet.heldUpokt),
      })
    }
  }
  return null
}

function sentence(t: Words, code: 'amount-invalid' | 'amount-too-small' | 'balance-too-small', detail: Record<string, string>): string {
  const { text, next } = errorText(t, { code, detail })
  return `${text} ${next}`
}
