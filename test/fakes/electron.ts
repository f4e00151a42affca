import type {
  CancelEvent,
  ElectronApi,
  Frame,
  InvokeEvent,
  SchemeHandler,
  Session,
  UtilityChild,
  UtilityOptions,
  WebContents,
  Window,
  WindowOptions,
} from '#main/shells/electron/electron-api.ts'

/** Contents of a fake window: what main sent to it, and a way to raise its events. */
export class FakeContents implements WebContents {
  readonly sent: { channel: string; args: unknown[] }[] = []
  openHandler: ((details: { url: string }) => { action: 'deny' }) | undefined
  destroyed = false
  private readonly listeners = new Map<string, ((details: CancelEvent & { readonly url: string }) => void)[]>()

  send(channel: string, ...args: unknown[]): void {
    if (this.destroyed) throw new Error('Object has been destroyed')
    this.sent.push({ channel, args })
  }
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void {
    this.openHandler = handler
  }
  on(event: string, listener: (details: CancelEvent & { readonly url: string }) => void): this {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener])
    return this
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  /** Raises a navigation event. @returns whether it was prevented */
  raise(event: string, url: string): boolean {
    let prevented = false
    for (const listener of this.listeners.get(event) ?? []) listener({ url, preventDefault: () => void (prevented = true) })
    return prevented
  }
}

export class FakeWindow implements Window {
  readonly webContents = new FakeContents()
  readonly options: WindowOptions
  readonly urls: string[] = []
  shown = false
  focused = 0
  minimized = false
  private readonly listeners = new Map<string, (() => void)[]>()

  constructor(options: WindowOptions) {
    this.options = options
  }
  async loadURL(url: string): Promise<void> {
    this.urls.push(url)
  }
  once(event: string, listener: () => void): this {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener])
    return this
  }
  show(): void {
    this.shown = true
  }
  focus(): void {
    this.focused += 1
  }
  restore(): void {
    this.minimized = false
  }
  isMinimized(): boolean {
    return this.minimized
  }
  isDestroyed(): boolean {
    return this.webContents.destroyed
  }
  close(): void {
    this.webContents.destroyed = true
    this.emit('closed')
  }
  emit(event: string): void {
    for (const listener of this.listeners.get(event) ?? []) listener()
    this.listeners.delete(event)
  }
}

export type PermissionRequest = Parameters<Parameters<Session['setPermissionRequestHandler']>[0]>

export class FakeSession implements Session {
  readonly handlers = new Map<string, SchemeHandler>()
  readonly options: { cache: boolean } | undefined
  requestHandler: Parameters<Session['setPermissionRequestHandler']>[0] | undefined
  checkHandler: Parameters<Session['setPermissionCheckHandler']>[0] | undefined
  deviceHandler: (() => boolean) | undefined
  beforeRequest: Parameters<Session['webRequest']['onBeforeRequest']>[0] | undefined
  download: ((event: CancelEvent) => void) | undefined

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
  on(_event: 'will-download', listener: (event: CancelEvent) => void): this {
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
  emit(event: string): boolean
  /** A request as the page would make it. */
  invoke(channel: string, event: InvokeEvent, ...args: unknown[]): Promise<unknown>
}

/** A frame of a page. */
export function frame(origin: string, parent: Frame | null = null): Frame {
  return { origin, parent }
}

/** Electron as far as Hearth uses it: nothing happens but what the test makes happen. */
export function createFakeElectron(options: { packaged?: boolean; switches?: string[]; locked?: boolean } = {}): FakeElectron {
  const windows: FakeWindow[] = []
  const sessions = new Map<string, FakeSession>()
  const calls: string[] = []
  const opened: string[] = []
  const errors: string[] = []
  const schemes: FakeElectron['schemes'] = []
  const utilities: FakeUtilityProcess[] = []
  const handlers = new Map<string, (event: InvokeEvent, ...args: unknown[]) => Promise<unknown>>()
  const listeners = new Map<string, ((event: CancelEvent, contents: WebContents) => void)[]>()
  const switches = new Set(options.switches)
  let ready: () => void = () => undefined
  let isReady = false
  const whenReady = new Promise<void>((resolve) => {
    ready = () => {
      isReady = true
      resolve()
    }
  })
  const emit = (event: string, contents: WebContents = new FakeContents()): boolean => {
    let prevented = false
    for (const listener of listeners.get(event) ?? []) listener({ preventDefault: () => void (prevented = true) }, contents)
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
  return {
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
    emit: (event) => emit(event),
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
      on(event: string, listener: (event: CancelEvent, contents: WebContents) => void) {
        listeners.set(event, [...(listeners.get(event) ?? []), listener])
        return this
      },
      setPath: (name, path) => void calls.push(`path ${name} ${path}`),
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
    shell: { openExternal: async (url) => void opened.push(url) },
    dialog: { showErrorBox: (_title, content) => void errors.push(content) },
    utilityProcess: {
      fork: (file, args, own) => {
        if (!isReady) throw new Error('utilityProcess cannot be created before app is ready')
        const made = new FakeUtilityProcess(file, args, own)
        utilities.push(made)
        return made
      },
    },
  }
}
