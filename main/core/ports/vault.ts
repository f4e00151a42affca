import type { Danger } from '#shared/model/danger.ts'

/** What the core needs of the place where keys live. No method ever returns a private key or words. */

export type VaultStatus = { kind: 'absent' } | { kind: 'locked' } | { kind: 'unlocked' } | { kind: 'damaged'; detail: string }

/** `morse`: a key of the old network, which claims what lay there and signs nothing else. */
export type KeyRole = 'owner' | 'operator' | 'morse'

/** How a key came into the vault. `before`: by a Hearth that did not note it. */
export type KeyOrigin = 'made' | 'words' | 'hex' | 'armor' | 'keyring' | 'morse' | 'watch' | 'before'

/** Public half of a key; readable while the vault is locked. */
export interface PublicKeyInfo {
  id: string
  /** `watch`: an address without its key. It can be read and never signs. */
  kind: 'key' | 'watch' | 'morse'
  role: KeyRole
  name: string
  network: string
  address: string
  /** Empty for a watched address. */
  pubKeyHex: string
  origin: KeyOrigin
  /** Path under its words; undefined when it came without words. */
  hdPath: string | undefined
  /** Whether the words are kept, so that they can be shown and asked back. */
  hasWords: boolean
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
  context: {
    balanceUpokt: string
    unbondingText: string
    playMoney: boolean
    networkTitle: string
    /** What it can cost, with figures. */
    dangers?: Danger[]
  }
  /** The Morse key that signs the claim inside the bytes first; its signature is then part of what `keyId` signs. */
  morseKeyId?: string
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
  /** A secret was shown, after the password. */
  | { kind: 'key-exported'; key: PublicKeyInfo; form: 'words' | 'hex' | 'armor' }
  | { kind: 'key-proven'; key: PublicKeyInfo }
  | { kind: 'key-removed'; key: PublicKeyInfo }
  | { kind: 'backup-made'; path: string; madeAtMs: number; keys: PublicKeyInfo[] }
  /** A backup was restored into a temporary place, and every key there gave its address. `missing`: keys of this vault that are not in it. */
  | { kind: 'drill-passed'; path: string; madeAtMs: number; keys: PublicKeyInfo[]; missing: PublicKeyInfo[] }
  | { kind: 'drill-failed'; path: string; reason: string }
  /** `leftOut`: keys of the file that stay for another network alone. */
  | { kind: 'restored'; keys: PublicKeyInfo[]; leftOut: PublicKeyInfo[] }
  /** A page was left without doing anything. */
  | { kind: 'left' }

/** What the confirm surface can be asked to show besides new keys and signatures. */
export type VaultPage =
  | { kind: 'export'; keyId: string }
  | { kind: 'prove'; keyId: string }
  /** `drilledAtMs`: when a backup that holds this key was last proven to restore. `inUse`: the chain's record of a supplier names it. */
  | { kind: 'delete'; keyId: string; drilledAtMs: number | undefined; inUse: boolean }
  /** A new file in `folder`; undefined = the folder `backups` beside the vault. */
  | { kind: 'backup'; folder: string | undefined }
  | { kind: 'drill'; path: string }
  /** Into a new vault when there is none or a damaged one; adds what is missing to an open one. */
  | { kind: 'restore'; path: string }

export interface WatchWish {
  name: string
  role: 'owner' | 'operator'
  network: string
  address: string
}

/** Who opens the vault after a restart: the person, the keychain of the operating system, or a file that lies on this machine. */
export type UnlockMode = 'ask' | 'keychain' | 'file'

/**
 * A place that keeps 32 bytes which open the vault without its password. Never the only way in.
 * The shell gives the keychain (Electron's safeStorage); the vault brings the file.
 */
export interface SecondWrap {
  /** @returns why it cannot be used here, as the key of a sentence; undefined when it can */
  problem(): Promise<string | undefined>
  /** Keeps the secret, over an older one. The caller zeroes it. */
  store(secret: Uint8Array): Promise<void>
  /** @returns undefined when there is none. Rejects `unlock-file-refused` (detail.reason) for one that others could have read or changed */
  load(): Promise<Uint8Array | undefined>
  remove(): Promise<void>
}

export interface Vault {
  /** Where this vault lies: a fingerprint of machine and data folder, another one after a move or a restore elsewhere. */
  place(): Promise<string>
  status(): Promise<VaultStatus>
  /** Rejects `vault-exists`, `weak-password`. */
  create(password: string): Promise<void>
  /** Rejects `wrong-password`, `vault-damaged`, `vault-absent`, `too-many-tries` (detail.seconds). */
  unlock(password: string): Promise<{ wasOlder: boolean }>
  /**
   * Opens the vault by its second way in, with nobody there. Rejects `unlock-not-set` when the choice is to ask, `unlock-secret-missing`, `unlock-secret-wrong`,
   * `unlock-file-refused`, `vault-damaged`, `vault-absent`.
   */
  unlockUnattended(): Promise<void>
  /** The choice that stands in the vault file; 'ask' when there is none. */
  unlockMode(): Promise<UnlockMode>
  /** Why each way cannot be used here; undefined = it can. */
  unlockOffers(): Promise<Record<Exclude<UnlockMode, 'ask'>, string | undefined>>
  /** Rejects `wrong-password`, `too-many-tries`, `vault-locked`, `unlock-unavailable` (detail.reason). */
  setUnlockMode(mode: UnlockMode, password: string): Promise<void>
  /** Killed at any point, the old password or the new one opens the vault. Rejects `wrong-password`, `too-many-tries`, `weak-password`, `vault-locked`. */
  changePassword(current: string, next: string): Promise<void>
  /** Kills the key process. */
  lock(): Promise<void>
  keys(): Promise<PublicKeyInfo[]>
  /** Opens a ticket on the confirm surface that shows new words and asks them back, or takes words typed there. Resolves with a one-time path such as `/s/<token>`. */
  openNewKey(request: {
    name: string
    role: 'owner' | 'operator'
    network: string
    mode: 'make' | 'import'
  }): Promise<{ token: string; expiresAtMs: number }>
  /** Adds an address without its key. Rejects `vault-locked`, `address-invalid`, `key-wrong-network`, `key-exists`. */
  addWatch(wish: WatchWish): Promise<PublicKeyInfo>
  /** Opens another page of the surface. Rejects `key-unknown`, `key-watch-only`, `folder-invalid`, `backup-damaged`, `backup-missing`, `vault-exists` (restore beside a locked vault), `vault-locked`. */
  openPage(page: VaultPage): Promise<{ token: string; expiresAtMs: number }>
  /** A backup that lies on this machine, sealed as it is. Rejects `backup-missing`, `backup-damaged`. */
  backupFile(path: string): Promise<Uint8Array>
  /** Keeps a sealed backup that came from elsewhere beside the vault; of those only the newest few stay. Rejects `backup-damaged` for what is none. @returns its path */
  keepBackup(file: Uint8Array): Promise<string>
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
