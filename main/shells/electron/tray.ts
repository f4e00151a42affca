import { join } from 'node:path'
import type { AppState } from '#shared/api/state.ts'
import { clockLine, elsewhereLines, headline, todayLine, trayFace, type TrayFace } from './clock-words.ts'
import type { MenuEntry, TrayIcon } from './desktop-api.ts'
import type { ElectronApi } from './electron-api.ts'
import type { StateMirror } from './state-mirror.ts'
import { WORDS } from './words.ts'

export interface TrayActions {
  open: () => void
  lock: () => void
  quit: () => void
  /** What the tray says of an update that waits, and what opens it; undefined while there is none. */
  update: () => { label: string; open: () => void } | undefined
}

/** The tray's picture of a face. macOS colours a template by itself; its shape tells the faces apart, as on every system. */
export function trayPicture(folder: string, face: TrayFace, platform: NodeJS.Platform): string {
  return join(folder, `tray-${face}${platform === 'darwin' ? 'Template' : ''}.png`)
}

/** The tray's menu: what there is to read, then what can be done. Lines to read are grey: they are no buttons. */
export function trayTemplate(state: AppState | undefined, hours: 'system' | '12' | '24', actions: TrayActions): MenuEntry[] {
  const lines = [headline(state)]
  if (state && state.app.network !== null) {
    lines.push(clockLine(state, hours))
    const today = todayLine(state)
    if (today !== undefined) lines.push(today)
    lines.push(...elsewhereLines(state, hours))
  }
  const update = actions.update()
  return [
    ...lines.map((label) => ({ label, enabled: false })),
    { type: 'separator' },
    { label: WORDS.tray.open, click: actions.open },
    ...(state?.vault.kind === 'unlocked' ? [{ label: WORDS.tray.lock, click: actions.lock }] : []),
    ...(update ? [{ label: update.label, click: update.open }] : []),
    { type: 'separator' },
    { label: WORDS.tray.quit, click: actions.quit },
  ]
}

/**
 * The icon beside the system's clock: its face by the worst fact, the session clock in words as its tip and menu. Changed only when what it says changes, so that an
 * open menu is not taken away under the mouse at every block.
 */
export function createTray(
  electron: ElectronApi,
  mirror: StateMirror,
  folder: string,
  platform: NodeJS.Platform,
  actions: TrayActions,
): { refresh(): void; destroy(): void } {
  const icon: TrayIcon = new electron.Tray(trayPicture(folder, 'unknown', platform))
  let face: TrayFace = 'unknown'
  let said = ''
  const refresh = (): void => {
    if (icon.isDestroyed()) return
    const { state } = mirror
    const next = trayFace(state)
    if (next !== face) {
      face = next
      icon.setImage(trayPicture(folder, next, platform))
    }
    const template = trayTemplate(state, mirror.setting('clockHours'), actions)
    const text = JSON.stringify(template)
    if (text === said) return
    said = text
    const tip = template
      .slice(
        0,
        template.findIndex((entry) => entry.type === 'separator'),
      )
      .map((entry) => entry.label ?? '')
    icon.setToolTip([WORDS.name, ...tip].join('\n'))
    icon.setContextMenu(electron.Menu.buildFromTemplate(template))
  }
  // Elsewhere a click opens the menu by itself.
  if (platform === 'win32') icon.on('click', actions.open)
  refresh()
  mirror.onChange(refresh)
  return {
    refresh,
    destroy() {
      if (!icon.isDestroyed()) icon.destroy()
    },
  }
}
