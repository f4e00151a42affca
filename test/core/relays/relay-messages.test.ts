import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { describe, expect, it } from 'vitest'
import {
  decodeHttpRequest,
  decodeHttpResponse,
  decodeRelayRequest,
  decodeRelayResponse,
  encodeHttpRequest,
  encodeHttpResponse,
  encodeRelayRequest,
  encodeRelayResponse,
  MalformedRelayMessage,
  MAX_RESPONSE_BYTES,
  relayRequestHash,
  relayResponseHash,
  type RelayRequest,
  type RelayResponse,
} from '#main/core/relays/relay-messages.ts'

const session = { applicationAddress: 'pokt1app', serviceId: 'anvil', sessionId: 'ab', startHeight: 281, endHeight: 290 }
const request: RelayRequest = {
  sessionHeader: session,
  signature: Uint8Array.of(1, 2, 3),
  supplierOperatorAddress: 'pokt1op',
  payload: utf8ToBytes('hello'),
}
const response: RelayResponse = {
  sessionHeader: session,
  supplierOperatorSignature: new Uint8Array(64).fill(7),
  payload: utf8ToBytes('answer'),
  relayMinerError: undefined,
  payloadHash: sha256(utf8ToBytes('answer')),
}
const hex = (text: string): string => bytesToHex(utf8ToBytes(text))

/** Written by hand from the field numbers of offchain facts 4.2: tag, length, content. */
const SESSION_HEX = `0a08${hex('pokt1app')}1205${hex('anvil')}1a02${hex('ab')}20990228a202`
const sessionLength = (SESSION_HEX.length / 2).toString(16).padStart(2, '0')

describe('the bytes', () => {
  it('of a request are those of the field table', () => {
    const meta = `0a${sessionLength}${SESSION_HEX}12030102031a07${hex('pokt1op')}`
    const metaLength = (meta.length / 2).toString(16).padStart(2, '0')
    expect(bytesToHex(encodeRelayRequest(request))).toBe(`0a${metaLength}${meta}1205${hex('hello')}`)
  })

  it('of a response are those of the field table, error included', () => {
    const meta = `0a${sessionLength}${SESSION_HEX}1240${'07'.repeat(64)}`
    const metaLength = (meta.length / 2).toString(16)
    const error = `0a05${hex('rings')}10031a03${hex('bad')}`
    const full = { ...response, relayMinerError: { codespace: 'rings', code: 3, description: 'bad', message: '' } }
    expect(bytesToHex(encodeRelayResponse(full))).toBe(
      `0a${metaLength}${meta}1206${hex('answer')}1a0e${error}2220${bytesToHex(response.payloadHash)}`,
    )
  })

  it('write the metadata also when it is empty', () => {
    const bare = {
      ...response,
      sessionHeader: undefined,
      supplierOperatorSignature: new Uint8Array(0),
      payload: new Uint8Array(0),
      payloadHash: new Uint8Array(0),
    }
    expect(bytesToHex(encodeRelayResponse(bare))).toBe('0a00')
  })

  it('of an HTTP payload have their headers in key order, so that the same request is the same bytes', () => {
    const headers = [
      { key: 'Content-Type', values: ['application/json'] },
      { key: 'Accept', values: ['a', 'b'] },
    ]
    const one = encodeHttpRequest({ method: 'POST', headers, url: '/', body: utf8ToBytes('{}') })
    const two = encodeHttpRequest({ method: 'POST', headers: headers.toReversed(), url: '/', body: utf8ToBytes('{}') })
    expect(bytesToHex(one)).toBe(bytesToHex(two))
    const accept = `0a06${hex('Accept')}120e0a06${hex('Accept')}120161120162`
    expect(bytesToHex(one).startsWith(`0a04${hex('POST')}1218${accept}12`)).toBe(true)
  })
})

describe('reading back', () => {
  it('gives what was written', () => {
    expect(decodeRelayRequest(encodeRelayRequest(request))).toEqual(request)
    expect(decodeRelayResponse(encodeRelayResponse(response))).toEqual(response)
    const refused = { ...response, relayMinerError: { codespace: 'relayer_proxy', code: 14, description: 'd', message: 'm' } }
    expect(decodeRelayResponse(encodeRelayResponse(refused))).toEqual(refused)
    const http = { method: 'POST', headers: [{ key: 'A', values: ['x', 'y'] }], url: '/p?q', body: utf8ToBytes('b') }
    expect(decodeHttpRequest(encodeHttpRequest(http))).toEqual(http)
    const answered = { statusCode: 404, headers: [{ key: 'B', values: [] }], body: utf8ToBytes('n') }
    expect(decodeHttpResponse(encodeHttpResponse(answered))).toEqual(answered)
  })

  it('passes over fields that it does not know', () => {
    const more = Uint8Array.of(...encodeRelayResponse(response), ...hexToBytes('7a0161800105'))
    expect(decodeRelayResponse(more)).toEqual(response)
  })

  it('keeps nothing of the buffer that it was read from', () => {
    const wire = Buffer.from(encodeRelayResponse(response))
    const read = decodeRelayResponse(wire)
    wire.fill(0)
    expect(read).toEqual(response)
  })
})

describe('hashes', () => {
  it('of a request leave the signature out and nothing else', () => {
    expect(relayRequestHash(request)).toEqual(relayRequestHash({ ...request, signature: new Uint8Array(199) }))
    expect(relayRequestHash(request)).toEqual(sha256(encodeRelayRequest({ ...request, signature: new Uint8Array(0) })))
    expect(relayRequestHash(request)).not.toEqual(relayRequestHash({ ...request, payload: utf8ToBytes('hellO') }))
    expect(relayRequestHash(request)).not.toEqual(relayRequestHash({ ...request, supplierOperatorAddress: 'pokt1oq' }))
    expect(relayRequestHash(request)).not.toEqual(relayRequestHash({ ...request, sessionHeader: { ...session, endHeight: 291 } }))
  })
  it('of a response take the payload by its hash when there is one, else whole', () => {
    const otherPayload = { ...response, payload: utf8ToBytes('other') }
    expect(relayResponseHash(response)).toEqual(relayResponseHash(otherPayload))
    const plain = { ...response, payloadHash: new Uint8Array(0) }
    expect(relayResponseHash(plain)).not.toEqual(relayResponseHash({ ...plain, payload: utf8ToBytes('other') }))
    expect(relayResponseHash(response)).toEqual(relayResponseHash({ ...response, supplierOperatorSignature: new Uint8Array(0) }))
  })
})

describe('garbage', () => {
  it.each([
    ['nothing', ''],
    ['a web page', hex('<html><body>502 Bad Gateway</body></html>')],
    ['JSON', hex('{"error":"no"}')],
    ['a length beyond the end', '0a7f00'],
    ['a number without an end', '20ffffffffffffffffffffff01'],
    ['a text field as a number', '0a001005'],
    ['metadata as a number', '0805'],
    ['text that is no UTF-8', '0a001a040a02fffe'],
    ['an error code beyond 32 bits', '0a001a06108080808010'],
    ['field number zero', '00'],
    ['a stray end of group', '0c'],
  ])('is refused: %s', (_what, bytes) => {
    expect(() => decodeRelayResponse(hexToBytes(bytes))).toThrow(MalformedRelayMessage)
  })

  it('of any kind is read or refused and never anything else', () => {
    let state = 12345
    for (let round = 0; round < 3000; round += 1) {
      const wire = encodeRelayResponse(response)
      const cut = wire.slice(0, round % wire.length)
      const changed = wire.slice()
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      changed[state % wire.length] = state % 256
      for (const bytes of [cut, changed]) {
        try {
          relayResponseHash(decodeRelayResponse(bytes))
        } catch (error) {
          if (!(error instanceof MalformedRelayMessage)) throw error
        }
      }
    }
  })

  it('of more than 20 MiB is not even read', () => {
    expect(() => decodeRelayResponse(new Uint8Array(MAX_RESPONSE_BYTES + 1))).toThrow('larger')
  })

  it('is named without being quoted', () => {
    expect(() => decodeHttpResponse(utf8ToBytes('<secret>'))).toThrow(/^not a http response$/)
    expect(() => decodeRelayRequest(hexToBytes('0a00'))).toThrow('without a session')
  })
})
