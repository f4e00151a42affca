import { useState, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { StopWhen } from '#shared/model/stop-wish.ts'
import { useAppState, useCall, useClock } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import type { IconName } from '#renderer/ui/icons.tsx'
import { StopDialog } from '#renderer/ui/StopDialog.tsx'
import { endsServing } from './node-words.ts'

/** Start, or stop and restart with their cost. The keeper has none of its own: it follows the relay miner. @param compact icons with their names as tooltips, for rows */
export function NodeButtons({ node, compact = false }: { node: NodeState; compact?: boolean }): ReactNode {
  const t = useText()
  const clock = useClock()
  const isRealMoney = useAppState((state) => !networkOf(state.app.network).playMoney)
  const [asked, setAsked] = useState<'stop' | 'restart' | null>(null)
  const start = useCall('nodes.start')
  const stop = useCall('nodes.stop')
  const restart = useCall('nodes.restart')
  if (node.kind === 'keeper') return null
  const isRestart = asked === 'restart'
  const call = isRestart ? restart : stop
  const isFailing = node.seen === 'failing'
  const isStopped = node.wanted === 'stopped'
  const { title } = node
  const close = (): void => {
    setAsked(null)
    stop.clear()
    restart.clear()
  }
  const confirm = (when: StopWhen): void => {
    void call.run({ nodeId: node.id, when }).then((value) => {
      if (value !== undefined) setAsked(null)
    })
  }
  const act = (icon: IconName, name: string, onPress: () => void, isBusy = false, kind: 'plain' | 'pri' = 'plain'): ReactNode =>
    compact ? (
      <Button size="sm" kind={kind === 'pri' ? 'plain' : 'ghost'} icon={icon} label={name} onPress={onPress} isBusy={isBusy} />
    ) : (
      <Button kind={kind} icon={icon} onPress={onPress} isBusy={isBusy}>
        {name}
      </Button>
    )
  return (
    <div className="grid justify-items-end gap-2">
      <div className={`flex ${compact ? 'gap-0.5' : 'flex-wrap justify-end gap-2.5'}`}>
        {isStopped || isFailing
          ? act('play', t('nodes.act.start', { title }), () => void start.run({ nodeId: node.id }), start.busy, 'pri')
          : null}
        {isStopped || isFailing ? null : act('rotate-cw', t('nodes.act.restart', { title }), () => setAsked('restart'))}
        {isStopped ? null : act('square', t('nodes.act.stop', { title }), () => setAsked('stop'))}
      </div>
      <ErrorNote error={start.error} className="max-w-[420px] whitespace-normal" />
      <StopDialog
        isOpen={asked !== null}
        onClose={close}
        title={t(isRestart ? 'nodes.stop.restartTitle' : 'nodes.stop.title', { title })}
        text={`${t(isRestart ? `nodes.stop.restart.${node.kind}` : `nodes.stop.${node.kind}`)}${isRealMoney && node.kind === 'relay-miner' && !isRestart ? ` ${t('nodes.stop.realMoney')}` : ''}`}
        button={t(isRestart ? 'nodes.stop.restartButton' : 'nodes.stop.button', { title })}
        laterButton={t(isRestart ? 'nodes.stop.restartLaterButton' : 'nodes.stop.laterButton', { title })}
        view={clock}
        endsServing={endsServing(node.kind)}
        onConfirm={confirm}
        isBusy={call.busy}
      >
        <ErrorNote error={call.error} />
      </StopDialog>
    </div>
  )
}
