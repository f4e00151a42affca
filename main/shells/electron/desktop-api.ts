/** The part of Electron that is about the desktop and not about pages: tray, menus, notifications, power, displays, keychain. As narrow as Hearth uses it. */

export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

export interface Display {
  readonly workArea: Rectangle
}

export interface Screen {
  getAllDisplays(): Display[]
  getPrimaryDisplay(): Display
}

export type MenuRole =
  | 'undo'
  | 'redo'
  | 'cut'
  | 'copy'
  | 'paste'
  | 'selectAll'
  | 'toggleDevTools'
  | 'resetZoom'
  | 'zoomIn'
  | 'zoomOut'
  | 'togglefullscreen'
  | 'minimize'
  | 'close'
  | 'about'
  | 'services'
  | 'hide'
  | 'hideOthers'
  | 'unhide'
  | 'front'

export interface MenuEntry {
  type?: 'separator'
  role?: MenuRole
  label?: string
  accelerator?: string
  enabled?: boolean
  click?: () => void
  submenu?: MenuEntry[]
}

/** A built menu: handed on, never looked into. */
export interface BuiltMenu {
  readonly items: readonly { readonly label: string }[]
}

export interface Menus {
  buildFromTemplate(template: MenuEntry[]): BuiltMenu
  setApplicationMenu(menu: BuiltMenu | null): void
}

export interface TrayIcon {
  /** @param path of a picture; its sharper ones (`@2x`) are found beside it */
  setImage(path: string): void
  setToolTip(text: string): void
  setContextMenu(menu: BuiltMenu | null): void
  on(event: 'click', listener: () => void): unknown
  destroy(): void
  isDestroyed(): boolean
}

export interface NoteOptions {
  title: string
  body: string
  silent?: boolean
  urgency?: 'normal' | 'critical' | 'low'
}

export interface ShownNote {
  show(): void
  close(): void
  on(event: 'click', listener: () => void): unknown
}

export interface Notes {
  new (options: NoteOptions): ShownNote
  isSupported(): boolean
}

export interface PowerMonitor {
  on(event: 'suspend', listener: () => void): unknown
  on(event: 'resume', listener: () => void): unknown
  /** Electron hands an event over although its types do not say so: prevented, it holds the end of the system up until Hearth has ended. Linux and macOS. */
  on(event: 'shutdown', listener: (event?: { preventDefault(): void }) => void): unknown
}

export interface PowerSaveBlocker {
  start(type: 'prevent-app-suspension'): number
  stop(id: number): boolean
}

export interface SafeStorage {
  isAsyncEncryptionAvailable(): Promise<boolean>
  encryptStringAsync(plainText: string): Promise<Buffer>
  decryptStringAsync(encrypted: Buffer): Promise<{ shouldReEncrypt: boolean; result: string }>
  /** Linux only. */
  getSelectedStorageBackend(): string
}

export interface MessageBox {
  type: 'info' | 'question' | 'warning' | 'error'
  title: string
  message: string
  detail: string
  buttons: string[]
  defaultId: number
  cancelId: number
  noLink: true
  /** Closes it as if it were cancelled. */
  signal?: AbortSignal
}

export interface LoginItem {
  openAtLogin: boolean
  path?: string
  args?: string[]
}

/** Why a process of Electron's went. */
export interface GoneDetails {
  readonly reason: string
  readonly exitCode: number
}
