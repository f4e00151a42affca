import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { AppState } from '#shared/api/state.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { CancelEvent, ElectronApi, Window } from './electron-api.ts'
import type { Notifier } from './notifications.ts'
import type { StateMirror } from './state-mirror.ts'
import { waitWords } from './clock-words.ts'
import { WORDS } from './words.ts'

/** A claim or proof whose window opens within so many blocks is reason enough to stay awake. */
export const DUE_SOON_BLOCKS = 10

/** Why this PC should not stop now: something is on its way, something unsent is close to its deadline, or its window opens soon. */
export type Hold = { kind: 'wait' | 'costs' | 'due'; facts: Record<string, string> }

type Clock = Pick<AppState['clock'], 'verdict' | 'facts' | 'height'>

/** Clocks of the networks with real money, the chosen one or not. Play money is no reason to keep a PC awake or an update away: on the Local chain something is always due. */
function clocksAtStake(state: AppState): { clock: Clock; isServing: boolean }[] {
  const { network } = state.app
  const isServing = Object.values(state.nodes).some((node) => node.kind === 'relay-miner' && node.wanted === 'running')
  return [
    ...(network === null ? [] : [{ network, clock: state.clock, isServing }]),
    ...Object.values(state.elsewhere).map((other) => ({ ...other, isServing: 'miner' in other.up || other.down.includes('miner') })),
  ].filter((each) => !networkOf(each.network).playMoney)
}

/** Whether work is unsent, on whichever network. Undefined while nothing is at stake, and while nobody can say: a PC that cannot see the chain would otherwise never sleep again. */
export function holdOf(state: AppState | undefined): Hold | undefined {
  const holds = state ? clocksAtStake(state).flatMap(({ clock }) => holdOfClock(clock) ?? []) : []
  return holds.find((hold) => hold.kind === 'wait') ?? holds.find((hold) => hold.kind === 'costs') ?? holds[0]
}

function holdOfClock({ verdict, facts, height }: Clock): Hold | undefined {
  if (verdict === 'wait' || verdict === 'costs') return { kind: verdict, facts }
  const due = facts['dueHeight']
  if (verdict === 'safe' && due !== undefined && facts['miner'] === 'running' && Number(due) - height <= DUE_SOON_BLOCKS)
    return { kind: 'due', facts }
  return undefined
}

/** The reason to stay awake under the user's choice: what is due, also mere serving, or none. */
export function holdAsChosen(state: AppState | undefined, keepAwake: 'due' | 'serving' | 'never'): Hold | undefined {
  if (keepAwake === 'never' || !state) return undefined
  const isServing = clocksAtStake(state).some((each) => each.isServing)
  return holdOf(state) ?? (keepAwake === 'serving' && isServing ? { kind: 'due', facts: {} } : undefined)
}

/** Whether quitting everything, or replacing Hearth, loses nothing. Stricter than "no hold": `cannot tell` is no yes. */
export function isSafeMoment(state: AppState | undefined): boolean {
  if (!state) return true
  return (
    holdOf(state) === undefined &&
    clocksAtStake(state).every(({ clock }) => clock.verdict === 'safe' || clock.verdict === 'nothing-to-lose')
  )
}

const UNSENT = new Set(['serving', 'open', 'claimed', 'proof-due'])
const LOST = new Set(['expired', 'not-claimed', 'discarded'])

/** Sessions whose work was unsent before and is lost now. @returns their numbers */
export function lostWhileAway(before: AppState['clock']['lanes'], now: AppState['clock']['lanes']): number[] {
  const unsent = new Set(before.filter((lane) => UNSENT.has(lane.stage)).map((lane) => lane.end))
  return now.filter((lane) => LOST.has(lane.stage) && unsent.has(lane.end)).map((lane) => lane.number)
}

/**
 * Keeps this PC awake while a claim or proof is due, locks the keys when it sleeps all the same, and tells afterwards what that has cost.
 * @param ending called when the system wants to end; the event was prevented where that is possible
 */
export function createPower(deps: {
  electron: ElectronApi
  app: App
  mirror: StateMirror
  notifier: Notifier
  log: Log
  ending: () => void
}): { guardSession(window: Window): void; stop(): void } {
  const { electron, app, mirror, notifier, log } = deps
  let blocker: number | undefined
  let asleep: AppState['clock'] | undefined
  let hasTold = false

  const follow = (): void => {
    const hold = holdAsChosen(mirror.state, mirror.setting('keepAwake'))
    if (hold && blocker === undefined) {
      blocker = electron.powerSaveBlocker.start('prevent-app-suspension')
      log.info('this PC is kept awake', { why: hold.kind })
      // Once per start: who has read it knows.
      if (!hasTold) {
        hasTold = true
        notifier.show({ title: WORDS.notify.sleepSoon, body: WORDS.notify.sleepSoonText })
      }
    } else if (!hold && blocker !== undefined) {
      electron.powerSaveBlocker.stop(blocker)
      blocker = undefined
      log.info('this PC may sleep again')
    }
  }
  const afterSleep = (state: AppState): void => {
    // The clock is of before until a block was read again.
    if (!asleep || state.clock.atMs <= asleep.atMs || state.clock.verdict === 'cannot-tell') return
    const lost = lostWhileAway(asleep.lanes, state.clock.lanes)
    asleep = undefined
    if (lost.length > 0)
      notifier.show({ title: WORDS.notify.missed, body: WORDS.notify.missedText(lost.join(', ')), urgent: true }, undefined)
  }
  electron.powerMonitor.on('suspend', () => {
    asleep = mirror.state?.clock
    log.info('this PC goes to sleep', { why: holdOf(mirror.state)?.kind ?? 'nothing due' })
    // SECURITY: S18 what sleeps may be written to disk with its memory: the process with the keys ends first. What runs does not need it.
    if (mirror.state?.vault.kind === 'unlocked')
      void app.call('vault.lock', {}).catch((error: unknown) => log.error('lock at sleep', error))
  })
  electron.powerMonitor.on('resume', () => {
    log.info('this PC is awake again')
    if (asleep === undefined) return
    void app.call('engine.check', {}).catch((error: unknown) => log.error('look after sleep', error))
  })
  electron.powerMonitor.on('shutdown', (event) => {
    event?.preventDefault()
    deps.ending()
  })
  const stop = mirror.onChange((state) => {
    follow()
    afterSleep(state)
  })
  return {
    /** Windows asks every window instead: while something is on its way it is told that Hearth is not ready, and the user decides. */
    guardSession(window) {
      window.on('query-session-end', (event: CancelEvent) => {
        const hold = holdOf(mirror.state)
        if (hold?.kind !== 'wait' && hold?.kind !== 'costs') return
        event.preventDefault()
        notifier.show({ title: WORDS.notify.shutdown, body: WORDS.notify.shutdownText(waitWords(hold.facts)), urgent: true })
      })
      window.on('session-end', () => deps.ending())
    },
    stop() {
      stop()
      if (blocker !== undefined) electron.powerSaveBlocker.stop(blocker)
      blocker = undefined
    },
  }
}
