import type { ReactNode } from 'react'
import type { NetworkId } from '#shared/api/state.ts'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { asksElsewhere, elsewhereSentence, isBadElsewhere } from '#renderer/text/elsewhere.ts'
import { useText } from '#renderer/text/text.ts'

/** Beside the name of a network that is not chosen: that what runs there goes on; nothing while something asks for the user. */
export function RunsElsewhere({ id }: { id: NetworkId }): ReactNode {
  const t = useText()
  const other = useAppState((state) => state.elsewhere[id])
  return other !== undefined && !asksElsewhere(other) ? <span className="pill tone-ok">{t('setup.choose.runs')}</span> : null
}

/** On the card of a network that is not chosen: what is wrong there. */
export function AsksElsewhere({ id }: { id: NetworkId }): ReactNode {
  const t = useText()
  const other = useAppState((state) => state.elsewhere[id])
  if (other === undefined || !asksElsewhere(other)) return null
  return <p className={`mt-2 text-small ${isBadElsewhere(other) ? 'text-bad' : 'warn-c'}`}>{elsewhereSentence(t, other)}</p>
}
