import { useMemo, useState, type ReactNode } from 'react'
import { useAppState } from '#renderer/bridge/hooks.ts'
import { useText } from '#renderer/text/text.ts'
import { Button, LinkButton } from '#renderer/ui/Button.tsx'
import { Icon } from '#renderer/ui/icons.tsx'
import { closeTour, markSeen, useTourPlace } from './tour-place.ts'
import { tourPlace, tourSteps, type TourStep } from './tour-steps.ts'

/** A sheet at the foot of every page of Practice: one step of a supplier's life, the words on it, and the way to its screen. */
export function Tour(): ReactNode {
  const t = useText()
  const { isOpen, seen } = useTourPlace()
  const state = useAppState((whole) => whole)
  const steps = useMemo(() => tourSteps(state, new Set(seen)), [state, seen])
  const [chosen, choose] = useState<number | null>(null)
  if (!isOpen) return null
  const at = Math.min(chosen ?? tourPlace(steps), steps.length - 1)
  const step = steps[at]
  if (!step) return null
  const isLast = at === steps.length - 1
  const go = (to: number): void => {
    markSeen(step.id)
    choose(to === tourPlace(steps) ? null : to)
  }
  return (
    <aside className="tour" aria-label={t('practice.tour.title')}>
      <header className="flex items-center gap-2">
        <span className="text-caption text-text-3 num">
          {t('practice.tour.title')} · {t('practice.tour.step', { at: at + 1, all: steps.length })}
        </span>
        <span className="flex-1" />
        <Button kind="ghost" size="sm" icon="x" label={t('practice.tour.close')} onPress={closeTour} />
      </header>
      <Dots steps={steps} at={at} onChoose={choose} />
      <h2 className="mt-2 flex items-center gap-2 text-[15px] font-semibold tracking-tight">
        {t(`practice.steps.${step.id}.title`)}
        <span className={`chip ${step.isDone ? 'ok-c' : 'text-text-3'}`}>
          <Icon name={step.isDone ? 'circle-check' : 'circle-dashed'} size={12} />
          {t(step.isDone ? 'practice.tour.done' : 'practice.tour.todo')}
        </span>
      </h2>
      <p className="mt-1 text-text-2" aria-live="polite">
        {t(`practice.steps.${step.id}.text`)}
      </p>
      <dl className="words" aria-label={t('practice.tour.words')}>
        {step.words.map((word) => (
          <div key={word}>
            <dt>{t(`practice.words.${word}.word`)}</dt>
            <dd>{t(`practice.words.${word}.text`)}</dd>
          </div>
        ))}
      </dl>
      {isLast && steps.every((each) => each.isDone) ? <p className="mt-2 text-small ok-c">{t('practice.tour.finished')}</p> : null}
      <footer className="mt-3 flex gap-2">
        <LinkButton href={step.href} kind={step.isDone ? 'plain' : 'pri'} size="sm">
          {t('practice.tour.show')}
        </LinkButton>
        <span className="flex-1" />
        <Button size="sm" kind="ghost" isDisabled={at === 0} onPress={() => choose(at - 1)}>
          {t('practice.tour.back')}
        </Button>
        <Button size="sm" onPress={() => (isLast ? closeTour() : go(at + 1))}>
          {t(isLast ? 'practice.tour.finish' : 'practice.tour.next')}
        </Button>
      </footer>
    </aside>
  )
}

function Dots({ steps, at, onChoose }: { steps: TourStep[]; at: number; onChoose: (to: number) => void }): ReactNode {
  const t = useText()
  return (
    <ol className="dots">
      {steps.map((step, index) => (
        <li key={step.id}>
          <button
            type="button"
            className={step.isDone ? 'done' : ''}
            {...(index === at ? { 'aria-current': 'step' as const } : {})}
            aria-label={`${t(`practice.steps.${step.id}.title`)}, ${t(step.isDone ? 'practice.tour.done' : 'practice.tour.todo')}`}
            onClick={() => onChoose(index)}
          />
        </li>
      ))}
    </ol>
  )
}
