import { useState, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { keyFor } from '#renderer/bridge/select.ts'
import { useAppState, useCall, useNow } from '#renderer/bridge/hooks.ts'
import { clockTime, day, duration } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Card } from '#renderer/ui/Card.tsx'
import { Dialog } from '#renderer/ui/Dialog.tsx'
import { EmptyState } from '#renderer/ui/EmptyState.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Note } from '#renderer/ui/Note.tsx'
import { SCENARIO_IDS, type ScenarioId } from '#shared/practice/scenario-ids.ts'
import { openTour, useTourPlace } from './tour-place.ts'

const HOUR_MS = 3_600_000

/** What Practice is, its time, its scenarios, and the way into the tour. */
export function Practice(): ReactNode {
  const t = useText()
  const practice = useAppState((state) => state.practice)
  const now = useNow()
  const { seen } = useTourPlace()
  const hasKeys = useAppState((state) => keyFor(state, 'owner') !== undefined && keyFor(state, 'operator') !== undefined)
  if (practice === null)
    return (
      <EmptyState icon="gauge" title={t('practice.title')} text={t('practice.page.what')}>
        <LinkButton href="#/setup">{t('setup.choose.practiceButton')}</LinkButton>
      </EmptyState>
    )
  const time = `${day(now)}, ${clockTime(now)}`
  return (
    <div className="grid gap-3.5">
      <Card title={t('practice.title')} padded>
        <p className="max-w-[720px] text-text-2">{t('practice.page.what')}</p>
        <p className="mt-2 num">
          {practice.paused
            ? t('practice.page.timePaused', { now: time })
            : t('practice.page.timeText', { now: time, real: duration(HOUR_MS / practice.speed) })}
        </p>
        <div className="mt-3 flex items-center gap-3">
          <Button kind="pri" icon="play" onPress={openTour}>
            {t(seen.length > 0 ? 'practice.tour.resume' : 'practice.tour.open')}
          </Button>
          <span className="text-small text-text-3">{t('practice.tour.hint')}</span>
        </div>
      </Card>
      <Card title={t('practice.page.scenarios')} padded>
        <p className="max-w-[720px] text-small text-text-2">{t('practice.page.scenariosText')}</p>
        {hasKeys ? null : (
          <Note tone="info" className="mt-2">
            {t('practice.page.needsKeys')} <a href="#/">{t('practice.page.makeKeys')}</a>
          </Note>
        )}
        <ul className="mt-3 grid grid-cols-[repeat(auto-fill,minmax(290px,1fr))] gap-3">
          {SCENARIO_IDS.map((id) => (
            <Scenario key={id} id={id} isPlaying={practice.scenario === id} />
          ))}
        </ul>
      </Card>
      <OwnScenario />
    </div>
  )
}

function Scenario({ id, isPlaying }: { id: ScenarioId; isPlaying: boolean }): ReactNode {
  const t = useText()
  const [, go] = useLocation()
  const [isAsking, ask] = useState(false)
  const control = useCall('practice.control')
  const title = t(`practice.scenarios.${id}.title`)
  const play = async (): Promise<void> => {
    if ((await control.run({ kind: 'scenario', id })) === undefined) return
    ask(false)
    go('/')
  }
  return (
    <li className="flex flex-col rounded-card border border-line px-4 py-3">
      <div className="flex items-center gap-2">
        <h3 className="flex-1 font-semibold">{title}</h3>
        {isPlaying ? <span className="pill tone-ember">{t('practice.page.playing')}</span> : null}
      </div>
      <p className="mt-0.5 text-small text-text-2">{t(`practice.scenarios.${id}.text`)}</p>
      <p className="mt-1 flex-1 text-caption text-text-3">{t('practice.page.see', { what: t(`practice.scenarios.${id}.see`) })}</p>
      <div className="mt-2.5">
        <Button size="sm" icon="play" onPress={() => ask(true)}>
          {t('practice.page.play')}
          <span className="sr-only">: {title}</span>
        </Button>
      </div>
      <Dialog isOpen={isAsking} onClose={() => ask(false)} title={t('practice.page.ask', { title })}>
        <p className="text-text-2">{t('practice.page.askGoes')}</p>
        <ErrorNote error={control.error} className="mt-3" />
        <div className="mt-4 flex justify-end gap-2">
          <Button onPress={() => ask(false)}>{t('ui.cancel')}</Button>
          <Button kind="pri" onPress={() => void play()} isBusy={control.busy}>
            {t('practice.page.askConfirm')}
          </Button>
        </div>
      </Dialog>
    </li>
  )
}

function OwnScenario(): ReactNode {
  const t = useText()
  const [text, setText] = useState('')
  const control = useCall('practice.control')
  return (
    <Card title={t('practice.page.own')} padded>
      <p className="text-small text-text-2">{t('practice.page.ownText')}</p>
      <label className="mt-2 block text-small font-medium" htmlFor="own-scenario">
        {t('practice.page.ownField')}
      </label>
      <textarea
        id="own-scenario"
        className="mono mt-1 h-28 w-full rounded-[7px] border border-control bg-raised p-2 text-small"
        value={text}
        onChange={(event) => setText(event.target.value)}
        spellCheck={false}
      />
      <ErrorNote error={control.error} className="mt-2" />
      <div className="mt-2">
        <Button
          size="sm"
          icon="play"
          isDisabled={text.trim() === ''}
          isBusy={control.busy}
          onPress={() => void control.run({ kind: 'scenario-file', text })}
        >
          {t('practice.page.ownPlay')}
        </Button>
      </div>
    </Card>
  )
}
