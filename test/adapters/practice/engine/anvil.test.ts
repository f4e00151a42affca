import { describe, expect, it } from 'vitest'
import { createBackendControl } from '#main/adapters/practice/engine/programs/anvil.ts'
import { createChooseProgram } from '#main/adapters/practice/engine/programs/choose.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import { anvil } from '#shared/catalog/entries/anvil.ts'
import { bytes, createEngineScene, text } from './engine-scene.ts'

const PORT = 8_545
const NAMES = namesOf('unit')

/** The backend's container as Hearth makes it. */
async function backendScene() {
  const control = createBackendControl()
  const scene = createEngineScene({
    choose: createChooseProgram({
      addressPrefix: 'practice',
      backend: control,
      miner: () => undefined,
      onChainStart: () => Promise.reject(new Error('no chain here')),
    }),
    registry: [
      { reference: anvil.image.reference, sizeBytes: 1_000, layerBytes: [100] },
      { reference: 'registry.test/box:1', sizeBytes: 1, layerBytes: [1] },
    ],
  })
  scene.practice.images.load(anvil.image.reference)
  for (const network of anvil.networks) await scene.engine.ensureNetwork(NAMES.network(network))
  const row = {
    id: 'backend',
    network: 'practice',
    wanted: 'running',
    wantedBy: 'user',
    imagePin: anvil.image.reference,
    ports: { '8545': PORT },
    updatedAtMs: 0,
  } as const
  const spec = specOf(anvil, row, NAMES, {})
  if (!spec) throw new Error('no spec')
  await scene.engine.create(spec)
  await scene.engine.start(spec.name)
  const ask = async (body: string, headers: Record<string, string> = { 'Content-Type': 'application/json' }, method = 'POST') => {
    const answer = await scene.practice.request(PORT, { method, path: '/', headers, body: bytes(body) })
    return answer && { status: answer.status, text: text(answer.body) }
  }
  const call = async (method: string, params: unknown[] = []): Promise<unknown> => {
    const answer = JSON.parse((await ask(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })))?.text ?? '{}') as {
      result?: unknown
      error?: unknown
    }
    return answer.error ?? answer.result
  }
  return { ...scene, name: spec.name, control, ask, call }
}

describe('the practised backend', () => {
  it('makes a block every two practised seconds', async () => {
    const { call, clock } = await backendScene()
    expect(await call('eth_blockNumber')).toBe('0x0')
    await clock.advance(1_999)
    expect(await call('eth_blockNumber')).toBe('0x0')
    await clock.advance(1)
    expect(await call('eth_blockNumber')).toBe('0x1')
    await clock.advance(86_400_000)
    expect(await call('eth_blockNumber')).toBe(`0x${(43_201).toString(16)}`)
    const block = (await call('eth_getBlockByNumber', ['latest', false])) as { number: string; timestamp: string; parentHash: string }
    expect(Number(block.timestamp)).toBe(Math.floor(clock.now() / 1_000))
    const parent = (await call('eth_getBlockByNumber', [`0x${(Number(block.number) - 1).toString(16)}`, false])) as { hash: string }
    expect(block.parentHash).toBe(parent.hash)
  })

  it.each([
    // As anvil 1.7.1 answered them on a real engine.
    ['eth_chainId', [], '0x7a69'],
    ['net_version', [], '31337'],
    ['web3_clientVersion', [], 'anvil/v1.7.1'],
    ['eth_syncing', [], false],
    ['net_listening', [], true],
    ['eth_protocolVersion', [], 1],
    ['eth_getBalance', ['0x0000000000000000000000000000000000000001', 'latest'], '0x0'],
    ['eth_getBalance', ['0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', 'latest'], '0x21e19e0c9bab2400000'],
    ['eth_getBlockByNumber', ['0xffff', false], null],
    ['web3_sha3', ['0x68656c6c6f'], '0x1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8'],
    ['nope_method', [], { code: -32_601, message: 'Method not found' }],
    ['toString', [], { code: -32_601, message: 'Method not found' }],
    ['net_peerCount', [], { code: -32_601, message: 'Method not found' }],
    ['web3_sha3', [], { code: -32_602, message: 'expected params sequence with length 1 but got 0' }],
    [
      'eth_getBalance',
      [],
      { code: -32_602, message: 'invalid length 0, expected tuple variant EthRequest::EthGetBalance with 2 elements' },
    ],
    [
      'eth_getBlockByNumber',
      [],
      { code: -32_602, message: 'invalid length 0, expected tuple variant EthRequest::EthGetBlockByNumber with 2 elements' },
    ],
  ])('answers %s %j as anvil does', async (method, params, answer) => {
    const { call } = await backendScene()
    expect(await call(method, params)).toEqual(answer)
  })

  it('takes the shapes that anvil takes and refuses the others as it does', async () => {
    const { ask } = await backendScene()
    const invalid = { status: 200, text: '{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request"}}' }
    for (const body of ['{}', 'junk', '', '[]', '1', 'null', '{"jsonrpc":"2.0","id":3}']) expect(await ask(body)).toEqual(invalid)
    const good = '{"jsonrpc":"2.0","id":3,"method":"eth_chainId"}'
    expect(await ask(good)).toEqual({ status: 200, text: '{"jsonrpc":"2.0","id":3,"result":"0x7a69"}' })
    expect(await ask(good, { 'content-type': 'application/json; charset=utf-8' })).toMatchObject({
      status: 200,
      text: expect.stringContaining('0x7a69') as string,
    })
    expect(await ask(good, {})).toEqual(invalid)
    expect(await ask('{"jsonrpc":"2.0","method":"eth_chainId"}')).toEqual({ status: 204, text: '' })
    expect(await ask(`[${good},{"jsonrpc":"2.0","id":4,"method":"nope"}]`)).toEqual({
      status: 200,
      text: '[{"jsonrpc":"2.0","id":3,"result":"0x7a69"},{"jsonrpc":"2.0","id":4,"error":{"code":-32601,"message":"Method not found"}}]',
    })
    expect(await ask('', {}, 'GET')).toMatchObject({ status: 400 })
  })

  it('falls behind, fails and dawdles as told, in the same way each time', async () => {
    const { call, ask, clock, control } = await backendScene()
    await clock.advance(200_000)
    control.set({ lagBlocks: 30 })
    expect(await call('eth_blockNumber')).toBe(`0x${(70).toString(16)}`)
    control.set({ lagBlocks: 10_000 })
    expect(await call('eth_blockNumber')).toBe('0x0')
    control.set({ lagBlocks: 0, errorRate: 1 })
    expect(await ask('{}')).toMatchObject({ status: 500 })
    control.set({ errorRate: 0 })
    const good = '{"jsonrpc":"2.0","id":3,"method":"eth_chainId"}'
    for (let times = 0; times < 20; times += 1) expect((await ask(good))?.status).toBe(200)
    const fails = async (): Promise<number[]> => {
      const scene = await backendScene()
      scene.control.set({ errorRate: 0.3 })
      const statuses: number[] = []
      for (let times = 0; times < 400; times += 1) statuses.push((await scene.ask(good))?.status ?? 0)
      return statuses
    }
    const first = await fails()
    expect(first.filter((status) => status === 500).length).toBeGreaterThan(90)
    expect(first.filter((status) => status === 500).length).toBeLessThan(150)
    expect(await fails()).toEqual(first)
    control.set({ latencyMs: 3_000 })
    let answered = false
    const slow = ask(good).then(() => (answered = true))
    await clock.advance(0)
    await clock.advance(2_999)
    expect(answered).toBe(false)
    await clock.advance(1)
    await slow
  })

  it('keeps what it was told when it is told garbage', () => {
    const control = createBackendControl()
    control.set({ latencyMs: 5 })
    for (const change of [
      { latencyMs: -1 },
      { latencyMs: Number.NaN },
      { errorRate: 1.1 },
      { lagBlocks: Infinity },
      { latencyMs: 7, errorRate: -1 },
    ])
      expect(() => control.set(change)).toThrow(/invalid-request/)
    expect([control.latencyMs, control.errorRate, control.lagBlocks]).toEqual([5, 0, 0])
  })

  it('says what it was asked in its log, ends well, and begins at block 0 again', async () => {
    const { call, clock, engine, name } = await backendScene()
    await clock.advance(10_000)
    await call('eth_blockNumber')
    expect((await engine.logs(name, { tail: 1 }))[0]?.text).toBe('eth_blockNumber')
    await engine.stop(name, 1)
    expect((await engine.list())[0]).toMatchObject({ state: 'exited', exitCode: 0 })
    await engine.start(name)
    expect(await call('eth_blockNumber')).toBe('0x0')
  })
})
