import { HearthError } from '#shared/api/errors.ts'
import type { PublicKeyInfo } from '#main/core/ports/vault.ts'
import { makeBackup, type OpenedBackup } from './backup-file.ts'
import {
  DATA_KEY_BYTES,
  openRow,
  passwordBytes,
  passwordOpens,
  sealBody,
  sealKey,
  unwrapDataKey,
  unwrapSecond,
  wrapDataKey,
  wrapSecond,
  type OpenedRow,
} from './sealing.ts'
import { oneNetworkEach, type LeftOutKey } from './one-network.ts'
import { contentOfVersion1, resealRows, secondRow, secondSecretOf, verifyContent } from './vault-content.ts'
import {
  damaged,
  FORMAT_VERSION,
  parseVault,
  readVault,
  serializeVault,
  type KdfTarget,
  type StoredPublicKey,
  type StoredSecondWrap,
  type UnsealedBody,
  type VaultBody,
} from './vault-format.ts'

export interface OpenVaultPorts {
  /** Writes the sealed file; resolves once it is on the disk. */
  save: (file: Uint8Array) => Promise<void>
  random: (bytes: number) => Uint8Array
}

/** What is kept of one key besides its public half. */
export interface KeySecret {
  privateKey: Uint8Array
  entropy: Uint8Array | undefined
}

/** The vault while it is open: the data key, and the body as it lies on the disk. Every change is on the disk before it counts. Passwords given here are zeroed by the caller. */
export interface OpenVault {
  isOpen(): boolean
  create(password: Uint8Array, target: KdfTarget, nowMs: number): Promise<void>
  /** Rejects `wrong-password`, `vault-damaged`. @returns whether the file was of an older version */
  unlock(password: Uint8Array, file: Uint8Array, target: KdfTarget): Promise<boolean>
  /** Opens by the second wrap. Rejects `unlock-secret-wrong`, `vault-damaged`. */
  unlockSecond(secret: Uint8Array, file: Uint8Array): void
  /** Seals everything under a new data key and a new password, in one write. Rejects `wrong-password`. */
  changePassword(current: Uint8Array, next: Uint8Array, target: KdfTarget): Promise<void>
  /** Sets or takes away the second way in. Rejects `wrong-password`. */
  setSecond(password: Uint8Array, second: { kind: StoredSecondWrap['kind']; secret: Uint8Array } | undefined): Promise<void>
  /** Tries what was typed on a page. */
  passwordOpens(text: string): Promise<boolean>
  keys(): PublicKeyInfo[]
  key(id: string): PublicKeyInfo
  /** Opens the row of one key for `use` alone. Rejects `key-unknown`, `key-watch-only`. */
  withSecret<T>(id: string, use: (secret: OpenedRow) => T): T
  /** A watched address of the same network and address gives way. @param secret undefined for a watched address */
  add(key: PublicKeyInfo, secret: KeySecret | undefined): Promise<void>
  /** The copy on paper was asked back and fits. */
  confirm(id: string, nowMs: number): Promise<PublicKeyInfo>
  remove(id: string): Promise<void>
  backup(passphrase: Uint8Array, target: KdfTarget, nowMs: number): Promise<Uint8Array>
  /** Puts the keys of a backup into a new vault under a password, and opens it. @returns keys that were left out, being in the file for another network too */
  restore(backup: OpenedBackup, password: Uint8Array, target: KdfTarget): Promise<LeftOutKey[]>
  /** Adds the keys of a backup that are not here. @returns those, and what was left out, being held for another network */
  merge(backup: OpenedBackup): Promise<{ added: PublicKeyInfo[]; leftOut: LeftOutKey[] }>
}

export function createOpenVault({ save, random }: OpenVaultPorts): OpenVault {
  let open: { dataKey: Uint8Array; body: VaultBody } | undefined

  const opened = (): { dataKey: Uint8Array; body: VaultBody } => {
    if (!open) throw new HearthError('vault-locked')
    return open
  }
  const keep = async (dataKey: Uint8Array, body: UnsealedBody): Promise<void> => {
    const sealed = sealBody(dataKey, body)
    await save(serializeVault(sealed))
    if (open && open.dataKey !== dataKey) open.dataKey.fill(0)
    open = { dataKey, body: sealed }
  }
  const rest = (body: VaultBody): UnsealedBody => {
    const { seal: _seal, ...others } = body
    return others
  }
  const stored = (id: string): StoredPublicKey => {
    const key = opened().body.keys.find((one) => one.id === id)
    if (!key) throw new HearthError('key-unknown')
    return key
  }
  const mustOpen = async (password: Uint8Array): Promise<void> => {
    const { dataKey, body } = opened()
    if (!(await passwordOpens(body, password, dataKey))) throw new HearthError('wrong-password')
  }
  const withSecret = <T>(id: string, use: (secret: OpenedRow) => T): T => {
    if (stored(id).kind === 'watch') throw new HearthError('key-watch-only')
    const { dataKey, body } = opened()
    const row = body.rows.find((one) => one.kind === 'key' && one.id === id)
    if (!row) throw damaged('row')
    const secret = openRow(dataKey, row)
    try {
      return use(secret)
    } finally {
      secret.privateKey.fill(0)
      secret.entropy?.fill(0)
    }
  }
  /** Keys in their order, and the rows in the order of the keys. */
  const withKey = (body: VaultBody, key: StoredPublicKey, row: VaultBody['rows'][number] | undefined): UnsealedBody => {
    const keys = body.keys.filter(
      (one) => one.id !== key.id && !(one.kind === 'watch' && one.network === key.network && one.address === key.address),
    )
    const rows = body.rows.filter((one) => one.kind === 'key' && one.id !== key.id)
    const second = body.rows.filter((one) => one.kind === 'second')
    return { ...rest(body), keys: [...keys, key], rows: [...rows, ...(row ? [row] : []), ...second] }
  }

  return {
    isOpen: () => open !== undefined,
    async create(password, target, nowMs) {
      const dataKey = random(DATA_KEY_BYTES)
      const ways = await wrapDataKey(dataKey, password, target)
      await keep(dataKey, { version: FORMAT_VERSION, createdAtMs: nowMs, keys: [], rows: [], ...ways, second: null })
    },
    async unlock(password, file, target) {
      const body = readVault(file)
      const dataKey = await unwrapDataKey(body, password)
      if (dataKey.length !== DATA_KEY_BYTES) throw damaged('data-key')
      if (body.version === 1) {
        const content = contentOfVersion1(dataKey, body)
        const next = sealBody(dataKey, { ...content, ...(await wrapDataKey(dataKey, password, target)), second: null })
        open = { dataKey, body: next }
        // A file that cannot be written now is taken over next time; the old one still stands and opens.
        await save(serializeVault(next)).catch(() => undefined)
        return true
      }
      verifyContent(dataKey, body)
      open = { dataKey, body }
      if (body.kdf.memoryKiB < target.memoryKiB || body.kdf.passes < target.passes) {
        const ways = await wrapDataKey(dataKey, password, target)
        // Silent for the same reason.
        await keep(dataKey, { ...rest(body), ...ways }).catch(() => undefined)
      }
      return false
    },
    unlockSecond(secret, file) {
      const body = parseVault(file)
      const dataKey = body.second ? unwrapSecond(body.second, secret) : undefined
      if (!dataKey) throw new HearthError('unlock-secret-wrong')
      verifyContent(dataKey, body)
      open = { dataKey, body }
    },
    async changePassword(current, next, target) {
      await mustOpen(current)
      const { dataKey, body } = opened()
      // A new data key as well: a copy of the old file with the old password says nothing about what is sealed from now on.
      const fresh = random(DATA_KEY_BYTES)
      const rows = resealRows(body.rows, body.keys, dataKey, fresh)
      const ways = await wrapDataKey(fresh, next, target)
      const secret = secondSecretOf(dataKey, body)
      try {
        if (secret && body.second) rows.push(secondRow(fresh, secret))
        const second = secret && body.second ? wrapSecond(fresh, secret, body.second.kind) : null
        await keep(fresh, { ...rest(body), rows, ...ways, second })
      } finally {
        secret?.fill(0)
      }
    },
    async setSecond(password, second) {
      await mustOpen(password)
      const { dataKey, body } = opened()
      const rows = body.rows.filter((row) => row.kind === 'key')
      if (second) rows.push(secondRow(dataKey, second.secret))
      await keep(dataKey, { ...rest(body), rows, second: second ? wrapSecond(dataKey, second.secret, second.kind) : null })
    },
    async passwordOpens(text) {
      const { dataKey, body } = opened()
      const password = passwordBytes(text)
      try {
        return await passwordOpens(body, password, dataKey)
      } finally {
        password.fill(0)
      }
    },
    keys: () => opened().body.keys.map(publicKeyOf),
    key: (id) => publicKeyOf(stored(id)),
    withSecret,
    async add(key, secret) {
      const { dataKey, body } = opened()
      const whole = storedOf(key)
      await keep(dataKey, withKey(body, whole, secret && sealKey(dataKey, secret, whole)))
    },
    async confirm(id, nowMs) {
      const { dataKey, body } = opened()
      const key: StoredPublicKey = { ...stored(id), wordsConfirmedAtMs: nowMs }
      const row = withSecret(id, (secret) => sealKey(dataKey, secret, key))
      await keep(dataKey, withKey(body, key, row))
      return publicKeyOf(key)
    },
    async remove(id) {
      const { dataKey, body } = opened()
      stored(id)
      const isOther = (one: { id: string; kind: string }): boolean => one.kind === 'second' || one.id !== id
      await keep(dataKey, { ...rest(body), keys: body.keys.filter((key) => key.id !== id), rows: body.rows.filter(isOther) })
    },
    backup: (passphrase, target, nowMs) => makeBackup(opened(), passphrase, target, nowMs),
    async restore(backup, password, target) {
      const dataKey = random(DATA_KEY_BYTES)
      const { keys, rows, createdAtMs } = backup.content
      const { taken, leftOut } = oneNetworkEach(keys)
      const resealed = resealRows(
        rows.filter((row) => !leftOut.some(({ key }) => key.id === row.id)),
        taken,
        backup.dataKey,
        dataKey,
      )
      const ways = await wrapDataKey(dataKey, password, target)
      await keep(dataKey, { version: FORMAT_VERSION, createdAtMs, keys: taken, rows: resealed, ...ways, second: null })
      return leftOut
    },
    async merge(backup) {
      const { dataKey, body } = opened()
      let next: UnsealedBody = rest(body)
      const added: StoredPublicKey[] = []
      const { taken, leftOut } = oneNetworkEach(backup.content.keys, body.keys)
      for (const key of taken) {
        const there = next.keys.find((one) => one.network === key.network && one.address === key.address)
        if (there && (there.kind !== 'watch' || key.kind === 'watch')) continue
        const row = backup.content.rows.find((one) => one.kind === 'key' && one.id === key.id)
        const [resealed] = row ? resealRows([row], [key], backup.dataKey, dataKey) : []
        next = withKey({ ...next, seal: '' }, key, resealed)
        added.push(key)
      }
      if (added.length > 0) await keep(dataKey, next)
      return { added: added.map(publicKeyOf), leftOut }
    },
  }
}

/** The public half as the rest of Hearth knows it. */
export function publicKeyOf(key: StoredPublicKey): PublicKeyInfo {
  return { ...key, hdPath: key.hdPath ?? undefined, wordsConfirmedAtMs: key.wordsConfirmedAtMs ?? undefined }
}

function storedOf(key: PublicKeyInfo): StoredPublicKey {
  return { ...key, hdPath: key.hdPath ?? null, wordsConfirmedAtMs: key.wordsConfirmedAtMs ?? null }
}
