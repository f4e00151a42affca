import { join } from 'node:path'
import type { App } from '#main/core/app-shape.ts'
import type { Log } from '#main/core/ports/log.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Locations } from '../locations.ts'
import { setStartAtLogin } from './autostart.ts'
import type { ElectronApi, Window } from './electron-api.ts'
import { LINK_SCHEME } from './links.ts'
import { menuTemplate } from './menu.ts'
import { createNotifier, type Notifier } from './notifications.ts'
import { externalUrl } from './open-external.ts'
import { createPower } from './power.ts'
import type { Outside } from './start-options.ts'
import type { StateMirror } from './state-mirror.ts'
import { createTray } from './tray.ts'
import { installedAs } from './updates/place.ts'
import { createUpdater, readSource } from './updates/updater.ts'
import { WORDS } from './words.ts'

const LOOK_MS = 5_000
const DOCUMENTATION = 'https://docs.pokt.network/'

export interface DesktopParts {
  electron: ElectronApi
  app: App
  mirror: StateMirror
  outside: Outside
  places: Locations
  /** Hearth's data folder, and the sub-folder of the window's own things. */
  dataDir: string
  windowDir: string
  version: string
  /** Arguments that lead to the same data folder again. */
  args: readonly string[]
  log: Log
  open: (path?: string) => void
  ask: () => void
  systemEnds: () => void
}

/** Everything of the desktop around the page: menu, tray, notifications, power, start at login, links, updates. */
export interface Desktop {
  readonly notifier: Notifier
  /** Whether Hearth can be found again without a window. */
  readonly hasTray: boolean
  guard(window: Window): void
  /** The last thing before the process ends. */
  last(state: AppState | undefined): Promise<void>
  stop(): void
}

export async function createDesktop(parts: DesktopParts): Promise<Desktop> {
  const { electron, app, mirror, outside, places, log } = parts
  const ended = new AbortController()
  const { clock, platform } = outside
  const notifier = createNotifier({
    electron,
    mirror,
    clock,
    log,
    open: parts.open,
    choose: (operatorAddress) => app.call('supplier.choose', { operatorAddress }),
  })
  const lock = (): void => void app.call('vault.lock', {}).catch((error: unknown) => log.error('lock', error))
  const power = createPower({ electron, app, mirror, notifier, log, ending: parts.systemEnds })
  const updater = createUpdater({
    source: await readSource(join(places.resourcesDir, 'update.json')),
    folder: parts.windowDir,
    version: parts.version,
    installed: installedAs(platform, electron.app.isPackaged, outside.env),
    arch: outside.arch,
    mirror,
    notifier,
    fetch: (url, init) => electron.net.fetch(url, init),
    clock,
    log,
  })

  electron.Menu.setApplicationMenu(
    electron.Menu.buildFromTemplate(
      menuTemplate(
        platform,
        {
          go: parts.open,
          show: () => parts.open(),
          lock,
          quit: parts.ask,
          openDocumentation() {
            const url = externalUrl(DOCUMENTATION)
            if (url !== undefined) void electron.shell.openExternal(url).catch((error: unknown) => log.error('browser failed', error))
          },
        },
        { packaged: electron.app.isPackaged },
      ),
    ),
  )
  const tray = trayOrNone()
  function trayOrNone(): ReturnType<typeof createTray> | undefined {
    try {
      return createTray(electron, mirror, join(places.resourcesDir, 'icons'), platform, {
        open: () => parts.open(),
        lock,
        quit: parts.ask,
        update() {
          const waiting = updater.waiting()
          if (!waiting) return undefined
          const { byHand } = waiting
          return {
            label: WORDS.tray.update(waiting.version),
            open: () => (byHand === undefined ? parts.ask() : electron.shell.showItemInFolder(byHand)),
          }
        },
      })
    } catch (error) {
      log.warn('there is no tray', { reason: String(error) })
      return undefined
    }
  }

  if (electron.app.isPackaged && !electron.app.setAsDefaultProtocolClient(LINK_SCHEME)) log.warn('links are not opened by Hearth')
  let startsAtLogin: boolean | undefined
  const followLogin = (): void => {
    const wanted = mirror.setting('startAtLogin')
    // Off is carried out only when it was turned off here: another Hearth of this user may want its own.
    const isNews = wanted ? startsAtLogin !== true : startsAtLogin === true
    startsAtLogin = wanted
    if (!isNews || !electron.app.isPackaged) return
    setStartAtLogin(electron.app, wanted, { platform, env: outside.env, home: outside.home, execPath: outside.execPath, args: parts.args })
      .then((taken) => {
        if (!taken) notifier.show({ title: WORDS.notify.loginRefused, body: WORDS.notify.loginRefusedText }, () => parts.open('/settings'))
      })
      .catch((error: unknown) => {
        log.error('start at login', error)
        notifier.show({ title: WORDS.notify.loginRefused, body: WORDS.notify.loginRefusedText }, () => parts.open('/settings'))
      })
  }
  mirror.onChange(() => {
    notifier.look()
    followLogin()
  })
  // Findings become due by standing, not by changing.
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      notifier.look()
      tray?.refresh()
      await clock.sleep(LOOK_MS, ended.signal)
    }
  }
  void watch().catch((error: unknown) => log.error('watching findings', error))
  void updater.run(ended.signal).catch((error: unknown) => log.error('updates', error))

  return {
    notifier,
    hasTray: tray !== undefined,
    guard: (window) => power.guardSession(window),
    async last(state) {
      await updater.atEnd(state)
    },
    stop() {
      ended.abort()
      power.stop()
      tray?.destroy()
      mirror.stop()
    },
  }
}
