import { existsSync } from 'node:fs'
import type { LoginItem, MessageBox } from '#main/shells/electron/desktop-api.ts'
import type {
  CancelEvent,
  DownloadItem,
  WebContents,
  ElectronApi,
  Frame,
  InvokeEvent,
  SchemeHandler,
  Session,
  UtilityChild,
  UtilityOptions,
  WindowOptions,
} from '#main/shells/electron/electron-api.ts'
import { createFakeDesktop, type FakeDesktop } from './electron-desktop.ts'
import { FakeWindow } from './electron-window.ts'

export { FakeContents, FakeWindow } from './electron-window.ts'

export type PermissionRequest = Parameters<Parameters<Session['setPermissionRequestHandler']>[0]>

export class FakeSession implements Session {
  readonly handlers = new Map<string, SchemeHandler>()
  readonly options: { cache: boolean } | undefined
  requestHandler: Parameters<Session['setPermissionRequestHandler']>[0] | undefined
  checkHandler: Parameters<Session['setPermissionCheckHandler']>[0] | undefined
  deviceHandler: (() => boolean) | undefined
  beforeRequest: Parameters<Session['webRequest']['onBeforeRequest']>[0] | undefined
  download: ((event: CancelEvent, item?: DownloadItem, contents?: WebContents) => void) | undefined

  constructor(options: { cache: boolean } | undefined) {
    this.options = options
  }
  readonly protocol = {
    handle: (scheme: string, handler: SchemeHandler): void => {
      if (this.handlers.has(scheme)) throw new Error(`${scheme} is handled already`)
      this.handlers.set(scheme, handler)
    },
  }
  readonly webRequest: Session['webRequest'] = {
    onBeforeRequest: (listener) => {
      this.beforeRequest = listener
    },
  }
  setPermissionRequestHandler(handler: Parameters<Session['setPermissionRequestHandler']>[0]): void {
    this.requestHandler = handler
  }
  setPermissionCheckHandler(handler: Parameters<Session['setPermissionCheckHandler']>[0]): void {
    this.checkHandler = handler
  }
  setDevicePermissionHandler(handler: () => boolean): void {
    this.deviceHandler = handler
  }
  on(_event: 'will-download', listener: NonNullable<FakeSession['download']>): this {
    this.download = listener
    return this
  }
}

/** A utility process in which nothing runs: the test says when it starts, what it says and when it ends. Messages cross as in Electron, as structured clones. */
export class FakeUtilityProcess implements UtilityChild {
  readonly file: string
  readonly args: string[]
  readonly options: UtilityOptions
  /** As in Electron: an empty environment counts as none given. */
  readonly environment: Record<string, string | undefined>
  readonly received: unknown[] = []
  pid: number | undefined
  kills = 0
  private readonly listeners = new Map<string, ((message?: unknown) => void)[]>()

  constructor(file: string, args: string[], options: UtilityOptions) {
    this.file = file
    this.args = args
    this.options = options
    this.environment = Object.keys(options.env).length > 0 ? options.env : process.env
  }
  postMessage(message: unknown): void {
    this.received.push(structuredClone(message))
  }
  on(event: string, listener: (message?: unknown) => void): this {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener])
    return this
  }
  kill(): boolean {
    if (this.pid === undefined) return false
    this.kills += 1
    return true
  }
  spawn(pid: number): void {
    this.pid = pid
    this.emit('spawn')
  }
  say(message: unknown): void {
    this.emit('message', structuredClone(message))
  }
  exit(): void {
    this.emit('exit', 0)
    this.pid = undefined
  }
  emit(event: string, message?: unknown): void {
    const heard = this.listeners.get(event) ?? []
    // As with every emitter of Node.
    if (event === 'error' && heard.length === 0) throw new Error('Unhandled error event')
    for (const listener of heard) listener(message)
  }
}

export interface FakeElectron extends ElectronApi {
  /** Tray, menus, notifications, power, displays and keychain. */
  readonly desktop: FakeDesktop
  /** What was asked in message boxes, and how each is answered: by the label of a button. */
  readonly questions: MessageBox[]
  answer: (question: MessageBox) => string | Promise<string>
  readonly logins: LoginItem[]
  readonly revealed: string[]
  /** Answers of the network by address. */
  readonly web: Map<string, () => Response>
  readonly fetched: string[]
  readonly windows: FakeWindow[]
  readonly sessions: Map<string, FakeSession>
  readonly calls: string[]
  readonly opened: string[]
  readonly errors: string[]
  readonly schemes: { scheme: string; privileges: { standard: boolean; secure: boolean } }[]
  readonly channels: string[]
  readonly utilities: FakeUtilityProcess[]
  /** Resolves what `whenReady` waits for. */
  becomeReady(): void
  /** Raises an event of `app`. @returns whether it was prevented */
  emit(event: string, ...args: unknown[]): boolean
  /** A request as the page would make it. */
  invoke(channel: string, event: InvokeEvent, ...args: unknown[]): Promise<unknown>
}

/** A frame of a page. */
export function frame(origin: string, parent: Frame | null = null): Frame {
  return { origin, parent }
}

export interface FakeElectronOptions {
  packaged?: boolean
  switches?: string[]
  locked?: boolean
  openedAtLogin?: boolean
}

/** Electron as far as Hearth uses it: nothing happens but what the test makes happen. */
export function createFakeElectron(options: FakeElectronOptions = {}): FakeElectron {
  const windows: FakeWindow[] = []
  const sessions = new Map<string, FakeSession>()
  const calls: string[] = []
  const opened: string[] = []
  const errors: string[] = []
  const schemes: FakeElectron['schemes'] = []
  const utilities: FakeUtilityProcess[] = []
  const handlers = new Map<string, (event: InvokeEvent, ...args: unknown[]) => Promise<unknown>>()
  const listeners = new Map<string, ((event: CancelEvent, ...args: unknown[]) => void)[]>()
  const desktop = createFakeDesktop()
  const questions: MessageBox[] = []
  const logins: LoginItem[] = []
  const revealed: string[] = []
  const web: FakeElectron['web'] = new Map()
  const fetched: string[] = []
  const switches = new Set(options.switches)
  let ready: () => void = () => undefined
  let isReady = false
  const whenReady = new Promise<void>((resolve) => {
    ready = () => {
      isReady = true
      resolve()
    }
  })
  const emit = (event: string, ...args: unknown[]): boolean => {
    let prevented = false
    for (const listener of listeners.get(event) ?? []) listener({ preventDefault: () => void (prevented = true) }, ...args)
    return prevented
  }
  class OpenedWindow extends FakeWindow {
    constructor(own: WindowOptions) {
      super(own)
      windows.push(this)
      // As in Electron: told before the constructor returns.
      emit('web-contents-created', this.webContents)
    }
  }
  const fake: FakeElectron = {
    desktop,
    questions,
    answer: (question) => question.buttons[question.cancelId] ?? '',
    logins,
    revealed,
    web,
    fetched,
    windows,
    sessions,
    calls,
    opened,
    errors,
    schemes,
    utilities,
    get channels() {
      return [...handlers.keys()]
    },
    becomeReady: () => ready(),
    emit: (event, ...args) => emit(event, ...args),
    invoke: (channel, event, ...args) => {
      const handler = handlers.get(channel)
      return handler ? handler(event, ...args) : Promise.reject(new Error(`no handler for ${channel}`))
    },
    app: {
      isPackaged: options.packaged ?? false,
      commandLine: {
        appendSwitch: (name) => {
          switches.add(name)
          calls.push(`switch ${name}`)
        },
        hasSwitch: (name) => switches.has(name),
      },
      enableSandbox: () => void calls.push('enableSandbox'),
      requestSingleInstanceLock: () => {
        calls.push('lock')
        return options.locked !== true
      },
      whenReady: () => {
        calls.push('whenReady')
        return whenReady
      },
      on(event: string, listener: (event: CancelEvent, ...args: never[]) => void) {
        listeners.set(event, [...(listeners.get(event) ?? []), listener as (event: CancelEvent, ...args: unknown[]) => void])
        return this
      },
      setPath: (name, path) => {
        // As in Electron.
        if (!existsSync(path)) throw new Error(`Failed to set path: ${path}`)
        calls.push(`path ${name} ${path}`)
      },
      setAppUserModelId: (id) => void calls.push(`model ${id}`),
      setAsDefaultProtocolClient: (name) => {
        calls.push(`protocol ${name}`)
        return true
      },
      setLoginItemSettings: (settings) => void logins.push(settings),
      getLoginItemSettings: () => ({ openAtLogin: logins.at(-1)?.openAtLogin ?? false, wasOpenedAtLogin: options.openedAtLogin ?? false }),
      disableHardwareAcceleration: () => {
        if (isReady) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready')
        calls.push('no gpu')
      },
      quit: () => void calls.push('quit'),
      exit: (code) => void calls.push(`exit ${code ?? 0}`),
    },
    BrowserWindow: OpenedWindow,
    protocol: {
      registerSchemesAsPrivileged: (made) => {
        calls.push('schemes')
        schemes.push(...made)
      },
    },
    session: {
      fromPartition: (partition, own) => {
        const made = sessions.get(partition) ?? new FakeSession(own)
        sessions.set(partition, made)
        return made
      },
    },
    ipcMain: {
      handle: (channel, listener) => {
        if (handlers.has(channel)) throw new Error(`second handler for ${channel}`)
        handlers.set(channel, listener)
      },
    },
    shell: { openExternal: async (url) => void opened.push(url), showItemInFolder: (path) => void revealed.push(path) },
    dialog: {
      showErrorBox: (_title, content) => void errors.push(content),
      async showMessageBox(question) {
        questions.push(question)
        const cancelled = new Promise<string>((resolve) => {
          question.signal?.addEventListener('abort', () => resolve(question.buttons[question.cancelId] ?? ''))
        })
        const label = await Promise.race([fake.answer(question), cancelled])
        const response = question.buttons.indexOf(label)
        if (response < 0) throw new Error(`no button ${label} among ${question.buttons.join(', ')}`)
        return { response }
      },
    },
    net: {
      async fetch(url) {
        fetched.push(url)
        const made = web.get(url)
        if (!made) throw new Error('net::ERR_NAME_NOT_RESOLVED')
        return made()
      },
    },
    Menu: desktop.Menu,
    Tray: desktop.Tray,
    Notification: desktop.Notification,
    powerMonitor: desktop.powerMonitor,
    powerSaveBlocker: desktop.powerSaveBlocker,
    safeStorage: desktop.safeStorage,
    clipboard: desktop.clipboard,
    screen: desktop.screen,
    utilityProcess: {
      fork: (file, args, own) => {
        if (!isReady) throw new Error('utilityProcess cannot be created before app is ready')
        const made = new FakeUtilityProcess(file, args, own)
        utilities.push(made)
        return made
      },
    },
  }
  return fake
}
