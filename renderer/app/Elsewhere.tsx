import type { ReactNode } from 'react'
import { useLocation } from 'wouter'
import type { ElsewhereState } from '#shared/api/state.ts'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { asksElsewhere, elsewhereSentence, isBadElsewhere, isUrgentElsewhere } from '#renderer/text/elsewhere.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { useUnlock } from '#renderer/ui/unlock-context.ts'

/** A line for each network that is not chosen and where something runs: on every page when it needs the user at once, on Home always. */
export function Elsewhere({ isHome }: { isHome: boolean }): ReactNode {
  const others = useAppState((state) => Object.values(state.elsewhere))
  return others
    .filter((other) => isHome || isUrgentElsewhere(other))
    .sort((a, b) => urgency(b) - urgency(a))
    .map((other) => <Line key={other.network} other={other} />)
}

const urgency = (other: ElsewhereState): number => Number(asksElsewhere(other)) + Number(isUrgentElsewhere(other))

function Line({ other }: { other: ElsewhereState }): ReactNode {
  const t = useText()
  const [, go] = useLocation()
  const vault = useAppState((state) => state.vault.kind)
  const openUnlock = useUnlock()
  const choose = useCall('app.chooseNetwork')
  const network = t(`frame.network.${other.network}`)
  const asks = asksElsewhere(other)
  const isBad = isBadElsewhere(other)
  const more = Math.max(0, other.findingsCount - 1)
  const change = async (): Promise<void> => {
    if ((await choose.run({ network: other.network })) !== undefined) go('/')
  }
  return (
    <div className="mb-3.5" role={asks ? 'alert' : 'status'} data-elsewhere={other.network}>
      <div
        className={`flex flex-wrap items-center gap-x-3 gap-y-2 rounded-note py-2 pr-2.5 pl-3.5 ${asks ? (isBad ? 'bg-bad-soft' : 'bg-warn-soft') : 'border border-line'}`}
      >
        <Icon
          name={asks ? 'triangle-alert' : 'circle-check'}
          size={14}
          className={asks ? (isBad ? 'text-bad' : 'text-warn') : 'text-text-2'}
        />
        <div className="min-w-0 flex-1 basis-60 wrap-anywhere">
          <span className="font-semibold">{asks ? `${network}:` : network}</span> {elsewhereSentence(t, other)}
          {more === 0 ? null : <span className="text-text-2">, {t('frame.elsewhere.more', { count: more })}</span>}
        </div>
        {other.needsKey && vault === 'locked' ? (
          <Button kind="pri" size="sm" icon="lock-open" onPress={openUnlock}>
            {t('frame.elsewhere.unlock')}
          </Button>
        ) : null}
        <Button size="sm" icon="arrow-right" onPress={() => void change()} isBusy={choose.busy}>
          {t('frame.elsewhere.go', { network })}
        </Button>
      </div>
      <ErrorNote error={choose.error} className="mt-2" />
    </div>
  )
}
