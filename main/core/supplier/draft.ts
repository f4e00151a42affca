import { HearthError } from '#shared/api/errors.ts'
import { formatPokt } from '#shared/model/money.ts'
import type { AccountInfo, Chain } from '../ports/chain.ts'
import type { TxCodec, TxDraft } from '../ports/tx.ts'
import { mustBePayable, priceTx, type FeeMargins } from './fee.ts'
import { plainRefusal, refusalOf } from '#shared/model/refusals.ts'
import type { CheckedWish } from './wish-parts.ts'

/**
 * Gas asked for by what cannot be tried before: a claim of the old network carries a second signature that exists only once the user has signed. Seen on a real chain:
 * 68,000 for an account, 110,000 for a supplier.
 */
const UNTRIED_GAS = 300_000n

/** How long an unordered transaction may stand: the chain allows ten minutes and lags behind the clock by a block (onchain facts 2.1). */
export const UNORDERED_MS = 9 * 60_000

export interface DraftWish {
  checked: CheckedWish
  timeoutHeight: number
  /** Time of the newest block. */
  headTimeMs: number
  order: 'sequence' | 'unordered'
  /** Of the signer, as the user typed it. */
  pubKey: string | undefined
  /** Timeouts of this signer that are taken: (signer, timeout) may be used once. */
  takenTimeoutsMs: ReadonlySet<number>
}

/**
 * Completes a checked wish: account, sequence or timeout, trial run, price.
 * Rejects `balance-too-small`, `fee-too-high`, `public-key-needed`, `address-invalid`, `tx-refused` with the chain's words in detail.log and, where known, detail.reason.
 */
export async function makeDraft(
  wish: DraftWish,
  deps: { chain: Chain; codec: TxCodec; margins: FeeMargins | undefined },
): Promise<TxDraft> {
  const { chain, codec } = deps
  const { key, message, spendsUpokt, morseKeyId } = wish.checked
  const [account, balance, fingerprint, price] = await Promise.all([
    chain.account(key.address),
    chain.balance(key.address),
    chain.fingerprint(),
    chain.minimumGasPrice(),
  ])
  // An address that never received anything has no account; the trial run would only say so in the chain's words.
  if (!account || balance < spendsUpokt) throw balanceTooSmall(balance, spendsUpokt + 1n, key.address)
  const order =
    wish.order === 'unordered'
      ? { sequence: 0n, unordered: true, timeoutAtMs: freeTimeout(wish.headTimeMs + UNORDERED_MS, wish.takenTimeoutsMs) }
      : { sequence: account.sequence }
  const draft: TxDraft = {
    messages: [message],
    memo: '',
    chainId: fingerprint.chainId,
    accountNumber: account.accountNumber,
    pubKeyHex: pubKeyOf(wish, account, codec),
    feeUpokt: 1n,
    gasLimit: 1_000_000n,
    timeoutHeight: wish.timeoutHeight,
    ...order,
  }
  const used = morseKeyId === undefined ? await tryOut(chain, codec.simulationTx(draft)) : UNTRIED_GAS
  const priced = priceTx(used, price, deps.margins)
  mustBePayable(priced.feeUpokt, price, deps.margins)
  if (balance < spendsUpokt + priced.feeUpokt) throw balanceTooSmall(balance, spendsUpokt + priced.feeUpokt, key.address)
  return { ...draft, ...priced }
}

async function tryOut(chain: Chain, txBytes: Uint8Array): Promise<bigint> {
  try {
    return await chain.simulate(txBytes)
  } catch (error) {
    if (!(error instanceof HearthError) || error.code !== 'tx-refused') throw error
    throw new HearthError('tx-refused', refusalDetail(error.detail['log'] ?? ''), { cause: error })
  }
}

/** What a refusal tells the page: the sentence that fits, and the chain's own words without what only a programmer needs. */
export function refusalDetail(log: string, code?: number): Record<string, string> {
  const reason = refusalOf(log, code)
  return {
    log: plainRefusal(log).slice(0, 500),
    ...(code === undefined ? {} : { code: String(code) }),
    ...(reason === undefined ? {} : { reason }),
  }
}

function pubKeyOf({ checked: { key }, pubKey }: DraftWish, account: AccountInfo, codec: TxCodec): string {
  if (key.pubKeyHex !== '') return key.pubKeyHex
  if (account.pubKeyHex !== undefined) return account.pubKeyHex
  const hex = readPubKey(pubKey ?? '')
  if (hex === undefined)
    throw new HearthError('public-key-needed', { address: key.address, problem: pubKey === undefined ? '' : 'unreadable' })
  if (codec.addressOf(hex) !== key.address) throw new HearthError('public-key-needed', { address: key.address, problem: 'other-address' })
  return hex
}

/** A compressed secp256k1 key as wallets show it: hex, base64, or pocketd's JSON around the base64. */
function readPubKey(text: string): string | undefined {
  const trimmed = /"key"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? text.trim()
  if (/^0[23][0-9a-fA-F]{64}$/.test(trimmed)) return trimmed.toLowerCase()
  if (!/^[A-Za-z0-9+/]{44}$/.test(trimmed)) return undefined
  const hex = Array.from(atob(trimmed), (char) => char.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  return /^0[23][0-9a-f]{64}$/.test(hex) ? hex : undefined
}

function freeTimeout(atMs: number, taken: ReadonlySet<number>): number {
  let free = Math.floor(atMs)
  while (taken.has(free)) free -= 1
  return free
}

function balanceTooSmall(balance: bigint, needed: bigint, address: string): HearthError {
  return new HearthError('balance-too-small', {
    have: formatPokt(balance),
    needed: formatPokt(needed),
    missing: formatPokt(needed - balance),
    address,
  })
}
