import { randomBytes } from 'node:crypto'
import { lstat, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { addressOf } from '#main/adapters/cosmos/tx/address.ts'
import { createBackendControl } from '#main/adapters/practice/engine/programs/anvil.ts'
import { createChooseProgram, isKeeperSpec } from '#main/adapters/practice/engine/programs/choose.ts'
import { createVault } from '#main/adapters/vault/index.ts'
import { deliverKey } from '#main/adapters/vault/exec-stdin.ts'
import { pubKeyHexOf } from '#main/adapters/vault/signatures.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import { keeper } from '#shared/catalog/entries/keeper.ts'
import { createTestClock, createTestLog } from '#test/fakes/clock.ts'
import { CHEAP, formOf, PASSWORD, temporaryFolder, textOf } from '../../vault/support.ts'
import { boxSpec, createEngineScene, IMAGE, refusal, text } from './engine-scene.ts'

const NAMES = namesOf('unit')
const KEEPER = NAMES.container('keeper')
const RING = ['--keyring-backend', 'test', '--keyring-dir', '/keys']
const IMPORT = ['pocketd', 'keys', 'import-hex', 'operator', ...RING]
const close: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of close.splice(0)) await end()
})

/** A keeper as Hearth makes it, another container beside it, and the socket. */
async function keeperScene() {
  const scene = createEngineScene({
    choose: createChooseProgram({
      addressPrefix: 'practice',
      backend: createBackendControl(),
      miner: () => undefined,
      onChainStart: () => Promise.reject(new Error('no chain here')),
    }),
    registry: [
      { reference: keeper.image.reference, sizeBytes: 1_000, layerBytes: [100] },
      { reference: IMAGE, sizeBytes: 1, layerBytes: [1] },
    ],
  })
  close.push(() => scene.practice.close())
  scene.practice.images.load(keeper.image.reference)
  for (const volume of keeper.volumes) await scene.engine.ensureVolume(NAMES.volume(volume.name), { memory: volume.memory })
  const row = {
    id: 'keeper',
    network: 'practice',
    wanted: 'running',
    wantedBy: 'user',
    imagePin: keeper.image.reference,
    ports: {},
    updatedAtMs: 0,
  } as const
  const spec = specOf(keeper, row, NAMES, {})
  if (!spec) throw new Error('no spec')
  await scene.engine.create(spec)
  await scene.engine.start(KEEPER)
  await scene.engine.create(boxSpec('stranger'))
  await scene.engine.start('stranger')
  const endpoint = await scene.practice.openKeySocket((name) => {
    const found = scene.practice.specOf(name)
    return found !== undefined && isKeeperSpec(found)
  })
  const target = { engineEndpoint: endpoint, container: KEEPER, command: IMPORT }
  return { ...scene, endpoint, socket: endpoint.replace('unix://', ''), target }
}

/** One request with JSON, as any client of the socket would make it. */
async function ask(socketPath: string, method: string, path: string, body?: string): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const asked = request(
    { socketPath, method, path, agent: false, headers: { 'Content-Length': Buffer.byteLength(body ?? '') } },
    (answer) => {
      let got = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => (got += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text: got }))
    },
  )
  asked.on('error', reject)
  asked.end(body)
  return promise
}

const newKey = () => {
  const privateKey = new Uint8Array(randomBytes(32))
  return { hex: Buffer.from(privateKey).toString('hex'), address: addressOf(pubKeyHexOf(privateKey), 'practice') }
}
const line = (hex: string): Buffer => Buffer.from(`${hex}\n`)

describe('the key socket of Practice', () => {
  it('lies in a folder of this user alone, is what the engine tells as its endpoint, and goes with the engine', async () => {
    const scene = await keeperScene()
    expect(await scene.engine.probe()).toMatchObject({ endpoint: scene.endpoint })
    expect(scene.practice.endpoint).toBe(scene.endpoint)
    expect((await stat(dirname(scene.socket))).mode & 0o777).toBe(0o700)
    expect((await lstat(scene.socket)).isSocket()).toBe(true)
    expect(await scene.practice.openKeySocket(() => true)).toBe(scene.endpoint)
    await scene.practice.close()
    await expect(stat(dirname(scene.socket))).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('takes a key by the exec of the key process; twice is once, another key of that name is refused', async () => {
    const scene = await keeperScene()
    const [mine, other] = [newKey(), newKey()]
    await deliverKey(scene.target, line(mine.hex), mine.address)
    const shown = await scene.engine.exec(KEEPER, ['pocketd', 'keys', 'show', 'operator', '--address', ...RING])
    expect(shown).toEqual({ exitCode: 0, stdout: `${mine.address}\n`, stderr: '' })
    expect((await scene.engine.exec(KEEPER, ['test', '-f', '/keys/keyring-test/operator.info'])).exitCode).toBe(0)
    await deliverKey(scene.target, line(mine.hex), mine.address)
    expect((await refusal(deliverKey(scene.target, line(other.hex), other.address))).detail['reason']).toBe(
      'another key has this name in the container',
    )
    expect((await scene.engine.exec(KEEPER, ['pocketd', 'keys', 'show', 'operator', '-a', ...RING])).stdout).toBe(`${mine.address}\n`)
  })

  it('takes keys of several names, which can be looked for by name and listed together', async () => {
    const scene = await keeperScene()
    const look = (...command: string[]) => scene.engine.exec(KEEPER, command)
    expect(await look('ls', '/keys/keyring-test')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'ls: /keys/keyring-test: No such file or directory\n',
    })
    expect(await look('sh', '-c', 'ls /keys/keyring-test 2>/dev/null || true')).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    expect(await look('ls', '/keys')).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    const keys = [newKey(), newKey()].map((key) => ({ ...key, name: `operator-${key.address.slice(-8)}` }))
    for (const { name, hex, address } of keys) {
      expect((await look('test', '-f', `/keys/keyring-test/${name}.info`)).exitCode).toBe(1)
      const command = ['pocketd', 'keys', 'import-hex', name, ...RING]
      await deliverKey({ ...scene.target, command }, line(hex), address)
      expect((await look('test', '-f', `/keys/keyring-test/${name}.info`)).exitCode).toBe(0)
      expect((await look('pocketd', 'keys', 'show', name, '-a', ...RING)).stdout).toBe(`${address}\n`)
    }
    const listed = (await look('ls', '/keys/keyring-test')).stdout
    expect(listed).toMatch(/^([^\n]+\n){4}$/)
    // As the real keyring has it: beside each key a file that finds it by its address.
    expect(listed.split('\n').filter((name) => name.endsWith('.info'))).toEqual(keys.map(({ name }) => `${name}.info`).toSorted())
    expect(listed.split('\n').filter((name) => /^[0-9a-f]{40}\.address$/.test(name))).toHaveLength(2)
    // The same key under a second name is refused by nobody, and is listed twice.
    const [first] = keys
    await deliverKey(
      { ...scene.target, command: ['pocketd', 'keys', 'import-hex', 'again', ...RING] },
      line(first?.hex ?? ''),
      first?.address ?? '',
    )
    expect((await look('ls', '/keys/keyring-test')).stdout.split('\n').filter((name) => name.endsWith('.info'))).toHaveLength(3)
  })

  it("hands what the program refuses through, in the real one's words", async () => {
    const { target } = await keeperScene()
    const { hex, address } = newKey()
    const reasons: [string[], string, RegExp][] = [
      [[...IMPORT, '--no-such-flag'], hex, /unknown flag: --no-such-flag/],
      [IMPORT, 'abcd', /password must be at least 8 characters/],
      [IMPORT, 'z'.repeat(64), /invalid byte: U\+007A 'z'/],
      [IMPORT, `${hex}0`, /odd length hex string/],
      [IMPORT, '0'.repeat(64), /invalid private key/],
      [['pocketd', 'keys', 'import-hex', ...RING], hex, /accepts between 1 and 2 arg/],
    ]
    for (const [command, input, words] of reasons) {
      const error = await refusal(deliverKey({ ...target, command }, line(input), address))
      expect(error.code).toBe('engine-failed')
      expect(error.detail['reason']).toMatch(words)
    }
    expect((await refusal(deliverKey(target, new Uint8Array(), address))).detail['reason']).toMatch(/EOF/)
  })

  it('serves keepers only, keys only, and nothing else of an engine', async () => {
    const scene = await keeperScene()
    const { hex, address } = newKey()
    for (const container of ['stranger', 'nobody', '..', '%ZZ'])
      expect((await refusal(deliverKey({ ...scene.target, container }, line(hex), address))).detail['reason']).toMatch(/404/)
    for (const command of [
      ['sh', '-c', 'true'],
      ['pocketd', 'tx'],
      ['cat', 'keys'],
    ])
      expect((await refusal(deliverKey({ ...scene.target, command }, line(hex), address))).detail['reason']).toMatch(/403/)
    const { socket } = scene
    for (const path of ['/info', '/version', '/containers/json', `/containers/${KEEPER}/json`, '/exec/abc/json', '/../x'])
      expect((await ask(socket, 'GET', path)).status).toBe(404)
    expect((await ask(socket, 'POST', '/containers/create', '{"Image":"x"}')).status).toBe(404)
    for (const body of ['', '{}', 'junk', '{"Cmd":[]}', '{"Cmd":"pocketd keys"}', '{"Cmd":[1]}'])
      expect((await ask(socket, 'POST', `/containers/${KEEPER}/exec`, body)).status).toBe(400)
    const made = await ask(socket, 'POST', `/containers/${KEEPER}/exec`, JSON.stringify({ Cmd: IMPORT }))
    const { Id: id } = JSON.parse(made.text) as { Id: string }
    expect([made.status, id.length]).toEqual([201, 64])
    expect((await ask(socket, 'POST', `/exec/${id}/start`, '{}')).status).toBe(400)
    expect(JSON.parse((await ask(socket, 'GET', `/exec/${id}/json`)).text)).toMatchObject({ Running: false, ExitCode: null })
  })

  it('runs each exec once', async () => {
    const { socket } = await keeperScene()
    const made = await ask(socket, 'POST', `/containers/${KEEPER}/exec`, JSON.stringify({ Cmd: ['pocketd', 'keys', 'list', ...RING] }))
    const { Id: id } = JSON.parse(made.text) as { Id: string }
    const start = async (): Promise<string> => {
      const { promise, resolve } = Promise.withResolvers<string>()
      const stream = connect(socket)
      let got = ''
      stream.setEncoding('latin1')
      stream.on('data', (chunk: string) => (got += chunk))
      stream.on('close', () => resolve(got))
      stream.end(`POST /exec/${id}/start HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 2\r\n\r\n{}`)
      return promise
    }
    expect(await start()).toMatch(/^HTTP\/1\.1 101 [\s\S]*No records were found in keyring/)
    expect(await start()).toMatch(/^HTTP\/1\.1 409 /)
  })

  it('ends connections of garbage and goes on', async () => {
    const scene = await keeperScene()
    const garbage = [
      '\0\0\0\r\n\r\n',
      'GET\r\n\r\n',
      'x'.repeat(40_000),
      `POST /exec HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n`,
      `POST /exec HTTP/1.1\r\nContent-Length: -1\r\n\r\n`,
    ]
    for (const words of garbage) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const stream = connect(scene.socket, () => stream.write(words))
      stream.on('error', () => undefined)
      stream.on('close', () => resolve())
      await promise
    }
    const { hex, address } = newKey()
    await deliverKey(scene.target, line(hex), address)
    // More than a key could be is not read to its end.
    await expect(deliverKey(scene.target, Buffer.alloc(200_000, 'a'), address)).rejects.toMatchObject({ code: 'engine-failed' })
  })

  it('takes the key of the real key process, and nothing that can be asked shows it', async () => {
    const scene = await keeperScene()
    const { hex, address } = newKey()
    const vault = await createVault({ dataDir: await temporaryFolder(), clock: createTestClock(), log: createTestLog(), kdf: CHEAP })
    close.push(() => vault.stop())
    await vault.create(PASSWORD)
    const { token } = await vault.openNewKey({ name: 'operator', role: 'operator', network: 'practice', mode: 'import' })
    const shown = await vault.surface(token, 'GET', new Uint8Array(0))
    const done = await vault.surface(token, 'POST', formOf(shown.page, { action: 'import', secret: hex }))
    if (done.outcome?.kind !== 'key-made') throw new Error(textOf(done.page))
    expect(done.outcome.key.address).toBe(address)
    const asked: string[] = []
    const exec = scene.engine.exec.bind(scene.engine)
    scene.engine.exec = (name, command, options) => {
      asked.push(JSON.stringify([name, command]))
      return exec(name, command, options)
    }
    await vault.deliverKey(done.outcome.key.id, scene.target)
    await vault.deliverKey(done.outcome.key.id, scene.target)
    expect((await exec(KEEPER, ['pocketd', 'keys', 'show', 'operator', '-a', ...RING])).stdout).toBe(`${address}\n`)
    expect(asked.length).toBeGreaterThan(2)
    // SECURITY: S18 neither in what is asked, nor in log, list, spec and what is saved.
    const seen = [
      ...asked,
      JSON.stringify(await scene.engine.list()),
      JSON.stringify(scene.practice.specOf(KEEPER)),
      JSON.stringify(await scene.engine.logs(KEEPER, { tail: 1_000 })),
      scene.practice.save(),
    ].join('\n')
    for (const secret of [hex, hex.toUpperCase(), Buffer.from(hex, 'hex').toString('base64'), Buffer.from(hex).toString('base64')])
      expect(seen).not.toContain(secret)
    expect(text(await scene.engine.readFile(KEEPER, '/keys/keyring-test/operator.info'))).toContain(hex)
    await scene.engine.stop(KEEPER, 2)
    await scene.engine.start(KEEPER)
    expect((await scene.engine.exec(KEEPER, ['test', '-f', '/keys/keyring-test/operator.info'])).exitCode).toBe(1)
  })
})
