import { assertNever } from '#shared/lib/assert-never.ts'
import type { Message, MorseClaim } from '#main/core/ports/tx.ts'
import type { SignRequest } from '#main/core/ports/vault.ts'
import { plainText } from './html.ts'
import { exact, labelled, row, serviceRows, short, signerRow, who, type KnownAddress, type SheetRow } from './sheet-rows.ts'

export interface MessageWords {
  title: string
  act: string
  rows: SheetRow[]
  /** What leaves the signer's balance besides the fee. `exactly: false`: at most, since the bytes do not tell what is staked already. */
  leaves: { term: string; upokt: bigint; exactly: boolean }
}

/** The words for one message. `context` holds Hearth's own facts, which are labelled as such. */
export function describeMessage(message: Message, context: SignRequest['context'], known: KnownAddress): MessageWords {
  switch (message.kind) {
    case 'stake-supplier':
      return describeStake(message, context, known)
    case 'unstake-supplier':
      return {
        title: 'Stop this supplier and take the stake back?',
        act: 'Sign and unstake',
        leaves: { term: 'Unstake', upokt: 0n, exactly: true },
        rows: [
          row('Ends', 'This supplier: all of its services stop with the session that is running', who(message.operatorAddress, known)),
          signerRow(message.signer, known),
          row('Comes back to', 'The owner address recorded on the chain, nowhere else', {
            notes: ['The bytes do not name it; the chain pays its own record.'],
          }),
          row('Takes', labelled(context.unbondingText), {
            notes: ['The stake earns nothing in that time.', 'Hearth’s own reading of the chain’s rules.'],
          }),
          row('If it goes wrong', 'Sessions not settled yet are discarded unpaid', {
            notes: [
              'Stop serving and wait for them to settle first. Only the owner can take an unstake back, and then the services must be sent again.',
            ],
          }),
        ],
      }
    case 'unstake-application':
      return {
        title: 'Stop this application and take its stake back?',
        act: 'Sign and unstake the application',
        leaves: NOTHING,
        rows: [
          row('Ends', 'This application, with the session that is running', who(message.address, known)),
          row('Comes back to', 'The same address, some sessions later', { notes: ['What relays have spent of it does not come back.'] }),
          row('If it goes wrong', 'Until the stake is back it cannot be used', { notes: ['Staking again takes the unstake back.'] }),
        ],
      }
    case 'delegate':
    case 'undelegate': {
      const isOn = message.kind === 'delegate'
      return {
        title: isOn ? 'Let this gateway use the application?' : 'Take the application away from this gateway?',
        act: isOn ? 'Sign and delegate' : 'Sign and end the delegation',
        leaves: NOTHING,
        rows: [
          row('Application', 'Its stake pays for the relays', who(message.applicationAddress, known)),
          row(
            'Gateway',
            isOn ? 'May send relays that this application pays for' : 'May no longer send relays for it',
            who(message.gatewayAddress, known),
          ),
          row('If it goes wrong', isOn ? 'The gateway can spend the stake on relays' : 'Relays of this gateway stop being answered', {
            notes: [isOn ? 'It can be taken back at any time.' : 'It counts from the next session on.'],
          }),
        ],
      }
    }
    case 'stake-gateway':
      return {
        title: `Stake ${short(message.stakeUpokt)} as a gateway?`,
        act: `Sign and stake ${short(message.stakeUpokt)}`,
        leaves: { term: 'Stake, at most', upokt: message.stakeUpokt, exactly: false },
        rows: [
          row('Locks', `${short(message.stakeUpokt)} in total, as the gateway’s stake`, {
            value: exact(message.stakeUpokt),
            notes: ['What is staked already counts towards the total; only the difference is taken.'],
          }),
          signerRow(message.address, known, 'Paid by'),
          row('If it goes wrong', 'The stake stays locked until the gateway is unstaked'),
        ],
      }
    case 'unstake-gateway':
      return {
        title: 'Stop this gateway and take its stake back?',
        act: 'Sign and unstake the gateway',
        leaves: NOTHING,
        rows: [
          row('Ends', 'This gateway: applications that delegated to it lose it', who(message.address, known)),
          row('Comes back to', 'The same address, some sessions later'),
          row('If it goes wrong', 'Relays that it sends are no longer answered'),
        ],
      }
    case 'add-service':
      return {
        title: `Put the service ${plainText(message.id)} on the network?`,
        act: `Sign and add ${plainText(message.id)}`,
        leaves: NOTHING,
        rows: [
          row('Service', plainText(message.id), { value: plainText(message.name) }),
          row('Costs of a relay', `${message.computeUnitsPerRelay} compute units`, {
            notes: ['Every supplier of the service is paid by it, from the next session on.'],
          }),
          row('Owner', 'Gets the owner’s part of every settlement of this service', who(message.ownerAddress, known)),
          row('If it goes wrong', 'A service cannot be removed', {
            notes: [
              'The network takes its fee for a new one at once, besides the fee below. If the service is there already and yours, it is changed for no fee.',
            ],
          }),
        ],
      }
    case 'transfer-service':
      return {
        title: `Give the service ${plainText(message.serviceId)} away?`,
        act: `Sign and give ${plainText(message.serviceId)} away`,
        leaves: NOTHING,
        rows: [
          row('From', 'The owner of now', who(message.ownerAddress, known)),
          row('To', 'The owner from now on, with its part of every settlement', who(message.newOwnerAddress, known)),
          row('If it goes wrong', 'Only the new owner can give it back'),
        ],
      }
    case 'claim-morse-account':
    case 'claim-morse-application':
    case 'claim-morse-supplier':
      return describeMorseClaim(message, known)
    case 'stake-application':
      return {
        title: `Stake ${short(message.stakeUpokt)} for an application?`,
        act: `Sign and stake ${short(message.stakeUpokt)}`,
        leaves: { term: 'Stake, at most', upokt: message.stakeUpokt, exactly: false },
        rows: [
          row('Locks', `${short(message.stakeUpokt)} in total, as an application’s stake`, {
            value: exact(message.stakeUpokt),
            notes: [
              'Relays that this application sends are paid out of it.',
              'What is staked already counts towards the total; only the difference is taken.',
            ],
          }),
          signerRow(message.address, known, 'Paid by'),
          row('For', message.serviceIds.length === 1 ? 'One service' : `${message.serviceIds.length} services`, {
            notes: message.serviceIds.map(plainText),
          }),
          ...(message.spendLimitUpokt === undefined
            ? []
            : [
                message.spendLimitUpokt === 0n
                  ? row('Limit', 'No limit for what a session may spend')
                  : row('Limit', `At most ${short(message.spendLimitUpokt)} of it in one session`, {
                      value: exact(message.spendLimitUpokt),
                    }),
              ]),
          row('If it goes wrong', 'The stake is spent on relays and does not come back', {
            notes: ['What is left returns to the same address after an unstake.'],
          }),
        ],
      }
    case 'send':
      return {
        title: `Send ${short(message.amountUpokt)}?`,
        act: `Sign and send ${short(message.amountUpokt)}`,
        leaves: { term: 'Sent', upokt: message.amountUpokt, exactly: true },
        rows: [
          row('Sends', short(message.amountUpokt), { value: exact(message.amountUpokt) }),
          row('To', 'This address', who(message.toAddress, known)),
          signerRow(message.fromAddress, known, 'Paid by'),
          row('If it goes wrong', `All ${short(message.amountUpokt)} are gone`, {
            notes: ['Nobody can call a sent amount back. Compare the address letter by letter.'],
          }),
        ],
      }
    default:
      return assertNever(message)
  }
}

function describeStake(
  message: Extract<Message, { kind: 'stake-supplier' }>,
  context: SignRequest['context'],
  known: KnownAddress,
): MessageWords {
  const stake = message.stakeUpokt
  const services = message.services.length
  const offer = `${services} ${services === 1 ? 'service' : 'services'}`
  const title =
    stake === undefined
      ? `Offer ${offer}, stake unchanged?`
      : services === 0
        ? `Stake ${short(stake)} for a supplier?`
        : `Stake ${short(stake)} and offer ${offer}?`
  const act =
    stake === undefined
      ? `Sign and offer ${offer}`
      : services === 0
        ? `Sign and stake ${short(stake)}`
        : `Sign, stake ${short(stake)} and offer ${offer}`
  const stakeRows =
    stake === undefined
      ? [row('Locks', 'Nothing new: the stake stays as it is', { notes: ['The network takes its staking fee from the signer.'] })]
      : [
          row('Locks', `${short(stake)} in total, as the supplier’s stake`, {
            value: exact(stake),
            notes: [
              'What is staked already counts towards the total: only the difference is taken from the signer, or paid to the owner when the total falls.',
              'The network takes its staking fee from the signer as well.',
            ],
          }),
        ]
  return {
    title,
    act,
    leaves: { term: 'Stake, at most', upokt: stake ?? 0n, exactly: false },
    rows: [
      ...stakeRows,
      signerRow(message.signer, known, 'Paid by'),
      row('Supplier', 'The operator: it serves, and signs claims and proofs', who(message.operatorAddress, known)),
      row('Comes back to', 'The owner, nowhere else. Only the owner can change that.', who(message.ownerAddress, known)),
      row('Locked for', labelled(context.unbondingText), {
        notes: ['Counted from the day you ask for it back. Hearth’s own reading of the chain’s rules.'],
      }),
      ...message.services.flatMap((service) => serviceRows(service, known)),
      ...(services === 0
        ? [row('Offers', 'Nothing yet, or what it offers already: the operator sends services in a transaction of its own')]
        : [
            row('Replaces', 'Every service that this supplier offered before', {
              notes: ['Services not listed here end with the running session.'],
            }),
          ]),
      row('If it goes wrong', 'Part of the stake can be taken for claims left unproven', {
        notes: [
          'The amount for each is set by the network and can change by vote. Below the minimum the stake is stuck until the owner adds to it.',
        ],
      }),
    ],
  }
}

const NOTHING = { term: 'Nothing', upokt: 0n, exactly: true }

function describeMorseClaim(message: MorseClaim, known: KnownAddress): MessageWords {
  const isSigned = message.morseSignatureHex !== ''
  const morseRows = [
    row('Old key', plainText(message.morsePubKeyHex), {
      notes: [
        isSigned ? `Its signature: ${plainText(message.morseSignatureHex)}` : 'The vault signs with it first, then with the key below.',
      ],
    }),
  ]
  if (message.kind === 'claim-morse-application')
    return {
      title: 'Take over an application of the old network?',
      act: 'Sign with both keys and claim',
      leaves: NOTHING,
      rows: [
        ...morseRows,
        row('Application', 'Gets the old stake, which its relays are paid out of, and the old balance', who(message.toAddress, known)),
        row('Service', plainText(message.serviceId), { notes: ['An application has one; one that it had before is replaced.'] }),
        signerRow(message.signer, known),
        row('If it goes wrong', 'An application can be claimed once only', {
          notes: ['Compare the address letter by letter.', 'A stake under the minimum of now is paid to that address instead.'],
        }),
      ],
    }
  if (message.kind === 'claim-morse-account')
    return {
      title: 'Take over an account of the old network?',
      act: 'Sign with both keys and claim',
      leaves: NOTHING,
      rows: [
        ...morseRows,
        row('Comes to', 'All that the old account holds, once and for ever', who(message.toAddress, known)),
        signerRow(message.signer, known),
        row('If it goes wrong', 'An account can be claimed once only', { notes: ['Compare the address letter by letter.'] }),
      ],
    }
  return {
    title: 'Take over a node of the old network as a supplier?',
    act: 'Sign with both keys and claim',
    leaves: NOTHING,
    rows: [
      row('Old node', plainText(message.morseNodeAddress)),
      ...morseRows,
      row('Signed there by', message.signerIsOutput ? 'The output key of the old node' : 'The node’s own old key'),
      row('Supplier', 'The operator: gets the unstaked balance, serves, and signs claims and proofs', who(message.operatorAddress, known)),
      row('Stake belongs to', 'The owner, and comes back nowhere else', who(message.ownerAddress, known)),
      signerRow(message.signer, known),
      ...message.services.flatMap((service) => serviceRows(service, known)),
      row('If it goes wrong', 'A node can be claimed once only', {
        notes: ['A stake under the minimum of now is paid to the owner instead. The network takes its staking fee from the signer.'],
      }),
    ],
  }
}
