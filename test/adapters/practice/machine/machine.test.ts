import { afterEach, describe, expect, test, vi } from 'vitest'
import { createTxCodec } from '#main/adapters/cosmos/tx/index.ts'
import { createPractice, type PracticeFile, type PracticeMachine } from '#main/adapters/practice/machine.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { makeChain, releaseChain } from '#main/core/nodes/make-chain.ts'
import { specOf, namesOf } from '#main/core/nodes/specs.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'

const names = namesOf('0badcafe')
const NODE = names.container('pocket')
const NOBODY = { owner: undefined, operator: undefined, relayUrl: '', servedHere: [] }

function memoryFile(text?: string): PracticeFile & { text: string | undefined; aside: number } {
  return {
    text,
    aside: 0,
    async read() {
      return this.text
    },
    async write(next) {
      this.text = next
    },
    async setAside() {
      this.aside += 1
      this.text = undefined
    },
  }
}

let machine: PracticeMachine | undefined
const open = async (file: PracticeFile): Promise<PracticeMachine> => {
  machine = await createPractice({
    file,
    installId: '0badcafe',
    clock: systemClock,
    log: createQuietLog(),
    codec: createTxCodec('practice'),
  })
  return machine
}
afterEach(async () => {
  await machine?.stop()
  machine = undefined
})

/** What the core does when the user starts the network, by the engine port alone. */
async function startNode(practice: PracticeMachine): Promise<void> {
  const { engine, catalog, rules } = practice
  const entry = catalog.find((each) => each.nodeId === 'pocket')
  if (!entry) throw new Error('no node in the catalogue')
  await practice.practice.control({ kind: 'speed', speed: 100 }, NOBODY)
  const image = await engine.pull(entry.image.reference, () => undefined, new AbortController().signal)
  const row = {
    id: 'pocket',
    network: 'practice',
    wanted: 'running',
    wantedBy: 'user',
    imagePin: image.imageId,
    ports: {},
    updatedAtMs: 0,
  } as const
  const spec = specOf(entry, row, names, {})
  if (!spec) throw new Error('no spec')
  for (const network of entry.networks) await engine.ensureNetwork(names.network(network))
  for (const volume of entry.volumes) await engine.ensureVolume(names.volume(volume.name), { memory: volume.memory })
  await engine.create(spec)
  await engine.start(NODE)
  await makeChain(
    engine,
    NODE,
    rules,
    createTxCodec('practice').addressOf(`02${'11'.repeat(32)}`),
    new AbortController().signal,
    () => undefined,
  )
  await releaseChain(engine, NODE)
}
const until = (what: string, holds: () => Promise<boolean>): Promise<void> =>
  vi.waitFor(async () => expect(await holds(), what).toBe(true), { timeout: 20_000, interval: 50 })
const headOf = (practice: PracticeMachine) =>
  practice
    .connectChain({ rpcUrl: '', restUrl: '' })
    .head()
    .catch(() => undefined)

describe('Practice as a whole', () => {
  test('a chain grows in its container, is silent without it, and is the same one after a restart of Hearth', async () => {
    const file = memoryFile()
    const first = await open(file)
    expect(await headOf(first)).toBeUndefined()
    await startNode(first)
    await until('three blocks', async () => ((await headOf(first))?.height ?? 0) >= 3)
    const print = await first.connectChain({ rpcUrl: '', restUrl: '' }).fingerprint()
    await first.engine.stop(NODE, 5)
    await expect(first.connectChain({ rpcUrl: '', restUrl: '' }).head()).rejects.toMatchObject({ code: 'chain-unreachable' })
    await first.engine.start(NODE)
    await until('the node', async () => (await headOf(first)) !== undefined)
    const before = (await headOf(first))?.height ?? 0
    await first.stop()
    const stoodAtMs = first.clock.now()

    const second = await open(file)
    expect(second.practice.view().speed).toBe(100)
    // While nothing ran the practised time stood still.
    expect(second.clock.now() - stoodAtMs).toBeLessThan(60_000)
    await until('the node of before', async () => ((await headOf(second))?.height ?? 0) >= before)
    expect(await second.connectChain({ rpcUrl: '', restUrl: '' }).fingerprint()).toEqual(print)
    expect((await second.connectChain({ rpcUrl: '', restUrl: '' }).services()).map((service) => service.id)).toContain('anvil')
  })

  test.each([
    '',
    '{',
    '{"version":2}',
    '[]',
    JSON.stringify({ version: 1, clock: { atMs: -1, speed: 1, paused: false }, engine: '', network: null, scenario: null }),
    JSON.stringify({ version: 1, clock: { atMs: 1, speed: 1, paused: false }, engine: '{}', network: null, scenario: null }),
  ])('a file of garbage is put aside, and Practice begins anew: %s', async (text) => {
    const file = memoryFile(text)
    const practice = await open(file)
    expect(file.aside).toBe(1)
    expect((await practice.engine.probe()).kind).toBe('ready')
    expect(await practice.engine.list()).toEqual([])
  })

  test('time is steered from outside, and nonsense is refused without a change', async () => {
    const practice = await open(memoryFile())
    const control: typeof practice.practice.control = (wish, here) => practice.practice.control(wish, here)
    const view = () => practice.practice.view()
    let told = 0
    practice.practice.onChange(() => (told += 1))
    await control({ kind: 'pause', paused: true }, NOBODY)
    const { nowMs } = view()
    await expect(control({ kind: 'jump-to', atMs: nowMs - 1 }, NOBODY)).rejects.toMatchObject({ code: 'invalid-request' })
    await expect(control({ kind: 'speed', speed: -1 }, NOBODY)).rejects.toMatchObject({ code: 'invalid-request' })
    await expect(control({ kind: 'next-moment' }, NOBODY)).rejects.toMatchObject({ code: 'chain-unreachable' })
    expect(view()).toMatchObject({ nowMs, speed: 1, paused: true, next: undefined })
    await control({ kind: 'jump-to', atMs: nowMs + 5_000 }, NOBODY)
    expect(view().nowMs).toBe(nowMs + 5_000)
    expect(told).toBe(2)
  })
})

test('requests of Practice never leave it', async () => {
  const { net } = await open(memoryFile())
  const post = (url: string) => net.post(url, new Uint8Array(), {}, 500)
  await expect(post('https://example.net/')).rejects.toMatchObject({
    code: 'no-network',
    detail: { reason: expect.stringContaining('own containers') },
  })
  await expect(post('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'no-network', detail: { reason: 'ECONNREFUSED' } })
  await expect(post('no url')).rejects.toMatchObject({ code: 'endpoint-invalid' })
})
