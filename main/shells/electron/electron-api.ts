import type { Clipboard } from './clipboard-guard.ts'
import type {
  GoneDetails,
  LoginItem,
  Menus,
  MessageBox,
  Notes,
  PowerMonitor,
  PowerSaveBlocker,
  Rectangle,
  SafeStorage,
  Screen,
  TrayIcon,
} from './desktop-api.ts'

/**
 * The part of Electron that Hearth uses, as narrow as it is. The real module is checked against it where it is loaded (load.ts), the fake of the tests implements it,
 * so that neither can drift.
 */
export interface Frame {
  readonly origin: string
  /** null for a main frame. */
  readonly parent: Frame | null
}

export interface CancelEvent {
  preventDefault(): void
}

export interface WebContents {
  send(channel: string, ...args: unknown[]): void
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void
  on(event: 'will-navigate', listener: (details: CancelEvent & { readonly url: string }) => void): unknown
  on(event: 'will-frame-navigate', listener: (details: CancelEvent & { readonly url: string }) => void): unknown
  on(event: 'will-redirect', listener: (details: CancelEvent & { readonly url: string }) => void): unknown
  on(event: 'will-attach-webview', listener: (event: CancelEvent) => void): unknown
  isDestroyed(): boolean
  reload(): void
  forcefullyCrashRenderer(): void
}

export interface WebPreferences {
  preload?: string
  partition?: string
  sandbox: true
  contextIsolation: true
  nodeIntegration: false
  nodeIntegrationInWorker: false
  nodeIntegrationInSubFrames: false
  webSecurity: true
  allowRunningInsecureContent: false
  experimentalFeatures: false
  webviewTag: false
  navigateOnDragDrop: false
  safeDialogs: true
  spellcheck: false
  devTools: boolean
}

export interface WindowOptions {
  x?: number
  y?: number
  width: number
  height: number
  resizable?: boolean
  minWidth?: number
  minHeight?: number
  title: string
  show: boolean
  minimizable?: boolean
  maximizable?: boolean
  autoHideMenuBar?: boolean
  webPreferences: WebPreferences
}

export interface Window {
  readonly webContents: WebContents
  loadURL(url: string): Promise<void>
  once(event: 'ready-to-show', listener: () => void): unknown
  once(event: 'closed', listener: () => void): unknown
  on(event: 'close', listener: (event: CancelEvent) => void): unknown
  on(event: 'resize' | 'move' | 'maximize' | 'unmaximize' | 'unresponsive' | 'responsive' | 'focus' | 'blur', listener: () => void): unknown
  /** Windows alone: the session wants to end, and has ended. */
  on(event: 'query-session-end', listener: (event: CancelEvent) => void): unknown
  on(event: 'session-end', listener: () => void): unknown
  show(): void
  hide(): void
  focus(): void
  restore(): void
  maximize(): void
  isMinimized(): boolean
  isMaximized(): boolean
  isVisible(): boolean
  /** Without maximising and full screen. */
  getNormalBounds(): Rectangle
  isDestroyed(): boolean
  close(): void
}

export type SchemeHandler = (request: Request) => Promise<Response>

export interface Session {
  readonly protocol: { handle(scheme: string, handler: SchemeHandler): void }
  readonly webRequest: {
    onBeforeRequest(listener: (details: { url: string }, callback: (answer: { cancel?: boolean }) => void) => void): void
  }
  setPermissionRequestHandler(
    handler: (
      webContents: WebContents,
      permission: string,
      callback: (granted: boolean) => void,
      details: { requestingUrl?: string; isMainFrame: boolean },
    ) => void,
  ): void
  setPermissionCheckHandler(
    handler: (webContents: WebContents | null, permission: string, requestingOrigin: string, details: { isMainFrame: boolean }) => boolean,
  ): void
  setDevicePermissionHandler(handler: () => boolean): void
  on(event: 'will-download', listener: (event: CancelEvent, item?: DownloadItem, webContents?: WebContents) => void): unknown
}

/** A file that a page gives out. Without a path of ours the system asks the user where it goes. */
export interface DownloadItem {
  getURL(): string
  getFilename(): string
  getTotalBytes(): number
  setSaveDialogOptions(options: { title: string; defaultPath: string }): void
}

export interface InvokeEvent {
  readonly sender: WebContents
  readonly senderFrame: Frame | null
}

/** A process of Electron's own that runs Node. */
export interface UtilityChild {
  /** undefined before it runs and after it has ended. */
  readonly pid: number | undefined
  /** Waits for the process to listen; says nothing once it is gone. */
  postMessage(message: unknown): void
  on(event: 'spawn', listener: () => void): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'error', listener: () => void): unknown
  on(event: 'exit', listener: () => void): unknown
  /** Does nothing before `spawn`. */
  kill(): boolean
}

export interface UtilityOptions {
  serviceName: string
  stdio: 'ignore'
  /** An empty one counts as none: the child would be given ours. */
  env: Record<string, string>
}

export interface UtilityProcesses {
  /** Throws before Electron is ready. */
  fork(modulePath: string, args: string[], options: UtilityOptions): UtilityChild
}

export interface ElectronApi {
  readonly app: {
    readonly isPackaged: boolean
    readonly commandLine: { appendSwitch(name: string, value?: string): void; hasSwitch(name: string): boolean }
    enableSandbox(): void
    requestSingleInstanceLock(): boolean
    whenReady(): Promise<void>
    on(event: 'second-instance', listener: (event: CancelEvent, argv: string[]) => void): unknown
    /** macOS alone: a link of ours was opened. */
    on(event: 'open-url', listener: (event: CancelEvent, url: string) => void): unknown
    on(event: 'render-process-gone', listener: (event: CancelEvent, contents: WebContents, details: GoneDetails) => void): unknown
    on(event: 'child-process-gone', listener: (event: CancelEvent, details: GoneDetails & { readonly type: string }) => void): unknown
    on(event: 'window-all-closed', listener: () => void): unknown
    on(event: 'activate', listener: () => void): unknown
    on(event: 'before-quit', listener: (event: CancelEvent) => void): unknown
    on(event: 'web-contents-created', listener: (event: CancelEvent, contents: WebContents) => void): unknown
    setPath(name: 'userData', path: string): void
    /** Windows shows notifications only of programs with one. */
    setAppUserModelId(id: string): void
    setAsDefaultProtocolClient(protocol: string): boolean
    setLoginItemSettings(settings: LoginItem): void
    getLoginItemSettings(): { readonly openAtLogin: boolean; readonly wasOpenedAtLogin?: boolean; readonly status?: string }
    /** Only before ready. */
    disableHardwareAcceleration(): void
    quit(): void
    exit(code?: number): void
  }
  readonly BrowserWindow: new (options: WindowOptions) => Window
  readonly protocol: {
    registerSchemesAsPrivileged(
      schemes: { scheme: string; privileges: { standard: boolean; secure: boolean; supportFetchAPI?: boolean; codeCache?: boolean } }[],
    ): void
  }
  readonly session: { fromPartition(partition: string, options?: { cache: boolean }): Session }
  readonly ipcMain: { handle(channel: string, listener: (event: InvokeEvent, ...args: unknown[]) => Promise<unknown>): void }
  readonly shell: { openExternal(url: string): Promise<void>; showItemInFolder(path: string): void }
  readonly dialog: {
    showErrorBox(title: string, content: string): void
    showMessageBox(options: MessageBox): Promise<{ readonly response: number }>
  }
  readonly utilityProcess: UtilityProcesses
  readonly Menu: Menus
  readonly Tray: new (path: string) => TrayIcon
  readonly Notification: Notes
  readonly powerMonitor: PowerMonitor
  readonly powerSaveBlocker: PowerSaveBlocker
  readonly safeStorage: SafeStorage
  readonly clipboard: Clipboard
  readonly screen: Screen
  readonly net: {
    fetch(url: string, init: { redirect: 'follow'; signal: AbortSignal; headers: Record<string, string> }): Promise<Response>
  }
}
