import type { ChainEvent, ChainTx } from '#main/core/ports/chain.ts'
import { ratio } from '#shared/model/claim-value.ts'
import type { PracticeTx } from '../parts.ts'
import { module, openAccount, sendToModule, amountText } from './bank.ts'
import { coinText, emit, type Frame } from './frame.ts'
import { gasOf } from './gas.ts'
import { actionOf, runMessage, signerOf } from './messages/index.ts'
import { Refusal, sdkRefusal } from './refusal.ts'
import type { SessionBook } from './sessions.ts'
import type { ChainState } from './state.ts'

/** One transaction: what it costs is paid first and stays paid; what its messages do happens altogether or not at all. */

export interface TxOutcome {
  code: number
  codespace: string
  log: string
  gasUsed: bigint
  events: ChainEvent[]
}

/** Signature bytes are no part of the practised chain: an empty text stands for those that nobody gave. */
const NO_SIGNATURE = ''

const signersOf = (tx: PracticeTx): string[] => [...new Set(tx.messages.map(signerOf))]

/** Fee and signers. @throws Refusal: then the transaction leaves no trace */
function runEnvelope(frame: Frame, tx: PracticeTx): void {
  const { state } = frame
  const signers = signersOf(tx)
  const government = module(state, 'gov')
  if (!state.accounts.has(tx.feePayer)) throw sdkRefusal('unknown address', `fee payer address: ${tx.feePayer} does not exist`)
  if (tx.feeUpokt > 0n) payFee(frame, tx)
  emit(frame, 'tx', { fee: amountText(tx.feeUpokt), fee_payer: tx.feePayer })
  for (const [index, signer] of signers.entries()) {
    const account = state.accounts.get(signer)
    // Government speaks through a vote: its account is a module's, and signs nothing.
    if (account === undefined && signer !== government) throw sdkRefusal('unknown address', `account ${signer} does not exist`)
    const known = account ?? openAccount(state, signer)
    checkSequence(tx, index, known.sequence)
    emit(frame, 'tx', { acc_seq: `${signer}/${known.sequence}` })
    emit(frame, 'tx', { signature: tx.signatures?.[index] ?? NO_SIGNATURE })
    const pubKeyHex = known.pubKeyHex ?? (index === 0 ? tx.pubKeyHex : undefined)
    state.accounts.set(signer, { ...known, pubKeyHex, sequence: tx.unordered === true ? known.sequence : known.sequence + 1n })
  }
}

function checkSequence(tx: PracticeTx, index: number, expected: bigint): void {
  const given = tx.sequences?.[index]
  if (given === undefined || tx.unordered === true || given === expected) return
  throw sdkRefusal('incorrect account sequence', `account sequence mismatch, expected ${expected}, got ${given}`)
}

function payFee(frame: Frame, tx: PracticeTx): void {
  try {
    sendToModule(frame, tx.feePayer, 'fee_collector', tx.feeUpokt)
  } catch (error) {
    // The chain says it twice.
    if (error instanceof Refusal) throw sdkRefusal('insufficient funds', error.message)
    throw error
  }
}

/** What a node asks for before it passes a transaction on. @throws Refusal sdk/13 */
function checkMinimumFee(state: ChainState, tx: PracticeTx): void {
  const { num, den } = ratio(state.genesis.minimumGasPrice)
  const required = (tx.gasWanted * num + den - 1n) / den
  if (tx.feeUpokt < required) {
    throw sdkRefusal('insufficient fee', `insufficient fees; got: ${amountText(tx.feeUpokt)} required: ${coinText(required)}`)
  }
}

const failed = (refusal: Refusal, log: string, gasUsed: bigint, events: ChainEvent[]): TxOutcome => ({
  code: refusal.code,
  codespace: refusal.codespace,
  log,
  gasUsed,
  events,
})

/** Gas that a transaction uses when one of its messages is refused. */
const REFUSED_GAS = 68_484n

/**
 * Runs a transaction and keeps what it did, or only its fee.
 * @param trial takes everything back in the end, and asks for the least fee that a node asks for
 */
export function runTx(base: Omit<Frame, 'events' | 'mark'>, book: SessionBook, tx: PracticeTx, trial = false): TxOutcome {
  const { state } = base
  const { journal } = state
  const envelope: Frame = { ...base, events: [], mark: {} }
  const gasUsed = tx.gasUsed > 0n ? tx.gasUsed : gasOf(tx.messages)
  const takeBack = (): void => {
    journal.rollback()
    state.suppliersVersion += 1
  }
  journal.begin()
  try {
    if (trial && tx.gasWanted > 0n) checkMinimumFee(state, tx)
    runEnvelope(envelope, tx)
  } catch (error) {
    takeBack()
    if (error instanceof Refusal) return failed(error, error.message, 0n, [])
    throw error
  }
  if (!trial) {
    journal.commit()
    journal.begin()
  }
  const events: ChainEvent[] = []
  let index = 0
  try {
    if (tx.gasWanted > 0n && gasUsed > tx.gasWanted) {
      throw sdkRefusal('out of gas', `out of gas in location: WriteFlat; gasWanted: ${tx.gasWanted}, gasUsed: ${gasUsed}`)
    }
    for (; index < tx.messages.length; index += 1) {
      const message = tx.messages[index]
      if (message === undefined) break
      const frame: Frame = { ...base, events: [], mark: { msg_index: String(index) } }
      const { action, module: handler } = actionOf(message)
      emit(frame, 'message', { action, sender: signerOf(message), module: handler })
      runMessage(frame, book, message)
      events.push(...frame.events)
    }
  } catch (error) {
    takeBack()
    if (!(error instanceof Refusal)) throw error
    const outOfGas = error.codespace === 'sdk' && error.code === 11
    const log = outOfGas ? error.message : `failed to execute message; message index: ${index}: ${error.message}`
    return failed(error, log, tx.gasUsed > 0n || outOfGas ? gasUsed : REFUSED_GAS, envelope.events)
  }
  if (trial) takeBack()
  else journal.commit()
  return { code: 0, codespace: '', log: '', gasUsed, events: [...envelope.events, ...events] }
}

export function chainTx(tx: PracticeTx, index: number, outcome: TxOutcome): ChainTx {
  return { index, hash: tx.hash, gasWanted: tx.gasWanted, ...outcome }
}
