import { createHash } from 'node:crypto'
import { HearthError } from '#shared/api/errors.ts'
import type { DecodedTx, Message, TxCodec } from '#main/core/ports/tx.ts'
import type { PublicKeyInfo, SignRequest } from '#main/core/ports/vault.ts'
import { addressesOf, serviceIdsOf, signerOf } from '../cosmos/tx/index.ts'
import { describeTx, type KnownAddress, type TxSheet } from './describe-tx.ts'
import { keyNetwork } from './key-networks.ts'
import { messagePage } from './page-frame.ts'
import { signedPage, signPage, type SignPageParts } from './sign-pages.ts'
import { refusePassword, type PasswordPort, type Step, type Ticket } from './tickets.ts'

export interface SignPorts extends PasswordPort {
  /** Of the key's network: addresses of another one are neither read nor made. */
  codec: TxCodec
  known: KnownAddress
  /** The key of the old network that signs its claim first, inside the message. */
  morse?: { pubKeyHex: string; sign(bytes: Uint8Array): Uint8Array }
  /** 64 bytes R||S over SHA-256 of the bytes. */
  sign(bytes: Uint8Array): Uint8Array
}

/**
 * Reads the bytes and refuses before anything is shown. Rejects `tx-changed` (unknown content, more than one message, another signer) and
 * `key-wrong-network` (the chain of the bytes is not one that this key may sign for).
 */
export function readForSigning(codec: TxCodec, request: SignRequest, key: PublicKeyInfo): { decoded: DecodedTx; message: Message } {
  const decoded = codec.decodeSignDoc(request.signDocBytes)
  const [message] = decoded.messages
  if (!message || decoded.messages.length !== 1) throw new HearthError('tx-changed', { reason: 'messages' })
  // SECURITY: S18 a key signs only for the chains of the network that it was made for.
  if (!keyNetwork(key.network)?.maySign(decoded.chainId)) throw new HearthError('key-wrong-network', { network: key.network })
  if (
    decoded.pubKeyHex.toLowerCase() !== key.pubKeyHex ||
    codec.addressOf(key.pubKeyHex) !== key.address ||
    signerOf(message) !== key.address
  )
    throw new HearthError('tx-changed', { reason: 'signer' })
  // What is no address or service id could carry words of its own onto the sheet.
  if (!addressesOf(message).every((address) => codec.isAddress(address))) throw new HearthError('tx-changed', { reason: 'address' })
  if (!serviceIdsOf(message).every((id) => /^[a-zA-Z0-9_-]{1,42}$/.test(id))) throw new HearthError('tx-changed', { reason: 'service' })
  return { decoded, message }
}

/** A claim of the old network is signed by the Morse key that it names and by no other; nothing else is ever signed by one. */
function mustBeOwnClaim(message: Message, morsePubKeyHex: string | undefined): void {
  const named = 'morsePubKeyHex' in message ? message.morsePubKeyHex : undefined
  if (named !== morsePubKeyHex) throw new HearthError('tx-changed', { reason: 'morse key' })
  if ('morseSignatureHex' in message && message.morseSignatureHex !== '') throw new HearthError('tx-changed', { reason: 'morse signature' })
}

/** One signature, asked on one page. */
export function createSignTicket(request: SignRequest, key: PublicKeyInfo, ports: SignPorts): Ticket {
  const bytes = Uint8Array.from(request.signDocBytes)
  const { decoded, message } = readForSigning(ports.codec, { ...request, signDocBytes: bytes }, key)
  mustBeOwnClaim(message, ports.morse?.pubKeyHex)
  const sheet: TxSheet = describeTx(decoded, request.context, ports.known)
  const network = keyNetwork(key.network) ?? { title: key.network, playMoney: false }
  const parts: SignPageParts = {
    sheet,
    network,
    rawJson: JSON.stringify(
      { ...decoded, messages: [message] },
      (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
      2,
    ),
    bytesHex: Buffer.from(bytes).toString('hex'),
    sha256Hex: createHash('sha256').update(bytes).digest('hex'),
  }

  return {
    render: (nonce, notice) => signPage(parts, nonce, notice),
    async post(form, { nowMs, waitSeconds }): Promise<Step> {
      const action = form.get('action')
      if (action === 'refuse')
        return {
          kind: 'done',
          page: messagePage('Nothing was signed', ['Nothing leaves this PC. You can close this page and go on in Hearth.'], 200, network),
          outcome: { kind: 'refused', intentId: request.intentId },
        }
      if (action !== 'sign') return { kind: 'again', notice: 'That button is not on this page. Look again.' }
      const refused = await refusePassword(form, { nowMs, waitSeconds }, ports, 'Nothing was signed')
      if (refused) return refused
      const whole = ports.morse ? ports.codec.withMorseSignature(bytes, ports.morse.sign(ports.codec.morseBytes(bytes))) : bytes
      const txBytes = ports.codec.assemble(whole, ports.sign(whole))
      return {
        kind: 'done',
        password: 'right',
        page: signedPage(sheet, network),
        outcome: { kind: 'signed', intentId: request.intentId, txBytes },
      }
    },
    close() {},
  }
}
