import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readStaticFile } from '#main/shells/static-files.ts'
import { stageElectron } from './stage.ts'

const on = stageElectron()

/** A page folder with a neighbour whose name begins like its own, and links that lead there and to a secret. */
async function pageFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-scheme-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'page', 'assets'), { recursive: true })
  await mkdir(join(folder, 'page-evil'))
  await Promise.all([
    writeFile(join(folder, 'page', 'index.html'), 'page'),
    writeFile(join(folder, 'page', 'assets', 'a.js'), 'script'),
    writeFile(join(folder, 'page', '.hidden.json'), 'secret'),
    writeFile(join(folder, 'secret.json'), 'secret'),
    writeFile(join(folder, 'page-evil', 'secret.json'), 'secret'),
    symlink(join(folder, 'secret.json'), join(folder, 'page', 'link.json')),
    symlink(join(folder, 'page-evil'), join(folder, 'page', 'linked')),
  ])
  return join(folder, 'page')
}

test('S5: a path serves what lies in the folder of the page', async () => {
  const root = await pageFolder()
  expect((await readStaticFile(root, '/'))?.bytes.toString()).toBe('page')
  expect((await readStaticFile(root, '/assets/a.js'))?.bytes.toString()).toBe('script')
})

test.each([
  '/../secret.json',
  '/%2e%2e/secret.json',
  '/..%2fsecret.json',
  '/assets/..%5c..%5csecret.json',
  '/..;/secret.json',
  '//etc/passwd',
  '/link.json',
  '/linked/secret.json',
  '/.hidden.json',
  '/assets',
  '/assets/',
  '/%00index.html',
  '/C:/secret.json',
  '/%252e%252e/secret.json',
  '/assets/a.js%00.html',
  '/%',
  '/assets//a.js',
  '/nothing.js',
  '../page-evil/secret.json',
  '',
])('S5: %j leads nowhere', async (path) => {
  expect(await readStaticFile(await pageFolder(), path)).toBeUndefined()
})

test('S5: both schemes are registered as secure before Electron is ready, and no window ever loads a file', async () => {
  const page = await on.stage.start()
  expect(on.stage.electron.schemes.map(({ scheme, privileges }) => [scheme, privileges.standard, privileges.secure])).toEqual([
    ['app', true, true],
    ['confirm', true, true],
  ])
  const { calls } = on.stage.electron
  expect(calls.indexOf('schemes')).toBeLessThan(calls.indexOf('whenReady'))
  expect(page.urls).toEqual(['app://hearth/'])
})
