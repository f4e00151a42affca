import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVault } from '#main/adapters/vault/index.ts'
import { TEST_LABEL } from '#test/localnet/chain.ts'
import { docker, mustDocker } from '#test/localnet/engine.ts'
import { readMachine } from '#test/localnet/prepare.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { CHEAP, formOf, PASSWORD, temporaryFolder, textOf, VECTOR_KEYS as keys } from '../../adapters/vault/support.ts'

/** The key process against a real engine and the real pocketd. */

const operator = keys.keys[1]
const name = `hearth-vault-${randomBytes(4).toString('hex')}`
const command = ['pocketd', 'keys', 'import-hex', 'op1', '--keyring-backend', 'test', '--keyring-dir', '/keys']

/** One GET on the engine's socket, as text. */
const ask = (socket: string, path: string): Promise<string> =>
  new Promise((resolve, reject) => {
    request({ socketPath: socket, path }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve(text))
    })
      .on('error', reject)
      .end()
  })

describe('deliverKey on a real engine', () => {
  let socket = ''
  beforeAll(async () => {
    const machine = readMachine()
    if (machine.engineSocket === null) throw new Error('this machine has no engine')
    socket = machine.engineSocket
    const memory = ['--opt', 'type=tmpfs', '--opt', 'device=tmpfs', '--opt', 'o=uid=1025,gid=1025,mode=0700,size=1m']
    await mustDocker(socket, ['volume', 'create', '--label', TEST_LABEL, '--driver', 'local', ...memory, `${name}-keys`])
    const keeper = ['run', '--detach', '--init', '--label', TEST_LABEL, '--name', name, '--log-driver', 'json-file', '--network', 'none']
    await mustDocker(socket, [
      ...keeper,
      '--volume',
      `${name}-keys:/keys`,
      '--entrypoint',
      'sleep',
      machine.testImages['pocketd'] ?? '',
      '86400',
    ])
  })
  afterAll(async () => {
    await docker(socket, ['rm', '--force', name])
    await docker(socket, ['volume', 'rm', '--force', `${name}-keys`])
  })

  it('the keeper then holds the key, and nothing that can be inspected shows it', async () => {
    const vault = await createVault({ dataDir: await temporaryFolder(), clock: createTestClock(), log: createTestLog(), kdf: CHEAP })
    try {
      await vault.create(PASSWORD)
      const { token } = await vault.openNewKey({ name: 'op1', role: 'operator', network: 'local', mode: 'import' })
      const shown = await vault.surface(token, 'GET', new Uint8Array(0))
      const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret: operator?.privateKeyHex ?? '' }))
      if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
      const { id } = done.outcome.key

      const followed: string[] = []
      const events = request(
        { socketPath: socket, path: `/events?filters=${encodeURIComponent(JSON.stringify({ container: [name] }))}` },
        (answer) => {
          answer.setEncoding('utf8')
          answer.on('data', (chunk: string) => followed.push(chunk))
        },
      )
      events.on('error', () => undefined)
      events.end()
      const target = { engineEndpoint: `unix://${socket}`, container: name, command }
      await vault.deliverKey(id, target)

      const keyring = ['--keyring-backend', 'test', '--keyring-dir', '/keys']
      expect((await mustDocker(socket, ['exec', name, 'pocketd', 'keys', 'show', 'op1', '-a', ...keyring])).trim()).toBe(operator?.address)

      await expect.poll(() => followed.join('').includes('exec_start')).toBe(true)
      events.destroy()
      const execIds = new Set([...followed.join('').matchAll(/"execID":"([0-9a-f]{64})"/g)].map((match) => match[1] ?? ''))
      expect(execIds.size).toBeGreaterThan(0)
      const seen = [
        await ask(socket, `/containers/${name}/json`),
        await mustDocker(socket, ['logs', name]),
        followed.join(''),
        ...(await Promise.all([...execIds].map((execId) => ask(socket, `/exec/${execId}/json`)))),
      ].join('\n')
      expect(seen).toContain('import-hex')
      const raw = Buffer.from(operator?.privateKeyHex ?? '', 'hex')
      for (const secret of [raw.toString('hex'), raw.toString('hex').toUpperCase(), raw.toString('base64')])
        expect(seen).not.toContain(secret)

      // What the program says when it refuses comes through, cleared.
      await expect(vault.deliverKey(id, { ...target, command: [...command, '--no-such-flag'] })).rejects.toMatchObject({
        code: 'engine-failed',
        detail: { reason: expect.stringContaining('unknown flag') },
      })
      await expect(vault.deliverKey(id, { ...target, container: `${name}-gone` })).rejects.toMatchObject({ code: 'engine-failed' })
      // Twice is once; another key under the same name is refused and the first one stays.
      await vault.deliverKey(id, target)
      const other = await vault.openNewKey({ name: 'op2', role: 'operator', network: 'local', mode: 'import' })
      const form = (await vault.surface(other.token, 'GET', new Uint8Array(0))).page
      const made = await vault.surface(other.token, 'POST', formOf(form, { action: 'import', secret: keys.keys[2]?.privateKeyHex ?? '' }))
      if (made.outcome?.kind !== 'key-made') throw new Error(textOf(made.page))
      await expect(vault.deliverKey(made.outcome.key.id, target)).rejects.toMatchObject({
        code: 'engine-failed',
        detail: { reason: 'another key has this name in the container' },
      })
      expect((await mustDocker(socket, ['exec', name, 'pocketd', 'keys', 'show', 'op1', '-a', ...keyring])).trim()).toBe(operator?.address)
    } finally {
      await vault.stop()
    }
  })
})
