import type { ReactNode } from 'react'
import { practiceNow, useAppState, useCall, useRealNow } from '#renderer/bridge/hooks.ts'
import { clockTime, day, duration } from '#renderer/text/format.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { ErrorNote } from '#renderer/ui/ErrorNote.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { SPEEDS } from '#shared/practice/controls.ts'

/** The time of Practice, on every page of it: what time it is there, how fast it runs, and the next moment that is worth seeing. */
export function PracticeBar(): ReactNode {
  const t = useText()
  const practice = useAppState((state) => state.practice)
  const control = useCall('practice.control')
  const realNow = useRealNow(practice !== null && practice.speed > 1 ? 200 : 500)
  if (practice === null) return null
  const now = practiceNow(practice, realNow)
  const { next } = practice
  return (
    <section className="practice-bar" aria-label={t('practice.bar.name')}>
      <span className="pill tone-warn">
        <Icon name="gauge" size={12} />
        {t('practice.bar.simulated')}
      </span>
      <span className="num font-medium whitespace-nowrap">
        {day(now)}, {clockTime(now, true)}
      </span>
      <Button
        size="sm"
        kind="ghost"
        icon={practice.paused ? 'play' : 'pause'}
        label={t(practice.paused ? 'practice.bar.go' : 'practice.bar.pause')}
        onPress={() => void control.run({ kind: 'pause', paused: !practice.paused })}
      />
      <div className="seg" role="group" aria-label={t('practice.bar.speed')}>
        {SPEEDS.map((speed) => (
          <button
            key={speed}
            type="button"
            aria-pressed={practice.speed === speed}
            aria-label={t('practice.bar.times', { speed })}
            onClick={() => void control.run({ kind: 'speed', speed })}
          >
            ×{speed}
          </button>
        ))}
      </div>
      <Button
        size="sm"
        icon="arrow-right"
        isDisabled={next === null}
        isBusy={control.busy}
        onPress={() => void control.run({ kind: 'next-moment' })}
      >
        {next === null
          ? t('practice.bar.nothing')
          : t('practice.bar.jump', { moment: t(`practice.moments.${next.kind}`), time: duration(Math.max(0, next.atMs - now)) })}
      </Button>
      <span className="flex-1" />
      <ErrorNote error={control.error} />
      <LinkButton href="#/practice" kind="ghost" size="sm" icon="flask-conical">
        {t('practice.bar.more')}
      </LinkButton>
    </section>
  )
}
