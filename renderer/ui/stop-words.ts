import { momentOf, type ShownWish, type StopWhen } from '#shared/model/stop-wish.ts'
import { clockTime, whole } from '#renderer/text/format.ts'
import type { Words } from '#renderer/text/text.ts'
import { at, currentLane, isFast, type ClockView } from './clock-view.ts'

/** The moments that a stop can be asked for, now always among them. One that is now already is not told twice. */
export function momentsOf(view: ClockView): StopWhen[] {
  const quiet = Number(view.facts['quietHeight'] ?? 0)
  const isQuiet = view.verdict === 'nothing-to-lose' || (view.verdict === 'safe' && quiet <= view.height)
  const moments: StopWhen[] = ['now']
  if (!isQuiet && momentOf('quiet', view)) moments.push('quiet')
  if (view.verdict !== 'nothing-to-lose' && momentOf('settled', view)) moments.push('settled')
  return moments
}

/** What is chosen before the user chooses: not now while now costs something and a better moment is known. */
export function firstChoice(view: ClockView): StopWhen {
  const hasQuiet = momentsOf(view).includes('quiet')
  return hasQuiet && (view.verdict === 'wait' || view.verdict === 'costs') ? 'quiet' : 'now'
}

/** Its clock time, or its block; empty for now. */
export function momentWords(view: ClockView, when: StopWhen): string {
  if (when === 'quiet') return at(view, Number(view.facts['quietHeight'] ?? view.height))
  const lane = currentLane(view)
  return when === 'settled' && lane ? at(view, lane.settle) : ''
}

/** What waits for its moment, in a sentence. */
export function wishSentence(t: Words, view: Pick<ClockView, 'medianBlockMs'>, title: string, wish: ShownWish): string {
  const moment =
    wish.atMs !== null
      ? clockTime(wish.atMs, isFast(view))
      : wish.height === null
        ? t('nodes.wish.unknown')
        : t('nodes.wish.block', { height: whole(wish.height) })
  const quiet = wish.action === 'stop' ? 'nodes.wish.stopQuiet' : 'nodes.wish.restartQuiet'
  const settled = wish.action === 'stop' ? 'nodes.wish.stopSettled' : 'nodes.wish.restartSettled'
  return t(wish.when === 'quiet' ? quiet : settled, { title, at: moment })
}
