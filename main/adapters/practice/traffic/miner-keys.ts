import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import type { TxCodec } from '#main/core/ports/tx.ts'
import type { ContainerHandle } from '../parts.ts'
import type { MinerOperator } from './miner-parts.ts'
import { AT, MinerRefusal, type MinerArguments } from './miner-settings.ts'

/**
 * The operators that a miner answers for, from the keys that the keeper put into the memory-only volume. One that is not there keeps the miner from starting for all of them.
 * @param names of the keys, in the order of the configuration
 * @returns by address; two names of one key are one operator. @throws MinerRefusal in the real miner's words when one is not there
 */
export function readOperators(
  handle: ContainerHandle,
  { keyringDir, keyringBackend }: Pick<MinerArguments, 'keyringDir' | 'keyringBackend'>,
  names: readonly string[],
  codec: TxCodec,
): Map<string, MinerOperator> {
  const operators = names.map((name) => readKey(handle, keyringDir, keyringBackend, name, codec))
  return new Map(operators.map((operator) => [operator.address, operator]))
}

function readKey(handle: ContainerHandle, keyringDir: string, backend: string, name: string, codec: TxCodec): MinerOperator {
  const absent = (why: string): MinerRefusal => new MinerRefusal(`name "${name}": ${why}: signing key does not exist${AT}`)
  if (backend !== 'test') throw absent(`${name}.info: key not found`)
  const folder = `${keyringDir}/keyring-test`
  const file = handle.readFile(`${folder}/${name}.info`)
  if (!file) throw absent(handle.list(folder).length === 0 ? `mkdir ${folder}: read-only file system` : `${name}.info: key not found`)
  const privateKeyHex = keyIn(new TextDecoder().decode(file))
  if (privateKeyHex === undefined) throw absent(`${name}.info: key not found`)
  // SECURITY: S18 the key stays in this program; nothing of it is logged.
  const privateKey = hexToBytes(privateKeyHex)
  return { privateKey, address: codec.addressOf(bytesToHex(secp256k1.getPublicKey(privateKey, true))) }
}

function keyIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const hex = typeof value === 'object' && value !== null && 'privateKeyHex' in value ? value.privateKeyHex : undefined
    return typeof hex === 'string' && /^[0-9a-f]{64}$/.test(hex) ? hex : undefined
  } catch {
    return undefined
  }
}
