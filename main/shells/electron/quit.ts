import type { App } from '#main/core/app-shape.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { AppState } from '#shared/api/state.ts'
import { elsewhereLines, nodesOf, shortTime, verdictWords } from './clock-words.ts'
import type { ElectronApi } from './electron-api.ts'
import type { NoticeWindow } from './notice-window.ts'
import { holdOf } from './power.ts'
import type { StateMirror } from './state-mirror.ts'
import { WORDS } from './words.ts'

/** Core has this long to end; then Hearth ends without it. */
export const STOP_LIMIT_MS = 15_000
/** All containers together: the miner alone may take a minute. */
export const NODES_LIMIT_MS = 150_000
/** How long a shutdown of the system is held up for what is on its way. Systems grant less, and end Hearth then. */
export const SYSTEM_LIMIT_MS = 60_000
/** What is over sooner needs no window. */
const SAY_AFTER_MS = 1_200
const LOOK_MS = 250

export interface QuitParts {
  electron: ElectronApi
  clock: Clock
  log: Log
  notice: NoticeWindow
  /** What there is of Hearth by now. */
  app(): App | undefined
  mirror(): StateMirror | undefined
  /** Leaves Hearth in the tray; undefined where there is no tray. */
  hide(): (() => void) | undefined
  /** Runs after core has ended well: stores what is not stored, puts an update in place. */
  last(state: AppState | undefined): Promise<void>
  /** Runs last of all: gives the data folder back. Not after a core that did not end, which may still write there until the process is gone. */
  release(): void
}

export interface Quit {
  readonly ending: boolean
  /** The user wants to quit: asks when something runs. */
  ask(): Promise<void>
  /** The system ends: nobody is asked; what is on its way is waited for as long as the system lets us. */
  system(): Promise<void>
  /** Ends without a question. @param code what the process says at its end */
  end(code: number, options?: { stopNodes?: boolean }): Promise<void>
}

/** How Hearth ends: never before core has ended, never for ever, and never without a word about what it costs. */
export function createQuit(parts: QuitParts): Quit {
  const { electron, clock, log, notice } = parts
  let ending = false
  let asking = false

  /** Waits for `done`, at most `limitMs`, and says what for when it takes its time. @returns whether it was done */
  const waitFor = async (done: () => boolean, limitMs: number, text: () => string): Promise<boolean> => {
    const fromMs = clock.now()
    let said = ''
    while (!done()) {
      const passedMs = clock.now() - fromMs
      if (passedMs >= limitMs) return false
      if (passedMs >= SAY_AFTER_MS && text() !== said) {
        said = text()
        notice.say(WORDS.waiting.title, said)
      }
      await clock.sleep(LOOK_MS)
    }
    return true
  }
  const stopNodes = async (): Promise<void> => {
    const app = parts.app()
    const mirror = parts.mirror()
    if (!app || !mirror?.state) return
    const { app: chosen, nodes, elsewhere } = mirror.state
    const { runningIds } = nodesOf(mirror.state)
    const wished = Object.values(nodes).filter((node) => node.kind !== 'keeper' && node.wanted === 'running')
    const { network: shown } = chosen
    // What runs in Practice ends with Hearth, and goes on with it.
    const here = shown === null || shown === 'practice' ? [] : [...new Set([...wished.map((node) => node.id), ...runningIds])]
    const asked = [
      // Each by its network: the page may choose another one while this goes on.
      ...here.map((nodeId) => ({ nodeId, ...(shown && { network: shown }) })),
      ...Object.values(elsewhere).flatMap(({ network, up, down }) => [...Object.keys(up), ...down].map((nodeId) => ({ nodeId, network }))),
      // The miner first: it needs the others for its last words.
    ].sort((a, b) => Number(b.nodeId === 'miner') - Number(a.nodeId === 'miner'))
    for (const wish of asked) {
      const answer = await app.call('nodes.stop', wish)
      if (!answer.ok) log.warn('a node was not asked to stop', { node: wish.nodeId, code: answer.error.code })
    }
    const ids = asked.map((wish) => wish.nodeId)
    const left = (): string[] => {
      const state = mirror.state
      if (!state) return []
      const runningHere = state.app.network === 'practice' ? [] : nodesOf(state).runningIds.map((id) => state.nodes[id]?.title ?? id)
      return [...runningHere, ...Object.values(state.elsewhere).flatMap((other) => Object.values(other.up))]
    }
    const stopping = (): boolean => Object.values(mirror.state?.nodes ?? {}).some((node) => node.seen === 'stopping')
    const done = await waitFor(
      () => left().length === 0 && !stopping(),
      NODES_LIMIT_MS,
      () => WORDS.waiting.nodes(left().join(', ') || ids.join(', ')),
    )
    if (!done) log.warn('not every node has stopped', { left: left().join(', ') })
  }
  const stopCore = async (): Promise<boolean> => {
    let isOver = false
    const failures: unknown[] = []
    const stopped = (parts.app()?.stop() ?? Promise.resolve())
      .catch((error: unknown) => void failures.push(error))
      .finally(() => {
        isOver = true
      })
    // Most often it is over before anybody looks at a clock.
    await Promise.race([stopped, clock.sleep(1)])
    const inTime = await waitFor(
      () => isOver,
      STOP_LIMIT_MS,
      () => WORDS.waiting.core,
    )
    if (!inTime) {
      log.warn('core did not end in time')
      notice.say(WORDS.waiting.title, WORDS.waiting.late)
    }
    if (failures.length > 0) log.error('core did not end well', failures[0])
    return inTime && failures.length === 0
  }

  const quit: Quit = {
    get ending() {
      return ending
    },
    async ask() {
      if (ending || asking) return
      const question = questionOf(parts.mirror())
      if (!question) return quit.end(0)
      asking = true
      const hide = parts.hide()
      const leave = question.canStop ? WORDS.quit.quitOnly : WORDS.quit.quit
      const buttons = [leave, ...(question.canStop ? [WORDS.quit.stopAll] : []), ...(hide ? [WORDS.quit.tray] : []), WORDS.quit.cancel]
      try {
        const { response } = await electron.dialog.showMessageBox({
          type: 'question',
          title: WORDS.name,
          message: WORDS.quit.title,
          detail: question.detail,
          buttons,
          defaultId: hide ? buttons.indexOf(WORDS.quit.tray) : 0,
          cancelId: buttons.length - 1,
          noLink: true,
        })
        const chosen = buttons[response]
        if (ending) return undefined
        if (chosen === leave) return await quit.end(0)
        if (chosen === WORDS.quit.stopAll) return await quit.end(0, { stopNodes: true })
        if (chosen === WORDS.quit.tray) hide?.()
      } finally {
        asking = false
      }
      return undefined
    },
    async system() {
      if (ending) return
      ending = true
      const wait = (): boolean => holdOf(parts.mirror()?.state)?.kind === 'wait'
      if (wait())
        await waitFor(
          () => !wait(),
          SYSTEM_LIMIT_MS,
          () => WORDS.waiting.system(shortTime(SYSTEM_LIMIT_MS)),
        )
      await finish(0)
    },
    async end(code, options = {}) {
      if (ending) return
      ending = true
      if (options.stopNodes) await stopNodes().catch((error: unknown) => log.error('stopping the nodes', error))
      await finish(code)
    },
  }
  const finish = async (code: number): Promise<void> => {
    const state = parts.mirror()?.state
    const isClean = await stopCore()
    try {
      if (isClean && code === 0) await parts.last(state)
    } catch (error) {
      log.error('the last steps', error)
    }
    if (isClean) parts.release()
    electron.app.exit(isClean ? code : 1)
  }
  return quit
}

/** What is asked, or nothing when nothing runs and quitting is no question. */
function questionOf(mirror: StateMirror | undefined): { detail: string; canStop: boolean } | undefined {
  const state = mirror?.state
  if (!mirror || !state) return undefined
  const { running } = nodesOf(state)
  const isPractice = state.app.network === 'practice'
  const hours = mirror.setting('clockHours')
  const others = elsewhereLines(state, hours)
  const onEngine = (isPractice ? 0 : running) + Object.values(state.elsewhere).reduce((sum, { up }) => sum + Object.keys(up).length, 0)
  // What runs in Practice is a part of Hearth: it stops with it, and nothing is lost.
  if (onEngine === 0) return isPractice && running > 0 ? { detail: WORDS.quit.practice, canStop: false } : undefined
  const here = isPractice || running === 0 ? [] : [verdictWords(state, hours)]
  return { detail: `${WORDS.quit.running(onEngine)}\n\n${WORDS.quit.stopping([...here, ...others].join('; '))}`, canStop: true }
}
