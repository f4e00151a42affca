import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { Message, ServiceConfig, TxDraft } from '#main/core/ports/tx.ts'

/** The transactions that pocketd built and signed, as drafts of Hearth. */

export interface Vector {
  name: string
  draft: TxDraft
  privateKey: Uint8Array
  /** `TxRaw` as pocketd made it in direct mode. */
  txBytes: Uint8Array
  /** The same, signed as amino JSON. */
  aminoTxBytes: Uint8Array
  /** As pocketd printed it before it was signed. */
  unsigned: unknown
}

interface JsonMessage {
  '@type': string
  signer?: string
  owner_address?: string
  operator_address?: string
  address?: string
  from_address?: string
  to_address?: string
  app_address?: string
  gateway_address?: string
  service_id?: string
  new_owner_address?: string
  service?: { id: string; name: string; compute_units_per_relay: string; owner_address: string }
  amount?: { amount: string }[]
  stake?: { amount: string } | null
  services?: {
    service_id: string
    endpoints?: { url: string; rpc_type: string }[]
    rev_share?: { address: string; rev_share_percentage: string }[]
  }[]
}

interface JsonTransaction {
  name: string
  signer: string
  chainId: string
  accountNumber: string
  sequence: string
  unsigned: {
    body: { messages: JsonMessage[]; memo: string; timeout_height: string }
    auth_info: { fee: { amount: { amount: string }[]; gas_limit: string } }
  }
  direct: { txBytesBase64: string }
  aminoJson: { txBytesBase64: string }
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../fixtures/vectors', name), 'utf8')) as unknown
}

/** Public test keys: worth nothing anywhere. */
export const KEYS = (
  fixture('keys.json') as { keys: { name: string; address: string; valoper: string; pubkeyBase64: string; privateKeyHex: string }[] }
).keys
const transactions = fixture('transactions.json') as JsonTransaction[]

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the vector lacks a value')
  return value
}

function messageOf(json: JsonMessage): Message {
  switch (json['@type']) {
    case '/pocket.supplier.MsgStakeSupplier':
      return {
        kind: 'stake-supplier',
        signer: must(json.signer),
        ownerAddress: must(json.owner_address),
        operatorAddress: must(json.operator_address),
        stakeUpokt: json.stake ? BigInt(json.stake.amount) : undefined,
        services: must(json.services).map((service) => ({
          serviceId: service.service_id,
          endpoints: must(service.endpoints).map((each) => ({
            url: each.url,
            rpcType: each.rpc_type as ServiceConfig['endpoints'][number]['rpcType'],
          })),
          revShare: must(service.rev_share).map((each) => ({ address: each.address, percent: Number(each.rev_share_percentage) })),
        })),
      }
    case '/pocket.supplier.MsgUnstakeSupplier':
      return { kind: 'unstake-supplier', signer: must(json.signer), operatorAddress: must(json.operator_address) }
    case '/pocket.application.MsgStakeApplication':
      return {
        kind: 'stake-application',
        address: must(json.address),
        stakeUpokt: BigInt(must(json.stake ?? undefined).amount),
        serviceIds: must(json.services).map((service) => service.service_id),
      }
    case '/cosmos.bank.v1beta1.MsgSend':
      return {
        kind: 'send',
        fromAddress: must(json.from_address),
        toAddress: must(json.to_address),
        amountUpokt: BigInt(must(json.amount?.[0]).amount),
      }
    case '/pocket.service.MsgAddService': {
      const service = must(json.service)
      return {
        kind: 'add-service',
        ownerAddress: must(json.owner_address),
        id: service.id,
        name: service.name,
        computeUnitsPerRelay: BigInt(service.compute_units_per_relay),
      }
    }
    case '/pocket.service.MsgTransferService':
      return {
        kind: 'transfer-service',
        ownerAddress: must(json.owner_address),
        serviceId: must(json.service_id),
        newOwnerAddress: must(json.new_owner_address),
      }
    case '/pocket.application.MsgUnstakeApplication':
      return { kind: 'unstake-application', address: must(json.address) }
    case '/pocket.application.MsgDelegateToGateway':
      return { kind: 'delegate', applicationAddress: must(json.app_address), gatewayAddress: must(json.gateway_address) }
    case '/pocket.application.MsgUndelegateFromGateway':
      return { kind: 'undelegate', applicationAddress: must(json.app_address), gatewayAddress: must(json.gateway_address) }
    case '/pocket.gateway.MsgStakeGateway':
      return { kind: 'stake-gateway', address: must(json.address), stakeUpokt: BigInt(must(json.stake ?? undefined).amount) }
    default:
      throw new Error(`no draft for ${json['@type']}`)
  }
}

/** @param name of the vector, for example `stake-supplier-full` */
export function vector(name: string): Vector {
  const found = must(transactions.find((each) => each.name === name))
  const key = must(KEYS.find((each) => each.name === found.signer))
  const { body, auth_info: auth } = found.unsigned
  return {
    name,
    draft: {
      messages: body.messages.map(messageOf),
      memo: body.memo,
      chainId: found.chainId,
      accountNumber: BigInt(found.accountNumber),
      sequence: BigInt(found.sequence),
      pubKeyHex: Buffer.from(key.pubkeyBase64, 'base64').toString('hex'),
      feeUpokt: BigInt(must(auth.fee.amount[0]).amount),
      gasLimit: BigInt(auth.fee.gas_limit),
      timeoutHeight: Number(body.timeout_height),
    },
    privateKey: hexToBytes(key.privateKeyHex),
    txBytes: rawBytes(name),
    aminoTxBytes: Uint8Array.from(Buffer.from(found.aminoJson.txBytesBase64, 'base64')),
    unsigned: found.unsigned,
  }
}

/** `TxRaw` bytes of a vector in direct mode. */
export function rawBytes(name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(must(transactions.find((each) => each.name === name)).direct.txBytesBase64, 'base64'))
}

/** Every vector there is: all of their messages can be signed. */
export const SIGNED_BY_HEARTH = transactions.map((each) => each.name)
