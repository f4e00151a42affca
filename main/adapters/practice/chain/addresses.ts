import { createHash } from 'node:crypto'
import type { PracticeGenesis } from '../parts.ts'
import { bech32Decode, bech32Encode } from '#main/adapters/cosmos/tx/bech32.ts'

/** Addresses of the practised chain: those of keys, and those that its modules hold money under (onchain facts 1). */

export const MODULES = [
  'fee_collector',
  'distribution',
  'mint',
  'bonded_tokens_pool',
  'not_bonded_tokens_pool',
  'gov',
  'application',
  'supplier',
  'gateway',
  'service',
  'proof',
  'tokenomics',
] as const
export type ModuleName = (typeof MODULES)[number]

const ADDRESS_BYTES = 20

/** The account of a module: the first 20 bytes of the hash of its name. */
export function moduleAddress(name: ModuleName, prefix: string): string {
  return bech32Encode(prefix, createHash('sha256').update(name).digest().subarray(0, ADDRESS_BYTES))
}

/** The same key as an account, in the spelling of validators. */
export function validatorAddress(accountAddress: string, prefix: string): string {
  const decoded = bech32Decode(accountAddress)
  if (decoded === undefined) throw new Error(`not an address: ${accountAddress}`)
  return bech32Encode(`${prefix}valoper`, decoded.bytes)
}

const MOST_REMEMBERED = 5000
/** Addresses that were found in order, by prefix: the same few are looked at in every transaction. */
const inOrder = new Set<string>()

/** Why the chain would refuse an address, in its words; nothing when it is one of this chain. */
export function addressFault(text: string, prefix: string): string | undefined {
  const key = `${prefix}/${text}`
  if (inOrder.has(key)) return undefined
  const fault = lookForFault(text, prefix)
  if (fault === undefined) {
    if (inOrder.size >= MOST_REMEMBERED) inOrder.clear()
    inOrder.add(key)
  }
  return fault
}

function lookForFault(text: string, prefix: string): string | undefined {
  if (text.trim() === '') return 'empty address string is not allowed'
  const decoded = bech32Decode(text)
  if (decoded === undefined) return `decoding bech32 failed: invalid checksum`
  if (decoded.prefix !== prefix) return `invalid Bech32 prefix; expected ${prefix}, got ${decoded.prefix}`
  if (decoded.bytes.length !== ADDRESS_BYTES && decoded.bytes.length !== 32)
    return `address length must be 20 or 32 bytes, got ${decoded.bytes.length}`
  return undefined
}

export interface FixedAddresses {
  modules: Readonly<Record<ModuleName, string>>
  /** In the spelling of validators, in the order of the genesis. */
  validators: readonly string[]
}

/** The addresses that a genesis fixes for ever. */
export function fixedAddresses(genesis: PracticeGenesis): FixedAddresses {
  const prefix = genesis.addressPrefix
  const modules = Object.fromEntries(MODULES.map((name) => [name, moduleAddress(name, prefix)])) as Record<ModuleName, string>
  return { modules, validators: genesis.validators.map(({ address }) => validatorAddress(address, prefix)) }
}
