import type { ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { isMadeHere } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { Verdict } from '#renderer/ui/Verdict.tsx'
import { SelfTest } from './SelfTest.tsx'

/** Whether gateways would find the relay miner, as far as it can be seen from here. */
export function SelfTestPage(): ReactNode {
  const t = useText()
  const isHere = useAppState(isMadeHere)
  const last = useAppState((state) => state.health.selfTests?.last.public)
  const text = t(isHere ? 'selfTest.page.text' : 'selfTest.page.textReal')
  return (
    <>
      <Verdict
        tone={last === undefined ? 'ember' : last.ok ? 'ok' : 'bad'}
        icon={last?.ok === true ? 'check' : last?.ok === false ? 'triangle-alert' : 'radio-tower'}
        title={t(last === undefined ? 'selfTest.page.never' : last.ok ? 'selfTest.page.found' : 'selfTest.page.lost')}
        text={text}
      />
      <SelfTest />
    </>
  )
}
