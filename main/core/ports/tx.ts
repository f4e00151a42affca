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
  | { kind: 'stake-application'; address: string; stakeUpokt: bigint; serviceIds: string[] }
  | { kind: 'send'; fromAddress: string; toAddress: string; amountUpokt: bigint }

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
}

export type DecodedTx = TxDraft

export interface TxCodec {
  /** Protobuf `SignDoc` in direct mode. */
  signDoc(draft: TxDraft): Uint8Array
  /**
   * Reads a SignDoc back, strictly: unknown message type, unknown field at any depth, a second signer, a mode other than direct, another denomination, or bytes that do not
   * re-encode to themselves reject with `tx-changed`.
   */
  decodeSignDoc(signDocBytes: Uint8Array): DecodedTx
  /** TxRaw from a SignDoc and its 64-byte signature. */
  assemble(signDocBytes: Uint8Array, signature: Uint8Array): Uint8Array
  /** TxRaw with an empty signature for the trial run. */
  simulationTx(draft: TxDraft): Uint8Array
  /** Upper-case hex SHA-256 of TxRaw. */
  hash(txBytes: Uint8Array): string
  /** Checks prefix `pokt` and checksum. */
  isAddress(text: string): boolean
  addressOf(pubKeyHex: string): string
}
