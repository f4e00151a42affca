import type { MenuEntry } from './desktop-api.ts'
import { WORDS } from './words.ts'

/** What the menu can do. It only shows screens, locks, and asks to quit: nothing in it costs or signs. */
export interface MenuActions {
  go: (path: string) => void
  show: () => void
  lock: () => void
  quit: () => void
  openDocumentation: () => void
}

const GO = [
  [WORDS.menu.home, '/'],
  [WORDS.menu.nodes, '/nodes'],
  [WORDS.menu.supplier, '/supplier'],
  [WORDS.menu.earnings, '/earnings'],
] as const

const LINE: MenuEntry = { type: 'separator' }

/**
 * The application's menu. The page's own keys (Ctrl+1 to 4, Ctrl+L) are told here and do the same.
 * @param options.packaged developer tools are there from sources only (S4)
 */
export function menuTemplate(platform: NodeJS.Platform, actions: MenuActions, options: { packaged: boolean }): MenuEntry[] {
  const mac = platform === 'darwin'
  const quit: MenuEntry = {
    label: WORDS.menu.quit,
    // Windows closes programs with Alt+F4, which the system brings along.
    ...(platform === 'win32' ? {} : { accelerator: 'CmdOrCtrl+Q' }),
    click: actions.quit,
  }
  const settings: MenuEntry = { label: WORDS.menu.settings, accelerator: 'CmdOrCtrl+,', click: () => actions.go('/settings') }
  const lock: MenuEntry = { label: WORDS.menu.lock, accelerator: 'CmdOrCtrl+L', click: actions.lock }
  const close: MenuEntry = { role: 'close', label: WORDS.menu.close }
  const own: MenuEntry[] = mac
    ? [
        {
          label: WORDS.name,
          submenu: [
            { role: 'about' },
            LINE,
            settings,
            lock,
            LINE,
            { role: 'services' },
            LINE,
            { role: 'hide' },
            { role: 'hideOthers' },
            { role: 'unhide' },
            LINE,
            quit,
          ],
        },
        { label: WORDS.menu.file, submenu: [close] },
      ]
    : [{ label: WORDS.menu.file, submenu: [settings, lock, LINE, close, quit] }]
  return [
    ...own,
    {
      label: WORDS.menu.edit,
      submenu: [{ role: 'undo' }, { role: 'redo' }, LINE, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    },
    {
      label: WORDS.menu.view,
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        LINE,
        { role: 'togglefullscreen' },
        // SECURITY: S4 the tools are off in a packaged Hearth, and no entry offers them.
        ...(options.packaged ? [] : [LINE, { role: 'toggleDevTools' as const }]),
      ],
    },
    {
      label: WORDS.menu.go,
      submenu: GO.map(([label, path], index) => ({ label, accelerator: `CmdOrCtrl+${index + 1}`, click: () => actions.go(path) })),
    },
    {
      label: WORDS.menu.window,
      submenu: [{ role: 'minimize' }, { label: WORDS.menu.show, click: actions.show }, ...(mac ? [LINE, { role: 'front' as const }] : [])],
    },
    { label: WORDS.menu.help, submenu: [{ label: WORDS.menu.documentation, click: actions.openDocumentation }] },
  ]
}
