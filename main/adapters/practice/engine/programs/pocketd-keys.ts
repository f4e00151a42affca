import { hexToBytes } from '@noble/hashes/utils.js'
import type { AddressPrefix } from '#shared/networks/index.ts'
import type { CommandIo } from './command.ts'
import { listKeys, putKey, readKey, type PracticeKey } from './keyring.ts'
import { keyringDirOf, PocketdError, type PocketdArgs } from './pocketd-args.ts'

/** What the commands of pocketd need beside the container. */
export interface PocketdContext {
  addressPrefix: AddressPrefix
  random: (bytes: number) => Uint8Array
}

/** pocketd refuses a shorter input as the password that older versions asked for here. */
const SHORTEST_HEX = 8

/** `pocketd keys …`. Throws PocketdError in pocketd's own words. */
export function runKeys(verb: string, args: PocketdArgs, io: CommandIo, context: PocketdContext): void {
  const { handle } = io
  const { addressPrefix: prefix } = context
  const folder = keyringDirOf(args)
  const [name] = args.words
  switch (verb) {
    case 'add': {
      if (name === undefined) throw new PocketdError('accepts 1 arg(s), received 0')
      // The real one asks whether to overwrite, and finds that nobody answers.
      if (readKey(handle, folder, name, prefix)) throw new PocketdError('EOF')
      const privateKey = context.random(32)
      const key = putKey(handle, folder, name, privateKey, prefix)
      privateKey.fill(0)
      if (args.flags.get('output') === 'json') io.out(`${JSON.stringify(jsonOf(key))}\n`)
      else io.out(yamlOf(key))
      return
    }
    case 'import-hex': {
      if (name === undefined || args.words.length > 2)
        throw new PocketdError(`accepts between 1 and 2 arg(s), received ${args.words.length}`)
      if (io.stdin === '' && args.words[1] === undefined) throw new PocketdError('EOF')
      const hex = args.words[1] ?? (io.stdin.split('\n')[0] ?? '').trim()
      if (hex.length < SHORTEST_HEX) throw new PocketdError('password must be at least 8 characters')
      const privateKey = bytesOf(hex)
      putKey(handle, folder, name, privateKey, prefix)
      privateKey.fill(0)
      return
    }
    case 'show': {
      if (name === undefined) throw new PocketdError('requires at least 1 arg(s), only received 0')
      const key = readKey(handle, folder, name, prefix)
      if (!key)
        throw new PocketdError(
          `${name} is not a valid name or address: decoding bech32 failed: invalid bech32 string length ${name.length}`,
        )
      io.out(args.flags.has('address') ? `${key.address}\n` : yamlOf(key))
      return
    }
    case 'list': {
      const keys = listKeys(handle, folder, prefix)
      io.out(keys.length === 0 ? 'No records were found in keyring\n' : keys.map(yamlOf).join(''))
      return
    }
    default:
      throw new PocketdError(`unknown command "${verb}" for "pocketd keys"`)
  }
}

function bytesOf(hex: string): Uint8Array {
  const wrong = /[^0-9a-fA-F]/.exec(hex)?.[0]
  if (wrong !== undefined) {
    const code = (wrong.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    throw new PocketdError(`encoding/hex: invalid byte: U+${code} '${wrong}'`)
  }
  if (hex.length % 2 === 1) throw new PocketdError('encoding/hex: odd length hex string')
  return hexToBytes(hex.toLowerCase())
}

const pubKeyJson = (key: PracticeKey): string =>
  JSON.stringify({ '@type': '/cosmos.crypto.secp256k1.PubKey', key: Buffer.from(key.pubKeyHex, 'hex').toString('base64') })

const jsonOf = (key: PracticeKey): object => ({ name: key.name, type: 'local', address: key.address, pubkey: pubKeyJson(key) })

const yamlOf = (key: PracticeKey): string =>
  `- address: ${key.address}\n  name: ${key.name}\n  pubkey: '${pubKeyJson(key)}'\n  type: local\n\n`
