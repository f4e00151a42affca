import { useState, type ReactNode } from 'react'
import { useAppState, useCall } from '#renderer/bridge/hooks.ts'
import { bytes, clockTime } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { Card, Facts } from '#renderer/ui/Card.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { EngineList } from './EngineList.tsx'

/** Claims carry a time stamp that the chain judges. */
const CLOCK_LIMIT_MS = 10_000

/** The engine in use with the true cause in words, every other one that was found with what to do about it, and a button that looks again. */
export function EngineStep(): ReactNode {
  const t = useText()
  const engine = useAppState((state) => state.engine)
  const check = useCall('engine.check')
  const [looks, setLooks] = useState(0)
  const look = async (): Promise<void> => {
    await check.run({})
    setLooks((before) => before + 1)
  }
  const isReady = engine.kind === 'ready'
  const isLooking = engine.kind === 'unknown'
  const title =
    engine.kind === 'ready' ? t('setup.engine.ready', { name: engine.name, version: engine.version }) : t(`setup.engine.${engine.kind}`)
  const text = engine.kind === 'ready' ? t('setup.engine.readyText', { endpoint: engine.endpoint }) : t(`setup.engine.${engine.kind}Text`)
  return (
    <Card title={t('setup.engine.title')} aside={engine.atMs === 0 ? '' : t('setup.engine.at', { time: clockTime(engine.atMs) })} padded>
      <div className="flex gap-3" role="status">
        <Icon
          name={isReady ? 'circle-check' : isLooking ? 'loader' : 'circle-x'}
          size={20}
          className={isReady ? 'text-ok' : isLooking ? 'turn text-info' : 'text-bad'}
        />
        <div className="min-w-0 flex-1">
          <div className="font-medium">{title}</div>
          <div className="text-small break-words text-text-2">{text}</div>
          {!isReady && engine.detail !== '' ? (
            <div className="mono mt-1.5 rounded-[6px] bg-sunken px-2 py-1 text-caption break-words text-text-2">
              {t('setup.engine.said', { detail: engine.detail })}
            </div>
          ) : null}
        </div>
      </div>
      {isReady ? (
        <Facts
          className="mt-3 border-t border-line pt-3"
          rows={[
            engine.memoryBytes > 0 ? [t('setup.engine.memory'), bytes(engine.memoryBytes)] : null,
            [
              t('setup.engine.clock'),
              Math.abs(engine.clockOffsetMs) <= CLOCK_LIMIT_MS ? (
                t('setup.engine.clockFine')
              ) : (
                <span key="off" className="text-warn">
                  {t('setup.engine.clockOff', { seconds: Math.round(engine.clockOffsetMs / 1000) })}
                </span>
              ),
            ],
          ]}
        />
      ) : null}
      <EngineList look={looks} />
      <ErrorNote error={check.error} className="mt-3" />
      <div className="mt-3">
        <Button size="sm" icon="refresh-cw" onPress={() => void look()} isBusy={check.busy}>
          {t('setup.engine.look')}
        </Button>
      </div>
    </Card>
  )
}
