/** Making and reading transaction bytes. Pure functions behind a port because the envelope library belongs to the cosmos adapter. */

export interface ServiceConfig {
  serviceId: string
  endpoints: { url: string; rpcType: 'GRPC' | 'WEBSOCKET' | 'JSON_RPC' | 'REST' | 'COMET_BFT' }[]
  revShare: { address: string; percent: number }[]
}

/** The messages that Hearth signs. Anything else in the bytes makes decoding refuse. */
export type Message =
  | {
      kind: 'stake-supplier'
      signer: string
      ownerAddress: string
      operatorAddress: string
      stakeUpokt: bigint | undefined
      services: ServiceConfig[]
    }
  | { kind: 'unstake-supplier'; signer: string; operatorAddress: string }
  /** `spendLimitUpokt`: left out = what is recorded stays; 0 = none any more. */
  | { kind: 'stake-application'; address: string; stakeUpokt: bigint; serviceIds: string[]; spendLimitUpokt?: bigint }
  | { kind: 'unstake-application'; address: string }
  | { kind: 'delegate'; applicationAddress: string; gatewayAddress: string }
  | { kind: 'undelegate'; applicationAddress: string; gatewayAddress: string }
  | { kind: 'stake-gateway'; address: string; stakeUpokt: bigint }
  | { kind: 'unstake-gateway'; address: string }
  | { kind: 'add-service'; ownerAddress: string; id: string; name: string; computeUnitsPerRelay: bigint }
  | { kind: 'transfer-service'; ownerAddress: string; serviceId: string; newOwnerAddress: string }
  | MorseClaim
  | { kind: 'send'; fromAddress: string; toAddress: string; amountUpokt: bigint }

/** Takes over what lay on the old network. `morseSignatureHex` is empty until the Morse key has signed (ed25519, 64 bytes). */
export type MorseClaim =
  | { kind: 'claim-morse-account'; signer: string; toAddress: string; morsePubKeyHex: string; morseSignatureHex: string }
  | {
      kind: 'claim-morse-application'
      signer: string
      /** Gets the old balance, and is the application. */
      toAddress: string
      morsePubKeyHex: string
      morseSignatureHex: string
      serviceId: string
    }
  | {
      kind: 'claim-morse-supplier'
      signer: string
      ownerAddress: string
      operatorAddress: string
      /** 40 upper-case hex digits. */
      morseNodeAddress: string
      morsePubKeyHex: string
      morseSignatureHex: string
      /** Whether `morsePubKeyHex` is the output key rather than the node key. */
      signerIsOutput: boolean
      services: ServiceConfig[]
    }

export interface TxDraft {
  messages: Message[]
  memo: string
  chainId: string
  accountNumber: bigint
  sequence: bigint
  /** 33 bytes hex. */
  pubKeyHex: string
  feeUpokt: bigint
  gasLimit: bigint
  /** 0 = none. */
  timeoutHeight: number
  /** UTC ms after which the chain refuses it; absent = none. An unordered transaction needs it. */
  timeoutAtMs?: number
  /** Stands outside the row of sequences: `sequence` is 0, and (signer, timeoutAtMs) may be used once (onchain facts 2.1). */
  unordered?: boolean
}

/** How the bytes under a signature are made: protobuf, or the JSON that hardware wallets show. */
export type SignMode = 'direct' | 'amino'

/** The same transaction in the forms that other wallets take. */
export interface OutsideForms {
  /** Unsigned transaction as `pocketd tx sign` reads it from a file. */
  unsignedJson: string
  /** What is signed in direct mode. */
  directBase64: string
  /** What is signed in amino mode: canonical JSON, byte for byte. */
  aminoJson: string
}

export type DecodedTx = TxDraft

export interface TxCodec {
  /** Protobuf `SignDoc` in direct mode, whatever mode it is signed in later. */
  signDoc(draft: TxDraft): Uint8Array
  /**
   * Reads a SignDoc back, strictly: unknown message type, unknown field at any depth, a second signer, a mode other than direct, another denomination, or bytes that do not
   * re-encode to themselves reject with `tx-changed`.
   */
  decodeSignDoc(signDocBytes: Uint8Array): DecodedTx
  /** TxRaw from a SignDoc and its 64-byte signature. @param mode in which it was signed; direct when absent */
  assemble(signDocBytes: Uint8Array, signature: Uint8Array, mode?: SignMode): Uint8Array
  /** For a wallet outside of Hearth. */
  outsideForms(signDocBytes: Uint8Array): OutsideForms
  /**
   * What an outside wallet gave back: a signed transaction (JSON of pocketd, base64 or hex of TxRaw), an amino answer with its signature, or the signature alone.
   * Rejects `signature-invalid` with detail.problem: `unreadable`, `unsigned`, `changed` (other content), `other-key`, `other-chain` (same content, but the signature stands
   * over another chain, account number or sequence).
   * @returns TxRaw of exactly the transaction of `signDocBytes`
   */
  readSigned(signDocBytes: Uint8Array, text: string): Uint8Array
  /** The bytes that a Morse key signs, ed25519: the claim as it is in the SignDoc, without its Morse signature. */
  morseBytes(signDocBytes: Uint8Array): Uint8Array
  /** The SignDoc with the Morse signature (64 bytes) in its place. Rejects `tx-changed` when it holds no Morse claim. */
  withMorseSignature(signDocBytes: Uint8Array, signature: Uint8Array): Uint8Array
  /** TxRaw with an empty signature for the trial run. */
  simulationTx(draft: TxDraft): Uint8Array
  /** Upper-case hex SHA-256 of TxRaw. */
  hash(txBytes: Uint8Array): string
  /** Checks prefix `pokt` and checksum. */
  isAddress(text: string): boolean
  addressOf(pubKeyHex: string): string
}
