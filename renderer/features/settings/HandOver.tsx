import { useState, type ReactNode } from 'react'
import type { RequestOutput } from '#shared/api/requests.ts'
import { useAppState, useCall, useClock } from '#renderer/bridge/hooks.ts'
import { nodeOfKind } from '#renderer/bridge/select.ts'
import { useText } from '#renderer/text/text.ts'
import { clockTime } from '#renderer/text/format.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { StopDialog } from '#renderer/ui/StopDialog.tsx'
import { wishSentence } from '#renderer/ui/stop-words.ts'

type Preview = RequestOutput<'eject.preview'>

/** Letting go of the containers for the files that were written, and taking them back. */
export function HandOver({ preview, onChanged }: { preview: Preview; onChanged: () => void }): ReactNode {
  const { handOver, written } = preview
  if (handOver) return <Away handOver={handOver} onChanged={onChanged} />
  if (written) return <LetGo written={written} onChanged={onChanged} />
  return null
}

function LetGo({ written, onChanged }: { written: NonNullable<Preview['written']>; onChanged: () => void }): ReactNode {
  const t = useText()
  const clock = useClock()
  const servesHere = useAppState((state) => nodeOfKind(state, 'relay-miner')?.wanted === 'running')
  const [isAsked, setAsked] = useState(false)
  const begin = useCall('eject.handOver')
  const close = (): void => {
    setAsked(false)
    begin.clear()
  }
  return (
    <div className="grid gap-2 border-t border-line pt-3.5">
      <h3 className="font-semibold">{t('settings.eject.handOver.title')}</h3>
      <p className="text-text-2">{t('settings.eject.handOver.text', { path: written.path })}</p>
      {written.isStale ? <Note tone="warn">{t('settings.eject.handOver.stale')}</Note> : null}
      <div>
        <Button icon="log-out" isDisabled={written.isStale} onPress={() => setAsked(true)}>
          {t('settings.eject.handOver.button')}
        </Button>
      </div>
      <StopDialog
        isOpen={isAsked}
        onClose={close}
        title={t('settings.eject.handOver.ask')}
        text={t('settings.eject.handOver.askText')}
        button={t('settings.eject.handOver.now')}
        laterButton={t('settings.eject.handOver.later')}
        view={clock}
        endsServing={servesHere}
        onConfirm={(when) => {
          void begin.run({ when }).then((value) => {
            if (value === undefined) return
            close()
            onChanged()
          })
        }}
        isBusy={begin.busy}
      >
        <ErrorNote error={begin.error} />
      </StopDialog>
    </div>
  )
}

function Away({ handOver, onChanged }: { handOver: NonNullable<Preview['handOver']>; onChanged: () => void }): ReactNode {
  const t = useText()
  const clock = useClock()
  const miner = useAppState((state) => nodeOfKind(state, 'relay-miner'))
  const back = useCall('eject.takeBack')
  const isOut = handOver.stage === 'out'
  const sentence =
    handOver.stage === 'waiting' && miner?.wish
      ? wishSentence(t, clock, miner.title, miner.wish)
      : t(isOut ? 'settings.eject.handOver.out' : 'settings.eject.handOver.stopping', {
          at: clockTime(handOver.outAtMs ?? handOver.askedAtMs),
          path: handOver.path,
        })
  return (
    <div className="grid gap-3" role="status">
      <Note tone={isOut ? 'ok' : 'info'}>
        <div className="font-semibold">{t(isOut ? 'settings.eject.handOver.isOut' : 'settings.eject.handOver.isGoing')}</div>
        <div className="break-all">{sentence}</div>
        {isOut ? <div className="mt-1">{t('settings.eject.handOver.next')}</div> : null}
      </Note>
      <div>
        <Button
          icon="undo"
          isBusy={back.busy}
          onPress={() => void back.run({}).then((value) => (value === undefined ? undefined : onChanged()))}
        >
          {t(isOut ? 'settings.eject.handOver.back' : 'settings.eject.handOver.cancel')}
        </Button>
      </div>
      <ErrorNote error={back.error} />
    </div>
  )
}
