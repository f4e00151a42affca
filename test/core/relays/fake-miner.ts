/** A relay miner in memory behind the Net port: it checks the ring signature by the second implementation, asks a backend, and signs its answer as the real one does. */
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Net } from '#main/core/ports/net.ts'
import {
  decodeHttpRequest,
  decodeRelayRequest,
  encodeHttpResponse,
  encodeRelayResponse,
  relayRequestHash,
  relayResponseHash,
  type PoktHttpRequest,
  type RelayMinerError,
  type RelayRequest,
  type RelayResponse,
} from '#main/core/relays/relay-messages.ts'
import { walkRing } from './independent-ring.ts'

const EMPTY = new Uint8Array(0)
const encoder = new TextEncoder()

export interface Answer {
  status: number
  body: Uint8Array
}

export interface FakeMiner {
  net: Net
  operatorSecret: Uint8Array
  operatorPubKey: Uint8Array
  /** Every request that came in, also refused ones. */
  seen: { request: RelayRequest; http: PoktHttpRequest; url: string; headers: Record<string, string> }[]
  /** Session ids that it accepts. */
  sessions: Set<string>
  /** Compressed keys that may be in a ring, hex. */
  ringKeys: Set<string>
  /** Changes the answer before it is signed. */
  before: (response: RelayResponse) => void
  /** Changes the answer after it was signed. */
  after: (response: RelayResponse) => void
  /** Replaces the whole HTTP answer. */
  instead: (() => Promise<Answer>) | undefined
  /** Stands around every exchange. */
  around: (exchange: () => Promise<Answer>) => Promise<Answer>
  backend: (http: PoktHttpRequest) => { statusCode: number; text: string }
  /** Most requests that were under way at once. */
  busiest: number
}

/** Signs a response in place as a Cosmos key does: ECDSA over SHA-256 of the response hash. */
export function signResponse(response: RelayResponse, secret: Uint8Array): void {
  response.supplierOperatorSignature = EMPTY
  // Hashed again here, so that a reader that leaves one SHA-256 out fails.
  response.supplierOperatorSignature = secp256k1.sign(sha256(relayResponseHash(response)), secret, { prehash: false, lowS: true })
}

export function createFakeMiner(): FakeMiner {
  const operatorSecret = secp256k1.utils.randomSecretKey()
  let busy = 0
  const miner: FakeMiner = {
    operatorSecret,
    operatorPubKey: secp256k1.getPublicKey(operatorSecret, true),
    seen: [],
    sessions: new Set(),
    ringKeys: new Set(),
    before: () => undefined,
    after: () => undefined,
    instead: undefined,
    around: async (exchange) => exchange(),
    backend: () => ({ statusCode: 200, text: '{"jsonrpc":"2.0","id":1,"result":"0x1f"}' }),
    busiest: 0,
    net: {
      async post(url, body, headers, _timeoutMs, signal) {
        busy += 1
        miner.busiest = Math.max(miner.busiest, busy)
        try {
          // Lets the other workers get in, as a real exchange would.
          await new Promise((resolve) => setImmediate(resolve))
          signal?.throwIfAborted()
          return await miner.around(async () => answer(miner, url, body, headers))
        } finally {
          busy -= 1
        }
      },
      portFree: async () => Promise.resolve(true),
      freeDiskBytes: async () => Promise.resolve(0),
    },
  }
  return miner
}

async function answer(miner: FakeMiner, url: string, body: Uint8Array, headers: Record<string, string>) {
  const request = decodeRelayRequest(body)
  const http = decodeHttpRequest(request.payload)
  miner.seen.push({ request, http, url, headers })
  if (miner.instead) return miner.instead()
  const problem = refusal(miner, request)
  if (problem)
    return {
      status: 200,
      body: encodeRelayResponse({ ...blank(), payload: encoder.encode(problem.description), relayMinerError: problem }),
    }
  const told = miner.backend(http)
  const payload = encodeHttpResponse({
    statusCode: told.statusCode,
    headers: [{ key: 'Content-Type', values: ['application/json'] }],
    body: encoder.encode(told.text),
  })
  const response: RelayResponse = { ...blank(), sessionHeader: { ...request.sessionHeader }, payload, payloadHash: sha256(payload) }
  miner.before(response)
  signResponse(response, miner.operatorSecret)
  miner.after(response)
  return { status: 200, body: encodeRelayResponse(response) }
}

const blank = (): RelayResponse => ({
  sessionHeader: undefined,
  supplierOperatorSignature: EMPTY,
  payload: EMPTY,
  relayMinerError: undefined,
  payloadHash: EMPTY,
})

function refusal(miner: FakeMiner, request: RelayRequest): RelayMinerError | undefined {
  if (!miner.sessions.has(request.sessionHeader.sessionId)) {
    return { codespace: 'relay_authenticator', code: 1, description: 'invalid session in relayer request', message: 'session ID mismatch' }
  }
  const keys = ringKeysOf(request.signature)
  const isRingGood =
    keys.length > 0 && keys.every((key) => miner.ringKeys.has(key)) && walkRing(relayRequestHash(request), request.signature).closes
  return isRingGood ? undefined : { codespace: 'rings', code: 3, description: 'invalid relay request signature', message: '' }
}

function ringKeysOf(signature: Uint8Array): string[] {
  const keys: string[] = []
  for (let at = 69; at + 65 <= signature.length; at += 65) keys.push(bytesToHex(signature.subarray(at + 32, at + 65)))
  return keys
}
