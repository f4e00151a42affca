import { randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createVault } from '#main/adapters/vault/index.ts'
import type { Heads } from '#main/core/chain/heads.ts'
import { createKeyGiver } from '#main/core/keys/give-key.ts'
import { createKeys } from '#main/core/keys/keys.ts'
import { createServingKeys } from '#main/core/keys/serving-keys.ts'
import type { Store } from '#main/core/ports/store.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { TEST_LABEL } from '#test/localnet/chain.ts'
import { docker, mustDocker } from '#test/localnet/engine.ts'
import { readMachine } from '#test/localnet/prepare.ts'
import { createTestClock, createTestLog } from '../../fakes/clock.ts'
import { CHEAP, formOf, PASSWORD, temporaryFolder, textOf, VECTOR_KEYS as keys } from '../../adapters/vault/support.ts'

/** A restart with nobody there: real vault, real key process, real engine, real pocketd. */

const operator = keys.keys[1]
const name = `hearth-unattended-${randomBytes(4).toString('hex')}`
const command = ['pocketd', 'keys', 'import-hex', 'op1', '--keyring-backend', 'test', '--keyring-dir', '/keys']

describe('after a restart with nobody there', { timeout: 60_000 }, () => {
  let socket = ''
  beforeAll(async () => {
    const machine = readMachine()
    if (machine.engineSocket === null) throw new Error('this machine has no engine')
    socket = machine.engineSocket
    const keeper = ['run', '--detach', '--init', '--label', TEST_LABEL, '--name', name, '--log-driver', 'none', '--network', 'none']
    const memory = ['--tmpfs', '/keys:uid=1025,gid=1025,mode=0700,size=1m']
    await mustDocker(socket, [...keeper, ...memory, '--entrypoint', 'sleep', machine.testImages['pocketd'] ?? '', '86400'])
  })
  afterAll(() => docker(socket, ['rm', '--force', name]))

  /** One life of vault and core on the same folder and store, as a start of Hearth makes it. */
  const life = async (dataDir: string, kept: Map<string, string>, machineIdFiles: string[]) => {
    const clock = createTestClock()
    const log = createTestLog()
    const app = { version: '0', shell: 'web' as const, host: 'h', network: 'local' as const, startedAtMs: clock.now(), notice: null }
    const state = createStatePublisher(initialState(app), clock)
    const store = {
      setting: (key: string) => Promise.resolve(kept.get(key)),
      setSetting: (key: string, value: string) => Promise.resolve(void kept.set(key, value)),
      addActivity: () => Promise.resolve(),
    } as Partial<Store> as Store
    const vault = await createVault({ dataDir, clock, log, kdf: CHEAP, machineIdFiles })
    const owned = createKeys({ vault, store, state, clock, log, autoLockMinutes: () => 5 })
    const give = createKeyGiver({
      vault,
      keeperTarget: () => Promise.resolve({ engineEndpoint: `unix://${socket}`, container: name, command }),
      openUnattended: () => owned.openUnattended(),
      heads: { current: () => undefined, params: () => undefined, height: () => 0 } as Partial<Heads> as Heads,
      state,
      clock,
      log,
    })
    await owned.refresh()
    const serving = createServingKeys({
      keys: () => owned.list(),
      network: () => 'local',
      last: () => undefined,
      claimableBlocks: () => 0,
      store: { claims: () => Promise.resolve([]), setting: () => Promise.resolve(undefined), setSetting: () => Promise.resolve() },
      fence: owned.fence,
    })
    return { vault, keys: owned, give: async () => give((await serving.read()).keys, false), state }
  }
  const held = async (): Promise<string> => {
    const shown = await docker(socket, [
      'exec',
      name,
      'pocketd',
      'keys',
      'show',
      'op1',
      '-a',
      '--keyring-backend',
      'test',
      '--keyring-dir',
      '/keys',
    ])
    return shown.stdout.trim()
  }

  it('the vault opens by its key file and the miner key is in the keeper; a copy elsewhere gives it to nobody', async () => {
    const dataDir = await temporaryFolder()
    const machines = [join(dataDir, 'this-machine'), join(dataDir, 'other-machine')] as const
    await writeFile(machines[0], 'a'.repeat(32))
    await writeFile(machines[1], 'b'.repeat(32))
    const kept = new Map<string, string>()
    const first = await life(dataDir, kept, [machines[0]])
    await first.keys.create(PASSWORD)
    const { token } = await first.keys.openNewKey({ name: 'op1', role: 'operator', mode: 'import' })
    const shown = await first.vault.surface(token, 'GET', new Uint8Array(0))
    const done = await first.vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret: operator?.privateKeyHex ?? '' }))
    if (!done.outcome) throw new Error(textOf(done.page))
    await first.keys.take(done.outcome)
    await first.keys.setUnlockMode('file', PASSWORD)
    first.keys.stop()
    await first.vault.stop()
    expect(await held()).toBe('')

    // The same files on another machine: fenced before anything is opened.
    const moved = await life(dataDir, new Map(kept), [machines[1]])
    expect(await moved.give()).toBe(false)
    expect(await moved.vault.status()).toEqual({ kind: 'locked' })
    expect(Object.values(moved.state.state.keys)[0]?.fenced).toBe('moved')
    await moved.vault.stop()
    expect(await held()).toBe('')

    const second = await life(dataDir, kept, [machines[0]])
    try {
      expect(await second.vault.status()).toEqual({ kind: 'locked' })
      expect(await second.give()).toBe(true)
      expect(await second.vault.status()).toEqual({ kind: 'unlocked' })
      expect(await held()).toBe(operator?.address)
    } finally {
      second.keys.stop()
      await second.vault.stop()
    }
  })
})

describe('what Hearth exports', { timeout: 60_000 }, () => {
  it('opens in pocketd', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-export-'))
    const vault = await createVault({ dataDir: folder, clock: createTestClock(), log: createTestLog(), kdf: CHEAP })
    try {
      await vault.create(PASSWORD)
      const made = await vault.openNewKey({ name: 'own', role: 'owner', network: 'local', mode: 'import' })
      let { page } = await vault.surface(made.token, 'GET', new Uint8Array(0))
      const done = await vault.surface(made.token, 'POST', formOf(page, { action: 'import', secret: keys.mnemonic, account: '1' }))
      const keyId = done.outcome?.kind === 'key-made' ? done.outcome.key.id : ''
      const { token } = await vault.openPage({ kind: 'export', keyId })
      page = (await vault.surface(token, 'GET', new Uint8Array(0))).page
      const fields = { action: 'show', form: 'armor', passphrase: 'pass for pocketd', again: 'pass for pocketd', password: PASSWORD }
      const text = textOf((await vault.surface(token, 'POST', formOf(page, fields))).page)
      const armor = /<pre class="secret">([^<]*)<\/pre>/.exec(text)?.[1] ?? ''
      await writeFile(join(folder, 'key.armor'), armor, { mode: 0o600 })

      const binary = readMachine().pocketdPath
      if (binary === null) throw new Error('this machine has no pocketd')
      const ring = ['--keyring-backend', 'test', '--keyring-dir', folder]
      const run = (args: string[], input = ''): Promise<string> =>
        new Promise((resolve) => {
          const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'] })
          let printed = ''
          child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
          child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
          child.on('close', () => resolve(printed.trim()))
          child.stdin.end(input)
        })
      await run(['keys', 'import', 'own', join(folder, 'key.armor'), ...ring], 'pass for pocketd\n')
      expect(await run(['keys', 'show', 'own', '-a', ...ring])).toBe(keys.keys[2]?.address)
    } finally {
      await vault.stop()
      await rm(folder, { recursive: true, force: true })
    }
  })
})
