import type { CancelEvent, WebContents, Window, WindowOptions } from '#main/shells/electron/electron-api.ts'

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
  reloads = 0
  crashes = 0
  reload(): void {
    this.reloads += 1
  }
  forcefullyCrashRenderer(): void {
    this.crashes += 1
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
  maximized = false
  bounds = { x: 0, y: 0, width: 0, height: 0 }
  private readonly listeners = new Map<string, (() => void)[]>()
  private readonly lasting = new Map<string, ((event: CancelEvent) => void)[]>()

  constructor(options: WindowOptions) {
    this.options = options
    this.bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width, height: options.height }
    this.shown = options.show
  }
  on(event: string, listener: (event: CancelEvent) => void): this {
    this.lasting.set(event, [...(this.lasting.get(event) ?? []), listener])
    return this
  }
  /** Raises an event that stays listened to. @returns whether it was prevented */
  raise(event: string): boolean {
    let prevented = false
    for (const listener of this.lasting.get(event) ?? []) listener({ preventDefault: () => void (prevented = true) })
    return prevented
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
  hide(): void {
    this.shown = false
  }
  maximize(): void {
    this.maximized = true
    this.shown = true
  }
  isMaximized(): boolean {
    return this.maximized
  }
  isVisible(): boolean {
    return this.shown
  }
  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { ...this.bounds }
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
    if (this.raise('close')) return
    this.webContents.destroyed = true
    this.emit('closed')
  }
  emit(event: string): void {
    for (const listener of this.listeners.get(event) ?? []) listener()
    this.listeners.delete(event)
  }
}
