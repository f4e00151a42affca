import { formatPokt } from '#shared/model/money.ts'
import type { Danger, DangerKey } from '#shared/model/danger.ts'
import { plainText } from './html.ts'

/** Hearth's own words beside what the bytes say. Facts are not trusted: they are written out as plain text. */

const WORDS: Record<DangerKey, string> = {
  'open-claims-discarded':
    '{claims} on chain, worth {upokt}, would be thrown away unpaid. The last of them settles at block {settleHeight}: wait for it and nothing is lost.',
  'open-sessions-discarded':
    '{sessions} served and not claimed yet, up to block {endHeight}. What they earn is not known, and would be lost with it.',
  'open-claims-reshared': '{claims} on chain, worth {upokt}, settle later and are divided by the new shares, not by the old ones.',
  'claims-still-slashable': '{claims} still need their proof. Leave the relay miner running: a missing proof is slashed even after this.',
  'stake-at-minimum': 'Exactly the minimum of {minUpokt}. One missed proof takes {penaltyUpokt}, and the supplier is told to leave.',
  'stake-margin-thin':
    'Only {marginUpokt} above the minimum. {proofs} missed proofs of {penaltyUpokt} each and the supplier is told to leave.',
  'operator-without-key':
    'The operator {address} has signed nothing on chain yet. Until it has, gateways cannot check the answers that it signs; sending its services is enough.',
  'operator-runway': 'The operator {address} holds {upokt}{days}. It pays for every claim and proof.',
  'operator-emptied':
    'It leaves {upokt} to the operator {address}{days}, which pays for claims and proofs. Missed proofs cost pay and stake.',
  'owner-elsewhere': 'The owner recorded on chain, {ownerAddress}, is no address of this vault. The stake belongs to it.',
  'lowered-stake-paid-to': '{upokt} are paid out at once, to the owner {ownerAddress}.',
  'raise-belongs-to-owner': 'The signer pays {upokt}, and the owner {ownerAddress} gets it back one day.',
  'services-off': '{services} end with this session, at block {height}{ms}. Serve them until then.',
  'services-on': '{services} begin with the next session, at block {height}{ms}.',
  'services-stay-off': 'No service comes back by itself. The operator has to send its services again, or nothing is earned.',
  'owner-forever': '{newOwnerAddress} will own the stake of {upokt}. Only that address can ever change it back.',
  'stake-comes-back': 'The stake is paid to {ownerAddress} at block {height}{ms}.',
  'rescue-amount': '{missingUpokt} lift the stake to the minimum of {minUpokt} and free it.',
  'service-given-away': '{newOwnerAddress} will own the service {serviceId} and its part of every settlement.',
  'service-fee': 'The network takes a fee of {upokt} for a new service and does not give it back.',
  'service-price':
    'A relay of {serviceId} costs {after} compute units instead of {before} from block {height}{ms}. Every supplier of it is paid by that.',
  'application-at-minimum':
    'Exactly the minimum of {minUpokt}. The first relay that is paid takes the stake below it, and the network sends the application away.',
  'application-service': 'An application has one service: {after} takes the place of {before} at block {height}{ms}.',
  'unstake-taken-back': 'This takes the unstake back that is under way.',
  'application-ends':
    'Relays can be sent until block {endHeight}. What is then left of {upokt} comes back after {sessions}, at block {height}{ms}.',
  'application-still-pays':
    'Sessions that are open go on to their end. Relays up to block {endHeight} are paid out of the stake, the last of them at block {settleHeight}.',
  'application-leaves-gateways': '{gateways} delegated to can use it until block {endHeight}, and not after.',
  'delegation-spends': 'The gateway {gatewayAddress} can spend all {upokt} of the stake on relays. There is no limit for a session.',
  'delegation-spends-limited':
    'The gateway {gatewayAddress} can spend the stake of {upokt} on relays, {limitUpokt} in one session at most.',
  'delegation-ends': 'The gateway {gatewayAddress} can still send relays until block {height}{ms}.',
  'gateway-ends':
    'Applications that delegated to this gateway lose it at block {endHeight}. Its stake of {upokt} comes back after {sessions}, at block {height}{ms}.',
  'operator-has-two-jobs':
    '{address} is the operator of your supplier and pays for its claims and proofs. What is locked here is missing there; a key of its own is better.',
  'morse-once': '{upokt} go to {toAddress}, once and for ever.',
  'morse-below-minimum':
    'The old stake of {upokt} is less than the minimum of {minUpokt}. It is not staked: {ownerAddress} gets it as plain balance.',
  'morse-node':
    'The old stake of {upokt} will belong to {ownerAddress}; its balance of {balanceUpokt} goes to the operator {operatorAddress}.',
  'morse-application':
    'The old stake of {upokt} becomes an application of {toAddress} for {serviceId}, and is spent on its relays. Its balance of {balanceUpokt} goes there too.',
  'morse-application-grows': '{toAddress} has an application already: the old stake of {upokt} is added to it, {afterUpokt} in total.',
  'morse-unstaking':
    'On the old network this stake was asked back{ms}. When that time is over, the {upokt} are not staked: {toAddress} gets them as plain balance.',
  'morse-untried': 'This one is signed by two keys, so it cannot be tried before. If the chain refuses it, only the network fee is spent.',
}

/** @returns the sentence, from facts that are written out harmlessly */
export function dangerSentence({ key, facts }: Danger): string {
  return WORDS[key].replace(/\{(\w+)\}/g, (_, name: string) => valueOf(name, facts[name] ?? ''))
}

function valueOf(name: string, text: string): string {
  if (/upokt$/i.test(name)) return /^\d{1,30}$/.test(text) ? `${formatPokt(BigInt(text))} POKT` : 'an amount not known'
  if (name === 'claims') return text === '1' ? '1 claim' : `${plainText(text)} claims`
  if (name === 'sessions') return text === '1' ? '1 session' : `${plainText(text)} sessions`
  if (name === 'gateways') return text === '1' ? 'The gateway' : `The ${plainText(text)} gateways`
  if (name === 'days') return /^\d+$/.test(text) ? `, enough for about ${text} days` : ''
  if (name === 'ms') return /^\d{13}$/.test(text) ? `, about ${timeText(Number(text))}` : ''
  return plainText(text)
}

/** In UTC: the key process knows no place. */
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
