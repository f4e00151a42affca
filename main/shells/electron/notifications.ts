import { OF_THIS_PC } from '#shared/model/finding-order.ts'
import type { Clock } from '#main/core/ports/clock.ts'
import type { Log } from '#main/core/ports/log.ts'
import { allFindings, findingText, type Finding, type PlacedFinding } from './clock-words.ts'
import type { NoteOptions, ShownNote } from './desktop-api.ts'
import type { ElectronApi } from './electron-api.ts'
import { FIX_PATHS, otherSupplierOf } from './links.ts'
import type { StateMirror } from './state-mirror.ts'
import { WORDS } from './words.ts'

/** What is gone again sooner is nobody's business: a node that restarts, a chain that hiccups. */
const STANDS_MS = 30_000
/** A finding that goes and comes back within this time is the same one. */
const AGAIN_MS = 10 * 60_000
/** Shown ones are kept by us: Electron forgets a notification, and with it the click, once nobody holds it. */
const HELD = 20

export interface Notifier {
  /** Shows one now. @param click what a click does besides showing the window */
  show(note: { title: string; body: string; urgent?: boolean }, click?: () => void): void
  /** Looks at the findings; called at every change of the state and once in a while. */
  look(): void
}

/**
 * Findings as notifications of the system: each once for as long as it stands, by the level and the quiet hours of the settings, and without amounts unless wanted.
 * A click opens the screen with the fix.
 * @param open shows the window at a screen @param choose brings another of the own suppliers into view
 */
export function createNotifier(deps: {
  electron: ElectronApi
  mirror: StateMirror
  clock: Clock
  log: Log
  open: (path: string) => void
  choose: (operatorAddress: string) => Promise<unknown>
  /** Hour of the day on this PC's clock. */
  hourOf?: (ms: number) => number
}): Notifier {
  const { electron, mirror, clock, log } = deps
  const hourOf = deps.hourOf ?? ((ms: number) => new Date(ms).getHours())
  const held: ShownNote[] = []
  /** By network and id of the finding: what was told, and since when it is away. */
  const told = new Map<string, { key: string; level: Finding['level']; note: ShownNote | undefined; awayMs: number | undefined }>()

  const raise = (options: NoteOptions, click: () => void): ShownNote | undefined => {
    if (!electron.Notification.isSupported()) return undefined
    try {
      const note = new electron.Notification(options)
      note.on('click', click)
      note.show()
      held.push(note)
      if (held.length > HELD) held.shift()
      return note
    } catch (error) {
      log.warn('a notification was not shown', { reason: String(error) })
      return undefined
    }
  }
  /** By the screen that has the fix. */
  const isKindWanted = (fix: Finding['fix']): boolean => {
    if (fix === 'supplier' || fix === 'earnings') return mirror.setting('notifyMoney')
    if (fix === 'engine' || fix === 'nodes') return mirror.setting('notifyMachines')
    return fix === 'keys' || fix === 'unlock' ? mirror.setting('notifyKeys') : true
  }
  const isWanted = (finding: Finding, nowMs: number): boolean => {
    const level = mirror.setting('notifyLevel')
    if (level === 'none' || finding.level === 'info' || (level === 'bad' && finding.level !== 'bad')) return false
    if (!isKindWanted(finding.fix)) return false
    // What costs money or stops work is told at any hour.
    return finding.level === 'bad' || !isQuiet(mirror, hourOf(nowMs))
  }
  const tell = (finding: PlacedFinding): ShownNote | undefined =>
    raise(
      {
        title: `${WORDS.name}: ${finding.level === 'bad' ? WORDS.notify.bad : WORDS.notify.warn}`,
        body: `${finding.where}${findingText(finding, mirror.setting('notifyAmounts'))}`,
        urgency: finding.level === 'bad' ? 'critical' : 'normal',
      },
      () => void goTo(finding),
    )
  const goTo = async (finding: PlacedFinding): Promise<void> => {
    // Of a network that is not chosen Home has the way there.
    if (finding.where !== '') return deps.open('/')
    const other = mirror.state && otherSupplierOf(finding, mirror.state)
    try {
      if (other !== undefined) await deps.choose(other)
      deps.open(FIX_PATHS[finding.fix])
    } catch (error) {
      // Its screen would be that of another supplier: Home names the one that is meant.
      log.warn('the supplier of a finding did not come into view', { reason: String(error) })
      deps.open('/')
    }
  }
  const forget = (found: ReadonlyMap<string, unknown>, nowMs: number): void => {
    for (const [id, entry] of told) {
      if (found.has(id)) {
        entry.awayMs = undefined
        continue
      }
      entry.awayMs ??= nowMs
      // What is over needs nobody: it is taken off the screen, and only later out of mind.
      entry.note?.close()
      entry.note = undefined
      if (nowMs - entry.awayMs >= AGAIN_MS) told.delete(id)
    }
  }
  return {
    show({ title, body, urgent = false }, click) {
      raise({ title, body, urgency: urgent ? 'critical' : 'normal' }, click ?? (() => deps.open('/')))
    },
    look() {
      const { state } = mirror
      if (!state) return
      const nowMs = clock.now()
      const found = new Map(
        allFindings(state)
          // In Practice nothing is at stake, and its time is not ours.
          .filter(({ network }) => network !== 'practice')
          .map((finding) => [OF_THIS_PC.has(finding.id) ? finding.id : `${finding.network ?? ''}/${finding.id}`, finding] as const),
      )
      for (const [id, finding] of found) {
        const before = told.get(id)
        const isWorse = before?.level === 'warn' && finding.level === 'bad'
        if (before && before.key === finding.key && !isWorse) continue
        if (nowMs - finding.sinceMs < STANDS_MS || !isWanted(finding, nowMs)) continue
        // A second one on the same thing takes the place of the first.
        before?.note?.close()
        told.set(id, { key: finding.key, level: finding.level, note: tell(finding), awayMs: undefined })
      }
      forget(found, nowMs)
    },
  }
}

/** Whether it is quiet now. The hours may go over midnight; from and to the same hour is none at all. */
function isQuiet(mirror: StateMirror, hour: number): boolean {
  if (!mirror.setting('quietHours')) return false
  const from = mirror.setting('quietFromHour')
  const to = mirror.setting('quietToHour')
  return from <= to ? hour >= from && hour < to : hour >= from || hour < to
}
