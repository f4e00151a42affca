import type { ReactNode } from 'react'
import { isOwnUrl } from '#shared/model/reachable-address.ts'
import { useAppState, useRealNow } from '#renderer/bridge/hooks.ts'
import { isMadeHere } from '#renderer/bridge/select.ts'
import { useSupplierName } from '#renderer/bridge/use-suppliers.ts'
import { when } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { SelfTest } from './SelfTest.tsx'

/** Whether gateways would find the relay miner, as far as it can be seen from here. */
export function SelfTestPage(): ReactNode {
  const t = useText()
  const isMadeHereNow = useAppState(isMadeHere)
  const tests = useAppState((state) => state.health.selfTests?.last)
  const hasPublic = useAppState((state) => state.supplier.services.flatMap((each) => each.endpoints).some((each) => !isOwnUrl(each.url)))
  const now = useRealNow()
  // Where nobody outside can ask, the door on this PC is all there is.
  const path = hasPublic || tests?.public ? 'public' : 'loopback'
  const last = tests?.[path]
  const name = useSupplierName()(last?.operatorAddress)
  const how = t(isMadeHereNow ? 'selfTest.page.text' : 'selfTest.page.textReal')
  const text =
    last === undefined
      ? how
      : `${t('selfTest.page.at', { when: when(last.atMs, now), service: name === null ? last.serviceId : t('suppliers.of', { what: last.serviceId, name }) })} ${how}`
  return (
    <>
      <Verdict
        tone={last === undefined ? 'ember' : last.ok ? 'ok' : 'bad'}
        icon={last?.ok === true ? 'check' : last?.ok === false ? 'triangle-alert' : 'radio-tower'}
        title={last === undefined ? t('selfTest.page.never') : t(`selfTest.page.${last.ok ? 'found' : 'lost'}.${path}`)}
        text={text}
      />
      <SelfTest />
    </>
  )
}
