import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { sha256 } from '@noble/hashes/sha2.js'

/**
 * The messages of the relay path, field by field as the miners' generated code writes them (offchain facts 4.2). Hashes and signatures are made over re-encoded
 * bytes, so that field order and left-out defaults have to be exactly those of the reference encoder.
 */

export interface SessionHeader {
  applicationAddress: string
  serviceId: string
  sessionId: string
  startHeight: number
  endHeight: number
}

export interface RelayRequest {
  sessionHeader: SessionHeader
  /** Ring signature; empty while the request is being hashed. */
  signature: Uint8Array
  supplierOperatorAddress: string
  payload: Uint8Array
}

export interface RelayMinerError {
  codespace: string
  code: number
  description: string
  message: string
}

export interface RelayResponse {
  sessionHeader: SessionHeader | undefined
  /** 64 bytes R||S, or empty when the miner refused. */
  supplierOperatorSignature: Uint8Array
  payload: Uint8Array
  relayMinerError: RelayMinerError | undefined
  payloadHash: Uint8Array
}

export interface HttpHeader {
  key: string
  values: string[]
}

/** What the backend is asked. The path and query of `url` are what counts; the miner puts its own backend in front. */
export interface PoktHttpRequest {
  method: string
  headers: HttpHeader[]
  url: string
  body: Uint8Array
}

export interface PoktHttpResponse {
  statusCode: number
  headers: HttpHeader[]
  body: Uint8Array
}

/** Larger answers are refused unread. A miner's own limit is 20 MiB by default. */
export const MAX_RESPONSE_BYTES = 20 * 1024 * 1024

/** The bytes are none of our messages. `message` says what is wrong, never what they were. */
export class MalformedRelayMessage extends Error {
  override readonly name = 'MalformedRelayMessage'
}

const EMPTY: Uint8Array = new Uint8Array(0)

function putText(writer: BinaryWriter, field: number, text: string): void {
  if (text !== '') writer.tag(field, WireType.LengthDelimited).string(text)
}
function putBytes(writer: BinaryWriter, field: number, bytes: Uint8Array): void {
  if (bytes.length > 0) writer.tag(field, WireType.LengthDelimited).bytes(bytes)
}
/** A nested message is written even when it is empty: absent and empty are different things. */
function putMessage(writer: BinaryWriter, field: number, bytes: Uint8Array): void {
  writer.tag(field, WireType.LengthDelimited).bytes(bytes)
}

function encodeSessionHeader(header: SessionHeader): Uint8Array {
  const writer = new BinaryWriter()
  putText(writer, 1, header.applicationAddress)
  putText(writer, 2, header.serviceId)
  putText(writer, 3, header.sessionId)
  if (header.startHeight !== 0) writer.tag(4, WireType.Varint).int64(header.startHeight)
  if (header.endHeight !== 0) writer.tag(5, WireType.Varint).int64(header.endHeight)
  return writer.finish()
}

/** @returns protobuf bytes of `pocket.service.RelayRequest` */
export function encodeRelayRequest(request: RelayRequest): Uint8Array {
  const meta = new BinaryWriter()
  putMessage(meta, 1, encodeSessionHeader(request.sessionHeader))
  putBytes(meta, 2, request.signature)
  putText(meta, 3, request.supplierOperatorAddress)
  const writer = new BinaryWriter()
  putMessage(writer, 1, meta.finish())
  putBytes(writer, 2, request.payload)
  return writer.finish()
}

/** What the application's ring signs: SHA-256 of the request with its signature left empty. @returns 32 bytes */
export function relayRequestHash(request: RelayRequest): Uint8Array {
  return sha256(encodeRelayRequest({ ...request, signature: EMPTY }))
}

function encodeRelayMinerError(error: RelayMinerError): Uint8Array {
  const writer = new BinaryWriter()
  putText(writer, 1, error.codespace)
  if (error.code !== 0) writer.tag(2, WireType.Varint).uint32(error.code)
  putText(writer, 3, error.description)
  putText(writer, 4, error.message)
  return writer.finish()
}

/** @returns protobuf bytes of `pocket.service.RelayResponse` */
export function encodeRelayResponse(response: RelayResponse): Uint8Array {
  const meta = new BinaryWriter()
  if (response.sessionHeader) putMessage(meta, 1, encodeSessionHeader(response.sessionHeader))
  putBytes(meta, 2, response.supplierOperatorSignature)
  const writer = new BinaryWriter()
  putMessage(writer, 1, meta.finish())
  putBytes(writer, 2, response.payload)
  if (response.relayMinerError) putMessage(writer, 3, encodeRelayMinerError(response.relayMinerError))
  putBytes(writer, 4, response.payloadHash)
  return writer.finish()
}

/**
 * What the operator key signs, before the SHA-256 that ECDSA itself applies: SHA-256 of the response without its signature and, when a payload hash stands for it,
 * without its payload. @returns 32 bytes
 */
export function relayResponseHash(response: RelayResponse): Uint8Array {
  const payload = response.payloadHash.length > 0 ? EMPTY : response.payload
  return sha256(encodeRelayResponse({ ...response, supplierOperatorSignature: EMPTY, payload }))
}

function encodeHeaders(writer: BinaryWriter, field: number, headers: readonly HttpHeader[]): void {
  // Map entries in key order, so that the same request always has the same bytes.
  for (const header of [...headers].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    const value = new BinaryWriter()
    putText(value, 1, header.key)
    for (const each of header.values) value.tag(2, WireType.LengthDelimited).string(each)
    const entry = new BinaryWriter()
    putText(entry, 1, header.key)
    putMessage(entry, 2, value.finish())
    putMessage(writer, field, entry.finish())
  }
}

/** @returns protobuf bytes of `POKTHTTPRequest`: the payload of a relay request */
export function encodeHttpRequest(request: PoktHttpRequest): Uint8Array {
  const writer = new BinaryWriter()
  putText(writer, 1, request.method)
  encodeHeaders(writer, 2, request.headers)
  putText(writer, 3, request.url)
  putBytes(writer, 4, request.body)
  return writer.finish()
}

/** @returns protobuf bytes of `POKTHTTPResponse`: the payload of a relay response */
export function encodeHttpResponse(response: PoktHttpResponse): Uint8Array {
  const writer = new BinaryWriter()
  if (response.statusCode !== 0) writer.tag(1, WireType.Varint).uint32(response.statusCode)
  encodeHeaders(writer, 2, response.headers)
  putBytes(writer, 3, response.body)
  return writer.finish()
}

/**
 * Walks the fields of one message. Unknown fields are skipped (the reference decoder drops them too); known ones with another wire type are an error.
 * Bytes are copied, so that nothing decoded holds the whole answer alive.
 */
function readFields(bytes: Uint8Array, what: string, fields: Record<number, (reader: BinaryReader, wireType: WireType) => void>): void {
  try {
    const reader = new BinaryReader(bytes)
    while (reader.pos < reader.len) {
      const [field, wireType] = reader.tag()
      const read = fields[field]
      if (read) read(reader, wireType)
      else reader.skip(wireType, field)
    }
    // The reader does not look at its end while it reads a number.
    if (reader.pos !== reader.len) throw new MalformedRelayMessage(`${what} ends in the middle of a field`)
  } catch (error) {
    if (error instanceof MalformedRelayMessage) throw error
    throw new MalformedRelayMessage(`not a ${what}`, { cause: error })
  }
}

const mustBe = (wanted: WireType, found: WireType): void => {
  if (wanted !== found) throw new Error('another wire type')
}
const text = (reader: BinaryReader, wireType: WireType): string => {
  mustBe(WireType.LengthDelimited, wireType)
  return reader.string(true)
}
const bytesOf = (reader: BinaryReader, wireType: WireType): Uint8Array => {
  mustBe(WireType.LengthDelimited, wireType)
  return Uint8Array.from(reader.bytes())
}
const height = (reader: BinaryReader, wireType: WireType): number => {
  mustBe(WireType.Varint, wireType)
  const value = Number(reader.int64())
  if (!Number.isSafeInteger(value)) throw new Error('number out of range')
  return value
}
const uint32 = (reader: BinaryReader, wireType: WireType): number => {
  mustBe(WireType.Varint, wireType)
  const value = Number(reader.uint64())
  if (value > 0xffff_ffff) throw new Error('number out of range')
  return value
}

function decodeSessionHeader(bytes: Uint8Array): SessionHeader {
  const header: SessionHeader = { applicationAddress: '', serviceId: '', sessionId: '', startHeight: 0, endHeight: 0 }
  readFields(bytes, 'session header', {
    1: (reader, type) => (header.applicationAddress = text(reader, type)),
    2: (reader, type) => (header.serviceId = text(reader, type)),
    3: (reader, type) => (header.sessionId = text(reader, type)),
    4: (reader, type) => (header.startHeight = height(reader, type)),
    5: (reader, type) => (header.endHeight = height(reader, type)),
  })
  return header
}

/** Reads a relay request (for tests and for a stand-in miner). Throws `MalformedRelayMessage`. */
export function decodeRelayRequest(bytes: Uint8Array): RelayRequest {
  let sessionHeader: SessionHeader | undefined
  const request = { signature: EMPTY, supplierOperatorAddress: '', payload: EMPTY }
  readFields(bytes, 'relay request', {
    1: (reader, type) =>
      readFields(bytesOf(reader, type), 'relay request', {
        1: (inner, innerType) => (sessionHeader = decodeSessionHeader(bytesOf(inner, innerType))),
        2: (inner, innerType) => (request.signature = bytesOf(inner, innerType)),
        3: (inner, innerType) => (request.supplierOperatorAddress = text(inner, innerType)),
      }),
    2: (reader, type) => (request.payload = bytesOf(reader, type)),
  })
  if (!sessionHeader) throw new MalformedRelayMessage('relay request without a session')
  return { sessionHeader, ...request }
}

function decodeRelayMinerError(bytes: Uint8Array): RelayMinerError {
  const error: RelayMinerError = { codespace: '', code: 0, description: '', message: '' }
  readFields(bytes, 'relay miner error', {
    1: (reader, type) => (error.codespace = text(reader, type)),
    2: (reader, type) => (error.code = uint32(reader, type)),
    3: (reader, type) => (error.description = text(reader, type)),
    4: (reader, type) => (error.message = text(reader, type)),
  })
  return error
}

/** Reads what a miner answered. Throws `MalformedRelayMessage` for anything that is no relay response, or larger than 20 MiB. */
export function decodeRelayResponse(bytes: Uint8Array): RelayResponse {
  if (bytes.length > MAX_RESPONSE_BYTES)
    throw new MalformedRelayMessage(`answer of ${bytes.length} bytes is larger than ${MAX_RESPONSE_BYTES}`)
  if (bytes.length === 0) throw new MalformedRelayMessage('empty answer')
  const response: RelayResponse = {
    sessionHeader: undefined,
    supplierOperatorSignature: EMPTY,
    payload: EMPTY,
    relayMinerError: undefined,
    payloadHash: EMPTY,
  }
  readFields(bytes, 'relay response', {
    1: (reader, type) =>
      readFields(bytesOf(reader, type), 'relay response', {
        1: (inner, innerType) => (response.sessionHeader = decodeSessionHeader(bytesOf(inner, innerType))),
        2: (inner, innerType) => (response.supplierOperatorSignature = bytesOf(inner, innerType)),
      }),
    2: (reader, type) => (response.payload = bytesOf(reader, type)),
    3: (reader, type) => (response.relayMinerError = decodeRelayMinerError(bytesOf(reader, type))),
    4: (reader, type) => (response.payloadHash = bytesOf(reader, type)),
  })
  return response
}

function decodeHeaderEntry(bytes: Uint8Array): HttpHeader {
  const header: HttpHeader = { key: '', values: [] }
  readFields(bytes, 'header', {
    1: (reader, type) => (header.key = text(reader, type)),
    2: (reader, type) =>
      readFields(bytesOf(reader, type), 'header', {
        2: (inner, innerType) => header.values.push(text(inner, innerType)),
      }),
  })
  return header
}

/** Reads the payload of a relay request. Throws `MalformedRelayMessage`. */
export function decodeHttpRequest(bytes: Uint8Array): PoktHttpRequest {
  const request: PoktHttpRequest = { method: '', headers: [], url: '', body: EMPTY }
  readFields(bytes, 'http request', {
    1: (reader, type) => (request.method = text(reader, type)),
    2: (reader, type) => request.headers.push(decodeHeaderEntry(bytesOf(reader, type))),
    3: (reader, type) => (request.url = text(reader, type)),
    4: (reader, type) => (request.body = bytesOf(reader, type)),
  })
  return request
}

/** Reads the payload of a relay response: what the backend said. Throws `MalformedRelayMessage`. */
export function decodeHttpResponse(bytes: Uint8Array): PoktHttpResponse {
  const response: PoktHttpResponse = { statusCode: 0, headers: [], body: EMPTY }
  readFields(bytes, 'http response', {
    1: (reader, type) => (response.statusCode = uint32(reader, type)),
    2: (reader, type) => response.headers.push(decodeHeaderEntry(bytesOf(reader, type))),
    3: (reader, type) => (response.body = bytesOf(reader, type)),
  })
  return response
}
