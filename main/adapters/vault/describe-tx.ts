import { assertNever } from '#shared/lib/assert-never.ts'
import { formatPokt } from '#shared/model/money.ts'
import type { DecodedTx, Message, ServiceConfig } from '#main/core/ports/tx.ts'
import type { KeyRole, SignRequest } from '#main/core/ports/vault.ts'
import { plainText } from './html.ts'

/** One line of the sheet: what it is about, the answer in words, and what belongs under it. */
export interface SheetRow {
  term: string
  strong: string
  notes: string[]
  /** Shown in full, in groups of four. */
  address: string | undefined
  /** Right-hand figure. */
  value: string | undefined
}

/** What a person reads before signing. Made from the decoded bytes; only `reading` comes from elsewhere and is labelled so. */
export interface TxSheet {
  title: string
  /** Label of the button: act and amount. */
  act: string
  rows: SheetRow[]
  /** Exact remaining facts of the bytes, so that no byte is without its place in the text. */
  technical: { term: string; text: string }[]
  /** Hearth's own reading of the balance, not part of what is signed. */
  reading: { term: string; text: string }[]
}

/** A key of this vault, when an address on the sheet is one. */
export type KnownAddress = (address: string) => { name: string; role: KeyRole } | undefined

const exact = (upokt: bigint): string => `${formatPokt(upokt, 6)} POKT`
const short = (upokt: bigint): string => `${formatPokt(upokt)} POKT`

/** Who signs, by message kind (onchain facts, 2.2). */
export function signerOf(message: Message): string {
  switch (message.kind) {
    case 'stake-supplier':
    case 'unstake-supplier':
      return message.signer
    case 'stake-application':
      return message.address
    case 'send':
      return message.fromAddress
    default:
      return assertNever(message)
  }
}

/**
 * Puts a decoded transaction into plain words. Pure.
 * @param decoded read strictly from the bytes to be signed; exactly one message
 * @param context Hearth's own facts, shown apart
 * @param known which addresses are keys of this vault
 */
export function describeTx(decoded: DecodedTx, context: SignRequest['context'], known: KnownAddress): TxSheet {
  const [message] = decoded.messages
  if (!message || decoded.messages.length !== 1) throw new Error('a sheet shows exactly one message')
  const words = describeMessage(message, context, known)
  const rows: SheetRow[] = [
    ...words.rows,
    row('Network fee', `At most ${exact(decoded.feeUpokt)}`, {
      notes: ['Paid by the signer, also when the network refuses the transaction in a block.'],
    }),
    ...(decoded.memo === ''
      ? []
      : [row('Public note', plainText(decoded.memo), { notes: ['Everybody can read it on the chain, for ever.'] })]),
  ]
  return {
    title: words.title,
    act: words.act,
    rows,
    technical: [
      { term: 'Chain', text: plainText(decoded.chainId) },
      { term: 'Account number', text: decoded.accountNumber.toString() },
      { term: 'Sequence', text: decoded.sequence.toString() },
      { term: 'Gas, at most', text: decoded.gasLimit.toString() },
      { term: 'Valid until block', text: decoded.timeoutHeight === 0 ? 'no end' : String(decoded.timeoutHeight) },
      { term: 'Public key of the signer', text: plainText(decoded.pubKeyHex) },
      { term: 'Message', text: message.kind },
    ],
    reading: balanceLines(context.balanceUpokt, words.leaves, decoded.feeUpokt),
  }
}

/** All that the sheet says, as text: for tests, and for reading it aloud. */
export function sheetText(sheet: TxSheet): string {
  return [
    sheet.title,
    ...sheet.rows.map((one) => [one.term, one.strong, one.address ?? '', one.value ?? '', ...one.notes].join(' | ')),
    ...sheet.technical.map((one) => `${one.term}: ${one.text}`),
    ...sheet.reading.map((one) => `${one.term}: ${one.text}`),
    sheet.act,
  ].join('\n')
}

interface MessageWords {
  title: string
  act: string
  rows: SheetRow[]
  /** What leaves the signer's balance besides the fee. `exactly: false`: at most, since the bytes do not tell what is staked already. */
  leaves: { term: string; upokt: bigint; exactly: boolean }
}

function describeMessage(message: Message, context: SignRequest['context'], known: KnownAddress): MessageWords {
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

function serviceRows(service: ServiceConfig, known: KnownAddress): SheetRow[] {
  const name = plainText(service.serviceId)
  return [
    row('Offers', name, {
      notes:
        service.endpoints.length === 0
          ? ['no address']
          : service.endpoints.map((one) => `${rpcWord(one.rpcType)} at ${plainText(one.url)}`),
    }),
    row(
      `Pay for ${name}`,
      service.revShare.length === 0 ? 'Shared with nobody' : service.revShare.map((one) => `${one.percent} %`).join(' + '),
      {
        notes: service.revShare.map((one) => {
          const key = known(one.address)
          return `${one.percent} % to ${plainText(one.address)}${key ? `, your ${key.role} key` : ', not a key of this vault'}`
        }),
      },
    ),
  ]
}

function rpcWord(type: ServiceConfig['endpoints'][number]['rpcType']): string {
  const words = { JSON_RPC: 'JSON-RPC', WEBSOCKET: 'WebSocket', REST: 'REST', GRPC: 'gRPC', COMET_BFT: 'CometBFT' } as const
  return words[type]
}

function signerRow(address: string, known: KnownAddress, term = 'Signed by'): SheetRow {
  return row(term, term === 'Paid by' ? 'This key, which also signs' : 'This key', who(address, known))
}

function who(address: string, known: KnownAddress): Partial<SheetRow> {
  const key = known(address)
  return { address, value: key ? `your ${key.role} key` : 'not a key of this vault' }
}

function row(term: string, strong: string, more: Partial<SheetRow> = {}): SheetRow {
  return { term, strong, notes: more.notes ?? [], address: more.address, value: more.value }
}

function labelled(text: string): string {
  return text === '' ? 'As long as the chain’s rules say' : plainText(text)
}

/** Lines of the side column. Says "not known" rather than counting with a figure that is not one. */
function balanceLines(balanceUpokt: string, leaves: MessageWords['leaves'], feeUpokt: bigint): TxSheet['reading'] {
  const minus = (upokt: bigint): string => `− ${formatPokt(upokt, 6)}`
  const spent = [
    ...(leaves.upokt === 0n ? [] : [{ term: leaves.term, text: minus(leaves.upokt) }]),
    { term: 'Network fee, at most', text: minus(feeUpokt) },
  ]
  if (!/^\d{1,30}$/.test(balanceUpokt)) return [{ term: 'Now', text: 'not known' }, ...spent]
  const left = BigInt(balanceUpokt) - leaves.upokt - feeUpokt
  const now = { term: 'Now', text: formatPokt(BigInt(balanceUpokt), 6) }
  if (leaves.exactly) return [now, ...spent, { term: 'Left, at least', text: formatPokt(left, 6) }]
  return [
    now,
    ...spent,
    { term: 'Left, before the staking fee', text: left < 0n ? 'depends on what is staked already' : `at least ${formatPokt(left, 6)}` },
  ]
}
