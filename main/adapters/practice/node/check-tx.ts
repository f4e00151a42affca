import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import type { Ledger } from '../parts.ts'
import { isSignedFor, type ReadTx } from './read-tx.ts'

/** A node's refusal at its door, in the chain's own codes and words (onchain facts 2.2). */
export interface Refusal {
  code: number
  codespace: string
  log: string
}

/** What the transactions that wait have already used up of an account: a node's check state. */
export interface Waiting {
  /** Transactions of this signer in the mempool. */
  count: bigint
  /** Their fees. */
  feesUpokt: bigint
}

const refusal = (code: number, log: string): Refusal => ({ code, codespace: 'sdk', log })

/** Least gas that the checks themselves use: reading parameters, the account and the key. */
const DOOR_GAS = 20_000n

/** ceil(gas * price), exact. @param price decimal text, upokt per gas */
export function feeFor(gas: bigint, price: string): bigint {
  const [whole = '0', fraction = ''] = price.split('.')
  const scale = 10n ** BigInt(fraction.length)
  return (gas * BigInt(whole + fraction) + scale - 1n) / scale
}

/** Whether a transaction is too late for a block. 0 = no limit. */
export function isTimedOut(timeoutHeight: number, height: number): boolean {
  return timeoutHeight > 0 && height > timeoutHeight
}

/**
 * What a node looks at before it takes a transaction, in its order: timeout, fee, account, funds for the fee, gas, sequence, signature. Messages are not run.
 * @returns undefined when the transaction may wait for a block
 */
export function checkTx(tx: ReadTx, ledger: Ledger, waiting: Waiting): Refusal | undefined {
  return checkEnvelope(tx, ledger, waiting) ?? checkSigner(tx, ledger, waiting)
}

/** The part that a trial run is spared is the signature; fee and gas are what it is there to find out. */
export function checkTrial(tx: ReadTx, ledger: Ledger, waiting: Waiting): Refusal | undefined {
  const account = ledger.account(tx.signer)
  if (account === undefined) return unknownAccount(tx)
  return checkSequence(tx, account.sequence + waiting.count)
}

/** SEEN: the chain prints the bytes of the address as they are, not its text. */
function unknownAccount({ draft }: ReadTx): Refusal {
  const bytes = ripemd160(sha256(hexToBytes(draft.pubKeyHex)))
  return refusal(9, `fee payer address: ${new TextDecoder().decode(bytes)} does not exist: unknown address`)
}

function checkEnvelope(tx: ReadTx, ledger: Ledger, waiting: Waiting): Refusal | undefined {
  const { draft, signer } = tx
  if (isTimedOut(draft.timeoutHeight, ledger.height))
    return refusal(30, `block height: ${ledger.height}, timeout height: ${draft.timeoutHeight}: tx timeout height`)
  const late = checkTimeout(tx, ledger.timeMs)
  if (late) return late
  const required = feeFor(draft.gasLimit, ledger.genesis.minimumGasPrice)
  if (draft.feeUpokt < required) {
    const got = draft.feeUpokt === 0n ? '' : `${draft.feeUpokt}upokt`
    return refusal(13, `insufficient fees; got: ${got} required: ${required}upokt: insufficient fee`)
  }
  if (ledger.account(signer) === undefined) return unknownAccount(tx)
  const free = ledger.balance(signer) - waiting.feesUpokt
  if (free < draft.feeUpokt)
    return refusal(
      5,
      `spendable balance ${free > 0n ? free : 0n}upokt is smaller than ${draft.feeUpokt}upokt: insufficient funds: insufficient funds`,
    )
  if (draft.gasLimit < DOOR_GAS)
    return refusal(11, `out of gas in location: ReadPerByte; gasWanted: ${draft.gasLimit}, gasUsed: ${draft.gasLimit + 3n}: out of gas`)
  return undefined
}

/** Longest that an unordered transaction may wait (onchain facts 2.1). */
const UNORDERED_MS = 10 * 60_000

function checkTimeout({ draft }: ReadTx, nowMs: number): Refusal | undefined {
  const { timeoutAtMs } = draft
  if (timeoutAtMs === undefined) return undefined
  if (timeoutAtMs < nowMs)
    return refusal(42, `block time ${new Date(nowMs).toISOString()} is after timeout ${new Date(timeoutAtMs).toISOString()}: tx timeout`)
  if (draft.unordered === true && timeoutAtMs > nowMs + UNORDERED_MS) return refusal(18, 'unordered tx ttl exceeds 10m0s: invalid request')
  return undefined
}

function checkSequence({ draft }: ReadTx, expected: bigint): Refusal | undefined {
  if (draft.unordered === true) return undefined
  if (draft.sequence === expected) return undefined
  return refusal(32, `account sequence mismatch, expected ${expected}, got ${draft.sequence}: incorrect account sequence`)
}

function checkSigner(tx: ReadTx, ledger: Ledger, waiting: Waiting): Refusal | undefined {
  const account = ledger.account(tx.signer)
  if (account === undefined) return unknownAccount(tx)
  const wrongSequence = checkSequence(tx, account.sequence + waiting.count)
  if (wrongSequence) return wrongSequence
  const { chainId } = ledger.genesis
  if (isSignedFor(tx, chainId, account.accountNumber)) return undefined
  const about = `please verify account number (${account.accountNumber}) and chain-id (${chainId})`
  return refusal(4, `signature verification failed; ${about}: (unable to verify single signer signature): unauthorized`)
}
