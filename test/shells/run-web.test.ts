import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startChild, type Child } from './support/child.ts'

const SCRIPT = fileURLToPath(new URL('support/web-process.ts', import.meta.url))
const LINK = /Open once, within ten minutes: (http:\/\/127\.0\.0\.1:(\d+)\/open\?token=[\w-]{43})\n/

let folder: string
const children: Child[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-run-'))
  await mkdir(join(folder, 'surface'))
  await writeFile(join(folder, 'surface', 'surface.css'), '')
})
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.process.kill('SIGKILL')
    await child.ended
  }
  await rm(folder, { recursive: true })
})
const run = (options: string[] = [], behaviour = 'ok', channel = false): Child => {
  const child = startChild([SCRIPT, folder, behaviour, '--data-dir', join(folder, 'data'), ...options], { channel })
  children.push(child)
  return child
}

describe('the headless shell', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('prints a link that works, and ends in order on %s', async (signal) => {
    const child = run()
    const [, link = ''] = await child.says(LINK)
    const opened = await fetch(link, { redirect: 'manual' })
    expect(opened.status).toBe(303)
    child.process.kill(signal)
    // npm and the terminal both hand on Ctrl-C.
    child.process.kill(signal)
    expect(await child.ended).toEqual({ code: 0, signal: null })
    expect(child.output()).toMatch(/core stopped, surface was http:\/\/localhost:\d+\/s\/t\n/)
    expect(await readdir(join(folder, 'data'))).not.toContain('lock')
  })

  test('gives a new link on SIGUSR2, and the old one still counts once', async () => {
    const child = run()
    const [, first = ''] = await child.says(LINK)
    child.process.kill('SIGUSR2')
    const [, second = ''] = await child.says(/A new link, good once, for ten minutes: (\S+)\n/)
    expect(second).not.toBe(first)
    for (const link of [second, first]) expect((await fetch(link, { redirect: 'manual' })).status).toBe(303)
  })

  test('ends in order when the process that started it dies', async () => {
    const child = run([], 'ok', true)
    await child.says(LINK)
    child.process.disconnect()
    expect(await child.ended).toEqual({ code: 0, signal: null })
    expect(child.output()).toContain('core stopped')
  })

  test('says in one line why it cannot start, ends with 1 and gives the folder back', async () => {
    const blocker = createServer()
    const port = await new Promise<number>((resolve) =>
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port)),
    )
    const cases: [string[], string, RegExp][] = [
      [['--port', String(port)], 'ok', new RegExp(`^core stopped.*\\n|Port ${port} is taken by another program\\. Try --port \\d+\\.\\n`)],
      [[], 'fails', /^The database is newer than this Hearth\.\n$/],
      [['--port', 'x'], 'ok', /^--port wants a port from 1024 to 65535, not "x"\.\n$/],
      [['--images', join(folder, 'absent.json')], 'ok', /^The file .*absent\.json could not be read as JSON of the right shape\.\n$/],
    ]
    for (const [options, behaviour, sentence] of cases) {
      const child = run(options, behaviour)
      expect(await child.ended).toEqual({ code: 1, signal: null })
      expect(child.output()).toMatch(sentence)
    }
    blocker.close()
    const child = run()
    await child.says(LINK)
  })

  test('runs once per data folder', async () => {
    const first = run()
    await first.says(LINK)
    const second = run()
    expect((await second.ended).code).toBe(1)
    expect(second.output()).toMatch(/already runs/)
    expect(first.process.exitCode).toBeNull()
  })
})
