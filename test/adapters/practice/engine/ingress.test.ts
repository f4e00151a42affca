import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createBackendControl } from '#main/adapters/practice/engine/programs/anvil.ts'
import { createChooseProgram } from '#main/adapters/practice/engine/programs/choose.ts'
import { createIngressProgram, type IngressProgram } from '#main/adapters/practice/engine/programs/ingress.ts'
import type { Program } from '#main/adapters/practice/parts.ts'
import { INGRESS_PATHS, INGRESS_TEMPLATE, renderIngressConfig, setRefusing } from '#main/core/nodes/ingress.ts'
import { MINER_PORTS } from '#main/core/relays/miner-config.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import { ingress } from '#shared/catalog/entries/ingress.ts'
import { bytes, createEngineScene, text } from './engine-scene.ts'

const PORT = 8_551
const NAMES = namesOf('unit')
const template = readFileSync(new URL(`../../../../resources/templates/${INGRESS_TEMPLATE}`, import.meta.url), 'utf8')
const config = renderIngressConfig(template)

/** The ingress's container as Hearth makes it, and behind it a miner that says what it was asked. */
async function ingressScene(file: string | null = config) {
  let made: IngressProgram | undefined
  const miner: Program = {
    start: () => undefined,
    stop: () => undefined,
    exec: () => ({ exitCode: 0, stdout: '', stderr: '' }),
    http: (port, request) => Promise.resolve({ status: 200, body: bytes(`${port} ${request.path} ${text(request.body)}`) }),
    usage: () => ({ cpuPercent: 0, memoryBytes: 0, diskBytes: 0, netBytes: 0 }),
  }
  const choose = createChooseProgram({
    addressPrefix: 'practice',
    backend: createBackendControl(),
    miner: () => undefined,
    ingress: () => (made = createIngressProgram()),
    onChainStart: () => Promise.reject(new Error('no chain here')),
  })
  const scene = createEngineScene({
    choose: (spec) => (spec.nodeId === 'miner' ? miner : choose(spec)),
    registry: [ingress.image.reference, 'registry.test/box:1'].map((reference) => ({ reference, sizeBytes: 1_000, layerBytes: [100] })),
  })
  scene.practice.images.load(ingress.image.reference)
  for (const network of ingress.networks) await scene.engine.ensureNetwork(NAMES.network(network))
  const row = { id: 'ingress', network: 'practice', wanted: 'running', wantedBy: 'user', updatedAtMs: 0 } as const
  const spec = specOf(ingress, { ...row, imagePin: ingress.image.reference, ports: { '8080': PORT } }, NAMES, { ingress: config })
  if (!spec) throw new Error('no spec')
  await scene.engine.create(spec)
  if (file !== null) await scene.engine.writeFile(spec.name, INGRESS_PATHS.config, bytes(file), { mode: 0o644, uid: 0, gid: 0 })
  await scene.engine.start(spec.name)
  const ask = async (path = '/', body = '{}') => {
    const answer = await scene.practice.request(PORT, { method: 'POST', path, headers: {}, body: bytes(body) })
    return answer && { status: answer.status, text: text(answer.body) }
  }
  const startMiner = async (): Promise<void> => {
    await scene.engine.create({
      ...spec,
      name: NAMES.container('miner'),
      nodeId: 'miner',
      ports: [],
      networks: [{ name: NAMES.network('front'), aliases: ['miner'] }],
    })
    await scene.engine.start(NAMES.container('miner'))
  }
  return { ...scene, name: spec.name, ask, startMiner, program: () => made }
}

describe('the practised ingress, on the configuration that Hearth writes for the real one', () => {
  it('hands relays of any path to the miner, and nothing that tells of the inside', async () => {
    const scene = await ingressScene()
    expect(await scene.ask()).toMatchObject({ status: 502 })
    await scene.startMiner()
    expect(await scene.ask('/v1?a=b', 'relay')).toEqual({ status: 200, text: `${MINER_PORTS.relays} /v1?a=b relay` })
    for (const path of ['/metrics', '/health', '/healthz', '/ready', '/metrics?x=1'])
      expect(await scene.ask(path)).toMatchObject({ status: 404 })
  })
  it('refuses while it is told to, through a restart of its container too, and serves again', async () => {
    const scene = await ingressScene()
    await scene.startMiner()
    expect(scene.program()?.serving).toBe(true)
    await setRefusing(scene.engine, scene.name, true)
    await setRefusing(scene.engine, scene.name, true)
    for (const path of ['/', '/ready', '/metrics']) expect(await scene.ask(path)).toMatchObject({ status: 503 })
    await scene.engine.stop(scene.name, 1)
    await scene.engine.start(scene.name)
    expect(await scene.ask()).toMatchObject({ status: 503 })
    expect(scene.program()?.serving).toBe(false)
    await setRefusing(scene.engine, scene.name, false)
    await setRefusing(scene.engine, scene.name, false)
    expect(await scene.ask()).toMatchObject({ status: 200 })
  })
  it('takes what the miner takes, and no more', async () => {
    const scene = await ingressScene()
    await scene.startMiner()
    expect(await scene.ask('/', 'x'.repeat(21 * 1024 * 1024))).toMatchObject({ status: 200 })
    expect(await scene.ask('/', 'x'.repeat(23 * 1024 * 1024))).toMatchObject({ status: 413 })
  })
  it.each([
    ['none', null],
    ['one that is no JSON', '{'],
    ['one with what Caddy does not know', config.replace('"reverse_proxy"', '"forward_proxy"')],
  ])('does not start with %s for a configuration', async (_what, file) => {
    const scene = await ingressScene(file)
    expect((await scene.engine.list())[0]).toMatchObject({ state: 'restarting' })
    expect(await scene.ask()).toBeUndefined()
    expect((await scene.engine.logs(scene.name, { tail: 5 })).some((line) => line.text.startsWith('Error: '))).toBe(true)
  })
})
