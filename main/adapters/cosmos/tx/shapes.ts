import type { Message } from '#main/core/ports/tx.ts'
import { address, choice, coin, fixedBytes, flag, list, listOfTexts, neededCoin, oneCoin, percent, text, uint64, unused } from './fields.ts'
import type { Field, Shape, Values } from './fields.ts'

/** The messages that Hearth signs, field numbers and names from onchain facts 2.3. */
export interface MessageShape extends Shape {
  typeUrl: string
  /** `type` in amino JSON where it is not the type URL (onchain facts 2.6). */
  aminoName?: string
  /** Where a value of Hearth is nested on the wire, or spelt another way. */
  toWire?(message: Values): Values
  fromWire?(values: Values): Values
}

/** `RPCType`; 0 is "unknown" and refused by the chain. */
const RPC_TYPES = [undefined, 'GRPC', 'WEBSOCKET', 'JSON_RPC', 'REST', 'COMET_BFT'] as const

const ENDPOINT: Shape = {
  name: 'SupplierEndpoint',
  fields: [text(1, 'url', 'url'), choice(2, 'rpc_type', 'rpcType', RPC_TYPES), unused('configs', [])],
}
const SHARE: Shape = {
  name: 'ServiceRevenueShare',
  fields: [address(1, 'address', 'address', 'a share'), percent(3, 'rev_share_percentage', 'percent')],
}
const SERVICE_CONFIG: Shape = {
  name: 'SupplierServiceConfig',
  fields: [text(1, 'service_id', 'serviceId'), list(2, 'endpoints', 'endpoints', ENDPOINT), list(3, 'rev_share', 'revShare', SHARE)],
}
const APPLICATION_SERVICE = {
  name: 'ApplicationServiceConfig',
  fields: [text(1, 'service_id', 'serviceId')] as const,
} satisfies Shape

/** `Service` inside MsgAddService. Its card is never sent: one that is there stays (onchain facts 2.4). */
const SERVICE: Shape = {
  name: 'Service',
  fields: [
    text(1, 'id', 'id'),
    text(2, 'name', 'name'),
    uint64(3, 'compute_units_per_relay', 'computeUnitsPerRelay'),
    text(4, 'owner_address', 'ownerAddress'),
    unused('metadata', null),
  ],
}

const gatewayFields: readonly Field[] = [
  text(1, 'app_address', 'applicationAddress'),
  address(2, 'gateway_address', 'gatewayAddress', 'the gateway'),
]

/** Morse signatures are made over the message without them: then they are empty. */
const MORSE_KEY_BYTES = 32
const MORSE_SIGNATURE_BYTES = 64

export const SHAPES: Record<Message['kind'], MessageShape> = {
  'stake-supplier': {
    typeUrl: '/pocket.supplier.MsgStakeSupplier',
    name: 'MsgStakeSupplier',
    fields: [
      text(1, 'signer', 'signer'),
      address(2, 'owner_address', 'ownerAddress', 'the owner'),
      address(3, 'operator_address', 'operatorAddress', 'the operator'),
      coin(4, 'stake', 'stakeUpokt'),
      list(5, 'services', 'services', SERVICE_CONFIG),
    ],
  },
  'unstake-supplier': {
    typeUrl: '/pocket.supplier.MsgUnstakeSupplier',
    name: 'MsgUnstakeSupplier',
    fields: [text(1, 'signer', 'signer'), address(2, 'operator_address', 'operatorAddress', 'the operator')],
  },
  send: {
    typeUrl: '/cosmos.bank.v1beta1.MsgSend',
    aminoName: 'cosmos-sdk/MsgSend',
    name: 'MsgSend',
    fields: [
      text(1, 'from_address', 'fromAddress'),
      address(2, 'to_address', 'toAddress', 'the recipient'),
      oneCoin(3, 'amount', 'amountUpokt', 'MsgSend'),
    ],
  },
  'add-service': {
    typeUrl: '/pocket.service.MsgAddService',
    name: 'MsgAddService',
    fields: [text(1, 'owner_address', 'ownerAddress'), list(2, 'service', 'service', SERVICE)].map((field) =>
      field.json === 'service' ? single(field) : field,
    ),
    toWire: ({ ownerAddress, id, name, computeUnitsPerRelay }) => ({
      ownerAddress,
      service: [{ id, name, computeUnitsPerRelay, ownerAddress }],
    }),
    fromWire({ ownerAddress, service }) {
      const [inner, ...more] = service as Values[]
      if (inner === undefined || more.length > 0) throw new Error('MsgAddService has not exactly one service')
      if (inner['ownerAddress'] !== ownerAddress) throw new Error('MsgAddService names two owners')
      return { ownerAddress, id: inner['id'], name: inner['name'], computeUnitsPerRelay: inner['computeUnitsPerRelay'] }
    },
  },
  'transfer-service': {
    typeUrl: '/pocket.service.MsgTransferService',
    name: 'MsgTransferService',
    fields: [
      text(1, 'owner_address', 'ownerAddress'),
      text(2, 'service_id', 'serviceId'),
      address(3, 'new_owner_address', 'newOwnerAddress', 'the new owner'),
    ],
  },
  'stake-application': {
    typeUrl: '/pocket.application.MsgStakeApplication',
    name: 'MsgStakeApplication',
    fields: [
      text(1, 'address', 'address'),
      neededCoin(2, 'stake', 'stakeUpokt', 'MsgStakeApplication'),
      listOfTexts(3, 'services', 'serviceIds', APPLICATION_SERVICE),
      coin(4, 'per_session_spend_limit', 'spendLimitUpokt'),
    ],
  },
  'unstake-application': {
    typeUrl: '/pocket.application.MsgUnstakeApplication',
    name: 'MsgUnstakeApplication',
    fields: [text(1, 'address', 'address')],
  },
  delegate: { typeUrl: '/pocket.application.MsgDelegateToGateway', name: 'MsgDelegateToGateway', fields: gatewayFields },
  undelegate: { typeUrl: '/pocket.application.MsgUndelegateFromGateway', name: 'MsgUndelegateFromGateway', fields: gatewayFields },
  'stake-gateway': {
    typeUrl: '/pocket.gateway.MsgStakeGateway',
    name: 'MsgStakeGateway',
    fields: [text(1, 'address', 'address'), neededCoin(2, 'stake', 'stakeUpokt', 'MsgStakeGateway')],
  },
  'unstake-gateway': { typeUrl: '/pocket.gateway.MsgUnstakeGateway', name: 'MsgUnstakeGateway', fields: [text(1, 'address', 'address')] },
  'claim-morse-account': {
    typeUrl: '/pocket.migration.MsgClaimMorseAccount',
    name: 'MsgClaimMorseAccount',
    fields: [
      address(1, 'shannon_dest_address', 'toAddress', 'the recipient'),
      fixedBytes(3, 'morse_signature', 'morseSignatureHex', MORSE_SIGNATURE_BYTES),
      text(4, 'shannon_signing_address', 'signer'),
      fixedBytes(5, 'morse_public_key', 'morsePubKeyHex', MORSE_KEY_BYTES),
    ],
  },
  'claim-morse-application': {
    typeUrl: '/pocket.migration.MsgClaimMorseApplication',
    name: 'MsgClaimMorseApplication',
    fields: [
      address(1, 'shannon_dest_address', 'toAddress', 'the application'),
      fixedBytes(3, 'morse_signature', 'morseSignatureHex', MORSE_SIGNATURE_BYTES),
      single(listOfTexts(4, 'service_config', 'serviceIds', APPLICATION_SERVICE)),
      text(5, 'shannon_signing_address', 'signer'),
      fixedBytes(6, 'morse_public_key', 'morsePubKeyHex', MORSE_KEY_BYTES),
    ],
    toWire: ({ serviceId, ...values }) => ({ ...values, serviceIds: [serviceId] }),
    fromWire({ serviceIds, ...values }) {
      const [serviceId, ...more] = serviceIds as string[]
      if (serviceId === undefined || more.length > 0) throw new Error('MsgClaimMorseApplication has not exactly one service')
      return { ...values, serviceId }
    },
  },
  'claim-morse-supplier': {
    typeUrl: '/pocket.migration.MsgClaimMorseSupplier',
    name: 'MsgClaimMorseSupplier',
    fields: [
      address(1, 'shannon_owner_address', 'ownerAddress', 'the owner'),
      address(2, 'shannon_operator_address', 'operatorAddress', 'the operator'),
      text(3, 'morse_node_address', 'morseNodeAddress'),
      fixedBytes(4, 'morse_signature', 'morseSignatureHex', MORSE_SIGNATURE_BYTES),
      list(5, 'services', 'services', SERVICE_CONFIG),
      text(6, 'shannon_signing_address', 'signer'),
      fixedBytes(7, 'morse_public_key', 'morsePubKeyHex', MORSE_KEY_BYTES),
      flag(8, 'signer_is_output_address', 'signerIsOutput'),
    ],
    fromWire(values) {
      const { morseNodeAddress } = values
      if (typeof morseNodeAddress !== 'string' || !/^[0-9A-F]{40}$/.test(morseNodeAddress))
        throw new Error('the Morse node address is not 40 upper-case hex digits')
      return values
    },
  },
}

/** A sub-message that is there once: in JSON an object, not a list. */
function single(field: Field): Field {
  const only = (value: unknown): unknown => (Array.isArray(value) ? (value[0] as unknown) : value)
  return { ...field, amino: (value) => only(field.amino(value)), plain: (value) => only(field.plain(value)) }
}
