import type { Message } from '#main/core/ports/tx.ts'
import { assertNever } from '#shared/lib/assert-never.ts'
import { aminoShape, decodeShape, encodeShape, plainShape, type Values } from './fields.ts'
import { SHAPES, type MessageShape } from './shapes.ts'

/** Reading and writing of the messages that shapes.ts describes. */

const KIND_BY_URL = new Map(Object.entries(SHAPES).map(([kind, { typeUrl }]) => [typeUrl, kind as Message['kind']]))

function wireValues(message: Message): { shape: MessageShape; values: Values } {
  const shape = SHAPES[message.kind]
  const { kind: _, ...values } = message as Message & Values
  return { shape, values: shape.toWire?.(values) ?? values }
}

/** @returns type URL and bytes of the message, fields in ascending order as pocketd writes them */
export function encodeMessage(message: Message): { typeUrl: string; value: Uint8Array } {
  const { shape, values } = wireValues(message)
  return { typeUrl: shape.typeUrl, value: encodeShape(shape, values) }
}

/** @returns the message in the bytes. @throws on an unknown type URL, an unknown field, another denomination or something that is no address */
export function decodeMessage(typeUrl: string, value: Uint8Array): Message {
  const kind = KIND_BY_URL.get(typeUrl)
  if (kind === undefined) throw new Error(`unknown message type ${typeUrl.slice(0, 100)}`)
  const shape = SHAPES[kind]
  const values = decodeShape(shape, value)
  // The shapes are the one description of what stands in a message; the tests hold every kind against its type.
  return { kind, ...(shape.fromWire?.(values) ?? values) } as unknown as Message
}

/** `{type, value}` of amino JSON. */
export function aminoMessage(message: Message): { type: string; value: Values } {
  const { shape, values } = wireValues(message)
  return { type: shape.aminoName ?? shape.typeUrl, value: aminoShape(shape, values) }
}

/** The message as pocketd prints it with `--generate-only`. */
export function plainMessage(message: Message): Values {
  const { shape, values } = wireValues(message)
  return { '@type': shape.typeUrl, ...plainShape(shape, values) }
}

/** @returns every address that the message names */
export function addressesOf(message: Message): string[] {
  switch (message.kind) {
    case 'stake-supplier':
    case 'claim-morse-supplier':
      return [
        message.signer,
        message.ownerAddress,
        message.operatorAddress,
        ...message.services.flatMap((each) => each.revShare.map((share) => share.address)),
      ]
    case 'unstake-supplier':
      return [message.signer, message.operatorAddress]
    case 'stake-application':
    case 'unstake-application':
    case 'stake-gateway':
    case 'unstake-gateway':
      return [message.address]
    case 'delegate':
    case 'undelegate':
      return [message.applicationAddress, message.gatewayAddress]
    case 'add-service':
      return [message.ownerAddress]
    case 'transfer-service':
      return [message.ownerAddress, message.newOwnerAddress]
    case 'claim-morse-account':
    case 'claim-morse-application':
      return [message.signer, message.toAddress]
    case 'send':
      return [message.fromAddress, message.toAddress]
    default:
      return assertNever(message)
  }
}

/** @returns every service id that the message names */
export function serviceIdsOf(message: Message): string[] {
  switch (message.kind) {
    case 'stake-supplier':
    case 'claim-morse-supplier':
      return message.services.map((service) => service.serviceId)
    case 'stake-application':
      return message.serviceIds
    case 'add-service':
      return [message.id]
    case 'transfer-service':
    case 'claim-morse-application':
      return [message.serviceId]
    default:
      return []
  }
}

/** @returns the account whose signature the message asks for */
export function signerOf(message: Message): string {
  switch (message.kind) {
    case 'stake-supplier':
    case 'unstake-supplier':
    case 'claim-morse-account':
    case 'claim-morse-application':
    case 'claim-morse-supplier':
      return message.signer
    case 'stake-application':
    case 'unstake-application':
    case 'stake-gateway':
    case 'unstake-gateway':
      return message.address
    case 'delegate':
    case 'undelegate':
      return message.applicationAddress
    case 'add-service':
    case 'transfer-service':
      return message.ownerAddress
    case 'send':
      return message.fromAddress
    default:
      return assertNever(message)
  }
}
