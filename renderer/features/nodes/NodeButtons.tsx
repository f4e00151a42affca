import { useState, type ReactNode } from 'react'
import type { NodeState } from '#shared/api/state.ts'
import { useCall, useClock } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { StopDialog } from '#renderer/ui/StopDialog.tsx'

/** Start, or stop and restart with their cost. */
export function NodeButtons({ node }: { node: NodeState }): ReactNode {
  const t = useText()
  const clock = useClock()
  const [asked, setAsked] = useState<'stop' | 'restart' | null>(null)
  const start = useCall('nodes.start')
  const stop = useCall('nodes.stop')
  const restart = useCall('nodes.restart')
  const call = asked === 'restart' ? restart : stop
  const confirm = (): void => {
    void call.run({ nodeId: node.id }).then((value) => {
      if (value !== undefined) setAsked(null)
    })
  }
  if (node.wanted === 'stopped') {
    return (
      <div className="grid justify-items-end gap-2">
        <Button kind="pri" icon="play" onPress={() => void start.run({ nodeId: node.id })} isBusy={start.busy}>
          {t('nodes.detail.start')}
        </Button>
        <ErrorNote error={start.error} />
      </div>
    )
  }
  return (
    <div className="flex gap-3">
      <Button icon="rotate-cw" onPress={() => setAsked('restart')}>
        {t('nodes.detail.restart')}
      </Button>
      <Button icon="square" onPress={() => setAsked('stop')}>
        {t('nodes.detail.stop')}
      </Button>
      <StopDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={t(asked === 'restart' ? 'nodes.stop.restartTitle' : 'nodes.stop.title', { title: node.title })}
        text={asked === 'restart' && node.kind === 'relay-miner' ? t('nodes.stop.restartText') : t(`nodes.stop.${node.kind}`)}
        button={t(asked === 'restart' ? 'nodes.stop.restartButton' : 'nodes.stop.button', { title: node.title })}
        view={clock}
        endsServing
        onConfirm={confirm}
        isBusy={call.busy}
      >
        <ErrorNote error={call.error} />
      </StopDialog>
    </div>
  )
}
