import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** As main/start.cjs, the systemd unit and the image start it: what is kept of a start is good for starts with the same flags. */
const FLAGS = ['--disable-sigusr1', '--max-semi-space-size=2']
const LIMIT_MS = 20_000
/** By then what a start does has been done. */
const RUN_MS = 1_500

/**
 * Starts what was built, so that what the engine compiles for a start is there at the first real one, also where Hearth may write nothing. In a folder of its own, without
 * an engine; the first of the two starts makes what later ones find: a vault and a network. Where it does not work, the first start takes longer and nothing else is amiss.
 * @param dist folder of what was built
 */
export async function warm(dist: string): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hearth-build-'))
  try {
    await run(dist, dataDir, true)
    const kept = (await readdir(join(dist, 'main'), { recursive: true })).filter((name) => name.endsWith('.cache'))
    for (const name of kept) await rm(join(dist, 'main', name))
    await run(dist, dataDir, false)
  } catch {
    // Nothing is kept then.
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function run(dist: string, dataDir: string, isFirst: boolean): Promise<void> {
  const options = ['--data-dir', dataDir, '--port', '0', '--no-open', '--engine', `unix://${join(dataDir, 'none.sock')}`]
  const child = spawn(process.execPath, [...FLAGS, join(dist, 'main', 'web.js'), ...options], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
  try {
    const link = await new Promise<string>((resolve, reject) => {
      let said = ''
      child.stdout.on('data', (bytes: Buffer) => {
        said += bytes.toString()
        const found = /http:\/\/\S+\/open\?token=\S+/.exec(said)?.[0]
        if (found !== undefined) resolve(found)
      })
      void ended.then(() => reject(new Error('it ended')))
    })
    const { origin } = new URL(link)
    const opened = await fetch(link, { redirect: 'manual' })
    const headers = { Cookie: opened.headers.get('set-cookie')?.split(';')[0] ?? '', Origin: origin }
    await (await fetch(origin, { headers })).arrayBuffer()
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/socket`, { headers })
    const told = (name: 'open' | 'message'): Promise<void> =>
      new Promise((resolve, reject) => {
        socket.addEventListener(name, () => resolve(), { once: true })
        socket.addEventListener('error', () => reject(new Error('no socket')), { once: true })
      })
    await told('open')
    const ask = async (id: number, name: string, input: object): Promise<void> => {
      socket.send(JSON.stringify({ id, name, input }))
      await told('message')
    }
    await ask(1, 'state.get', {})
    if (isFirst) {
      await ask(2, 'app.chooseNetwork', { network: 'local' })
      await ask(3, 'vault.create', { password: `${crypto.randomUUID()} for a build` })
    }
    await new Promise((resolve) => setTimeout(resolve, RUN_MS))
    socket.close()
    child.kill('SIGTERM')
    await ended
  } finally {
    clearTimeout(limit)
    child.kill('SIGKILL')
  }
}
