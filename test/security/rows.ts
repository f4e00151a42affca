/**
 * The hardening table (docs/architecture.md, section 7) as a machine reads it: where a row is kept, which test shows it, and what breaks it.
 * `rows.test.ts` holds it against the code and the document; `run.ts` breaks each row on purpose and sees that its test, and no other row's, fails.
 */
export interface Breakage {
  /** From the root of the project. */
  file: string
  /** Stands there exactly once. */
  search: string
  /** Compiles: what a careless change or a bad merge could leave. */
  replacement: string
}

export interface Row {
  id: `S${number}`
  /** What holds, in one line. */
  text: string
  /** Under test/security/rows. */
  test: string
  /** `real`: against the real thing (a listening shell, processes, files, a container engine). `unit`: on the typed fake of Electron, or a file that is read. */
  kind: 'unit' | 'real'
  breakage: Breakage
}

export const ROWS: readonly Row[] = [
  {
    id: 'S1',
    text: 'The sandbox is on for every renderer, asserted at run time before main serves it.',
    test: 's01-sandbox.test.ts',
    kind: 'unit',
    breakage: { file: 'main/shells/electron/window.ts', search: 'sandbox: true,', replacement: 'sandbox: Boolean(0) as true,' },
  },
  {
    id: 'S2',
    text: 'Context isolation everywhere, Node integration nowhere.',
    test: 's02-isolation.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/shells/electron/window.ts',
      search: 'contextIsolation: true,',
      replacement: 'contextIsolation: Boolean(0) as true,',
    },
  },
  {
    id: 'S3',
    text: 'Web security on, no webview, no experimental features.',
    test: 's03-web-security.test.ts',
    kind: 'unit',
    breakage: { file: 'main/shells/electron/window.ts', search: 'webviewTag: false,', replacement: 'webviewTag: Boolean(1) as false,' },
  },
  {
    id: 'S4',
    text: 'Developer tools only unpackaged; no spell-check download.',
    test: 's04-developer-tools.test.ts',
    kind: 'unit',
    breakage: { file: 'main/shells/electron/window.ts', search: 'devTools: !electron.app.isPackaged', replacement: 'devTools: true' },
  },
  {
    id: 'S5',
    text: 'Own scheme with a path resolver that refuses escape; no file://.',
    test: 's05-own-scheme.test.ts',
    kind: 'real',
    breakage: { file: 'main/shells/static-files.ts', search: 'path.startsWith(root + sep)', replacement: 'path.startsWith(root || sep)' },
  },
  {
    id: 'S6',
    text: 'The page has no network of its own.',
    test: 's06-no-network.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/shells/electron/permissions.ts',
      search: 'cancel: !mayRequest(details.url, ownOrigin)',
      replacement: "cancel: details.url === '' && !mayRequest(details.url, ownOrigin)",
    },
  },
  {
    id: 'S7',
    text: 'Strict content policy: nothing inline, nothing evaluated, nothing from elsewhere.',
    test: 's07-content-policy.test.ts',
    kind: 'unit',
    breakage: { file: 'main/shells/headers.ts', search: `"script-src 'self'",`, replacement: `"script-src 'self' 'unsafe-inline'",` },
  },
  {
    id: 'S8',
    text: 'Requests: main frame, exact origin, known name, size cap, schema.',
    test: 's08-requests.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/shells/electron/ipc.ts',
      search: 'frame.origin === PAGE_ORIGIN',
      replacement: 'frame.origin.startsWith(PAGE_ORIGIN)',
    },
  },
  {
    id: 'S9',
    text: 'Navigation, redirects, new windows and webviews are refused globally.',
    test: 's09-navigation.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/shells/electron/navigation.ts',
      search: "contents.on('will-redirect', (details) => details.preventDefault())",
      replacement: "contents.on('will-redirect', judge)",
    },
  },
  {
    id: 'S10',
    text: 'Permissions: a table, by default no.',
    test: 's10-permissions.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/shells/electron/permissions.ts',
      search: 'GRANTED.has(permission) && isMainFrame &&',
      replacement: "GRANTED.has(permission) && (isMainFrame || permission !== '') &&",
    },
  },
  {
    id: 'S11',
    text: 'One way to the browser: https and an exact list of hosts.',
    test: 's11-open-external.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/shells/electron/open-external.ts',
      search: 'EXTERNAL_HOSTS.has(url.hostname)',
      replacement: '[...EXTERNAL_HOSTS].some((host) => url.hostname.endsWith(host))',
    },
  },
  {
    id: 'S12',
    text: 'All fuses are listed, each as it must be.',
    test: 's12-fuses.test.ts',
    kind: 'unit',
    breakage: { file: 'electron-builder.yml', search: '  runAsNode: false', replacement: '  runAsNode: true' },
  },
  {
    id: 'S13',
    text: 'Single instance, and one Hearth per data folder.',
    test: 's13-one-instance.test.ts',
    kind: 'real',
    breakage: {
      file: 'main/adapters/system/data-folder.ts',
      search: 'started !== undefined && started !== lock.started) return undefined',
      replacement: 'started !== undefined && started === lock.started) return undefined',
    },
  },
  {
    id: 'S14',
    text: 'No disk cache; core dumps off in the key process.',
    test: 's14-no-traces.test.ts',
    kind: 'real',
    breakage: { file: 'main/adapters/vault/fork-key-process.ts', search: `'ulimit -c 0; exec "$0" "$@"'`, replacement: `'exec "$0" "$@"'` },
  },
  {
    id: 'S15',
    text: 'The preload exposes two functions.',
    test: 's15-preload.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/shells/electron/preload.ts',
      search: "exposeInMainWorld('hearth', {",
      replacement:
        "exposeInMainWorld('hearth', {\n  send: (channel: string, ...args: unknown[]): void => ipcRenderer.send(channel, ...args),",
    },
  },
  {
    id: 'S16',
    text: 'Only the docker adapter opens the engine socket; what a container may do comes from the catalogue, never from a request.',
    test: 's16-engine.test.ts',
    kind: 'real',
    breakage: { file: 'main/adapters/docker/container-options.ts', search: "HostIp: '127.0.0.1'", replacement: "HostIp: '0.0.0.0'" },
  },
  {
    id: 'S17',
    text: 'Web shell: loopback by default, one-time link, Host and Origin checked, lock-out, TLS beyond loopback.',
    test: 's17-web-shell.test.ts',
    kind: 'real',
    breakage: {
      file: 'main/shells/web/socket.ts',
      search: "single(request, 'origin') !== asked.origin ||",
      replacement: "single(request, 'origin') === '' ||",
    },
  },
  {
    id: 'S18',
    text: 'Key material is never in renderer, log, argument, environment, label or file in the clear.',
    test: 's18-canary.test.ts',
    kind: 'real',
    breakage: {
      file: 'main/core/dispatch.ts',
      search: '      const value = await (row.writes',
      replacement: "      log.info('request', { request: name, input: JSON.stringify(input) })\n      const value = await (row.writes",
    },
  },
  {
    id: 'S19',
    text: 'Every file with a secret is 0600 in a 0700 folder.',
    test: 's19-private-files.test.ts',
    kind: 'real',
    breakage: { file: 'main/adapters/system/log.ts', search: 'chmodSync(path, 0o600)', replacement: 'chmodSync(path, 0o644)' },
  },
  {
    id: 'S20',
    text: 'The clipboard is cleared after a secret was copied.',
    test: 's20-clipboard.test.ts',
    kind: 'unit',
    breakage: { file: 'main/shells/electron/clipboard-guard.ts', search: 'clipboard.clear()', replacement: 'clipboard.readText()' },
  },
  {
    id: 'S21',
    text: 'A figure called proven hangs on a header that two thirds of the validators signed.',
    test: 's21-proven-figures.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/adapters/cosmos/light/verify.ts',
      search: 'requirePower(chainId, commit, byIndex, (total * 2n) / 3n)',
      replacement: 'requirePower(chainId, commit, byIndex, total / 3n)',
    },
  },
  {
    id: 'S22',
    text: 'A chain is known by its first block, and never read in the clear beyond the own network.',
    test: 's22-right-chain.test.ts',
    kind: 'unit',
    breakage: {
      file: 'main/core/chain/endpoint-address.ts',
      search: "scheme.toLowerCase() === 'http' && !PRIVATE_HOST.test(name)",
      replacement: "scheme.toLowerCase() === 'http' && name === '' && !PRIVATE_HOST.test(name)",
    },
  },
]
