import type {
  BuiltMenu,
  Display,
  MenuEntry,
  Menus,
  NoteOptions,
  Notes,
  PowerMonitor,
  PowerSaveBlocker,
  SafeStorage,
  Screen,
  ShownNote,
  TrayIcon,
} from '#main/shells/electron/desktop-api.ts'

/** A notification that nobody sees: the test clicks it. */
export class FakeNote implements ShownNote {
  readonly options: NoteOptions
  shown = false
  closed = false
  private readonly clicks: (() => void)[] = []

  constructor(options: NoteOptions) {
    this.options = options
  }
  show(): void {
    this.shown = true
  }
  close(): void {
    this.closed = true
  }
  on(_event: 'click', listener: () => void): this {
    this.clicks.push(listener)
    return this
  }
  click(): void {
    for (const listener of this.clicks) listener()
  }
}

export class FakeTray implements TrayIcon {
  readonly pictures: string[]
  tip = ''
  menu: BuiltMenu | null = null
  menus = 0
  destroyed = false
  private readonly clicks: (() => void)[] = []

  constructor(path: string) {
    this.pictures = [path]
  }
  setImage(path: string): void {
    this.pictures.push(path)
  }
  setToolTip(text: string): void {
    this.tip = text
  }
  setContextMenu(menu: BuiltMenu | null): void {
    this.menu = menu
    this.menus += 1
  }
  on(_event: 'click', listener: () => void): this {
    this.clicks.push(listener)
    return this
  }
  destroy(): void {
    this.destroyed = true
  }
  isDestroyed(): boolean {
    return this.destroyed
  }
  click(): void {
    for (const listener of this.clicks) listener()
  }
}

/** A built menu that keeps what it was made from. */
export interface FakeMenu extends BuiltMenu {
  readonly template: MenuEntry[]
}

export interface FakeDesktop {
  readonly Menu: Menus
  readonly Tray: new (path: string) => TrayIcon
  readonly Notification: Notes
  readonly powerMonitor: PowerMonitor
  readonly powerSaveBlocker: PowerSaveBlocker
  readonly safeStorage: SafeStorage
  readonly screen: Screen
  readonly notes: FakeNote[]
  readonly trays: FakeTray[]
  /** The application's menu. */
  menu: FakeMenu | null
  /** Blockers that are on. */
  readonly blockers: Set<number>
  displays: Display[]
  notesSupported: boolean
  /** Whether this desktop takes a tray icon. */
  trayFails: boolean
  keychain: { available: boolean; backend: string; key: number; reEncrypt: boolean }
  readonly clipboard: { text: string; readText(): Promise<string>; clear(): void }
  /** Raises an event of the power monitor. @returns whether it was prevented */
  power(event: 'suspend' | 'resume' | 'shutdown'): boolean
}

export function createFakeDesktop(): FakeDesktop {
  const notes: FakeNote[] = []
  const trays: FakeTray[] = []
  const blockers = new Set<number>()
  const power = new Map<string, ((event?: { preventDefault(): void }) => void)[]>()
  let last = 0
  class OwnNote extends FakeNote {
    constructor(options: NoteOptions) {
      super(options)
      notes.push(this)
    }
    static isSupported(): boolean {
      return desktop.notesSupported
    }
  }
  class OwnTray extends FakeTray {
    constructor(path: string) {
      if (desktop.trayFails) throw new Error('no tray')
      super(path)
      trays.push(this)
    }
  }
  const sealed = (text: string, key: number): Buffer => Buffer.from(Buffer.from(text, 'utf8').map((byte) => byte ^ key))
  const desktop: FakeDesktop = {
    notes,
    trays,
    menu: null,
    blockers,
    displays: [{ workArea: { x: 0, y: 0, width: 1920, height: 1040 } }],
    notesSupported: true,
    trayFails: false,
    clipboard: {
      text: '',
      readText: async () => desktop.clipboard.text,
      clear: () => void (desktop.clipboard.text = ''),
    },
    keychain: { available: true, backend: 'gnome_libsecret', key: 0x5a, reEncrypt: false },
    power(event) {
      let prevented = false
      for (const listener of power.get(event) ?? []) listener({ preventDefault: () => void (prevented = true) })
      return prevented
    },
    Tray: OwnTray,
    Notification: OwnNote,
    Menu: {
      buildFromTemplate: (template): FakeMenu => ({ template, items: template.map((entry) => ({ label: entry.label ?? '' })) }),
      setApplicationMenu: (menu) => {
        desktop.menu = menu as FakeMenu | null
      },
    },
    powerMonitor: {
      on(event: string, listener: (event?: { preventDefault(): void }) => void) {
        power.set(event, [...(power.get(event) ?? []), listener])
        return this
      },
    },
    powerSaveBlocker: {
      start() {
        last += 1
        blockers.add(last)
        return last
      },
      stop: (id) => blockers.delete(id),
    },
    safeStorage: {
      isAsyncEncryptionAvailable: async () => desktop.keychain.available,
      encryptStringAsync: async (text) => sealed(text, desktop.keychain.key),
      decryptStringAsync: async (bytes) => {
        const result = sealed(bytes.toString('utf8'), desktop.keychain.key).toString('utf8')
        if (!/^[A-Za-z0-9+/=]*$/.test(result)) throw new Error('Error while decrypting the ciphertext')
        return { shouldReEncrypt: desktop.keychain.reEncrypt, result }
      },
      getSelectedStorageBackend: () => desktop.keychain.backend,
    },
    screen: {
      getAllDisplays: () => desktop.displays,
      getPrimaryDisplay: () => {
        const first = desktop.displays[0]
        if (!first) throw new Error('no display')
        return first
      },
    },
  }
  return desktop
}
