import { isAddress } from '#main/adapters/cosmos/tx/address.ts'
import { bech32Decode } from '#main/adapters/cosmos/tx/bech32.ts'
import type { CommandIo } from './command.ts'
import { readKey } from './keyring.ts'
import { keyringDirOf, PocketdError, type PocketdArgs } from './pocketd-args.ts'
import { readCoin } from './pocketd-genesis.ts'
import type { PocketdContext } from './pocketd-keys.ts'

/** What the chain says to a transaction when it takes it, in its own names. */
export interface SendAnswer {
  code: number
  codespace?: string
  raw_log: string
  txhash: string
}

/** The chain behind the command; undefined while the node makes no blocks. */
export interface SendTarget {
  chainId: string
  faucetSend(address: string, upokt: bigint): Promise<SendAnswer>
}

const OTHER_CHAIN = { code: 4, codespace: 'sdk' }
const FAUCET = 'faucet'

/** `pocketd tx bank send NAME ADDRESS AMOUNT`, for the faucet alone. Throws PocketdError in pocketd's own words. */
export async function runSend(args: PocketdArgs, io: CommandIo, context: PocketdContext, target: SendTarget | undefined): Promise<void> {
  const [from = '', to = '', amount = ''] = args.words
  if (args.words.length !== 3) throw new PocketdError(`accepts 3 arg(s), received ${args.words.length}`)
  const key = readKey(io.handle, keyringDirOf(args), from, context.addressPrefix)
  if (!key)
    throw new PocketdError(
      `failed to convert address field to address: ${from}.info: key not found [cosmos/cosmos-sdk@v0.53.7/crypto/keyring/keyring.go:534]`,
    )
  const coin = readCoin(amount)
  if (!isAddress(to, [context.addressPrefix])) throw new PocketdError(addressProblem(to, context.addressPrefix))
  if (BigInt(coin.amount) === 0n) throw new PocketdError('invalid coins')
  if (!target) throw new PocketdError('post failed: Post "http://localhost:26657": dial tcp 127.0.0.1:26657: connect: connection refused')
  if (from !== FAUCET) throw new PocketdError(`the practised node sends for ${FAUCET} only`)
  const answer: SendAnswer =
    args.flags.get('chain-id') === target.chainId
      ? await target.faucetSend(to, BigInt(coin.amount))
      : {
          ...OTHER_CHAIN,
          txhash: '0'.repeat(64),
          raw_log: `signature verification failed; please verify account number, sequence and chain-id (${target.chainId}): (unable to verify signature): unauthorized`,
        }
  const empty = { data: '', logs: [], info: '', gas_wanted: '0', gas_used: '0', tx: null, timestamp: '', events: [] }
  const { code, codespace = '', raw_log, txhash } = answer
  io.out(`${JSON.stringify({ height: '0', txhash, codespace, code, raw_log, ...empty })}\n`)
}

function addressProblem(text: string, prefix: string): string {
  if (text.length < 8) return `decoding bech32 failed: invalid bech32 string length ${text.length}`
  const decoded = bech32Decode(text)
  if (!decoded) return `decoding bech32 failed: invalid checksum`
  return decoded.prefix === prefix ? 'address is not of a known length' : `invalid Bech32 prefix; expected ${prefix}, got ${decoded.prefix}`
}
