import type { ReactNode } from 'react'
import { useMirror, useRealNow } from '#renderer/bridge/hooks.ts'
import { age } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { FullPage } from './FullPage.tsx'

/** Before the first snapshot. */
export function Connecting(): ReactNode {
  const t = useText()
  const lostAtMs = useMirror((mirror) => mirror.lostAtMs)
  const now = useRealNow()
  return (
    <FullPage>
      <div className="m-auto grid justify-items-center gap-2 text-text-2" role="status">
        <p>{t('frame.connecting')}</p>
        {lostAtMs === null ? null : <p className="text-small">{t('frame.connectingLong', { age: age(now - lostAtMs) })}</p>}
      </div>
    </FullPage>
  )
}

/** The shell has ended this browser's session: a new link from the terminal opens another. */
export function SessionEnded(): ReactNode {
  const t = useText()
  return (
    <FullPage>
      <div className="m-auto w-[520px]">
        <EmptyState icon="lock" title={t('frame.ended.title')} text={t('frame.ended.text')}>
          <Button icon="refresh-cw" onPress={() => globalThis.location.reload()}>
            {t('frame.ended.again')}
          </Button>
        </EmptyState>
      </div>
    </FullPage>
  )
}
