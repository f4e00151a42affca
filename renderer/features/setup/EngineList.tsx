import { useState, type ReactNode } from 'react'
import type { EnginesAnswer, FoundEngineView } from '#shared/api/engine-requests.ts'
import { useAppState, useCall, useQuery } from '#renderer/bridge/hooks.ts'
import { bytes, whole } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { NextStep } from './NextStep.tsx'

/** Every engine that was found with its state and, where it is not well, the one next step; a button chooses another. @param look grows with each look that the user asks for */
export function EngineList({ look }: { look: number }): ReactNode {
  const t = useText()
  const kind = useAppState((state) => state.engine.kind)
  const endpoint = useAppState((state) => state.engine.endpoint)
  const [chosenTimes, setChosenTimes] = useState(0)
  const found = useQuery('engine.find', {}, `${look} ${chosenTimes} ${kind} ${endpoint}`)
  const choose = useCall('engine.choose')
  if (found.value === null)
    return found.error === null ? (
      <p className="mt-3 text-small text-text-3">{t('setup.engine.finding')}</p>
    ) : (
      <ErrorNote error={found.error} className="mt-3" />
    )
  const { engines, chosen, used, isGiven, install, passedOver } = found.value
  const take = async (wanted: string): Promise<void> => {
    if ((await choose.run({ endpoint: wanted })) !== undefined) setChosenTimes((before) => before + 1)
  }
  const canChoose = !isGiven && engines.length > 1
  return (
    <div className="mt-3 border-t border-line pt-3">
      <h3 className="text-small font-semibold">{t('setup.engine.found')}</h3>
      {engines.length === 0 ? (
        <>
          <p className="mt-1 text-small text-text-2">{t('setup.engine.none')}</p>
          {install === null ? null : <NextStep endpoint="" step={install} />}
        </>
      ) : (
        <ul className="mt-1">
          {engines.map((engine) => (
            <Row
              key={engine.endpoint}
              engine={engine}
              isUsed={engine.endpoint === used}
              isChosen={engine.endpoint === chosen}
              onUse={
                canChoose && engine.kind === 'ready' && engine.endpoint !== (chosen === '' ? used : chosen)
                  ? () => void take(engine.endpoint)
                  : null
              }
              isBusy={choose.busy}
            />
          ))}
        </ul>
      )}
      {chosen !== '' && used !== '' && chosen !== used ? (
        <Note tone="warn" className="mt-2">
          {t('setup.engine.waits', { chosen, used })}
        </Note>
      ) : null}
      {passedOver.length === 0 ? null : (
        <Note tone="info" className="mt-2">
          {t('setup.engine.passedOver', { places: passedOver.join(', ') })}
        </Note>
      )}
      {isGiven ? <p className="mt-2 text-small text-text-3">{t('setup.engine.given')}</p> : null}
      {chosen !== '' && !isGiven ? (
        <div className="mt-2 flex items-center gap-3">
          <span className="text-small text-text-3">{t('setup.engine.byItselfText')}</span>
          <Button size="sm" kind="ghost" onPress={() => void take('')} isBusy={choose.busy}>
            {t('setup.engine.byItself')}
          </Button>
        </div>
      ) : null}
      <ErrorNote error={choose.error} className="mt-3" />
    </div>
  )
}

function Row({
  engine,
  isUsed,
  isChosen,
  onUse,
  isBusy,
}: {
  engine: EnginesAnswer['engines'][number]
  isUsed: boolean
  isChosen: boolean
  onUse: (() => void) | null
  isBusy: boolean
}): ReactNode {
  const t = useText()
  const isReady = engine.kind === 'ready'
  const isWell = isReady && engine.step === null
  const name = t(`setup.engine.product.${engine.product}`)
  return (
    <li className="border-b border-line py-2.5 last:border-b-0">
      <div className="flex items-start gap-2.5">
        <Icon
          name={isWell ? 'circle-check' : isReady ? 'triangle-alert' : 'circle-dashed'}
          size={16}
          className={isWell ? 'text-ok' : isReady ? 'text-warn' : 'text-text-3'}
        />
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-baseline gap-x-2">
            <span className="font-medium">{engine.version === '' ? name : `${name} ${engine.version}`}</span>
            <span className="text-small text-text-2">{t(`setup.engine.stateOf.${engine.kind}`)}</span>
            {isUsed ? <span className="pill tone-ok">{t('setup.engine.inUse')}</span> : null}
            {isChosen ? <span className="pill tone-ember">{t('setup.engine.chosen')}</span> : null}
          </div>
          <div className="mono text-caption break-all text-text-3">{engine.endpoint}</div>
          {isReady ? <div className="text-small text-text-2">{facts(t, engine)}</div> : null}
          {!isReady && engine.detail !== '' ? (
            <div className="text-caption break-words text-text-3">{t('setup.engine.said', { detail: engine.detail })}</div>
          ) : null}
        </div>
        {onUse === null ? null : (
          <Button size="sm" onPress={onUse} isBusy={isBusy}>
            {t('setup.engine.use')}
          </Button>
        )}
      </div>
      {engine.step === null ? null : <NextStep endpoint={engine.endpoint} step={engine.step} />}
    </li>
  )
}

function facts(t: ReturnType<typeof useText>, engine: FoundEngineView): string {
  const size = t('setup.engine.facts', { cpus: whole(engine.cpus), memory: bytes(engine.memoryBytes) })
  return engine.freeBytes === null ? size : `${size}, ${t('setup.engine.free', { free: bytes(engine.freeBytes) })}`
}
