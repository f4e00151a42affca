import { useState } from 'react'
import type { TxWish } from '#shared/api/requests.ts'
import type { IntentKind } from '#shared/model/intent.ts'
import { useAppState, useCall, type Call } from '#renderer/bridge/hooks.ts'
import { intentsOf, isUnderWay } from '#renderer/bridge/select.ts'
import { hasSeveral, operatorOf } from '#renderer/bridge/suppliers.ts'
import { openSurface } from './Signing.tsx'

export interface SigningFlow {
  /** The transaction to show instead of the form; null = the form. */
  intentId: string | null
  surfaceUrl: string | null
  prepare: (wish: TxWish) => void
  call: Call<'tx.prepare'>
  /** Back to the form. */
  reset: () => void
}

/**
 * A form and the transaction that comes of it: what is under way in the state is taken up, whoever began it.
 * @param operatorAddress of the supplier that the form is about: where there are several, what is under way for another is not taken up
 */
export function useSigning(kind: IntentKind, operatorAddress?: string): SigningFlow {
  const call = useCall('tx.prepare')
  const [mine, setMine] = useState<{ intentId: string; surfaceUrl: string } | null>(null)
  const underWay = useAppState((state) => {
    const isAbout = operatorAddress === undefined || !hasSeveral(state) ? undefined : operatorAddress
    const found = intentsOf(state, kind).find((intent) => isUnderWay(intent) && (isAbout === undefined || operatorOf(intent) === isAbout))
    return found?.id ?? null
  })
  const isMineThere = useAppState((state) => mine !== null && state.intents[mine.intentId] !== undefined)
  const prepare = (wish: TxWish): void => {
    void call.run(wish).then((value) => {
      if (value === undefined) return
      setMine({ intentId: value.intentId, surfaceUrl: value.surfaceUrl })
      // One that is signed outside has no window of ours.
      if (value.surfaceUrl !== '') openSurface(value.surfaceUrl)
    })
  }
  const shown = isMineThere && mine !== null ? mine.intentId : underWay
  return {
    intentId: shown,
    surfaceUrl: mine !== null && mine.intentId === shown ? mine.surfaceUrl : null,
    prepare,
    call,
    reset: () => {
      setMine(null)
      call.clear()
    },
  }
}
