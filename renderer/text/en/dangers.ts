import type { DangerKey } from '#shared/model/danger.ts'

/** What a transaction can cost, before it is signed. Facts as in shared/model/danger. */
export const dangers = {
  'open-claims-discarded_one':
    '{{count}} claim of {{pokt}} POKT would be thrown away unpaid. Wait until block {{settleHeight}} and nothing is lost.',
  'open-claims-discarded_other':
    '{{count}} claims of {{pokt}} POKT would be thrown away unpaid. Wait until block {{settleHeight}} and nothing is lost.',
  'open-sessions-discarded': 'What is served and not claimed yet, up to block {{endHeight}}, would be lost as well.',
  'open-claims-reshared_one': '{{count}} claim of {{pokt}} POKT settles later and is divided by the new shares.',
  'open-claims-reshared_other': '{{count}} claims of {{pokt}} POKT settle later and are divided by the new shares.',
  'claims-still-slashable_one': '{{count}} claim still needs its proof. Leave the relay miner running, or it is slashed.',
  'claims-still-slashable_other': '{{count}} claims still need their proof. Leave the relay miner running, or they are slashed.',
  'stake-at-minimum': 'Exactly the minimum of {{minPokt}} POKT: one missed proof takes {{penaltyPokt}}, and the supplier is told to leave.',
  'stake-margin-thin': 'Only {{marginPokt}} POKT above the minimum: {{proofs}} missed proofs and the supplier is told to leave.',
  'operator-without-key':
    'The operator {{address}} has signed nothing on chain yet; gateways cannot check its answers before it sends its services.',
  'operator-runway': 'The operator {{address}} holds {{pokt}} POKT for claims and proofs. Days that it lasts: {{days}}.',
  'operator-emptied':
    'It leaves {{pokt}} POKT to the operator {{address}}, which pays for claims and proofs with it. Missed proofs cost pay and stake. Days that it lasts: {{days}}.',
  'owner-elsewhere': 'The owner {{ownerAddress}} is no address of this vault. The stake belongs to it.',
  'lowered-stake-paid-to': '{{pokt}} POKT are paid at once to the owner {{ownerAddress}}.',
  'raise-belongs-to-owner': 'The signer pays {{pokt}} POKT; one day they come back to the owner {{ownerAddress}}.',
  'services-off': '{{services}} end at block {{height}}. Serve them until then.',
  'services-on': '{{services}} begin at block {{height}}.',
  'services-stay-off': 'All services stay off until the operator sends them again.',
  'owner-forever': '{{newOwnerAddress}} will own the stake of {{pokt}} POKT, and only that address can give it back.',
  'stake-comes-back': 'The stake is paid to {{ownerAddress}} at block {{height}}.',
  'rescue-amount': '{{missingPokt}} POKT lift the stake to the minimum of {{minPokt}} and free it.',
  'service-given-away': '{{newOwnerAddress}} will own {{serviceId}} and its part of every settlement.',
  'service-fee': 'The network keeps a fee of {{pokt}} POKT for a new service.',
  'service-price':
    'A relay of {{serviceId}} costs {{after}} compute units instead of {{before}} from block {{height}}. Every supplier of it is paid by that.',
  'application-at-minimum':
    'Exactly the minimum of {{minPokt}} POKT: the first relay that is paid takes it below, and the network sends the application away.',
  'application-service': 'An application has one service: {{after}} takes the place of {{before}} at block {{height}}.',
  'unstake-taken-back': 'This takes the unstake back that is under way.',
  'application-ends': 'Relays can be sent until block {{endHeight}}. What is then left of {{pokt}} POKT comes back at block {{height}}.',
  'application-still-pays':
    'Sessions that are open go on to their end: relays up to block {{endHeight}} are paid out of the stake, the last of them at block {{settleHeight}}.',
  'application-leaves-gateways':
    'Gateways that it is delegated to: {{gateways}}. They can use it until block {{endHeight}}, and not after.',
  'delegation-spends':
    'The gateway {{gatewayAddress}} can spend all {{pokt}} POKT of the stake on relays. There is no limit for a session.',
  'delegation-spends-limited':
    'The gateway {{gatewayAddress}} can spend the stake of {{pokt}} POKT on relays, {{limitPokt}} in one session at most.',
  'delegation-ends': 'The gateway {{gatewayAddress}} can still send relays until block {{height}}.',
  'gateway-ends':
    'Applications that delegated to this gateway lose it at block {{endHeight}}. Its stake of {{pokt}} POKT comes back at block {{height}}.',
  'operator-has-two-jobs':
    '{{address}} is the operator of your supplier and pays for its claims and proofs. What is locked here is missing there; a key of its own is better.',
  'morse-once': '{{pokt}} POKT go to {{toAddress}}, once and for ever.',
  'morse-below-minimum':
    'The old stake of {{pokt}} POKT is less than the minimum of {{minPokt}}. It is not staked: {{ownerAddress}} gets it as plain balance.',
  'morse-node':
    'The old stake of {{pokt}} POKT will belong to {{ownerAddress}}; its balance of {{balancePokt}} goes to the operator {{operatorAddress}}.',
  'morse-application':
    'The old stake of {{pokt}} POKT becomes an application of {{toAddress}} for {{serviceId}}, and is spent on its relays. Its balance of {{balancePokt}} goes there too.',
  'morse-application-grows':
    '{{toAddress}} has an application already: the old stake of {{pokt}} POKT is added to it, {{afterPokt}} in total.',
  'morse-unstaking':
    'On the old network this stake was asked back. When that time is over, the {{pokt}} POKT are not staked: {{toAddress}} gets them as plain balance.',
  'morse-untried': 'It is signed by two keys and cannot be tried before. If the chain refuses it, only the network fee is spent.',
} as const satisfies Partial<Record<DangerKey | `${DangerKey}_one` | `${DangerKey}_other`, string>>
