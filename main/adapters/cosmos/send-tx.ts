import { HearthError } from '#shared/api/errors.ts'
import type { BroadcastResult, TxLookup } from '#main/core/ports/chain.ts'
import { NotUnderstood } from './not-understood.ts'
import { broadcastAnswer, nodeConfigAnswer, simulateAnswer, txAnswer } from './schemas.ts'
import { notUnderstood, shorten, type Transport, unreachable } from './transport.ts'
import { txHash } from './tx-hash.ts'

/** Prices, trial runs, broadcasts and look-ups (onchain facts 2.1, 2.2 and 3.1). */

const NOT_FOUND = 5
const INVALID_ARGUMENT = 3
/** `tx already in mempool`, codespace sdk. */
const ALREADY_IN_MEMPOOL = 19

/** @returns the upokt price in a node's `minimum_gas_price` (a list of decimal coins) as a decimal string without trailing zeros; "0" when it asks for none */
export function upoktGasPrice(minimumGasPrice: string): string | undefined {
  const entries = minimumGasPrice.split(',').map((text) => text.trim())
  for (const entry of entries) {
    const [, whole, decimals = ''] = /^(\d+)(?:\.(\d+))?upokt$/.exec(entry) ?? []
    if (whole === undefined) continue
    const significant = decimals.replace(/0+$/, '')
    const integer = whole.replace(/^0+(?=\d)/, '')
    return significant === '' ? integer : `${integer}.${significant}`
  }
  return entries.every((entry) => entry === '' || /^[\d.]+[a-zA-Z][\w/:.-]*$/.test(entry)) ? '0' : undefined
}

export async function readMinimumGasPrice(transport: Transport, restUrl: string): Promise<string> {
  const answer = await transport.restValue('/cosmos/base/node/v1beta1/config', nodeConfigAnswer)
  const price = upoktGasPrice(answer.minimum_gas_price)
  if (price === undefined) throw notUnderstood(restUrl, new NotUnderstood('minimum_gas_price', 'no price'))
  return price
}

/** The node adds where in its own source it stood and what the try cost: no word of it is for the user (onchain facts 2.2). */
export function stripSource(message: string): string {
  return message.replace(/ \[[^\]]*\] with gas used: '\d+'\s*$/, '')
}

function bodyOf(txBytes: Uint8Array): { tx_bytes: string } {
  return { tx_bytes: Buffer.from(txBytes).toString('base64') }
}

export async function simulateTx(transport: Transport, txBytes: Uint8Array): Promise<bigint> {
  const outcome = await transport.rest('/cosmos/tx/v1beta1/simulate', simulateAnswer, { body: bodyOf(txBytes) })
  if (outcome.kind === 'refused') throw new HearthError('tx-refused', { log: shorten(stripSource(outcome.message)) })
  return outcome.value.gas_info.gas_used
}

export async function broadcastTx(transport: Transport, restUrl: string, txBytes: Uint8Array): Promise<BroadcastResult> {
  const hash = txHash(txBytes)
  const body = { ...bodyOf(txBytes), mode: 'BROADCAST_MODE_SYNC' }
  const outcome = await transport.rest('/cosmos/tx/v1beta1/txs', broadcastAnswer, { body })
  if (outcome.kind === 'refused') {
    // Only "these are no transaction bytes" is a verdict on the transaction. Everything else leaves it open whether it was sent: the caller looks the hash up.
    if (outcome.code !== INVALID_ARGUMENT) throw unreachable(restUrl, outcome.message)
    return { kind: 'refused', hash, code: outcome.code, codespace: 'grpc', log: outcome.message }
  }
  const { code, codespace, raw_log: log, txhash } = outcome.value.tx_response
  if (txhash.toUpperCase() !== hash) throw notUnderstood(restUrl, new NotUnderstood('tx_response.txhash', 'another transaction'))
  if (code === 0) return { kind: 'accepted', hash }
  if (code === ALREADY_IN_MEMPOOL && codespace === 'sdk') return { kind: 'already-known', hash }
  return { kind: 'refused', hash, code, codespace, log }
}

export async function lookUpTx(transport: Transport, restUrl: string, hash: string): Promise<TxLookup> {
  const outcome = await transport.rest(`/cosmos/tx/v1beta1/txs/${encodeURIComponent(hash)}`, txAnswer)
  if (outcome.kind === 'refused') {
    if (outcome.code === NOT_FOUND) return { kind: 'absent' }
    throw unreachable(restUrl, outcome.message)
  }
  const found = outcome.value.tx_response
  if (found.txhash.toUpperCase() !== hash.toUpperCase()) {
    throw notUnderstood(restUrl, new NotUnderstood('tx_response.txhash', 'another transaction'))
  }
  return {
    kind: 'included',
    height: found.height,
    code: found.code,
    codespace: found.codespace,
    log: found.raw_log,
    gasUsed: found.gas_used,
  }
}
