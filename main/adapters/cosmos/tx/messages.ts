import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Message, ServiceConfig } from '#main/core/ports/tx.ts'
import { assertNever } from '#shared/lib/assert-never.ts'
import { ADDRESS_PREFIXES, isAddress } from './address.ts'

/**
 * The messages that Hearth signs, from the field numbers of onchain facts 2.3. Reading is strict: a field that is not written here throws. What reading cannot see
 * (repeated fields, longer spellings of a number, another order) is caught by the caller, who writes the result again and compares bytes.
 */

/** Type URLs of the messages. */
const TYPE_URL = {
  'stake-supplier': '/pocket.supplier.MsgStakeSupplier',
  'unstake-supplier': '/pocket.supplier.MsgUnstakeSupplier',
  'stake-application': '/pocket.application.MsgStakeApplication',
  send: '/cosmos.bank.v1beta1.MsgSend',
} as const satisfies Record<Message['kind'], string>

export const DENOM = 'upokt'

/** `RPCType` of onchain facts 2.3; 0 is "unknown" and refused by the chain. */
const RPC_TYPES: readonly (ServiceConfig['endpoints'][number]['rpcType'] | undefined)[] = [
  undefined,
  'GRPC',
  'WEBSOCKET',
  'JSON_RPC',
  'REST',
  'COMET_BFT',
]

type Fields = Record<number, (reader: BinaryReader) => void>

function readFields(bytes: Uint8Array, name: string, fields: Fields, wireTypes: Record<number, WireType> = {}): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const read = fields[number]
    if (read === undefined) throw new Error(`${name} has an unknown field ${number}`)
    if (wireType !== (wireTypes[number] ?? WireType.LengthDelimited)) throw new Error(`${name} field ${number} has another type`)
    read(reader)
  }
}

/** Strict: bytes that are no UTF-8 throw instead of turning into a replacement character. */
function text(reader: BinaryReader): string {
  return reader.string(true)
}

function address(value: string, name: string): string {
  if (!isAddress(value, ADDRESS_PREFIXES)) throw new Error(`${name} is not an address`)
  return value
}

function putText(writer: BinaryWriter, field: number, value: string): void {
  if (!value.isWellFormed()) throw new Error(`field ${field} is not well-formed text`)
  if (value !== '') writer.tag(field, WireType.LengthDelimited).string(value)
}

function putBytes(writer: BinaryWriter, field: number, value: Uint8Array): void {
  writer.tag(field, WireType.LengthDelimited).bytes(value)
}

/** @returns the amount of a `Coin` text. Only plain non-negative integers, no sign, no leading zero. */
export function parseAmount(amount: string): bigint {
  if (!/^(0|[1-9][0-9]*)$/.test(amount)) throw new Error('an amount is not a whole number')
  return BigInt(amount)
}

function readCoin(bytes: Uint8Array): bigint {
  let denom = ''
  let amount = ''
  readFields(bytes, 'Coin', { 1: (r) => (denom = text(r)), 2: (r) => (amount = text(r)) })
  if (denom !== DENOM) throw new Error(`denomination ${denom}`)
  return parseAmount(amount)
}

function coin(amountUpokt: bigint): Uint8Array {
  if (amountUpokt < 0n) throw new Error('an amount is negative')
  const writer = new BinaryWriter()
  putText(writer, 1, DENOM)
  putText(writer, 2, amountUpokt.toString())
  return writer.finish()
}

function readEndpoint(bytes: Uint8Array): ServiceConfig['endpoints'][number] {
  let url = ''
  let rpcType: number = 0
  readFields(bytes, 'SupplierEndpoint', { 1: (r) => (url = text(r)), 2: (r) => (rpcType = r.uint32()) }, { 2: WireType.Varint })
  const known = RPC_TYPES[rpcType]
  if (known === undefined) throw new Error(`unknown RPC type ${rpcType}`)
  return { url, rpcType: known }
}

function endpoint(value: ServiceConfig['endpoints'][number]): Uint8Array {
  const rpcType = RPC_TYPES.indexOf(value.rpcType)
  if (rpcType < 1) throw new Error('unknown RPC type')
  const writer = new BinaryWriter()
  putText(writer, 1, value.url)
  writer.tag(2, WireType.Varint).uint32(rpcType)
  return writer.finish()
}

function readShare(bytes: Uint8Array): ServiceConfig['revShare'][number] {
  let to = ''
  let percent = 0n
  readFields(bytes, 'ServiceRevenueShare', { 1: (r) => (to = text(r)), 3: (r) => (percent = BigInt(r.uint64())) }, { 3: WireType.Varint })
  if (percent > 100n) throw new Error('a share is more than 100 percent')
  return { address: address(to, 'a share'), percent: Number(percent) }
}

function share(value: ServiceConfig['revShare'][number]): Uint8Array {
  if (!Number.isInteger(value.percent) || value.percent < 1 || value.percent > 100) throw new Error('a share is not 1 to 100 percent')
  const writer = new BinaryWriter()
  putText(writer, 1, value.address)
  writer.tag(3, WireType.Varint).uint64(value.percent)
  return writer.finish()
}

function readService(bytes: Uint8Array): ServiceConfig {
  const config: ServiceConfig = { serviceId: '', endpoints: [], revShare: [] }
  readFields(bytes, 'SupplierServiceConfig', {
    1: (r) => (config.serviceId = text(r)),
    2: (r) => config.endpoints.push(readEndpoint(r.bytes())),
    3: (r) => config.revShare.push(readShare(r.bytes())),
  })
  return config
}

function service(value: ServiceConfig): Uint8Array {
  const writer = new BinaryWriter()
  putText(writer, 1, value.serviceId)
  for (const each of value.endpoints) putBytes(writer, 2, endpoint(each))
  for (const each of value.revShare) putBytes(writer, 3, share(each))
  return writer.finish()
}

function readStakeSupplier(bytes: Uint8Array): Message {
  let signer = ''
  let ownerAddress = ''
  let operatorAddress = ''
  let stakeUpokt: bigint | undefined
  const services: ServiceConfig[] = []
  readFields(bytes, 'MsgStakeSupplier', {
    1: (r) => (signer = text(r)),
    2: (r) => (ownerAddress = text(r)),
    3: (r) => (operatorAddress = text(r)),
    4: (r) => (stakeUpokt = readCoin(r.bytes())),
    5: (r) => services.push(readService(r.bytes())),
  })
  return {
    kind: 'stake-supplier',
    signer,
    ownerAddress: address(ownerAddress, 'the owner'),
    operatorAddress: address(operatorAddress, 'the operator'),
    stakeUpokt,
    services,
  }
}

function readUnstakeSupplier(bytes: Uint8Array): Message {
  let signer = ''
  let operatorAddress = ''
  readFields(bytes, 'MsgUnstakeSupplier', { 1: (r) => (signer = text(r)), 2: (r) => (operatorAddress = text(r)) })
  return { kind: 'unstake-supplier', signer, operatorAddress: address(operatorAddress, 'the operator') }
}

function readServiceId(bytes: Uint8Array): string {
  let serviceId = ''
  readFields(bytes, 'ApplicationServiceConfig', { 1: (r) => (serviceId = text(r)) })
  return serviceId
}

function serviceIdConfig(serviceId: string): Uint8Array {
  const writer = new BinaryWriter()
  putText(writer, 1, serviceId)
  return writer.finish()
}

function readStakeApplication(bytes: Uint8Array): Message {
  let from = ''
  let stakeUpokt: bigint | undefined
  const serviceIds: string[] = []
  readFields(bytes, 'MsgStakeApplication', {
    1: (r) => (from = text(r)),
    2: (r) => (stakeUpokt = readCoin(r.bytes())),
    3: (r) => serviceIds.push(readServiceId(r.bytes())),
  })
  if (stakeUpokt === undefined) throw new Error('MsgStakeApplication has no stake')
  return { kind: 'stake-application', address: from, stakeUpokt, serviceIds }
}

function readSend(bytes: Uint8Array): Message {
  let fromAddress = ''
  let toAddress = ''
  const coins: bigint[] = []
  readFields(bytes, 'MsgSend', {
    1: (r) => (fromAddress = text(r)),
    2: (r) => (toAddress = text(r)),
    3: (r) => coins.push(readCoin(r.bytes())),
  })
  const [amountUpokt] = coins
  if (amountUpokt === undefined || coins.length !== 1) throw new Error('MsgSend has not exactly one amount')
  return { kind: 'send', fromAddress, toAddress: address(toAddress, 'the recipient'), amountUpokt }
}

/** @returns every address that the message names */
export function addressesOf(message: Message): string[] {
  switch (message.kind) {
    case 'stake-supplier':
      return [
        message.signer,
        message.ownerAddress,
        message.operatorAddress,
        ...message.services.flatMap((each) => each.revShare.map((share) => share.address)),
      ]
    case 'unstake-supplier':
      return [message.signer, message.operatorAddress]
    case 'stake-application':
      return [message.address]
    case 'send':
      return [message.fromAddress, message.toAddress]
    default:
      return assertNever(message)
  }
}

/** @returns the account whose signature the message asks for */
export function signerOf(message: Message): string {
  switch (message.kind) {
    case 'stake-supplier':
    case 'unstake-supplier':
      return message.signer
    case 'stake-application':
      return message.address
    case 'send':
      return message.fromAddress
    default:
      return assertNever(message)
  }
}

/** @returns type URL and bytes of the message, fields in ascending order as pocketd writes them */
export function encodeMessage(message: Message): { typeUrl: string; value: Uint8Array } {
  const writer = new BinaryWriter()
  switch (message.kind) {
    case 'stake-supplier':
      putText(writer, 1, message.signer)
      putText(writer, 2, message.ownerAddress)
      putText(writer, 3, message.operatorAddress)
      if (message.stakeUpokt !== undefined) putBytes(writer, 4, coin(message.stakeUpokt))
      for (const each of message.services) putBytes(writer, 5, service(each))
      break
    case 'unstake-supplier':
      putText(writer, 1, message.signer)
      putText(writer, 2, message.operatorAddress)
      break
    case 'stake-application':
      putText(writer, 1, message.address)
      putBytes(writer, 2, coin(message.stakeUpokt))
      for (const each of message.serviceIds) putBytes(writer, 3, serviceIdConfig(each))
      break
    case 'send':
      putText(writer, 1, message.fromAddress)
      putText(writer, 2, message.toAddress)
      putBytes(writer, 3, coin(message.amountUpokt))
      break
  }
  return { typeUrl: TYPE_URL[message.kind], value: writer.finish() }
}

/** @returns the message in the bytes. @throws on an unknown type URL, an unknown field, another denomination or something that is no address */
export function decodeMessage(typeUrl: string, value: Uint8Array): Message {
  switch (typeUrl) {
    case TYPE_URL['stake-supplier']:
      return readStakeSupplier(value)
    case TYPE_URL['unstake-supplier']:
      return readUnstakeSupplier(value)
    case TYPE_URL['stake-application']:
      return readStakeApplication(value)
    case TYPE_URL.send:
      return readSend(value)
    default:
      throw new Error(`unknown message type ${typeUrl.slice(0, 100)}`)
  }
}
