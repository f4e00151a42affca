import { formatPokt } from '#shared/model/money.ts'
import type { ServiceConfig } from '#main/core/ports/tx.ts'
import type { KeyRole } from '#main/core/ports/vault.ts'
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

/** A key of this vault, when an address on the sheet is one. */
export type KnownAddress = (address: string) => { name: string; role: KeyRole } | undefined

export const exact = (upokt: bigint): string => `${formatPokt(upokt, 6)} POKT`
export const short = (upokt: bigint): string => `${formatPokt(upokt)} POKT`

export function serviceRows(service: ServiceConfig, known: KnownAddress): SheetRow[] {
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

export function signerRow(address: string, known: KnownAddress, term = 'Signed by'): SheetRow {
  return row(term, term === 'Paid by' ? 'This key, which also signs' : 'This key', who(address, known))
}

export function who(address: string, known: KnownAddress): Partial<SheetRow> {
  const key = known(address)
  return { address, value: key ? `your ${key.role} key` : 'not a key of this vault' }
}

export function row(term: string, strong: string, more: Partial<SheetRow> = {}): SheetRow {
  return { term, strong, notes: more.notes ?? [], address: more.address, value: more.value }
}

export function labelled(text: string): string {
  return text === '' ? 'As long as the chain’s rules say' : plainText(text)
}
