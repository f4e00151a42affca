import type { IntentRow } from '#shared/model/intent.ts'
import { nextSessionStart, type SessionRules } from '#shared/model/session.ts'
import type { SupplierRecord, SupplierService } from '../ports/chain.ts'
import type { Message, ServiceConfig } from '../ports/tx.ts'

/** After a block took a transaction, the chain is asked whether its record says what was signed. */
export type ReadBack = 'as-signed' | 'no-services' | 'differs' | 'absent'

/** Fact of an intent: `due:<height>` while it is to be asked, then what it said. */
export const READ_BACK = 'readBack'
const DUE = 'due:'

/** The fact for a transaction about a supplier; undefined for every other. Services are looked for once their session has begun. */
export function readBackDue(message: Message | undefined, includedHeight: number, rules: SessionRules): string | undefined {
  if (message?.kind !== 'stake-supplier' && message?.kind !== 'claim-morse-supplier') return undefined
  const height = message.services.length > 0 ? nextSessionStart(includedHeight, rules) + 1 : includedHeight + 1
  return `${DUE}${height}`
}

/** Whether the time has come. */
export function isReadBackDue(row: Pick<IntentRow, 'status' | 'facts'>, height: number): boolean {
  const fact = row.facts[READ_BACK]
  if (row.status !== 'included' || fact === undefined || !fact.startsWith(DUE)) return false
  return height >= Number(fact.slice(DUE.length))
}

/** What the chain's record says of what was signed. A stake that is lower than signed is left to the checks that know of slashes. Pure. */
export function readBack(message: Message, record: SupplierRecord | undefined): ReadBack {
  if (message.kind !== 'stake-supplier' && message.kind !== 'claim-morse-supplier') return 'as-signed'
  if (!record) return 'absent'
  const listed = [...record.services, ...record.pending.map((entry) => entry.service)]
  if (message.services.length > 0 && listed.length === 0) return 'no-services'
  const allThere = message.services.every((service) => listed.some((entry) => sameService(entry, service)))
  if (!allThere || record.ownerAddress !== message.ownerAddress) return 'differs'
  return 'as-signed'
}

/** Same endpoints and same shares, in whatever order. */
export function sameService(a: SupplierService | ServiceConfig, b: SupplierService | ServiceConfig): boolean {
  return serviceText(a) === serviceText(b)
}

/** One text per service as it is offered: two that are equal are the same offer. */
export function serviceText(service: SupplierService | ServiceConfig): string {
  const endpoints = service.endpoints.map((one) => `${one.rpcType} ${one.url}`).sort()
  const shares = service.revShare.map((one) => `${one.address} ${one.percent}`).sort()
  return JSON.stringify([service.serviceId, endpoints, shares])
}
