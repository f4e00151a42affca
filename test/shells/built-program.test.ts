import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
// Under node_modules, from where the native package is found; `dist`, since a place is known by that name.
const top = join(ROOT, 'node_modules', '.cache', `hearth-built-${process.pid}`)
const dist = join(top, 'dist')
let dataDir: string
let child: ChildProcess | undefined

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hearth-built-'))
  await promisify(execFile)(process.execPath, [join(ROOT, 'main', 'build.ts'), 'main', `--out=${dist}`], { cwd: ROOT })
}, 300_000)
afterAll(async () => {
  child?.kill('SIGKILL')
  await rm(top, { recursive: true, force: true })
  await rm(dataDir, { recursive: true, force: true })
})

type Answer = { ok: boolean; value?: { state?: Record<string, Record<string, unknown>> }; error?: { code: string } }

/** Starts what was built, as `npm start` does. */
async function begin(): Promise<(name: string, input: object) => Promise<Answer>> {
  const options = ['--data-dir', dataDir, '--port', '0', '--no-open', '--engine', `unix://${dataDir}/none.sock`]
  const flags = ['--disable-sigusr1', '--max-semi-space-size=2']
  child = spawn(process.execPath, [...flags, join(dist, 'main', 'web.js'), ...options], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const bytes of child.stdout ?? []) {
    said += String(bytes)
    if (said.includes('token=')) break
  }
  const link = /http:\S+/.exec(said)?.[0] ?? ''
  const { origin } = new URL(link)
  const opened = await fetch(link, { redirect: 'manual' })
  const Cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers: { Cookie, Origin: origin } })
  await once(socket, 'open')
  let id = 0
  return (name, input) =>
    new Promise((resolve) => {
      id += 1
      const mine = id
      const take = (bytes: Buffer): void => {
        const message = JSON.parse(bytes.toString('utf8')) as { id?: number; result: Answer }
        if (message.id !== mine) return
        socket.off('message', take)
        resolve(message.result)
      }
      socket.on('message', take)
      socket.send(JSON.stringify({ id, name, input }))
    })
}

async function end(): Promise<unknown> {
  const ended = child && once(child, 'exit')
  child?.kill('SIGTERM')
  return (await ended)?.[0]
}

test('what is built holds store, key process and Practice, is kept compiled, and finds all of it again', async () => {
  const files = (await readdir(join(dist, 'main'), { recursive: true })).filter((name) => name.endsWith('.cache'))
  expect(files.map((name) => name.replace(/-[0-9a-f]{16}-.*/, '')).sort()).toEqual([
    'adapters/sqlite/worker-program',
    'program',
    'program-later',
  ])
  const ask = await begin()
  expect(await ask('state.get', {})).toMatchObject({ ok: true, value: { state: { app: { network: null }, vault: { kind: 'absent' } } } })
  expect(await ask('vault.create', { password: 'a long enough password 42' })).toMatchObject({ ok: true })
  expect(await ask('app.chooseNetwork', { network: 'practice' })).toMatchObject({ ok: true })
  // An answer of the rooms, which join after the first state.
  expect(await ask('earnings.days', { days: 7 })).toMatchObject({ ok: true })
  expect(await end()).toBe(0)

  const again = await begin()
  // The first state is what is stored, before the rooms have joined.
  const first = await again('state.get', {})
  expect(first).toMatchObject({ ok: true, value: { state: { app: { network: 'practice' }, vault: { kind: 'locked' } } } })
  expect(await again('vault.unlock', { password: 'a wrong password 41' })).toMatchObject({ ok: false, error: { code: 'wrong-password' } })
  expect(await again('vault.unlock', { password: 'a long enough password 42' })).toMatchObject({ ok: true })
  expect(await again('no.such', {})).toMatchObject({ ok: false, error: { code: 'unknown-request' } })
  expect(await again('activity.list', { limit: 'x' })).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
  expect(await end()).toBe(0)
}, 180_000)
