import { amountProblem } from '#renderer/signing/amount.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { errorText } from '#renderer/text/errors.ts'
import { pokt } from '#renderer/text/format.ts'
import type { Words } from '#renderer/text/text.ts'

/** Whether an address holds what something takes, in a sentence; no problem while its balance is not read. A hook: call it at the top of a component. */
export function useNeeded(t: Words, address: string | undefined, neededUpokt: bigint): string | null {
  const held = useAppState((state) => (address === undefined ? undefined : state.balances[address]?.upokt))
  if (address === undefined || held === undefined || BigInt(held) >= neededUpokt) return null
  const { text, next } = errorText(t, {
    code: 'balance-too-small',
    detail: { address, have: pokt(held), needed: pokt(neededUpokt), missing: pokt(neededUpokt - BigInt(held)) },
  })
  return `${text} ${next}`
}

/** What is wrong with a limit for a session; null when it holds or is left out. 0 takes a limit away. */
export function limitProblem(t: Words, text: string, minUpokt: bigint, height: number): string | null {
  if (text.trim() === '' || /^0+$/.test(text.trim())) return null
  return amountProblem(t, text, { min: { upokt: minUpokt, height } })
}
