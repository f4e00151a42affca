import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { privateKeyOfWords } from '#main/adapters/vault/private-keys.ts'
import { createLog } from '#main/adapters/system/log.ts'
import { openAccess } from '#main/shells/web/access.ts'
import { createWebShell } from '#main/shells/web/shell.ts'
import { signInFile } from '#main/shells/web/sign-in-file.ts'
import { PASSWORD, reachServing, startPracticeDriver, type Driver } from '#test/localnet/driver.ts'
import { filesUnder, findCanaries, keyCanary, passwordCanary, processTexts, wordsCanary, type Canary } from '#test/fakes/spellings.ts'

const PASSPHRASE = 'walrus cement opaque tundra'
const WRONG = 'marble lantern quilted osprey'

/** Posts a form of the confirm surface. @returns the page that came back */
async function post(driver: Driver, token: string, fields: Record<string, string>): Promise<string> {
  const page = async (method: 'GET' | 'POST', text = ''): Promise<string> =>
    new TextDecoder().decode((await driver.app.surface(token, method, new TextEncoder().encode(text))).html)
  const nonce = /name="nonce" value="([^"]+)"/.exec(await page('GET'))?.[1] ?? ''
  return page('POST', new URLSearchParams({ nonce, ...fields }).toString())
}

test(
  'S18: a whole life in Practice leaves no secret in a log, a file, the state, an answer, an argument or an environment',
  { timeout: 300_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hearth-canary-'))
    onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
    const driver = await startPracticeDriver(dataDir)
    const heard: { where: string; text: string }[] = []
    const call = driver.app.call.bind(driver.app)
    driver.app.call = async (name, input) => {
      const result = await call(name, input)
      heard.push({ where: `answer to ${name}`, text: JSON.stringify(result) })
      return result
    }
    driver.app.subscribe((patch) => heard.push({ where: 'a patch', text: JSON.stringify(patch) }))
    const shell = await createWebShell({
      app: driver.app,
      access: await openAccess({ now: Date.now, store: signInFile(dataDir, Date.now) }),
      rendererDir: dataDir,
      surfaceCss: new Uint8Array(),
      bind: '127.0.0.1',
      port: 0,
      confirmPort: 0,
      log: createLog(join(dataDir, 'logs', 'shell.log')),
    })
    const opened = await fetch(shell.oneTimeLink(), { redirect: 'manual' })
    const cookie = opened.headers.get('set-cookie')?.split(';')[0] ?? ''
    const socket = new WebSocket(`${shell.url.replace('http', 'ws')}/socket`, { headers: { Origin: shell.url, Cookie: cookie } })
    socket.on('message', (bytes: Buffer) => heard.push({ where: 'a frame of the socket', text: bytes.toString('utf8') }))
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send(JSON.stringify({ id: 1, name: 'state.get', input: {} }))
    socket.send(JSON.stringify({ id: 2, name: 'vault.unlock', input: { password: WRONG } }))

    // Keys made, staked and handed to the miner.
    const { owner, operator } = await reachServing(driver, 'practice')
    // A key brought in, a backup under a passphrase of its own, tried; the vault locked and opened.
    const hex = randomBytes(32)
    const brought = await driver.call('keys.open', { name: 'Brought', role: 'owner', mode: 'import' })
    expect(await post(driver, brought.surfaceUrl, { action: 'import', secret: hex.toString('hex') })).toContain('is in the vault')
    const backup = await driver.call('vault.backup', { folder: null })
    await post(driver, backup.surfaceUrl, { action: 'write', password: PASSWORD, passphrase: PASSPHRASE, again: PASSPHRASE })
    const { backup: written } = await driver.call('keys.details', {})
    if (!written) throw new Error('no backup was written')
    const drill = await driver.call('vault.drill', { path: written.path })
    await post(driver, drill.surfaceUrl, { action: 'drill', passphrase: PASSPHRASE })
    expect((await driver.call('keys.details', {})).drill?.path).toBe(written.path)
    await driver.call('vault.lock', {})
    expect((await driver.app.call('vault.unlock', { password: WRONG })).ok).toBe(false)
    await driver.call('vault.unlock', { password: PASSWORD })
    for (const nodeId of Object.keys(driver.state.nodes)) {
      await driver.call('nodes.logs', { nodeId, tail: 500 })
      // The log by pages, up to its first line.
      let page = await driver.call('nodes.logPage', { nodeId, limit: 1_000 })
      for (let pages = 0; page.older && page.lines[0] && pages < 50; pages += 1)
        page = await driver.call('nodes.logPage', { nodeId, book: page.book, before: page.lines[0].number, limit: 1_000 })
    }
    // The sealed file as the browser gets it, and as it brings it.
    const taken = await driver.call('vault.takeBackup', { ticket: backup.surfaceUrl.split('/').at(-1) ?? '' })
    await driver.call('vault.bringBackup', { base64: taken.base64 })
    await driver.call('settings.export', {})

    const canaries: Canary[] = [
      wordsCanary('words of the owner', owner.words.split(' ')),
      wordsCanary('words of the operator', operator.words.split(' ')),
      keyCanary('key of the owner', await privateKeyOfWords(owner.words.split(' '))),
      keyCanary('key of the operator', await privateKeyOfWords(operator.words.split(' '))),
      keyCanary('the key that was brought', hex),
      passwordCanary('the password', PASSWORD),
      passwordCanary('a wrong password', WRONG),
      passwordCanary('the passphrase of the backup', PASSPHRASE),
    ]
    const found = new Set<string>()
    const look = (where: string, bytes: Buffer): void => findCanaries(where, bytes, canaries).forEach((one) => found.add(one))
    const lookAtFiles = async (): Promise<void> => {
      for (const { path, bytes } of await filesUnder(dataDir)) look(path.slice(dataDir.length), bytes)
    }
    for (const { where, bytes } of await processTexts()) look(where, bytes)
    for (const path of ['/', '/index.html', '/sign-in', '/nothing', '/surface.css']) {
      const answer = await fetch(new URL(path, shell.url), { headers: { Cookie: cookie } })
      look(`GET ${path}`, Buffer.from(`${JSON.stringify([...answer.headers])}${await answer.text()}`))
    }
    await lookAtFiles()
    const processes = (await processTexts()).map(({ where }) => where)
    socket.terminate()
    await shell.close()
    await driver.stop()
    // What is written at the end, too.
    await lookAtFiles()
    for (const { where, text } of heard) look(where, Buffer.from(text))
    expect([...found]).toEqual([])

    // The search finds what is there, everywhere that it looked.
    const names = (await filesUnder(dataDir)).map(({ path }) => path.slice(dataDir.length + 1))
    for (const name of ['hearth.db', 'practice.json', 'logs/hearth.log', 'vault/vault.hearth']) expect(names).toContain(name)
    expect(heard.some(({ where, text }) => where === 'a frame of the socket' && text.includes(operator.address))).toBe(true)
    expect(heard.some(({ where, text }) => where === 'a patch' && text.includes(owner.address))).toBe(true)
    expect(heard.some(({ where, text }) => where === 'answer to nodes.logPage' && text.includes('"number"'))).toBe(true)
    expect(processes.filter((where) => where.endsWith('below')).length).toBeGreaterThanOrEqual(3)
    for (const canary of canaries)
      expect(findCanaries('self', Buffer.concat([Buffer.from('x'), canary.forms[0] ?? Buffer.alloc(0)]), canaries)).toContain(
        `self: ${canary.what}`,
      )
    // The operator key was in the miner's volume, which lies in memory and not in the file of Practice.
    const saved = JSON.parse(await readFile(join(dataDir, 'practice.json'), 'utf8')) as { engine: string }
    const { volumes } = JSON.parse(saved.engine) as { volumes: { memory: boolean; files: unknown[] }[] }
    expect(volumes.filter((volume) => volume.memory).map((volume) => volume.files)).toEqual([[]])
    expect(volumes.some((volume) => !volume.memory && volume.files.length > 0)).toBe(true)
  },
)
