import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createNet } from '#main/adapters/system/net.ts'
import { INGRESS_TEMPLATE, renderIngressConfig } from '#main/core/nodes/ingress.ts'
import { encodeRelayRequest } from '#main/core/relays/relay-messages.ts'
import { isHeldOff, withHeldOff } from '#main/core/relays/held-off.ts'
import { docker, freePort, mustDocker } from '#test/localnet/engine.ts'
import { projectRoot } from '#test/localnet/paths.ts'
import { readMachine } from '#test/localnet/prepare.ts'
import { until } from '#test/localnet/process.ts'
import { engineSocket } from '../engine/docker-engine.ts'

const LEAVES = 'pokt1leaves0000000000000000000000000000000x'
const STAYS = 'pokt1stays00000000000000000000000000000000x'
const NAME = `hearth-heldoff-${Math.floor(Math.random() * 1e8).toString(36)}`
const relay = (
  supplierOperatorAddress: string,
  payload: Uint8Array,
  signature = Uint8Array.from({ length: 300 }, (_, at) => (at * 7) % 256),
) =>
  encodeRelayRequest({
    // The application may be anybody, also one with the address of who leaves.
    sessionHeader: { applicationAddress: LEAVES, serviceId: 'anvil', sessionId: 'ab'.repeat(32), startHeight: 1, endHeight: 10 },
    signature,
    supplierOperatorAddress,
    payload,
  })

describe('the real ingress while one of several suppliers leaves', () => {
  let socket = ''
  let folder = ''
  let port = 0
  let miner: Server
  const taken: number[] = []
  const net = createNet('/tmp')
  const send = async (body: Uint8Array): Promise<number> =>
    (await net.post(`http://127.0.0.1:${port}/`, body, { 'content-type': 'application/json' }, 20_000)).status
  const start = async (operators: string[]): Promise<void> => {
    await docker(socket, ['rm', '-f', NAME])
    const minerPort = await freePort()
    await new Promise<void>((resolve) => {
      miner = createServer((request, response) => {
        let bytes = 0
        request.on('data', (chunk: Buffer) => (bytes += chunk.length))
        request.on('end', () => {
          taken.push(bytes)
          response.end('taken')
        })
      }).listen(minerPort, '127.0.0.1', resolve)
    })
    port = await freePort()
    const template = readFileSync(join(projectRoot, 'resources/templates', INGRESS_TEMPLATE), 'utf8')
    const config = withHeldOff(renderIngressConfig(template), operators)
    await writeFile(
      join(folder, 'ingress.json'),
      config.replace('"miner:8545"', `"127.0.0.1:${minerPort}"`).replace('":8080"', `":${port}"`),
    )
    const { caddy } = readMachine().testImages
    if (caddy === undefined) throw new Error('this machine lacks the image of the ingress')
    const mount = ['-v', `${folder}:/etc/hearth:ro`]
    await mustDocker(socket, [
      'run',
      '-d',
      '--name',
      NAME,
      '--network',
      'host',
      ...mount,
      caddy,
      'caddy',
      'run',
      '--config',
      '/etc/hearth/ingress.json',
    ])
    await until('the ingress answers', 20_000, async () =>
      (await send(new Uint8Array()).catch(() => undefined)) === undefined ? undefined : true,
    )
    taken.length = 0
  }

  beforeAll(async () => {
    socket = await engineSocket()
    folder = await mkdtemp(join(tmpdir(), 'hearth-heldoff-'))
  })
  afterAll(async () => {
    await docker(socket, ['rm', '-f', NAME])
    miner.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('refuses its relays, and hands those of all others on whole, the largest too', async () => {
    await start([LEAVES])
    expect(await send(relay(LEAVES, new TextEncoder().encode('{"method":"eth_blockNumber"}')))).toBe(503)
    expect(await send(relay(LEAVES, new Uint8Array(5_000_000)))).toBe(503)
    expect(taken).toEqual([])
    const payloads = [
      new TextEncoder().encode(`{"params":["${LEAVES}"]}`),
      new Uint8Array(0),
      Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 31) % 256),
    ]
    for (const payload of payloads) expect(await send(relay(STAYS, payload))).toBe(200)
    expect(taken).toEqual(payloads.map((payload) => relay(STAYS, payload).length))
    expect(await isHeldOff(net, `http://127.0.0.1:${port}`, LEAVES)).toBe(true)
    expect(await isHeldOff(net, `http://127.0.0.1:${port}`, STAYS)).toBe(false)
    miner.close()
  })

  it('takes all of them while nobody leaves', async () => {
    await start([])
    expect(await send(relay(LEAVES, new Uint8Array(10)))).toBe(200)
    expect(await isHeldOff(net, `http://127.0.0.1:${port}`, LEAVES)).toBe(false)
  })
})
