import type { HistoryRow } from '#shared/api/wallet-requests.ts'
import { shortAddress, whole } from '#renderer/text/format.ts'
import type { TextKey, Words } from '#renderer/text/text.ts'
import type { IconName } from '#renderer/ui/icons.tsx'

/** A line of history in words, made of what its messages held. */

type Message = HistoryRow['messages'][number]

const SIMPLE: Record<string, TextKey> = {
  MsgStakeSupplier: 'wallet.what.stakeSupplier',
  MsgUnstakeSupplier: 'wallet.what.unstakeSupplier',
  MsgStakeApplication: 'wallet.what.stakeApplication',
  MsgUnstakeApplication: 'wallet.what.unstakeApplication',
  MsgStakeGateway: 'wallet.what.stakeGateway',
  MsgUnstakeGateway: 'wallet.what.unstakeGateway',
  MsgAddService: 'wallet.what.addService',
  MsgDelegateToGateway: 'wallet.what.delegate',
  MsgUndelegateFromGateway: 'wallet.what.undelegate',
  MsgClaimMorseAccount: 'wallet.what.morse',
  MsgClaimMorseSupplier: 'wallet.what.morse',
  MsgClaimMorseApplication: 'wallet.what.morse',
}
const ICONS: Record<HistoryRow['kind'], IconName> = {
  reward: 'coins',
  fee: 'file-text',
  'proof-fee': 'shield-check',
  stake: 'lock',
  unstake: 'lock-open',
  transfer: 'send',
  other: 'coins',
}

/** `/cosmos.bank.v1beta1.MsgSend` as `MsgSend`. */
export const messageName = (type: string): string => type.slice(type.lastIndexOf('.') + 1)

/** Icon of a movement: by its message where it has one, else by what it is. */
export function iconOf(row: HistoryRow): IconName {
  const name = messageName(row.messages[0]?.type ?? '')
  if (name === 'MsgSubmitProof') return 'shield-check'
  if (name === 'MsgCreateClaim') return 'file-text'
  return row.kind === 'transfer' && !row.deltaUpokt.startsWith('-') ? 'arrow-down-to-line' : ICONS[row.kind]
}

/** @param nameOf a name for an address, else its short form */
export function whatHappened(t: Words, row: HistoryRow, nameOf: (address: string) => string): string {
  if (row.pay) {
    const { sessionNumber, sessionEndHeight, services } = row.pay
    return sessionNumber === null
      ? t('wallet.what.payHeight', { height: whole(sessionEndHeight), services })
      : t('wallet.what.paySession', { session: whole(sessionNumber), services })
  }
  if (row.failed) return t('wallet.what.failed')
  // What concerns this address comes first: of many recipients only one is ours.
  const concerns = row.messages.filter((message) => Object.values(message.facts).includes(row.address))
  const told = (concerns.length > 0 ? concerns : row.messages).slice(0, 2).map((message) => messageWords(t, message, row, nameOf))
  const words = told.filter((text) => text !== '')
  if (words.length === 0) return t(`wallet.what.kind.${row.kind}`)
  const more = row.messages.length - words.length
  return more > 0 ? `${words.join('; ')}, ${t('wallet.what.more', { count: more })}` : words.join('; ')
}

function messageWords(t: Words, message: Message, row: HistoryRow, nameOf: (address: string) => string): string {
  const { facts } = message
  const name = messageName(message.type)
  if (name === 'MsgSend' || name === 'MsgMultiSend')
    return facts['fromAddress'] === row.address
      ? t('wallet.what.sendTo', { to: nameOf(facts['toAddress'] ?? '') })
      : t('wallet.what.receivedFrom', { from: nameOf(facts['fromAddress'] ?? '') })
  if (name === 'MsgCreateClaim' || name === 'MsgSubmitProof')
    return t(name === 'MsgCreateClaim' ? 'wallet.what.claims' : 'wallet.what.proofs', {
      count: Number(facts['count'] ?? '1'),
      services: facts['services'] ?? '',
      height: whole(facts['sessionEndHeight'] ?? '0'),
    })
  const simple = SIMPLE[name]
  if (simple !== undefined) return t(simple)
  return name === '' ? '' : t('wallet.what.other', { type: name })
}

/** The name of an address from what main told, else its short form. */
export const nameFrom =
  (names: Record<string, string>) =>
  (address: string): string =>
    names[address] ?? shortAddress(address)
