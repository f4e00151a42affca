import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import { HearthError } from '#shared/api/errors.ts'
import { encodeHttpResponse, encodeRelayResponse, relayResponseHash, type RelayResponse } from '#main/core/relays/relay-messages.ts'
import { isSignedBy, judgeAnswer, RELAY_FAILURES, sendRelay, type RelayTarget } from '#main/core/relays/send-relay.ts'
import { testCall } from '#main/core/relays/test-calls.ts'
import { signResponse } from './fake-miner.ts'

const secret = secp256k1.utils.randomSecretKey()
const target: RelayTarget = {
  url: 'http://127.0.0.1:1',
  rpcType: 'JSON_RPC',
  session: { applicationAddress: 'pokt1app', serviceId: 'anvil', sessionId: 's', startHeight: 1, endHeight: 10 },
  operatorAddress: 'pokt1op',
  operatorPubKey: secp256k1.getPublicKey(secret, true),
}
const backend = (statusCode: number, text: string): Uint8Array => encodeHttpResponse({ statusCode, headers: [], body: utf8ToBytes(text) })
const GOOD = '{"jsonrpc":"2.0","id":1,"result":"0x10"}'

/** A good answer, changed before or after it is signed. */
function answer(
  change: { before?: (response: RelayResponse) => void; after?: (response: RelayResponse) => void; payload?: Uint8Array } = {},
) {
  const payload = change.payload ?? backend(200, GOOD)
  const response: RelayResponse = {
    sessionHeader: { ...target.session },
    supplierOperatorSignature: new Uint8Array(0),
    payload,
    relayMinerError: undefined,
    payloadHash: sha256(payload),
  }
  change.before?.(response)
  signResponse(response, secret)
  change.after?.(response)
  return { status: 200, body: encodeRelayResponse(response) }
}

describe('judgeAnswer', () => {
  it('accepts a good answer, with its payload hashed or whole', () => {
    expect(judgeAnswer(answer(), target)).toEqual({
      ok: true,
      signatureOk: true,
      failure: undefined,
      detail: '',
      sessionRefused: false,
      httpStatus: 200,
      answer: GOOD,
    })
    expect(judgeAnswer(answer({ before: (response) => (response.payloadHash = new Uint8Array(0)) }), target)).toMatchObject({ ok: true })
  })

  const wrongKey = { ...target, operatorPubKey: secp256k1.getPublicKey(secp256k1.utils.randomSecretKey(), true) }
  const noSignature = (response: RelayResponse): void => void (response.supplierOperatorSignature = new Uint8Array(0))
  const refuse = (codespace: string, code: number, description: string) => (response: RelayResponse) => {
    response.relayMinerError = { codespace, code, description, message: '' }
    noSignature(response)
  }
  it.each([
    [
      'another status',
      { status: 502, body: utf8ToBytes('Bad\nGateway') },
      target,
      { failure: 'http-status', detail: '502 Bad Gateway', httpStatus: 502 },
    ],
    ['no relay message', { status: 200, body: utf8ToBytes('<html>') }, target, { failure: 'malformed', httpStatus: 200 }],
    ['an empty body', { status: 200, body: new Uint8Array(0) }, target, { failure: 'malformed', detail: 'empty answer' }],
    ['no signature', answer({ after: noSignature }), target, { failure: 'unsigned' }],
    [
      'a refusal',
      answer({ after: refuse('relayer_proxy', 3, 'service not handled') }),
      target,
      { failure: 'miner-refused', detail: 'relayer_proxy/3 service not handled', sessionRefused: false },
    ],
    [
      'a refused session',
      answer({ after: refuse('relay_authenticator', 1, 'invalid session in relayer request') }),
      target,
      { failure: 'miner-refused', sessionRefused: true },
    ],
    ['a session that is over', answer({ after: refuse('relayer_session', 9, 'session expired') }), target, { sessionRefused: true }],
    [
      'another session',
      answer({ before: (response) => (response.sessionHeader = { ...target.session, sessionId: 't' }) }),
      target,
      { failure: 'wrong-session' },
    ],
    ['no session', answer({ before: (response) => (response.sessionHeader = undefined) }), target, { failure: 'wrong-session' }],
    [
      'another payload than was hashed',
      answer({ after: (response) => (response.payload = backend(200, '{"result":"0x11"}')) }),
      target,
      { failure: 'payload-changed' },
    ],
    [
      'another payload without a hash',
      answer({
        before: (response) => (response.payloadHash = new Uint8Array(0)),
        after: (response) => (response.payload = backend(200, '{}')),
      }),
      target,
      { failure: 'bad-signature' },
    ],
    ['another key', answer(), wrongKey, { failure: 'bad-signature' }],
    [
      'a changed signature',
      answer({ after: (response) => (response.supplierOperatorSignature[5] = (response.supplierOperatorSignature[5] ?? 0) ^ 1) }),
      target,
      { failure: 'bad-signature' },
    ],
    [
      'a signature of another length',
      answer({ after: (response) => (response.supplierOperatorSignature = response.supplierOperatorSignature.slice(1)) }),
      target,
      { failure: 'bad-signature' },
    ],
  ])('refuses %s', (_what, answered, asked, expected) => {
    expect(judgeAnswer(answered, asked)).toMatchObject({ ok: false, signatureOk: false, ...expected })
  })

  it.each([
    ['a failing backend', backend(500, 'oops'), { failure: 'backend-status', detail: '500', httpStatus: 500, answer: 'oops' }],
    ['an error of the node', backend(200, '{"error":{"code":-32601}}'), { failure: 'backend-error', detail: '{"code":-32601}' }],
    ['neither result nor error', backend(200, '{"id":1}'), { failure: 'backend-error', detail: 'neither result nor error' }],
    ['a page instead of JSON', backend(200, '<html>'), { failure: 'backend-error', detail: 'not JSON', answer: '<html>' }],
    ['a bare number', backend(200, '5'), { failure: 'backend-error', detail: 'not a JSON-RPC answer' }],
    ['a payload that is no HTTP answer', utf8ToBytes('<x>'), { failure: 'malformed' }],
  ])('keeps the good signature apart from %s', (_what, payload, expected) => {
    expect(judgeAnswer(answer({ payload }), target)).toMatchObject({ ok: false, signatureOk: true, ...expected })
  })

  it('takes an error that is null, and asks nothing of JSON where none was spoken', () => {
    expect(judgeAnswer(answer({ payload: backend(200, '{"result":1,"error":null}') }), target).ok).toBe(true)
    expect(judgeAnswer(answer({ payload: backend(200, 'ok') }), { ...target, rpcType: 'REST' }).ok).toBe(true)
  })

  it('shows at most a line of what the backend said', () => {
    const long = judgeAnswer(answer({ payload: backend(200, `{"result":"${'x'.repeat(5000)}"}`) }), target)
    expect(long.ok).toBe(true)
    expect(long.answer).toHaveLength(200)
    expect(judgeAnswer(answer({ payload: backend(200, '{"result":\n\t"a\\u0000"\u001b[31m}') }), target).answer).toBe(
      '{"result": "a\\u0000" [31m}',
    )
  })
})

describe('isSignedBy', () => {
  const response: RelayResponse = {
    sessionHeader: target.session,
    supplierOperatorSignature: new Uint8Array(0),
    payload: utf8ToBytes('p'),
    relayMinerError: undefined,
    payloadHash: sha256(utf8ToBytes('p')),
  }
  it('wants two hashes: a signature over the response hash itself does not count', () => {
    const once = {
      ...response,
      supplierOperatorSignature: secp256k1.sign(relayResponseHash(response), secret, { prehash: false, lowS: true }),
    }
    expect(isSignedBy(once, target.operatorPubKey)).toBe(false)
    const twice = { ...response }
    signResponse(twice, secret)
    expect(isSignedBy(twice, target.operatorPubKey)).toBe(true)
  })
  it('wants the low one of the two possible signatures', () => {
    const low = { ...response }
    signResponse(low, secret)
    const s = bytesToNumberBE(low.supplierOperatorSignature.slice(32))
    const high = low.supplierOperatorSignature.slice()
    high.set(numberToBytesBE(secp256k1.Point.Fn.ORDER - s, 32), 32)
    expect(isSignedBy({ ...low, supplierOperatorSignature: high }, target.operatorPubKey)).toBe(false)
  })
  it('says no to a key that is none', () => {
    const signed = { ...response }
    signResponse(signed, secret)
    expect(isSignedBy(signed, new Uint8Array(33))).toBe(false)
    expect(isSignedBy(signed, new Uint8Array(5))).toBe(false)
  })
})

describe('sendRelay', () => {
  const call = testCall('anvil', 'JSON_RPC', 1)
  const parts = (post: () => Promise<{ status: number; body: Uint8Array }>, takesMs = 0) => {
    let now = 0
    return {
      net: {
        post: async () => {
          now += takesMs
          return post()
        },
        portFree: async () => Promise.resolve(true),
        freeDiskBytes: async () => Promise.resolve(0),
      },
      clock: { now: () => now, sleep: async () => Promise.resolve() },
      sign: async () => Promise.resolve(new Uint8Array(199)),
      timeoutMs: 1000,
    }
  }
  it('measures the exchange and tells a late answer from no answer', async () => {
    expect(
      await sendRelay(
        parts(async () => Promise.resolve(answer()), 42),
        target,
        call,
      ),
    ).toMatchObject({ ok: true, latencyMs: 42 })
    const refused = async () => Promise.reject(new Error('connect ECONNREFUSED 127.0.0.1:1\nstack'))
    expect(await sendRelay(parts(refused, 3), target, call)).toMatchObject({
      ok: false,
      failure: 'unreachable',
      detail: 'connect ECONNREFUSED 127.0.0.1:1',
      httpStatus: 0,
      latencyMs: 3,
    })
    const dead = async () => Promise.reject(new HearthError('no-network', { endpoint: 'http://127.0.0.1:1', reason: 'ECONNREFUSED' }))
    expect(await sendRelay(parts(dead), target, call)).toMatchObject({ failure: 'unreachable', detail: 'ECONNREFUSED' })
    expect(
      await sendRelay(
        parts(async () => Promise.reject(new Error('aborted')), 999),
        target,
        call,
      ),
    ).toMatchObject({ failure: 'timeout' })
  })
  it('rejects when it was told to stop', async () => {
    const abort = new AbortController()
    const stopped = parts(async () => {
      abort.abort(new Error('stop'))
      return Promise.reject(new Error('aborted'))
    })
    await expect(sendRelay({ ...stopped, signal: abort.signal }, target, call)).rejects.toThrow('stop')
  })
  it('names each failure by a word that never changes', () => {
    expect(new Set(RELAY_FAILURES).size).toBe(RELAY_FAILURES.length)
  })
})

describe('testCall', () => {
  it('asks each kind of service what gateways ask it', () => {
    const method = (serviceId: string, rpcType: RelayTarget['rpcType'] = 'JSON_RPC') =>
      (JSON.parse(testCall(serviceId, rpcType, 7).body) as { method: string; id: number }).method
    expect(method('eth')).toBe('eth_blockNumber')
    expect(method('anvil')).toBe('eth_blockNumber')
    expect(method('solana')).toBe('getHealth')
    expect(method('osmosis')).toBe('status')
    expect(method('kyve', 'COMET_BFT')).toBe('status')
    expect(testCall('ollama', 'REST', 1)).toEqual({ method: 'GET', path: '/api/tags', body: '' })
    expect(testCall('something', 'REST', 1)).toEqual({ method: 'GET', path: '/', body: '' })
    expect(testCall('eth', 'JSON_RPC', 7).body).toContain('"id":7')
  })
})
