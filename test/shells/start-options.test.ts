import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultDataDir, refuseSharedFolder } from '#main/shells/data-dir.ts'
import { readStartFiles } from '#main/shells/start-files.ts'
import { browserCommand } from '#main/shells/web/open-browser.ts'
import { readWebOptions, USAGE } from '#main/shells/web/options.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-options-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('options', () => {
  test('are read', () => {
    expect(
      readWebOptions([
        '--data-dir',
        '/d',
        '--port',
        '8080',
        '--confirm-port=8081',
        '--engine',
        'unix:///e',
        '--images',
        'i',
        '--local-rules',
        'l',
        '--no-open',
      ]),
    ).toEqual({
      dataDir: '/d',
      port: 8080,
      confirmPort: 8081,
      engineEndpoint: 'unix:///e',
      imagesFile: 'i',
      localRulesFile: 'l',
      open: false,
      help: false,
      bind: '127.0.0.1',
      tls: { kind: 'none' },
      names: [],
      confirmName: undefined,
      proxy: undefined,
      resetSignIn: false,
    })
    expect(readWebOptions([])).toMatchObject({ port: 0, confirmPort: 0, open: true, dataDir: undefined, bind: '127.0.0.1' })
  })

  test('for other machines are read, with ports that stay', () => {
    expect(readWebOptions(['--bind', '0.0.0.0', '--tls-self', '--name', 'attic.local', '--name=attic:9443'])).toMatchObject({
      bind: '0.0.0.0',
      tls: { kind: 'own' },
      names: ['attic.local', 'attic:9443'],
      port: 8443,
      confirmPort: 8444,
    })
    expect(
      readWebOptions(['--bind', '::', '--tls-cert', 'c', '--tls-key', 'k', '--port', '443', '--confirm-name', 'confirm.example.net:443']),
    ).toMatchObject({ bind: '::', tls: { kind: 'given', certFile: 'c', keyFile: 'k' }, port: 443, confirmName: 'confirm.example.net' })
    expect(readWebOptions(['--behind-proxy', '0:0::1', '--name', 'a.example', '--confirm-name', 'b.example'])).toMatchObject({
      bind: '127.0.0.1',
      proxy: '::1',
      names: ['a.example'],
      confirmName: 'b.example',
      port: 8443,
    })
    // TLS on loopback is nobody's harm.
    expect(readWebOptions(['--tls-self'])).toMatchObject({ tls: { kind: 'own' }, port: 0 })
  })

  const TLS = ['--tls-self']
  const OUT = ['--bind', '0.0.0.0']
  test.each<[string[], RegExp]>([
    [OUT, /can be reached by others, so it needs TLS: add --tls-self, or --tls-cert and --tls-key/],
    [['--bind', '192.168.1.2'], /needs TLS/],
    [['--bind', '::'], /needs TLS/],
    [['--bind', '128.0.0.1'], /needs TLS/],
    [[...OUT, '--behind-proxy', '10.0.0.1', '--name', 'a.example', '--confirm-name', 'b.example'], /needs TLS/],
    [['--bind', 'attic', ...TLS], /--bind wants an IP address/],
    [['--bind', '127.1', ...TLS], /--bind wants an IP address/],
    [['--bind', '', ...TLS], /--bind wants an IP address/],
    [[...OUT, '--tls-cert', 'c'], /needed together/],
    [[...OUT, '--tls-key', 'k'], /needed together/],
    [[...OUT, ...TLS, '--tls-cert', 'c', '--tls-key', 'k'], /--tls-self makes its own certificate/],
    [[...OUT, ...TLS, '--name', 'https://attic'], /--name wants a name/],
    [[...OUT, ...TLS, '--name', 'ATTIC'], /--name wants a name/],
    [[...OUT, ...TLS, '--name', 'attic:99999'], /--name wants a name/],
    [[...OUT, ...TLS, '--name', '*.example.net'], /--name wants a name/],
    [[...OUT, ...TLS, '--confirm-name', 'a b'], /--confirm-name wants a name/],
    [[...OUT, ...TLS, '--name', 'attic', '--confirm-name', 'attic'], /kept apart/],
    [[...OUT, ...TLS, '--port', '9000', '--confirm-port', '9000'], /two different ports/],
    [['--name', 'attic'], /for --bind beyond this machine/],
    [['--behind-proxy', 'caddy', '--name', 'a', '--confirm-name', 'b'], /IP address of the proxy/],
    [['--behind-proxy', '10.0.0.1', '--name', 'a'], /needs --name and --confirm-name/],
    [['--behind-proxy', '10.0.0.1', '--confirm-name', 'a'], /needs --name and --confirm-name/],
    [['--prot', '1'], /Unknown option '--prot'\. Try --help\.$/],
    [['--bind'], /argument missing\. Try --help\.$/],
  ])('%j is told in a sentence', (argv, sentence) => {
    expect(() => readWebOptions(argv)).toThrow(sentence)
  })

  test('are all told by --help, and all begin the web shell rather than a window', () => {
    const known = [...USAGE.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option)
    const source = readFileSync(new URL('../../main/shells/web/options.ts', import.meta.url), 'utf8')
    const read = [...source.matchAll(/^ {8}'?([a-z-]+)'?: \{ type: '(?:string|boolean)'/gm)].map(([, name]) => `--${name}`)
    expect(read.length).toBeGreaterThan(12)
    expect(read.filter((option) => !known.includes(option))).toEqual([])
    const start = readFileSync(new URL('../../main/start.cjs', import.meta.url), 'utf8')
    const both = ['--data-dir', '--engine', '--images', '--local-rules']
    expect(read.filter((option) => !both.includes(option) && !start.includes(`'${option}'`))).toEqual([])
  })

  test.each([
    ['--port', '80'],
    ['--port', '65536'],
    ['--port', '8080x'],
    ['--port', ''],
    ['--port', '-1'],
    ['--confirm-port', '1e4'],
  ])('%s %s is no port', (...argv) => {
    expect(() => readWebOptions(argv)).toThrow(/port/)
  })

  test.each([['--password', 'x'], ['--prot', '8080'], ['stray']])('%s is refused', (...argv) => {
    expect(() => readWebOptions(argv)).toThrow()
  })
})

test('files named by options are read and judged', async () => {
  const path = join(folder, 'images.json')
  await writeFile(path, '{"pocket":"hearth-test/pocket:1"}')
  expect(await readStartFiles({ engineEndpoint: 'unix:///e', imagesFile: path })).toEqual({
    engineEndpoint: 'unix:///e',
    imageOverrides: { pocket: 'hearth-test/pocket:1' },
  })
  expect(await readStartFiles({})).toEqual({})
  for (const text of ['{"pocket":1}', '[]', 'nonsense']) {
    await writeFile(path, text)
    await expect(readStartFiles({ imagesFile: path })).rejects.toThrow(path)
  }
  await expect(readStartFiles({ localRulesFile: join(folder, 'absent') })).rejects.toThrow('absent')
})

test('the data folder is where each system keeps such things', () => {
  expect(defaultDataDir('linux', {}, '/home/u')).toBe('/home/u/.local/share/hearth')
  expect(defaultDataDir('linux', { XDG_DATA_HOME: '/x' }, '/home/u')).toBe('/x/hearth')
  expect(defaultDataDir('linux', { XDG_DATA_HOME: 'relative' }, '/home/u')).toBe('/home/u/.local/share/hearth')
  expect(defaultDataDir('darwin', {}, '/Users/u')).toBe('/Users/u/Library/Application Support/Hearth')
  expect(defaultDataDir('win32', { APPDATA: 'C:\\Users\\u\\AppData\\Roaming' }, 'C:\\Users\\u')).toBe(
    'C:\\Users\\u\\AppData\\Roaming\\Hearth',
  )
})

test('a folder that others use is refused and left as it is; an empty or own one is not', async () => {
  const shared = join(folder, 'shared')
  await mkdir(shared)
  await chmod(shared, 0o755)
  await expect(refuseSharedFolder(shared)).resolves.toBeUndefined()
  await writeFile(join(shared, 'thesis.txt'), '')
  await expect(refuseSharedFolder(shared)).rejects.toThrow('open to other users')
  expect([(await stat(shared)).mode & 0o777, await readdir(shared)]).toEqual([0o755, ['thesis.txt']])
  await writeFile(join(shared, 'hearth.db'), '')
  await expect(refuseSharedFolder(shared)).resolves.toBeUndefined()
  await expect(refuseSharedFolder(join(folder, 'absent'))).resolves.toBeUndefined()
})

test('the browser is opened without a shell, the link being one argument', () => {
  const url = 'http://127.0.0.1:1/open?token=a&b;c'
  for (const platform of ['linux', 'darwin', 'win32']) {
    const { program, args } = browserCommand(platform, url)
    expect(args.at(-1)).toBe(url)
    expect(program).not.toMatch(/cmd|sh$|start/)
  }
})
