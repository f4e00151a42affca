import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { storedMinerPriceSchema, type StoredMinerPrice } from '#shared/networks/stored-endpoints.ts'
import { isDoubt } from '../chain/vote.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import { minerGasPrice } from './miner-config.ts'

/**
 * What the relay miner offers for claims and proofs on a chain that hosts of others are asked for. Each change restarts the miner, and a price too high is paid with each
 * claim: what is in use stays, and a rise has to be seconded, affordable and seldom.
 */
export interface MinerPrice {
  /**
   * The price in use, at once where one is known: then it is asked anew beside, at most once a minute.
   * @param times what the chain's minimum is multiplied by @returns exact decimal text, upokt per gas. Rejects as `Chain.minimumGasPrice` while none is known
   */
  of(chain: Chain, times?: number): Promise<string>
}

/** What claims and proofs of one block take at most; the highest fee of the user is held against it. */
const CLAIM_GAS = 300_000n
const CAP_DIGITS = 6
const ASK_MS = 60_000
/** Between two rises, each of which restarts the miner. */
const RISE_MS = 60 * 60_000

/**
 * @param deps.store where the price in use outlives Hearth @param deps.ceilingUpokt the highest fee that the user wants to pay
 * @param deps.isSending whether the miner sends claims or proofs just now, and had better not be restarted
 */
export function createMinerPrice(deps: {
  network?: string | null
  store?: Pick<Store, 'setting' | 'setSetting'>
  clock: Pick<Clock, 'now'>
  log?: Log
  ceilingUpokt?: () => bigint
  isSending?: () => boolean
}): MinerPrice {
  const { store, clock, log } = deps
  const key = `miner-price:${deps.network ?? ''}`
  let kept: StoredMinerPrice | undefined
  /** One owner's word, while nobody has seconded any. Not kept. */
  let alone: string | undefined
  let loading: Promise<void> | undefined
  let asking: Promise<void> | undefined
  let askedAtMs: number | undefined
  let failure = ''

  const load = async (): Promise<void> => {
    const parsed = storedMinerPriceSchema.safeParse(parseJson(await store?.setting(key)))
    if (parsed.success) kept ??= parsed.data
  }
  const current = (): string | undefined => kept?.minimum ?? alone
  const cap = (): string | undefined => {
    const ceiling = deps.ceilingUpokt?.()
    return ceiling === undefined ? undefined : decimal((ceiling * 10n ** BigInt(CAP_DIGITS)) / CLAIM_GAS, CAP_DIGITS)
  }
  const isDear = (minimum: string, times: number | undefined): boolean => {
    const most = cap()
    return most !== undefined && !isAtLeast(most, minerGasPrice(minimum, times))
  }
  const keep = async (next: StoredMinerPrice): Promise<void> => {
    kept = next
    alone = undefined
    await store?.setSetting(key, JSON.stringify(next))
  }
  /** SECURITY: S22 a host that names a price may be wrong: what is dearer than the user's highest fee never replaces what is in use. */
  const take = async (found: string, times: number | undefined): Promise<void> => {
    const before = current()
    const nowMs = clock.now()
    if (before === undefined) return keep({ minimum: found, raisedAtMs: null })
    const [used, price] = [minerGasPrice(before, times), minerGasPrice(found, times)]
    if (used === price) return kept === undefined ? keep({ minimum: found, raisedAtMs: null }) : undefined
    const isRise = !isAtLeast(used, price)
    // A price that fell restarts no miner, unless what is in use is the most that the user pays, or one owner's word.
    if (isRise ? isDear(found, times) : !isDear(before, times) && kept !== undefined) return undefined
    const sinceMs = nowMs - (kept?.raisedAtMs ?? -Infinity)
    if ((sinceMs >= 0 && sinceMs < RISE_MS) || deps.isSending?.() === true) return undefined
    return keep({ minimum: found, raisedAtMs: nowMs })
  }
  const ask = async (chain: Chain, times: number | undefined): Promise<void> => {
    askedAtMs = clock.now()
    const seconded = chain.seconded?.()
    try {
      await take(await (seconded ?? chain).minimumGasPrice(), times)
    } catch (error) {
      if (seconded === undefined || current() !== undefined || !isDoubt(error)) throw error
      alone = await chain.minimumGasPrice()
    } finally {
      askedAtMs = clock.now()
    }
  }
  /** Said once per cause. */
  const noteFailure = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : 'unknown'
    if (reason !== failure) log?.warn('the gas price of the relay miner was not asked anew', { reason })
    failure = reason
  }

  return {
    async of(chain, times) {
      await (loading ??= load().catch((error: unknown) => {
        loading = undefined
        throw error
      }))
      const isDue = askedAtMs === undefined || Math.abs(clock.now() - askedAtMs) >= ASK_MS
      if (asking === undefined && (isDue || current() === undefined))
        asking = ask(chain, times).finally(() => {
          asking = undefined
        })
      const minimum = current()
      if (minimum === undefined) await asking
      else asking?.catch(noteFailure)
      const known = current()
      if (known === undefined) throw new HearthError('internal', { reason: 'no gas price' })
      const most = cap()
      return most !== undefined && isDear(known, times) ? most : minerGasPrice(known, times)
    },
  }
}

/**
 * Whether claims or proofs are on their way: a proof is due, or served relays may be claimed now.
 * @param height of the chain @param ahead or will be within so many blocks
 */
export function isSending(lanes: AppState['clock']['lanes'], height: number, ahead = 0): boolean {
  return lanes.some((lane) => {
    if (lane.stage === 'proof-due') return true
    if (lane.stage === 'claimed') return ahead > 0 && height + ahead >= lane.proofOpen
    const isServed = lane.stage === 'open' || (ahead > 0 && lane.stage === 'serving' && lane.relays !== '0')
    return isServed && height + ahead >= lane.claimOpen && height <= lane.claimClose
  })
}

/** Whole digits as decimal text. */
function decimal(digits: bigint, scale: number): string {
  const text = digits.toString().padStart(scale + 1, '0')
  return `${text.slice(0, -scale)}.${text.slice(-scale)}`.replace(/\.?0+$/, '')
}

/** Whether one decimal text is no smaller than another. */
function isAtLeast(one: string, other: string): boolean {
  const [[oneWhole = '', oneRest = ''], [otherWhole = '', otherRest = '']] = [one.split('.'), other.split('.')]
  const scale = Math.max(oneRest.length, otherRest.length)
  return BigInt(oneWhole + oneRest.padEnd(scale, '0')) >= BigInt(otherWhole + otherRest.padEnd(scale, '0'))
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    // Written by another version: taken anew.
    return undefined
  }
}
