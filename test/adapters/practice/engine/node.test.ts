import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createPracticeEngine } from '#main/adapters/practice/engine/engine.ts'
import type { PracticeEngineControl } from '#main/adapters/practice/engine/control.ts'
import { PRACTICE_IMAGES } from '#main/adapters/practice/engine/images.ts'
import { createBackendControl } from '#main/adapters/practice/engine/programs/anvil.ts'
import { createChooseProgram } from '#main/adapters/practice/engine/programs/choose.ts'
import { readKey } from '#main/adapters/practice/engine/programs/keyring.ts'
import type { ChainHost } from '#main/adapters/practice/engine/programs/node.ts'
import type { ContainerHandle } from '#main/adapters/practice/parts.ts'
import { isAddress } from '#main/adapters/cosmos/tx/address.ts'
import { bech32Encode } from '#main/adapters/cosmos/tx/bech32.ts'
import { CHAIN_HOME, isChainMade, makeChain, releaseChain, sendFromFaucet } from '#main/core/nodes/make-chain.ts'
import { editAppToml, editConfigToml, editGenesis, setToml } from '#main/core/nodes/genesis.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import { pocketLocal } from '#shared/catalog/entries/pocket-local.ts'
import { localChainRulesSchema } from '#shared/networks/local.ts'
import { createManualClock } from '#test/fakes/engine-clock.ts'
import { refusal, text } from './engine-scene.ts'

const recorded = (name: string): string => readFileSync(join(import.meta.dirname, '../../../fixtures/pocketd-init', name), 'utf8')
const RULES = localChainRulesSchema.parse({})
const NAMES = namesOf('unit')
const NODE = NAMES.container('pocket')
const APPLICATION = bech32Encode('practice', new Uint8Array(20).fill(7))
const signal = new AbortController().signal

interface Started {
  genesis: { chain_id: string; app_state: Record<string, Record<string, unknown>> }
  handle: ContainerHandle
  stops: number
  height: number
  sent: [string, bigint][]
}
let practice: PracticeEngineControl | undefined
afterEach(() => practice?.close())

/** The node's container as Hearth makes it, running, with a chain that a test moves. */
async function nodeScene(options: { onChainStart?: () => ChainHost } = {}) {
  const clock = createManualClock()
  const chains: Started[] = []
  const made = createPracticeEngine({
    clock,
    choose: createChooseProgram({
      addressPrefix: 'practice',
      backend: createBackendControl(),
      miner: () => undefined,
      onChainStart(genesisJson, handle) {
        if (options.onChainStart) return options.onChainStart()
        const chain: Started = { genesis: JSON.parse(genesisJson) as Started['genesis'], handle, stops: 0, height: 0, sent: [] }
        chains.push(chain)
        return {
          faucetSend(address, upokt) {
            chain.sent.push([address, upokt])
            return Promise.resolve({ code: upokt > 100n ? 5 : 0, raw_log: upokt > 100n ? 'insufficient funds' : '', txhash: 'AB' })
          },
          stop: () => void (chain.stops += 1),
          height: () => chain.height,
          usage: () => ({ cpuPercent: 13, memoryBytes: 160_000_000, diskBytes: 1_000_000, netBytes: 0 }),
        }
      },
    }),
    registry: PRACTICE_IMAGES,
    installId: 'unit',
    diskBytes: 10 ** 12,
    onChange: () => undefined,
  })
  practice = made
  const { engine } = made
  made.images.load(pocketLocal.image.reference)
  for (const network of pocketLocal.networks) await engine.ensureNetwork(NAMES.network(network))
  for (const volume of pocketLocal.volumes) await engine.ensureVolume(NAMES.volume(volume.name), { memory: volume.memory })
  const row = {
    id: 'pocket',
    network: 'practice',
    wanted: 'running' as const,
    wantedBy: 'user' as const,
    imagePin: pocketLocal.image.reference,
    ports: { '26657': 26_657, '1317': 1_317 },
    updatedAtMs: 0,
  }
  const spec = specOf(pocketLocal, row, NAMES, {})
  if (!spec) throw new Error('no spec')
  await engine.create(spec)
  await engine.start(NODE)
  return {
    practice: made,
    engine,
    clock,
    chains,
    make: () => makeChain(engine, NODE, RULES, APPLICATION, signal, () => undefined),
    run: (...command: string[]) => engine.exec(NODE, command),
    read: async (path: string) => text(await engine.readFile(NODE, path)),
    seen: async () => (await engine.list())[0],
    lines: async () => (await engine.logs(NODE, { tail: 1_000 })).map((line) => line.text),
  }
}

describe('the practised node', () => {
  it('writes what the real pocketd writes: the same genesis, and settings with the same keys', async () => {
    const scene = await nodeScene()
    await scene.run('pocketd', 'init', 'local', '--chain-id', 'hearth-local-1', '--default-denom', 'upokt', '--home', CHAIN_HOME)
    const { genesis_time: mine, ...genesis } = JSON.parse(await scene.read(`${CHAIN_HOME}/config/genesis.json`)) as Record<string, unknown>
    const { genesis_time: theirs, ...wanted } = JSON.parse(recorded('genesis.json')) as Record<string, unknown>
    expect(genesis).toEqual(wanted)
    expect(Number.isNaN(Date.parse(mine as string)) || Number.isNaN(Date.parse(theirs as string))).toBe(false)
    for (const file of ['config.toml', 'app.toml']) {
      const plain = (toml: string): string[] => toml.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
      expect(plain(await scene.read(`${CHAIN_HOME}/config/${file}`))).toEqual(plain(recorded(file)))
    }
    const again = await scene.run('pocketd', 'init', 'local', '--home', CHAIN_HOME)
    expect(again).toMatchObject({ exitCode: 1, stdout: '' })
    expect(again.stderr).toContain(`genesis.json file already exists: ${CHAIN_HOME}/config/genesis.json`)
  })

  it("goes through Hearth's own making of a chain, and starts it once the ready file is there", async () => {
    const scene = await nodeScene()
    expect(await isChainMade(scene.engine, NODE)).toBe(false)
    await scene.make()
    expect(await isChainMade(scene.engine, NODE)).toBe(false)
    await scene.clock.advance(10_000)
    expect(scene.chains).toEqual([])
    await releaseChain(scene.engine, NODE)
    await scene.clock.advance(0)
    expect(await isChainMade(scene.engine, NODE)).toBe(true)
    expect(scene.chains).toHaveLength(1)
    const [{ genesis, handle } = { genesis: undefined, handle: undefined }] = scene.chains
    if (!genesis || !handle) throw new Error('no chain')
    const validator = readKey(handle, CHAIN_HOME, 'validator', 'practice')?.address ?? ''
    const faucet = readKey(handle, CHAIN_HOME, 'faucet', 'practice')?.address ?? ''
    for (const address of [validator, faucet]) expect(isAddress(address, ['practice'])).toBe(true)
    expect(genesis.chain_id).toBe(RULES.chainId)
    expect(genesis.app_state['bank']).toMatchObject({
      balances: [
        { address: validator, coins: [{ denom: 'upokt', amount: '1000000000000' }] },
        { address: faucet, coins: [{ denom: 'upokt', amount: RULES.faucetUpokt }] },
        { address: APPLICATION, coins: [{ denom: 'upokt', amount: RULES.applicationUpokt }] },
      ],
      supply: [{ denom: 'upokt', amount: String(10n ** 12n + BigInt(RULES.faucetUpokt) + BigInt(RULES.applicationUpokt)) }],
    })
    expect(genesis.app_state['auth']).toMatchObject({
      accounts: [{ account_number: '0' }, { account_number: '1' }, { address: APPLICATION }],
    })
    expect(genesis.app_state['genutil']).toMatchObject({
      gen_txs: [
        {
          body: {
            messages: [
              { value: { denom: 'upokt', amount: '900000000' }, validator_address: expect.stringMatching(/^practicevaloper1/) as string },
            ],
          },
        },
      ],
    })
    expect(genesis.app_state['service']).toMatchObject({ service_list: [{ id: 'anvil', owner_address: validator }] })
    expect(genesis.app_state['supplier']).toMatchObject({ params: { min_stake: { amount: RULES.supplierMinStakeUpokt } } })
    const config = await scene.read(`${CHAIN_HOME}/config/config.toml`)
    expect(config).toContain(`timeout_commit = "${RULES.blockMs}ms"`)
    expect((await scene.run('pocketd', 'genesis', 'validate', '--home', CHAIN_HOME)).stdout).toContain('is a valid genesis file')
  })

  it('takes the edits that Hearth makes of the real files', async () => {
    const scene = await nodeScene()
    await scene.run('pocketd', 'init', 'local', '--chain-id', 'x-1', '--default-denom', 'upokt', '--home', CHAIN_HOME)
    const read = (file: string): Promise<string> => scene.read(`${CHAIN_HOME}/config/${file}`)
    expect(() => editConfigToml('', RULES)).toThrow(/no timeout_commit/)
    expect(editConfigToml(await read('config.toml'), RULES)).toContain('laddr = "tcp://0.0.0.0:26657"')
    expect(editAppToml(await read('app.toml'))).toContain('minimum-gas-prices = "0.000001upokt"')
    expect(setToml(await read('app.toml'), 'mempool', 'max-txs', '7')).toContain('max-txs = 7')
    const edited = (json: string): unknown => (JSON.parse(editGenesis(json, RULES, 'owner')) as { app_state: unknown }).app_state
    expect(edited(await read('genesis.json'))).toEqual(edited(recorded('genesis.json')))
  })

  it('logs blocks, ends well, and begins on the same home again; a crash stops the chain too', async () => {
    const scene = await nodeScene()
    await scene.make()
    await releaseChain(scene.engine, NODE)
    await scene.clock.advance(0)
    const [chain] = scene.chains
    if (!chain) throw new Error('no chain')
    chain.height = 3
    await scene.clock.advance(1_000)
    const lines = await scene.lines()
    expect(lines.some((line) => /InitChain chainID=hearth-local-1 initialHeight=1 module=baseapp/.test(line))).toBe(true)
    for (const height of [1, 2, 3]) expect(lines.filter((line) => line.includes(`indexed block events height=${height} `))).toHaveLength(1)
    expect(lines[0]).toMatch(/^\d{1,2}:\d\d[AP]M INF /)
    expect(await scene.engine.stats(NODE)).toMatchObject({ memoryLimitBytes: pocketLocal.memoryBytes })
    await scene.engine.stop(NODE, 5)
    expect(await scene.seen()).toMatchObject({ state: 'exited', exitCode: 0 })
    expect(chain.stops).toBe(1)
    expect((await scene.lines()).at(-1)).toContain('Closing snapshots/metadata.db')
    await scene.engine.start(NODE)
    await scene.clock.advance(0)
    expect(scene.chains).toHaveLength(2)
    expect(scene.chains[1]?.genesis).toEqual(chain.genesis)
    scene.practice.crash(NODE, 137)
    await scene.clock.advance(0)
    expect(scene.chains[1]?.stops).toBe(1)
    await scene.clock.advance(1_000)
    expect(scene.chains).toHaveLength(3)
    expect(await scene.seen()).toMatchObject({ state: 'running', restartCount: 1 })
  })

  it('does not log every block of a jump', async () => {
    const scene = await nodeScene()
    await scene.make()
    await releaseChain(scene.engine, NODE)
    await scene.clock.advance(0)
    if (scene.chains[0]) scene.chains[0].height = 100_000
    await scene.clock.advance(1_000)
    const logged = (await scene.lines()).filter((line) => line.includes('indexed block events'))
    expect(logged).toHaveLength(5)
    expect(logged.at(-1)).toContain('height=100000')
  })

  it('sends play money, and passes on what the chain says', async () => {
    const scene = await nodeScene()
    await scene.make()
    const send = (upokt: bigint, to = APPLICATION, chainId = RULES.chainId): Promise<void> =>
      sendFromFaucet(scene.engine, NODE, chainId, to, upokt, signal)
    expect((await refusal(send(5n))).detail['reason']).toMatch(/connection refused/)
    await releaseChain(scene.engine, NODE)
    await scene.clock.advance(0)
    await send(5n)
    expect(scene.chains[0]?.sent).toEqual([[APPLICATION, 5n]])
    expect(await refusal(send(101n))).toMatchObject({ code: 'tx-refused', detail: { log: 'insufficient funds' } })
    expect(await refusal(send(5n, APPLICATION, 'other-1'))).toMatchObject({
      code: 'tx-refused',
      detail: { log: expect.stringMatching(/chain-id/) as string },
    })
    expect((await refusal(send(0n))).detail['reason']).toMatch(/invalid coins/)
    expect((await refusal(send(5n, 'junk'))).detail['reason']).toMatch(/invalid bech32 string length 4/)
    // SECURITY: S18 no practice money to a real address, nor the other way round.
    expect((await refusal(send(5n, 'pokt1g9ymlkmeyzz8w7d4sa9954pws2v4fr0f2x25r9'))).detail['reason']).toMatch(/expected practice, got pokt/)
    expect(scene.chains[0]?.sent).toHaveLength(2)
  })

  it('refuses what the real one refuses, in its words', async () => {
    const scene = await nodeScene()
    await scene.make()
    const refused = async (...command: string[]): Promise<string> => {
      const result = await scene.run('pocketd', ...command)
      expect(result.exitCode).toBe(1)
      expect(result.stdout).toBe('')
      expect(result.stderr).toMatch(/^Usage:/)
      return result.stderr
    }
    const ring = ['--keyring-backend', 'test', '--home', CHAIN_HOME]
    expect(await refused('wobble')).toContain('unknown command "wobble" for "pocketd"')
    expect(await refused('keys', 'show', 'nope', '--address', ...ring)).toContain(
      'nope is not a valid name or address: decoding bech32 failed: invalid bech32 string length 4',
    )
    expect(await refused('keys', 'add', 'faucet', ...ring)).toContain('EOF')
    expect(await refused('keys', 'show', 'faucet', '--no-such-flag', ...ring)).toContain('unknown flag: --no-such-flag')
    const account = ['genesis', 'add-genesis-account']
    expect(await refused(...account, 'faucet', '5upokt', ...ring)).toContain('already exists')
    expect(await refused(...account, 'junk', '5upokt', ...ring)).toContain('junk.info: key not found')
    expect(await refused(...account, APPLICATION, 'junk', ...ring)).toContain('invalid decimal coin expression: junk')
    const gentx = ['genesis', 'gentx']
    expect(await refused(...gentx, 'nobody', '5upokt', ...ring)).toContain("failed to fetch 'nobody' from the keyring")
    expect(await refused(...gentx, 'validator', '99999999999999upokt', ...ring)).toContain(
      'it only has 1000000000000upokt available to stake',
    )
    expect(await refused('genesis', 'validate', '--home', '/nowhere')).toContain(
      'open /nowhere/config/genesis.json: no such file or directory',
    )
  })

  it('that finds no room makes half a home, says so, and makes a whole one from nothing later', async () => {
    const scene = await nodeScene()
    scene.practice.setDisk(9_000)
    expect((await refusal(scene.make())).detail['reason']).toMatch(/No space left on device/)
    scene.practice.setDisk(10 ** 9)
    await scene.make()
    await releaseChain(scene.engine, NODE)
    await scene.clock.advance(0)
    expect(scene.chains).toHaveLength(1)
  })

  it.each([
    ['is no JSON', '{"a":'],
    ['has no validator', '{"chain_id":"x","app_state":{"genutil":{"gen_txs":[]}}}'],
    ['has no name', '{"app_state":{}}'],
  ])('ends with its words in the log when the genesis %s', async (_, genesis) => {
    const scene = await nodeScene()
    await scene.make()
    await scene.engine.writeFile(NODE, `${CHAIN_HOME}/config/genesis.json`, new TextEncoder().encode(genesis), {
      mode: 0o600,
      uid: 1025,
      gid: 1025,
    })
    await releaseChain(scene.engine, NODE)
    await scene.clock.advance(0)
    expect(await scene.seen()).toMatchObject({ state: 'restarting', exitCode: 1 })
    expect((await scene.lines()).join('\n')).toMatch(/genesis|validator set is empty/)
    expect(scene.chains).toEqual([])
  })

  it('ends with the words of a chain that cannot be had', async () => {
    const scene = await nodeScene({
      onChainStart() {
        throw new Error('the ledger is damaged')
      },
    })
    await scene.make()
    await releaseChain(scene.engine, NODE)
    await scene.clock.advance(0)
    expect(await scene.seen()).toMatchObject({ state: 'restarting', exitCode: 1 })
    expect((await scene.lines()).at(-1)).toBe('the ledger is damaged')
  })
})
