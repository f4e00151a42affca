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
  'application-ends': 'The rest of the application’s stake comes back after {{sessions}} sessions.',
  'morse-untried': 'It is signed by two keys and cannot be tried before. If the chain refuses it, only the network fee is spent.',
} as const satisfies Partial<Record<DangerKey | `${DangerKey}_one` | `${DangerKey}_other`, string>>
