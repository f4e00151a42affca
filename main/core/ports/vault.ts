/** What the core needs of the place where keys live. No method ever returns a private key or words. */

export type VaultStatus = { kind: 'absent' } | { kind: 'locked' } | { kind: 'unlocked' } | { kind: 'damaged'; detail: string }

export type KeyRole = 'owner' | 'operator'

/** Public half of a key; readable while the vault is locked. */
export interface PublicKeyInfo {
  id: string
  role: KeyRole
  name: string
  network: string
  address: string
  pubKeyHex: string
  createdAtMs: number
  /** When the words were asked back and matched. A key without it signs nothing but can be deleted. */
  wordsConfirmedAtMs: number | undefined
}

/** What is to be signed, as the core hands it over. The sheet is made from `signDocBytes` alone. */
export interface SignRequest {
  intentId: string
  keyId: string
  /** Protobuf `cosmos.tx.v1beta1.SignDoc` (direct mode). */
  signDocBytes: Uint8Array
  /** Facts that the bytes cannot hold and the sheet shows apart, labelled as Hearth's own words. */
  context: { balanceUpokt: string; unbondingText: string; playMoney: boolean; networkTitle: string }
}

/** A page of the confirm surface, made inside the key process. */
export interface SurfacePage {
  status: number
  html: Uint8Array
}

export type SurfaceOutcome =
  | { kind: 'signed'; intentId: string; txBytes: Uint8Array }
  | { kind: 'refused'; intentId: string }
  | { kind: 'key-made'; key: PublicKeyInfo }
  | { kind: 'key-cancelled'; keyId: string }

export interface Vault {
  status(): Promise<VaultStatus>
  /** Rejects `vault-exists`, `weak-password`. */
  create(password: string): Promise<void>
  /** Rejects `wrong-password`, `vault-damaged`, `vault-absent`, `too-many-tries` (detail.seconds). */
  unlock(password: string): Promise<void>
  /** Kills the key process. */
  lock(): Promise<void>
  keys(): Promise<PublicKeyInfo[]>
  /** Opens a ticket on the confirm surface that shows new words and asks them back, or takes words typed there. Resolves with a one-time path such as `/s/<token>`. */
  openNewKey(request: {
    name: string
    role: KeyRole
    network: string
    mode: 'make' | 'import'
  }): Promise<{ token: string; expiresAtMs: number }>
  /** Opens a ticket for one signature. Rejects `tx-changed` when the bytes hold an unknown message or field, `key-unknown`, `key-wrong-network`. */
  openSign(request: SignRequest): Promise<{ token: string; expiresAtMs: number }>
  /** Serves the surface: `body` is the raw form post, handed to the key process unread. */
  surface(token: string, method: 'GET' | 'POST', body: Uint8Array): Promise<{ page: SurfacePage; outcome: SurfaceOutcome | undefined }>
  closeTicket(token: string): Promise<void>
  /**
   * Writes the operator key to the stdin of an exec in the keeper container, from the key process itself.
   * @param target engine endpoint, container and the exact command. Rejects `vault-locked`, `key-unknown`, `engine-failed`.
   */
  deliverKey(keyId: string, target: { engineEndpoint: string; container: string; command: string[] }): Promise<void>
  /** Called when the vault locks for any reason (timer, crash of the key process). */
  onLock(listener: () => void): void
  stop(): Promise<void>
}

/** Play-money identities of the local chain: usable while the vault is locked, bound to one chain, refused for any other. */
export interface RehearsalKeys {
  /** Makes the application identity for a chain when it has none. @returns its address and public key */
  ensure(chainId: string, name: 'application'): Promise<{ address: string; pubKeyHex: string }>
  /** Signs SHA-256(signDocBytes); rejects `key-wrong-network` unless the doc's chain id is `chainId`. Returns 64 bytes R||S. */
  sign(chainId: string, name: 'application', signDocBytes: Uint8Array): Promise<Uint8Array>
  /** Runs `use` with the private scalar for a ring signature; never stored by the caller. */
  withPrivateKey<T>(chainId: string, name: 'application', use: (privateKey: Uint8Array) => T): Promise<T>
  forget(chainId: string): Promise<void>
}
