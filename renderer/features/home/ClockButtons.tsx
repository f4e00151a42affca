import { useState, type ReactNode } from 'react'
import { networkOf } from '#shared/networks/index.ts'
import type { StopWhen } from '#shared/model/stop-wish.ts'
import { useAppState, useCall, useClock } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { StopDialog } from '#renderer/ui/StopDialog.tsx'
import { wishSentence } from '#renderer/ui/stop-words.ts'

/** Stop and restart of the relay miner, each asked with its cost; or start, when it is stopped. */
export function ClockButtons(): ReactNode {
  const t = useText()
  const clock = useClock()
  const isRealMoney = useAppState((state) => !networkOf(state.app.network).playMoney)
  const miner = useAppState((state) => Object.values(state.nodes).find((node) => node.kind === 'relay-miner'))
  const [asked, setAsked] = useState<'stop' | 'restart' | null>(null)
  const stop = useCall('nodes.stop')
  const restart = useCall('nodes.restart')
  const start = useCall('nodes.start')
  const keep = useCall('nodes.keepRunning')
  if (!miner) return null
  // One that Hearth gave up gets another try by the same button.
  if (miner.wanted === 'stopped' || miner.seen === 'failing') {
    return (
      <div className="grid flex-1 gap-2">
        <Button size="sm" kind="pri" icon="play" onPress={() => void start.run({ nodeId: miner.id })} isBusy={start.busy}>
          {t('home.stop.start')}
        </Button>
        <ErrorNote error={start.error} />
      </div>
    )
  }
  if (miner.wish !== undefined && miner.wish !== null) {
    return (
      <div className="grid flex-1 gap-2 text-small text-text-2">
        {wishSentence(t, clock, miner.title, miner.wish)}
        <Button size="sm" onPress={() => void keep.run({ nodeId: miner.id })} isBusy={keep.busy}>
          {t('nodes.wish.keep')}
        </Button>
        <ErrorNote error={keep.error} />
      </div>
    )
  }
  const call = asked === 'restart' ? restart : stop
  const confirm = (when: StopWhen): void => {
    void call.run({ nodeId: miner.id, when }).then((value) => {
      if (value !== undefined) setAsked(null)
    })
  }
  return (
    <>
      <Button size="sm" className="flex-1" onPress={() => setAsked('stop')}>
        {t('home.stop.stop')}
      </Button>
      <Button size="sm" className="flex-1" onPress={() => setAsked('restart')}>
        {t('home.stop.restart')}
      </Button>
      <StopDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={t(asked === 'restart' ? 'nodes.stop.restartTitle' : 'nodes.stop.title', { title: miner.title })}
        text={
          asked === 'restart'
            ? t('nodes.stop.restartText')
            : `${t('nodes.stop.minerText')}${isRealMoney ? ` ${t('nodes.stop.realMoney')}` : ''}`
        }
        button={t(asked === 'restart' ? 'nodes.stop.restartButton' : 'nodes.stop.button', { title: miner.title })}
        laterButton={t(asked === 'restart' ? 'nodes.stop.restartLaterButton' : 'nodes.stop.laterButton', { title: miner.title })}
        view={clock}
        endsServing
        onConfirm={confirm}
        isBusy={call.busy}
      >
        <ErrorNote error={call.error} />
      </StopDialog>
    </>
  )
}
