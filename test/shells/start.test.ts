import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startChild, type Child } from './support/child.ts'

const START = fileURLToPath(new URL('../../main/start.cjs', import.meta.url))
const { findElectron, packagedNode } = createRequire(import.meta.url)(START) as {
  findElectron: (root: string, platform: string, env: Record<string, string>, uid: number | undefined) => string | undefined
  packagedNode: (root: string, platform: string, arch: string) => string
}

/** A repository as far as main/start.cjs looks at it. */
let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'hearth-start-'))
  for (const folder of ['main', 'renderer', 'shared', 'resources', 'dist/main', 'dist/renderer', 'node_modules/ws'])
    await mkdir(join(root, folder), { recursive: true })
  await copyFile(START, join(root, 'main', 'start.cjs'))
  await put('package-lock.json', '{}')
  await put('renderer/page.ts', '')
  await put(
    'main/build.ts',
    `import { writeFileSync } from 'node:fs'\nwriteFileSync('dist/renderer/index.html', 'built ' + process.argv.slice(2).join())`,
  )
  await put('dist/renderer/index.html', 'old')
  await put(
    'dist/main/web.js',
    `process.stdout.write('web ' + JSON.stringify(process.argv.slice(2)) + ' ' + JSON.stringify(process.execArgv) + '\\n')`,
  )
})
afterEach(() => rm(root, { recursive: true }))

const put = (path: string, text: string): Promise<void> => writeFile(join(root, path), text)
const page = (): Promise<string> => readFile(join(root, 'dist/renderer/index.html'), 'utf8')
const start = (args: string[] = [], nodeArgs: string[] = []): Child =>
  startChild([...nodeArgs, join(root, 'main', 'start.cjs'), ...args], { cwd: tmpdir() })

describe('npm start', () => {
  test('hands the options on and ends as the shell ends', async () => {
    await put(
      'dist/main/web.js',
      `process.stdout.write(JSON.stringify(process.argv.slice(2)) + process.execArgv.join())\nprocess.exitCode = 7`,
    )
    const child = start(['--port', '8080', '--web', '--data-dir=x y'])
    expect(await child.ended).toEqual({ code: 7, signal: null })
    expect(child.output()).toBe('["--port","8080","--data-dir=x y"]--disable-sigusr1,--max-semi-space-size=2')
    expect(await page()).toBe('old')
  })

  test('hands signals on and waits for the end', async () => {
    await put(
      'dist/main/web.js',
      `process.on('SIGTERM', () => setTimeout(() => { process.stdout.write('ended well'); process.exit(0) }, 100))\nsetInterval(() => {}, 1000)\nprocess.stdout.write('up\\n')`,
    )
    const child = start()
    await child.says(/up/)
    child.process.kill('SIGTERM')
    expect(await child.ended).toEqual({ code: 0, signal: null })
    expect(child.output()).toContain('ended well')
  })

  test('ends by the signal that ended the shell', async () => {
    await put('dist/main/web.js', `process.kill(process.pid, 'SIGKILL')\nsetInterval(() => {}, 1000)`)
    expect(await start().ended).toEqual({ code: null, signal: 'SIGKILL' })
  })

  test('tells the shell when it dies itself', async () => {
    await put(
      'dist/main/web.js',
      `process.on('disconnect', () => { process.stdout.write('parent gone'); process.exit(0) })\nsetInterval(() => {}, 1000)\nprocess.stdout.write('up\\n')`,
    )
    const child = start()
    await child.says(/up/)
    child.process.kill('SIGKILL')
    await child.ended
    expect(child.output()).toContain('parent gone')
  })

  test('builds the page when it is absent, or older than a source or than a removed one, and not otherwise', async () => {
    await start().ended
    expect(await page()).toBe('old')
    const past = new Date(Date.now() - 60_000)
    for (const age of [
      () => rm(join(root, 'dist/renderer/index.html')),
      () => utimes(join(root, 'dist/renderer/index.html'), past, past),
      async () => {
        await rm(join(root, 'renderer/page.ts'))
        await utimes(join(root, 'dist/renderer/index.html'), new Date(Date.now() - 1000), new Date(Date.now() - 1000))
      },
    ]) {
      await put('dist/renderer/index.html', 'old')
      await age()
      // The build writes relative to the top, wherever npm was called.
      const child = start()
      expect((await child.ended).code).toBe(0)
      expect(child.output()).toMatch(/^Building the page; .*\nweb /)
      expect(await page()).toBe('built renderer')
    }
  })

  test('builds the program when it is absent or older than a source, and both at once where both are', async () => {
    const later = new Date(Date.now() + 60_000)
    await put('main/new.ts', '')
    await utimes(join(root, 'main/new.ts'), later, later)
    const child = start()
    expect((await child.ended).code).toBe(0)
    expect(child.output()).toMatch(/^Building Hearth; .*\nweb /)
    expect(await page()).toBe('built main')
    await rm(join(root, 'dist/renderer/index.html'))
    expect((await start().ended).code).toBe(0)
    expect(await page()).toBe('built renderer,main')
  })

  test('stops with one sentence when the build fails, the packages are missing or Node is too old', async () => {
    const old = join(root, 'old-node.cjs')
    await writeFile(old, `Object.defineProperty(process, 'versions', { value: { node: '12.22.0' } })`)
    const tooOld = start([], ['--require', old])
    expect((await tooOld.ended).code).toBe(1)
    expect(tooOld.output()).toMatch(/^Hearth needs Node 24 or newer and this is 12\.22\.0: .*\n$/)

    await put('main/build.ts', 'process.exit(3)')
    await rm(join(root, 'dist/renderer/index.html'))
    const failed = start()
    expect((await failed.ended).code).toBe(1)
    expect(failed.output()).toContain('The build failed.')
    expect(failed.output()).not.toContain('web [')

    await rm(join(root, 'node_modules'), { recursive: true })
    const missing = start()
    expect((await missing.ended).code).toBe(1)
    expect(missing.output()).toMatch(/^The parts of Hearth are not there yet: run npm ci.*\n$/)
  })

  test('takes the packaged Node when there is one that runs, else its own', async () => {
    const packaged = packagedNode(root, process.platform, process.arch)
    await mkdir(join(packaged, '..'), { recursive: true })
    await writeFile(packaged, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const broken = start()
    expect((await broken.ended).code).toBe(0)
    expect(broken.output()).toMatch(/^web /)
    await writeFile(packaged, `#!/bin/sh\n[ "$1" = -p ] && { echo 24.9.9; exit 0; }\necho packaged "$@"\n`, { mode: 0o755 })
    const working = start(['--no-open'])
    expect((await working.ended).code).toBe(0)
    expect(working.output()).toContain(
      `packaged --disable-sigusr1 --max-semi-space-size=2 ${join(root, 'dist', 'main', 'web.js')} --no-open`,
    )
  })
})

test('the window is chosen only where its program is and can be shown in its sandbox', async () => {
  expect(findElectron(root, 'linux', { DISPLAY: ':0' }, 1000)).toBeUndefined()
  await mkdir(join(root, 'node_modules/electron/dist'), { recursive: true })
  await put('node_modules/electron/path.txt', 'electron')
  expect(findElectron(root, 'linux', { DISPLAY: ':0' }, 1000)).toBeUndefined()
  await put('node_modules/electron/dist/electron', '')
  const program = join(root, 'node_modules/electron/dist/electron')
  expect(findElectron(root, 'linux', { DISPLAY: ':0' }, 1000)).toBe(program)
  expect(findElectron(root, 'linux', { WAYLAND_DISPLAY: 'w' }, 1000)).toBe(program)
  expect(findElectron(root, 'linux', {}, 1000)).toBeUndefined()
  expect(findElectron(root, 'linux', { DISPLAY: ':0' }, 0)).toBeUndefined()
  expect(findElectron(root, 'darwin', {}, 501)).toBe(program)
})

test('the preflight is written for old Nodes', async () => {
  const code = (await readFile(START, 'utf8')).replace(/^\s*\/\/.*$/gm, '')
  // Words and marks that came with Node 14 or later, and would end an older one with a stack instead of our sentence.
  expect(code).not.toMatch(/\?\.|\?\?|\|\|=|&&=|node:|^\s*import |\bawait\b|#\w+\s*[=(]|\.at\(|replaceAll|\bstatic\s*\{/m)
})
