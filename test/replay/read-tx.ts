import { createHash } from 'node:crypto'
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import type { PracticeMessage, PracticeTx } from '#main/adapters/practice/parts.ts'
import type { SessionInfo } from '#main/core/ports/chain.ts'
import type { ServiceConfig } from '#main/core/ports/tx.ts'

/** Reads recorded transactions of every kind, miners' too, into what the ledger runs. Field numbers: onchain facts 2.3. */

type Fields = Map<number, (bigint | Uint8Array)[]>

function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes)
  const fields: Fields = new Map()
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const values = fields.get(number) ?? []
    fields.set(number, values)
    if (wire === WireType.Varint) values.push(BigInt(reader.uint64()))
    else if (wire === WireType.LengthDelimited) values.push(reader.bytes())
    else reader.skip(wire, number)
  }
  return fields
}

const bytesAt = (fields: Fields, number: number): Uint8Array[] => (fields.get(number) ?? []).filter((value) => value instanceof Uint8Array)
const bytes = (fields: Fields, number: number): Uint8Array => bytesAt(fields, number)[0] ?? new Uint8Array()
const text = (fields: Fields, number: number): string => Buffer.from(bytes(fields, number)).toString('utf8')
const whole = (fields: Fields, number: number): bigint => {
  const value = fields.get(number)?.[0]
  return typeof value === 'bigint' ? value : 0n
}
const upoktAt = (fields: Fields, number: number): bigint => {
  const coin = bytesAt(fields, number)[0]
  return coin === undefined ? 0n : BigInt(text(fieldsOf(coin), 2))
}

const RPC_TYPES = ['UNKNOWN_RPC', 'GRPC', 'WEBSOCKET', 'JSON_RPC', 'REST', 'COMET_BFT'] as const

function serviceConfig(part: Uint8Array): ServiceConfig {
  const fields = fieldsOf(part)
  return {
    serviceId: text(fields, 1),
    endpoints: bytesAt(fields, 2).map((endpoint) => {
      const inner = fieldsOf(endpoint)
      const rpcType = RPC_TYPES[Number(whole(inner, 2))]
      if (rpcType === undefined || rpcType === 'UNKNOWN_RPC') throw new Error('unknown rpc type')
      return { url: text(inner, 1), rpcType }
    }),
    revShare: bytesAt(fields, 3).map((share) => {
      const inner = fieldsOf(share)
      return { address: text(inner, 1), percent: Number(whole(inner, 3)) }
    }),
  }
}

/** Of a session, a message names only its header. */
function sessionOf(part: Uint8Array): SessionInfo {
  const fields = fieldsOf(part)
  return {
    applicationAddress: text(fields, 1),
    serviceId: text(fields, 2),
    sessionId: text(fields, 3),
    startHeight: Number(whole(fields, 4)),
    endHeight: Number(whole(fields, 5)),
    sessionNumber: 0,
    suppliers: [],
    delegatedGateways: [],
  }
}

/** Digest, then sum and count, each 8 bytes big-endian (onchain facts 3.2). */
function rootOf(root: Uint8Array): { rootHex: string; computeUnits: bigint; relays: bigint } {
  const buffer = Buffer.from(root)
  return { rootHex: buffer.toString('hex'), computeUnits: buffer.readBigUInt64BE(32), relays: buffer.readBigUInt64BE(40) }
}

function messageOf(typeUrl: string, value: Uint8Array): PracticeMessage {
  const fields = fieldsOf(value)
  switch (typeUrl) {
    case '/cosmos.bank.v1beta1.MsgSend':
      return { kind: 'send', fromAddress: text(fields, 1), toAddress: text(fields, 2), amountUpokt: upoktAt(fields, 3) }
    case '/cosmos.bank.v1beta1.MsgMultiSend': {
      const outputs = bytesAt(fields, 2).map((output) => fieldsOf(output))
      return {
        kind: 'multi-send',
        fromAddress: text(fieldsOf(bytes(fields, 1)), 1),
        outputs: outputs.map((output) => ({ address: text(output, 1), amountUpokt: upoktAt(output, 2) })),
      }
    }
    case '/pocket.supplier.MsgStakeSupplier':
      return {
        kind: 'stake-supplier',
        signer: text(fields, 1),
        ownerAddress: text(fields, 2),
        operatorAddress: text(fields, 3),
        stakeUpokt: fields.has(4) ? upoktAt(fields, 4) : undefined,
        services: bytesAt(fields, 5).map(serviceConfig),
      }
    case '/pocket.supplier.MsgUnstakeSupplier':
      return { kind: 'unstake-supplier', signer: text(fields, 1), operatorAddress: text(fields, 2) }
    case '/pocket.application.MsgStakeApplication': {
      const serviceIds = bytesAt(fields, 3).map((service) => text(fieldsOf(service), 1))
      return { kind: 'stake-application', address: text(fields, 1), stakeUpokt: upoktAt(fields, 2), serviceIds }
    }
    case '/pocket.application.MsgUnstakeApplication':
      return { kind: 'unstake-application', address: text(fields, 1) }
    case '/pocket.application.MsgDelegateToGateway':
      return { kind: 'delegate', applicationAddress: text(fields, 1), gatewayAddress: text(fields, 2) }
    case '/pocket.application.MsgUndelegateFromGateway':
      return { kind: 'undelegate', applicationAddress: text(fields, 1), gatewayAddress: text(fields, 2) }
    case '/pocket.gateway.MsgStakeGateway':
      return { kind: 'stake-gateway', address: text(fields, 1), stakeUpokt: upoktAt(fields, 2) }
    case '/pocket.gateway.MsgUnstakeGateway':
      return { kind: 'unstake-gateway', address: text(fields, 1) }
    case '/pocket.service.MsgAddService': {
      const service = fieldsOf(bytes(fields, 2))
      return {
        kind: 'add-service',
        ownerAddress: text(fields, 1),
        id: text(service, 1),
        name: text(service, 2),
        computeUnitsPerRelay: whole(service, 3),
      }
    }
    case '/pocket.proof.MsgCreateClaim':
      return { kind: 'create-claim', operatorAddress: text(fields, 1), session: sessionOf(bytes(fields, 2)), ...rootOf(bytes(fields, 3)) }
    case '/pocket.proof.MsgSubmitProof':
      return { kind: 'submit-proof', operatorAddress: text(fields, 1), session: sessionOf(bytes(fields, 2)), valid: true }
    default:
      throw new Error(`the recording holds a message that the ledger has no word for: ${typeUrl}`)
  }
}

/** @param raw bytes of TxRaw @param result what the chain says about its gas @param feePayer the first signer, as the chain's events name them */
export function readTx(raw: Uint8Array, result: { gasUsed: bigint; gasWanted: bigint }, feePayer: string): PracticeTx {
  const tx = fieldsOf(raw)
  const body = fieldsOf(bytes(tx, 1))
  const auth = fieldsOf(bytes(tx, 2))
  const infos = bytesAt(auth, 1).map((info) => fieldsOf(info))
  const publicKey = infos[0] === undefined ? undefined : fieldsOf(bytes(infos[0], 1))
  const key = publicKey === undefined ? new Uint8Array() : bytes(fieldsOf(bytes(publicKey, 2)), 1)
  const unordered = whole(body, 4) === 1n
  return {
    hash: createHash('sha256').update(raw).digest('hex').toUpperCase(),
    messages: bytesAt(body, 1).map((any) => {
      const fields = fieldsOf(any)
      return messageOf(text(fields, 1), bytes(fields, 2))
    }),
    feePayer,
    feeUpokt: upoktAt(fieldsOf(bytes(auth, 2)), 1),
    ...result,
    pubKeyHex: key.length === 0 ? undefined : Buffer.from(key).toString('hex'),
    unordered,
    sequences: infos.map((info) => whole(info, 3)),
    signatures: bytesAt(tx, 3).map((signature) => Buffer.from(signature).toString('base64')),
  }
}
