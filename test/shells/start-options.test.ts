import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { defaultDataDir, refuseSharedFolder } from '#main/shells/data-dir.ts'
import { readStartFiles } from '#main/shells/start-files.ts'
import { browserCommand } from '#main/shells/web/open-browser.ts'
import { readWebOptions } from '#main/shells/web/options.ts'

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
    })
    expect(readWebOptions([])).toMatchObject({ port: 0, confirmPort: 0, open: true, dataDir: undefined })
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
