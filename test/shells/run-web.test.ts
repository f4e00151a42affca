import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { connect } from 'node:tls'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openAccess } from '#main/shells/web/access.ts'
import { signInFile } from '#main/shells/web/sign-in-file.ts'
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

describe('the headless shell', { timeout: 30_000 }, () => {
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
      [[], 'fails', /^(?:Hearth starts\..*\n)?The database is newer than this Hearth\.\n$/],
      [['--port', 'x'], 'ok', /^--port wants a port from 1024 to 65535, or 443, not "x"\.\n$/],
      [['--bind', '0.0.0.0'], 'ok', /^--bind 0\.0\.0\.0 can be reached by others, so it needs TLS: .*\n$/],
      [['--tls-cert', join(folder, 'absent.pem'), '--tls-key', 'k'], 'ok', /absent\.pem could not be read\.\n$/],
      [['--bind', '192.0.2.1', '--tls-self'], 'ok', /^This machine does not have the address of --bind\.\n/],
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

  test('prints the fingerprint of its own certificate, and serves under it', async () => {
    const child = run(['--tls-self'])
    const [, fingerprint] = await child.says(/fingerprint before you go on:\n {2}((?:[0-9A-F]{2}:){31}[0-9A-F]{2})\n/)
    const [, link = ''] = await child.says(/within ten minutes: (https:\/\/127\.0\.0\.1:\d+\/open\?token=[\w-]{43})\n/)
    const { port } = new URL(link)
    const served = await new Promise<string>((resolve, reject) => {
      const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256)
        socket.destroy()
      })
      socket.on('error', reject)
    })
    expect(served).toBe(fingerprint)
  })

  test('prints no link where there is a sign-in password, and forgets it with --reset-sign-in, once it does not run', async () => {
    const dataDir = join(folder, 'data')
    await mkdir(dataDir, { mode: 0o700 })
    const access = await openAccess({ now: Date.now, store: signInFile(dataDir, Date.now), cost: { n: 1024, r: 8, p: 1 } })
    await access.setPassword(null, 'violet tractor seldom ink', '', { address: '127.0.0.1', browser: '' })
    const child = run()
    await child.says(/Hearth is ready: http:\/\/127\.0\.0\.1:\d+\nSign in with the sign-in password\./)
    expect(child.output()).not.toContain('token=')
    child.process.kill('SIGUSR2')
    await child.says(/A new link, good once, for ten minutes: \S+token=/)
    const refused = run(['--reset-sign-in'])
    expect((await refused.ended).code).toBe(1)
    expect(refused.output()).toMatch(/already runs/)
    child.process.kill('SIGTERM')
    await child.ended
    const reset = run(['--reset-sign-in'])
    expect(await reset.ended).toEqual({ code: 0, signal: null })
    expect(reset.output()).toMatch(/^The sign-in password, all sessions and all lock-outs are forgotten\./)
    await run().says(LINK)
    const again = run(['--help'])
    expect((await again.ended).code).toBe(0)
    expect(again.output()).toContain('--behind-proxy')
  })

  test('says that the record of who may sign in was damaged, and goes on with a link', async () => {
    const dataDir = join(folder, 'data')
    await mkdir(dataDir, { mode: 0o700 })
    await writeFile(join(dataDir, 'sign-in.json'), '{"version":1,')
    const child = run()
    await child.says(/was damaged and was put aside as .*sign-in\.json\.damaged-\d+\./)
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
