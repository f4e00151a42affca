import { describe, expect, test } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { encodeRelayResponse } from '#main/core/relays/relay-messages.ts'
import { judgeUnsigned, runStages, stagesOf, type SelfTestDoor } from '#main/core/relays/self-test.ts'
import type { RelayOutcome } from '#main/core/relays/send-relay.ts'
import type { Reached } from '#main/core/ports/reach.ts'
import type { TaskContext } from '#main/core/tasks/tasks.ts'

const HEADER = { applicationAddress: 'a', serviceId: 'anvil', sessionId: 's', startHeight: 1, endHeight: 10 }
const DAY = 86_400_000
const NOW = 1_790_000_000_000
const text = (said: string): Uint8Array => new TextEncoder().encode(said)

const refusal = encodeRelayResponse({
  sessionHeader: HEADER,
  supplierOperatorSignature: new Uint8Array(0),
  payload: new Uint8Array(0),
  payloadHash: new Uint8Array(0),
  relayMinerError: { codespace: 'relay_authenticator', code: 2, description: 'invalid ring signature', message: '' },
})
const served = encodeRelayResponse({
  sessionHeader: HEADER,
  supplierOperatorSignature: new Uint8Array(64),
  payload: text('{}'),
  payloadHash: new Uint8Array(32),
  relayMinerError: undefined,
})

const REACHED: Reached = {
  addresses: ['203.0.113.7'],
  nameMs: 12,
  connectMs: 30,
  certificate: { ms: 40, validToMs: NOW + 80 * DAY, issuer: 'Some CA', problem: null },
}
const GOOD: RelayOutcome = {
  ok: true,
  signatureOk: true,
  failure: undefined,
  detail: '',
  sessionRefused: false,
  latencyMs: 21,
  httpStatus: 200,
  answer: '0x1b4',
}

/** A task that keeps how its steps ended. */
function aTask(): TaskContext & { ended: string[] } {
  const ended: string[] = []
  return {
    ended,
    id: 'self-test-1',
    signal: new AbortController().signal,
    async step(key, work) {
      try {
        const value = await work()
        ended.push(`${key} done`)
        return value
      } catch (error) {
        ended.push(`${key} failed`)
        throw error
      }
    },
    stepFacts: () => undefined,
    update: () => undefined,
  }
}

const PUBLIC = { path: 'public', url: 'https://relay.example.org', serviceId: 'anvil', operatorAddress: 'pokt1op' } as const
const LOCAL = { ...PUBLIC, path: 'loopback', url: 'http://127.0.0.1:8545' } as const

async function run(
  options: {
    door?: SelfTestDoor
    reached?: Partial<Reached>
    answer?: { status: number; body: Uint8Array }
    relay?: RelayOutcome | null
  } = {},
) {
  const task = aTask()
  const asked: string[] = []
  const relay = options.relay === undefined ? GOOD : options.relay
  const found = await runStages(
    {
      net: {
        post: (url) => {
          asked.push(url)
          return Promise.resolve(options.answer ?? { status: 200, body: refusal })
        },
      },
      reach: (url, _timeoutMs, _signal, mayAsk) => {
        const reached = { ...REACHED, ...options.reached }
        if (!reached.addresses.every((address) => mayAsk?.(address) ?? true)) return Promise.resolve({ ...reached, connectMs: null })
        asked.push(`connect ${url}`)
        return Promise.resolve(reached)
      },
      clock: { now: () => NOW, sleep: () => Promise.resolve() },
      relay: relay === null ? undefined : () => Promise.resolve(relay),
    },
    options.door ?? PUBLIC,
    task,
  )
  return {
    ...found,
    asked,
    ended: task.ended,
    outcomes: found.stages.map((stage) => `${stage.key} ${stage.outcome} ${stage.finding ?? ''}`.trim()),
  }
}

describe('the stages of a self-test', () => {
  test('a name and a certificate are of public addresses alone', () => {
    expect(stagesOf(LOCAL)).toEqual(['port', 'miner', 'refusal', 'relay'])
    expect(stagesOf(PUBLIC)).toEqual(['name', 'port', 'certificate', 'miner', 'refusal', 'relay'])
    expect(stagesOf({ path: 'public', url: 'http://relay.example.org' })).not.toContain('certificate')
  })

  test('all pass where all is well, with the time and the answer of the relay', async () => {
    const found = await run()
    expect(found.outcomes).toEqual([
      'name ok resolved',
      'port ok opens',
      'certificate ok certificate-good',
      'miner ok miner-answers',
      'refusal ok refused',
      'relay ok relay-good',
    ])
    expect(found).toMatchObject({ ok: true, latencyMs: 21, answer: '0x1b4' })
    expect(found.stages[4]?.facts).toEqual({ code: 'relay_authenticator/2' })
    expect(found.ended).toHaveLength(6)
  })

  // SECURITY: S16
  test.each([
    ['169.254.169.254', 'machine-address'],
    ['::ffff:a9fe:a9fe', 'machine-address'],
    ['0.0.0.0', 'machine-address'],
    ['fe80::1', 'machine-address'],
    ['127.0.0.1', 'private-address'],
    ['::1', 'private-address'],
    ['10.1.2.3', 'private-address'],
    ['172.31.0.1', 'private-address'],
    ['192.168.1.5', 'private-address'],
    ['100.64.0.9', 'private-address'],
    ['fd12:3456::1', 'private-address'],
  ])('a public name that leads to %s is said as what it is, and nobody is asked there', async (address, finding) => {
    const found = await run({ reached: { addresses: ['203.0.113.7', address] } })
    expect(found.outcomes[0]).toBe(`name failed ${finding}`)
    expect(found.stages[0]?.facts).toEqual({ address })
    expect(found.stages.slice(1).every((stage) => stage.outcome === 'skipped')).toBe(true)
    expect(found.asked).toEqual([])
  })

  // SECURITY: S16
  test.each([
    ['https://relay.example.org', '127.0.0.1', false, 'private-address'],
    ['https://relay.example.org', '169.254.169.254', true, 'machine-address'],
  ])('a name that changed after the look is judged again as it is asked: %s', async (url, address, isPlay, finding) => {
    const task = aTask()
    const asked: string[] = []
    const judgedFor: boolean[] = []
    const stages = await runStages(
      {
        net: {
          // The name was public at the look, and is another by the time of the connection.
          post: (to, _body, _headers, _timeoutMs, _signal, mayAsk) => {
            if (mayAsk?.(address) !== false) asked.push(to)
            return Promise.reject(new HearthError('no-network', { reason: `leads to ${address}`, refusedAddress: address }))
          },
        },
        reach: () => Promise.resolve(REACHED),
        clock: { now: () => NOW, sleep: () => Promise.resolve() },
        relay: (_task, mayAsk) => {
          judgedFor.push(mayAsk(address), mayAsk('203.0.113.7'))
          return Promise.resolve(GOOD)
        },
      },
      { ...PUBLIC, url, isPlay },
      task,
    )
    expect(asked).toEqual([])
    expect(stages.ok).toBe(false)
    expect(stages.stages[3]).toMatchObject({ key: 'miner', outcome: 'failed', finding, facts: { address } })
    expect(judgedFor).toEqual([])
  })

  test('a signed relay goes through the same judgement', async () => {
    const judged: boolean[] = []
    await runStages(
      {
        net: { post: () => Promise.resolve({ status: 200, body: refusal }) },
        reach: () => Promise.resolve(REACHED),
        clock: { now: () => NOW, sleep: () => Promise.resolve() },
        relay: (_task, mayAsk) => {
          judged.push(mayAsk('127.0.0.1'), mayAsk('203.0.113.7'))
          return Promise.resolve(GOOD)
        },
      },
      PUBLIC,
      aTask(),
    )
    expect(judged).toEqual([false, true])
  })

  test.each(['203.0.113.7', '172.32.0.1', '100.128.0.1', '192.169.0.1', '2001:db8::1', '2606:4700::1111'])(
    '%s is asked',
    async (address) => {
      expect((await run({ reached: { addresses: [address] } })).ok).toBe(true)
    },
  )

  test('on a network that this PC made, an address of the home network is a door, a service of the machine is not', async () => {
    const door = { ...PUBLIC, isPlay: true }
    expect((await run({ door, reached: { addresses: ['192.168.1.5'] } })).ok).toBe(true)
    const found = await run({ door, reached: { addresses: ['169.254.169.254'] } })
    expect([found.outcomes[0], found.asked]).toEqual(['name failed machine-address', []])
    expect((await run({ door: LOCAL, reached: { addresses: ['127.0.0.1'] } })).ok).toBe(true)
  })

  const FAILURES: [string, Parameters<typeof run>[0], string, number][] = [
    ['a name without an address', { reached: { addresses: [], nameProblem: 'ENOTFOUND' } }, 'name failed not-resolved', 0],
    ['a closed port', { reached: { connectMs: null, connectProblem: 'ECONNREFUSED' } }, 'port failed closed', 1],
    [
      'a bad certificate',
      { reached: { certificate: { ms: 1, validToMs: NOW - DAY, issuer: '', problem: 'CERT_HAS_EXPIRED' } } },
      'certificate failed certificate-bad',
      2,
    ],
    ['another program', { answer: { status: 200, body: text('<html>nginx</html>') } }, 'miner failed not-a-miner', 3],
    ['nothing behind the ingress', { answer: { status: 502, body: text('') } }, 'miner failed nobody-behind', 3],
    ['an ingress that drains', { answer: { status: 503, body: text('') } }, 'miner failed drained', 3],
    ['a miner that serves what nobody signed', { answer: { status: 200, body: served } }, 'refusal failed served-unsigned', 4],
    ['a relay without a good answer', { relay: { ...GOOD, ok: false, failure: 'bad-signature' } }, 'relay failed relay-bad', 5],
  ]
  test.each(FAILURES)('%s ends the test there; what lies behind is not judged', async (_name, options, expected, place) => {
    const found = await run(options)
    expect(found.ok).toBe(false)
    expect(found.outcomes[place]).toBe(expected)
    expect(found.stages.slice(0, place).every((stage) => stage.outcome === 'ok')).toBe(true)
    expect(found.stages.slice(place + 1).every((stage) => stage.outcome === 'skipped' && stage.ms === null)).toBe(true)
    expect(found.ended.at(-1)).toMatch(/failed$/)
  })

  test('a certificate that ends soon is a warning, and the test goes on', async () => {
    const certificate = { ms: 1, validToMs: NOW + 5 * DAY, issuer: 'Some CA', problem: null }
    const found = await run({ reached: { certificate } })
    expect(found.outcomes[2]).toBe('certificate warn certificate-ends')
    expect(found.stages[2]?.facts['days']).toBe('5')
    expect(found.ok).toBe(true)
  })

  test('where Hearth has no application the refusal is the last that can be proven', async () => {
    const found = await run({ relay: null })
    expect(found.outcomes.at(-1)).toBe('relay skipped no-application')
    expect(found).toMatchObject({ ok: true, latencyMs: null, answer: '' })
  })

  test.each(['application-not-staked', 'application-of-another-service'])(
    'what Hearth itself lacks is no failure of the way: %s',
    async (reason) => {
      const found = await runStages(
        {
          net: { post: () => Promise.resolve({ status: 200, body: refusal }) },
          reach: () => Promise.resolve(REACHED),
          clock: { now: () => NOW, sleep: () => Promise.resolve() },
          relay: () => Promise.reject(new HearthError('relay-refused', { reason })),
        },
        LOCAL,
        aTask(),
      )
      expect(found.ok).toBe(true)
      expect(found.stages.at(-1)).toMatchObject({ key: 'relay', outcome: 'skipped', finding: 'no-application', ms: null })
    },
  )

  test('no answer at all is a finding and no error', async () => {
    const task = aTask()
    const found = await runStages(
      {
        net: { post: () => Promise.reject(new HearthError('no-network', { reason: 'ECONNRESET' })) },
        reach: () => Promise.resolve(REACHED),
        clock: { now: () => NOW, sleep: () => Promise.resolve() },
        relay: undefined,
      },
      LOCAL,
      task,
    )
    expect(found.stages[1]).toMatchObject({ key: 'miner', outcome: 'failed', finding: 'no-answer', facts: { reason: 'ECONNRESET' } })
  })
})

test('a miner that does not know the service refuses for another reason than the signature: that is no pass', () => {
  const because = (codespace: string, code: number): Uint8Array =>
    encodeRelayResponse({
      sessionHeader: HEADER,
      supplierOperatorSignature: new Uint8Array(0),
      payload: new Uint8Array(0),
      payloadHash: new Uint8Array(0),
      relayMinerError: { codespace, code, description: '', message: '' },
    })
  expect(judgeUnsigned(200, because('relayer_proxy', 3))).toMatchObject({
    miner: { outcome: 'ok' },
    refusal: { outcome: 'failed', finding: 'not-served', facts: { code: 'relayer_proxy/3' } },
  })
  for (const [codespace, code] of [
    ['service', 1_111],
    ['relayer_proxy', 14],
    ['relay_authenticator', 3],
  ] as const)
    expect(judgeUnsigned(200, because(codespace, code)).refusal).toMatchObject({ outcome: 'ok', finding: 'refused' })
})

test('an empty answer is no relay miner', () => {
  expect(judgeUnsigned(200, new Uint8Array(0)).miner).toMatchObject({ outcome: 'failed', finding: 'not-a-miner' })
})
