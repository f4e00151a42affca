import { bytesToHex } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { stateSchema } from '#shared/api/state.ts'
import { TEST_RELAY_STEPS } from '#main/core/relays/send-relays.ts'
import { createRelayScene, OPERATOR, URL_ON_CHAIN } from './relay-scene.ts'

describe('sendTest', () => {
  it('sends each relay with a signature of its own, checks each answer, keeps each result', async () => {
    const scene = createRelayScene()
    const task = await scene.send({ count: 45 })

    expect(task).toMatchObject({ kind: 'test-relays', status: 'done', done: 45, total: 45, error: null })
    expect(task.steps.map((step) => [step.key, step.status])).toEqual(TEST_RELAY_STEPS.map((key) => [key, 'done']))
    expect(task.steps[0]?.facts).toMatchObject({ sessionId: 'session-3', startHeight: '21', endHeight: '30' })
    expect(task.steps[2]?.facts).toMatchObject({ sent: '45', verified: '45', refused: '0' })

    expect(scene.miner.seen).toHaveLength(45)
    expect(new Set(scene.miner.seen.map(({ request }) => bytesToHex(request.signature))).size).toBe(45)
    expect(scene.miner.seen.every(({ request }) => request.signature.length === 199)).toBe(true)
    expect(scene.miner.seen[0]?.request).toMatchObject({
      supplierOperatorAddress: OPERATOR,
      sessionHeader: { serviceId: 'anvil', endHeight: 30 },
    })
    expect(scene.miner.seen[0]).toMatchObject({ url: URL_ON_CHAIN, headers: { 'Rpc-Type': '3' }, http: { method: 'POST', url: '/' } })
    const bodies = scene.miner.seen.map(({ http }) => JSON.parse(new TextDecoder().decode(http.body)) as { id: number; method: string })
    expect(bodies.map((body) => body.id).sort((a, b) => a - b)).toEqual(Array.from({ length: 45 }, (_, index) => index + 1))
    expect(bodies.every((body) => body.method === 'eth_blockNumber')).toBe(true)
    expect(scene.miner.busiest).toBe(4)

    expect(scene.rows).toHaveLength(45)
    expect(scene.writes.length).toBeGreaterThan(1)
    expect(scene.rows[0]).toMatchObject({
      batchId: task.id,
      serviceId: 'anvil',
      sessionId: 'session-3',
      operatorAddress: OPERATOR,
      ok: true,
      signatureOk: true,
      httpStatus: 200,
      answer: '{"jsonrpc":"2.0","id":1,"result":"0x1f"}',
      error: undefined,
    })
    expect(scene.state.state.relays).toMatchObject({
      revision: scene.writes.length,
      last: { batchId: task.id, sent: 45, answered: 45, verified: 45, refused: 0, sessionId: 'session-3' },
    })
    expect(stateSchema.parse(scene.state.state)).toEqual(scene.state.state)
    expect(scene.world.keysUsed).toEqual(['hearth-local-1'])
  })

  it('uses the override of the address, and refuses one that is no web address', async () => {
    const scene = createRelayScene()
    expect((await scene.send({ count: 1, url: 'http://127.0.0.1:9999/x' })).status).toBe('done')
    expect(scene.miner.seen[0]?.url).toBe('http://127.0.0.1:9999/x')
    for (const url of ['ftp://host', 'not a url', '']) {
      expect((await scene.send({ count: 1, url })).error, url).toEqual({ code: 'endpoint-invalid', detail: { url } })
    }
  })

  it('says what is missing before anything is sent', async () => {
    const failing = async (change: (scene: ReturnType<typeof createRelayScene>) => void) => {
      const scene = createRelayScene()
      change(scene)
      const task = await scene.send()
      expect(task.status).toBe('failed')
      expect(scene.miner.seen).toEqual([])
      expect(scene.rows).toEqual([])
      return task.error
    }
    expect(await failing((scene) => (scene.connected.chain = undefined))).toEqual({ code: 'no-network', detail: {} })
    expect(await failing((scene) => (scene.world.supplierKnown = false))).toMatchObject({ code: 'supplier-absent' })
    expect(await failing((scene) => (scene.world.applicationStaked = false))).toMatchObject({
      detail: { reason: 'application-not-staked' },
    })
    expect((await createRelayScene().send({ serviceId: 'eth' })).error).toMatchObject({
      code: 'relay-refused',
      detail: { reason: 'application-of-another-service', serviceId: 'eth' },
    })
    expect(await failing((scene) => (scene.world.operatorKeyHex = undefined))).toMatchObject({
      detail: { reason: 'operator-key-not-on-chain' },
    })
    expect(await failing((scene) => (scene.world.endpoints = [{ url: 'ws://x', rpcType: 'WEBSOCKET' }]))).toMatchObject({
      code: 'endpoint-invalid',
    })
    expect(await failing((scene) => (scene.world.suppliers = ['pokt1other']))).toEqual({
      code: 'not-in-session',
      detail: { height: '25', sessionId: 'session-3', sessionEndHeight: '30', nextSessionStart: '31', suppliers: '1', serviceId: 'anvil' },
    })
  })

  it('refuses counts outside its limits at once', () => {
    const scene = createRelayScene()
    for (const count of [0, 501, 1.5, -1]) {
      expect(() => scene.sender.sendTest({ serviceId: 'anvil', count, operatorAddress: OPERATOR })).toThrow(HearthError)
    }
    expect(Object.keys(scene.state.state.tasks)).toEqual([])
  })

  it('asks again when the node is a block behind what it told', async () => {
    const scene = createRelayScene()
    scene.world.sessionFailures = 2
    expect((await scene.send({ count: 2 })).status).toBe('done')
    scene.world.sessionFailures = 99
    expect((await scene.send({ count: 2 })).status).toBe('failed')
    expect(scene.rows).toHaveLength(2)
  })
})

describe('a session that ends while relays are sent', () => {
  it('goes on in the next one, with no relay lost or counted twice', async () => {
    const scene = createRelayScene()
    scene.world.height = 29
    scene.miner.sessions.add('session-4')
    scene.miner.backend = () => {
      if (scene.miner.seen.length === 10) {
        scene.world.height = 31
        scene.clock.skip(1000)
      }
      return { statusCode: 200, text: '{"result":"0x1"}' }
    }
    const task = await scene.send({ count: 30 })
    expect(task.status).toBe('done')
    expect(scene.rows).toHaveLength(30)
    expect(scene.rows.every((row) => row.ok)).toBe(true)
    const sessions = scene.rows.map((row) => row.sessionId)
    expect(new Set(sessions)).toEqual(new Set(['session-3', 'session-4']))
    expect(sessions.at(-1)).toBe('session-4')
    expect(scene.state.state.relays.last?.sessionId).toBe('session-4')
  })

  it('asks again when the miner refuses the session, and counts only the last try', async () => {
    const scene = createRelayScene()
    scene.miner.sessions.clear()
    // The miner hears of the session after two refusals.
    let tries = 0
    scene.miner.around = async (exchange) => {
      tries += 1
      if (tries === 3) scene.miner.sessions.add('session-3')
      return exchange()
    }
    const task = await scene.send({ count: 1 })
    expect(task.status).toBe('done')
    expect(tries).toBe(3)
    expect(scene.world.sessionsAsked).toBe(3)
    expect(scene.rows).toHaveLength(1)
    expect(scene.rows[0]).toMatchObject({ ok: true })
    const signatures = scene.miner.seen.map(({ request }) => bytesToHex(request.signature))
    expect(new Set(signatures).size).toBe(3)
  })

  it('gives up on a session that the miner never accepts, in its own words', async () => {
    const scene = createRelayScene()
    scene.miner.sessions.clear()
    const task = await scene.send({ count: 2 })
    expect(task.error).toMatchObject({
      code: 'relay-refused',
      detail: { sent: '2', reason: 'miner-refused: relay_authenticator/1 invalid session in relayer request' },
    })
    expect(scene.miner.seen).toHaveLength(8)
    expect(scene.rows).toHaveLength(2)
    expect(scene.rows[0]).toMatchObject({ ok: false, signatureOk: false })
  })

  it('sends nothing in the last block of a session without grace, and waits for the next', async () => {
    const scene = createRelayScene()
    scene.world.grace = 0
    scene.world.height = 30
    scene.miner.sessions.add('session-4')
    let waits = 0
    const sentWhileWaiting: number[] = []
    scene.clock.onSleep = () => {
      waits += 1
      sentWhileWaiting.push(scene.miner.seen.length)
      if (waits === 5) scene.world.height = 31
    }
    const id = scene.sender.sendTest({ serviceId: 'anvil', count: 1, operatorAddress: OPERATOR })
    await scene.tasks.settled()
    expect(sentWhileWaiting).toEqual([0, 0, 0, 0, 0])
    expect(scene.state.state.tasks[id]?.status).toBe('done')
    expect(scene.rows.map((row) => row.sessionId)).toEqual(['session-4'])
  })

  it('says that the chain stands still rather than wait for ever', async () => {
    const scene = createRelayScene()
    scene.world.grace = 0
    scene.world.height = 30
    const task = await scene.send({ count: 1 })
    expect(task.error).toEqual({ code: 'chain-stalled', detail: { height: '30' } })
    expect(scene.miner.seen).toEqual([])
  })
})

describe('cancelling', () => {
  it('stops soon and keeps what was sent', async () => {
    const scene = createRelayScene()
    const id = scene.sender.sendTest({ serviceId: 'anvil', count: 200, operatorAddress: OPERATOR })
    scene.miner.backend = () => {
      if (scene.miner.seen.length === 12) scene.tasks.cancel(id)
      return { statusCode: 200, text: '{"result":"0x1"}' }
    }
    await scene.tasks.settled()
    const task = scene.state.state.tasks[id]
    expect(task).toMatchObject({ status: 'cancelled', error: null })
    expect(scene.miner.seen.length).toBeLessThan(20)
    expect(scene.rows.length).toBeGreaterThanOrEqual(8)
    expect(scene.rows.length).toBe(task?.done)
    expect(scene.state.state.relays.last?.sent).toBe(scene.rows.length)
  })
})

describe('some answers good, some not', () => {
  it('ends well, with both counted and each reason kept', async () => {
    const scene = createRelayScene()
    let count = 0
    scene.miner.backend = () => {
      count += 1
      return count % 4 === 0 ? { statusCode: 503, text: 'busy' } : { statusCode: 200, text: '{"result":"0x1"}' }
    }
    const task = await scene.send({ count: 20 })
    expect(task.status).toBe('done')
    expect(scene.rows.filter((row) => !row.ok).map((row) => [row.error, row.httpStatus, row.signatureOk, row.answer])).toEqual(
      Array.from({ length: 5 }, () => ['backend-status: 503', 503, true, 'busy']),
    )
    expect(scene.state.state.relays.last).toMatchObject({ sent: 20, answered: 20, verified: 20, refused: 5 })
  })

  it('takes the median of the good ones', async () => {
    const scene = createRelayScene()
    const waits = [10, 500, 30, 70, 20, 90, 40]
    scene.miner.around = async (exchange) => {
      const result = await exchange()
      const wait = waits.shift() ?? 0
      scene.clock.skip(wait)
      return wait === 500 ? { status: 500, body: new Uint8Array(0) } : result
    }
    await scene.send({ count: 7 })
    const good = scene.rows.filter((row) => row.ok).map((row) => row.latencyMs)
    expect(good).toHaveLength(6)
    const [, , lower = 0, upper = 0] = good.sort((a, b) => a - b)
    expect(lower).toBeLessThan(upper)
    expect(scene.state.state.relays.last).toMatchObject({ medianMs: (lower + upper) / 2, answered: 7, verified: 6, refused: 1 })
  })
})
