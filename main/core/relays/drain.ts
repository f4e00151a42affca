import { HearthError } from '#shared/api/errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { TaskContext, Tasks } from '../tasks/tasks.ts'

/** Steps of the task, in order. */
export const DRAIN_STEPS = ['refuse-relays', 'save-relays', 'stop-miner']

/** The stock miner writes what it served every 10 s, and does not when it is asked to end: relays of the last seconds are lost unless none came in them (offchain facts 2.7). */
export const FLUSH_WAIT_MS = 11_000
/** A backend that answers slowly may end relays after the ingress closed, and each starts the wait anew: not for ever. */
const LONGEST_WAIT_MS = 60_000
const LOOK_EVERY_MS = 500
const REFUSE_TRIES = 3
const REFUSE_PAUSE_MS = 1_000

/** Why the miner has to stop: the user's wish, Hearth's own, or another container that is to take its place. */
export type DrainReason = 'stop' | 'restart' | 'change'

/**
 * Takes the relays away from the relay miner before it stops: refuse at the ingress, wait until the miner has written down what it served, and only then say that it may
 * be stopped. Asked again and again by the loop that wants the miner stopped; as soon as nobody asks any more it is undone.
 */
export interface Drain {
  /** One round of the loop: which life of the miner is up, and why it has to stop, if it has to. Begins, goes on, takes back, or ends. */
  note(life: string | undefined, why: DrainReason | undefined): void
  /** Whether that life may be stopped without a loss, or at the user's word with one. */
  isOver(life: string): boolean
  /** Whether the ingress should refuse now. */
  readonly refuses: boolean
  /** The user would rather lose relays than wait. */
  skip(life: string): void
}

interface Course {
  life: string
  why: DrainReason
  taskId: string
  phase: 'begins' | 'refuses' | 'over'
  /** Resolves when the miner is down. */
  down: PromiseWithResolvers<void>
  /** Resolves when the user does not want to wait. */
  skipped: PromiseWithResolvers<void>
  /** Ended by us: nothing was cancelled by the user. */
  undone: boolean
}

/**
 * @param deps.refuse has the ingress refuse. Resolves false when there is none that could: then nothing comes in either
 * @param deps.served relays answered since the miner's start, as of the last look
 * @param deps.onCancel the user cancelled the task: the miner is to go on
 * @param deps.wake another look would find something new
 */
export function createDrain(deps: {
  tasks: Tasks
  clock: Clock
  log: Log
  refuse: () => Promise<boolean>
  served: () => bigint | undefined
  onCancel: () => Promise<void>
  wake: () => void
}): Drain {
  const { tasks, clock, log } = deps
  let course: Course | undefined
  /** Lives that the user wants stopped with whatever it costs. */
  const skipped = new Set<string>()

  const refuse = async (task: TaskContext): Promise<boolean> => {
    for (let tries = 1; ; tries += 1) {
      mustGoOn(task)
      try {
        return await deps.refuse()
      } catch (error) {
        log.warn('the ingress did not refuse relays', { reason: error instanceof Error ? error.message : '', tries })
        if (tries >= REFUSE_TRIES) return false
        await clock.sleep(REFUSE_PAUSE_MS, task.signal)
      }
    }
  }
  /** Until the last relay is 11 s old, or the user has waited enough. */
  const saved = async (task: TaskContext, mine: Course, refused: boolean): Promise<void> => {
    let lookedAtMs = clock.now()
    /** Counted look by look: a clock that is set meanwhile neither ends the wait early nor makes it last for hours. */
    let longestMs = refused ? LONGEST_WAIT_MS : FLUSH_WAIT_MS
    let leftMs = FLUSH_WAIT_MS
    let answered = deps.served()
    let isSkipped = skipped.has(mine.life)
    void mine.skipped.promise.then(() => (isSkipped = true))
    for (;;) {
      mustGoOn(task)
      const nowMs = clock.now()
      const passedMs = Math.min(Math.max(0, nowMs - lookedAtMs), 2 * LOOK_EVERY_MS)
      lookedAtMs = nowMs
      longestMs -= passedMs
      leftMs -= passedMs
      const now = deps.served()
      if (now !== answered && now !== undefined) {
        answered = now
        leftMs = FLUSH_WAIT_MS
      }
      const waitMs = Math.min(longestMs, leftMs)
      task.stepFacts('save-relays', { untilMs: String(nowMs + waitMs), ...(answered === undefined ? {} : { answered: String(answered) }) })
      if (isSkipped || waitMs <= 0) return
      const pause = new AbortController()
      void mine.skipped.promise.then(() => pause.abort())
      await clock.sleep(Math.min(LOOK_EVERY_MS, waitMs), AbortSignal.any([task.signal, pause.signal]))
    }
  }
  const run = async (task: TaskContext, mine: Course): Promise<void> => {
    // Before the first step a round of the loop must know of this course.
    await Promise.resolve()
    task.update({ facts: { nodeId: 'miner', why: mine.why }, cancellable: mine.why !== 'change' })
    const refused = await task.step('refuse-relays', async () => {
      mine.phase = 'refuses'
      const isDone = skipped.has(mine.life) || (await refuse(task))
      task.stepFacts('refuse-relays', { refused: isDone ? 'yes' : 'no' })
      return isDone
    })
    await task.step('save-relays', () => saved(task, mine, refused))
    mine.phase = 'over'
    deps.wake()
    await task.step('stop-miner', async () => {
      task.update({ cancellable: false })
      await Promise.race([mine.down.promise, aborted(task.signal)])
      mustGoOn(task)
    })
  }
  const takeBack = (mine: Course): void => {
    mine.undone = true
    tasks.cancel(mine.taskId)
  }
  const begin = (life: string, why: DrainReason): Course => {
    const mine: Course = {
      life,
      why,
      taskId: '',
      phase: 'begins',
      down: Promise.withResolvers<void>(),
      skipped: Promise.withResolvers<void>(),
      undone: false,
    }
    mine.taskId = tasks.start('node-stop', DRAIN_STEPS, async (task) => {
      try {
        await run(task, mine)
      } catch (error) {
        // Hearth's own end is no change of mind: what was wanted is taken up at the next start.
        const isEnding = task.signal.reason instanceof HearthError && task.signal.reason.detail['reason'] === 'ending'
        if (course === mine) course = undefined
        if (task.signal.aborted && !mine.undone && !isEnding) await deps.onCancel()
        throw error
      } finally {
        deps.wake()
      }
    })
    return mine
  }

  return {
    note(life, why) {
      for (const known of skipped) if (known !== life) skipped.delete(known)
      const before = course
      if (before && before.life !== life) {
        course = undefined
        before.down.resolve()
        // It ended by itself before it was asked to.
        if (before.phase !== 'over') takeBack(before)
      } else if (before && why === undefined) {
        course = undefined
        takeBack(before)
      }
      if (life !== undefined && why !== undefined && !skipped.has(life)) course ??= begin(life, why)
    },
    isOver: (life) => skipped.has(life) || (course?.life === life && course.phase === 'over'),
    get refuses() {
      return course !== undefined && course.phase !== 'begins'
    },
    skip(life) {
      skipped.add(life)
      if (course?.life === life) course.skipped.resolve()
    },
  }
}

function mustGoOn(task: TaskContext): void {
  if (task.signal.aborted) throw new HearthError('cancelled')
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
