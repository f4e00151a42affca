import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { addressOf } from '#main/adapters/cosmos/tx/address.ts'
import { bech32Decode } from '#main/adapters/cosmos/tx/bech32.ts'
import type { AddressPrefix } from '#shared/networks/index.ts'
import type { ContainerHandle } from '../../parts.ts'
import { PocketdError } from './pocketd-args.ts'

/** A key of a practised keyring. Callers that take the private key zero it. */
export interface PracticeKey {
  name: string
  address: string
  pubKeyHex: string
}

const ENCODER = new TextEncoder()
const DECODER = new TextDecoder()
const SECRET_MODE = 0o600

/** Where pocketd's test keyring keeps a key. */
export const keyFile = (keyringDir: string, name: string): string => `${keyringDir}/keyring-test/${name}.info`

/** Writes a key under a name. Throws PocketdError when the name has one already, or the bytes are no key. */
export function putKey(
  handle: ContainerHandle,
  keyringDir: string,
  name: string,
  privateKey: Uint8Array,
  prefix: AddressPrefix,
): PracticeKey {
  if (!/^[\w.-]{1,100}$/.test(name)) throw new PocketdError(`invalid key name: ${name.slice(0, 100)}`)
  if (handle.readFile(keyFile(keyringDir, name)))
    throw new PocketdError(`${name}: cannot overwrite key [cosmos/cosmos-sdk@v0.53.7/crypto/keyring/errors.go:15]`)
  if (!secp256k1.utils.isValidSecretKey(privateKey)) throw new PocketdError('invalid private key')
  const pubKeyHex = bytesToHex(secp256k1.getPublicKey(privateKey, true))
  const address = addressOf(pubKeyHex, prefix)
  const record = JSON.stringify({ name, type: 'local', pubKeyHex, privateKeyHex: bytesToHex(privateKey) })
  handle.writeFile(keyFile(keyringDir, name), ENCODER.encode(record), SECRET_MODE)
  const addressHex = bytesToHex(bech32Decode(address)?.bytes ?? new Uint8Array())
  handle.writeFile(`${keyringDir}/keyring-test/${addressHex}.address`, ENCODER.encode(name), SECRET_MODE)
  return { name, address, pubKeyHex }
}

interface KeyRecord {
  name: string
  pubKeyHex: string
  privateKeyHex: string
}

function readRecord(handle: ContainerHandle, keyringDir: string, name: string): KeyRecord | undefined {
  const content = handle.readFile(keyFile(keyringDir, name))
  if (!content) return undefined
  try {
    const record = JSON.parse(DECODER.decode(content)) as Partial<KeyRecord>
    if (record.name === undefined || record.pubKeyHex === undefined || record.privateKeyHex === undefined) return undefined
    return { name: record.name, pubKeyHex: record.pubKeyHex, privateKeyHex: record.privateKeyHex }
  } catch {
    return undefined
  }
}

/** A key by its name; undefined when the keyring has none. */
export function readKey(handle: ContainerHandle, keyringDir: string, name: string, prefix: AddressPrefix): PracticeKey | undefined {
  const record = readRecord(handle, keyringDir, name)
  return record && { name, address: addressOf(record.pubKeyHex, prefix), pubKeyHex: record.pubKeyHex }
}

/** The private key behind a name, for the practised relay miner, which answers relays with it; undefined when there is none. The caller zeroes it. */
export function readPrivateKey(handle: ContainerHandle, keyringDir: string, name: string): Uint8Array | undefined {
  const record = readRecord(handle, keyringDir, name)
  return record && hexToBytes(record.privateKeyHex)
}

/** All keys, by name. */
export function listKeys(handle: ContainerHandle, keyringDir: string, prefix: AddressPrefix): PracticeKey[] {
  return handle
    .list(`${keyringDir}/keyring-test`)
    .flatMap((path) => /\/([^/]+)\.info$/.exec(path)?.[1] ?? [])
    .sort()
    .flatMap((name) => readKey(handle, keyringDir, name, prefix) ?? [])
}
