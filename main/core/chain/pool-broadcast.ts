import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { BroadcastResult } from '../ports/chain.ts'
import type { Member } from './members.ts'
import { ownerOf, type PoolAsks } from './pool-asks.ts'
import { isUnreachable } from './pool-proofs.ts'
import { unseconded } from './vote.ts'

/** Strangers that are told a transaction, so that one of them cannot keep it to itself. */
const WITNESSES = 2

/**
 * Told to the next one when the first failed or is a stranger: the same bytes are taken once only, and each is asked for the hash before.
 * @param needsSecond rejects `chain-unreachable` with detail.alone where one owner alone refused it, who may keep it for a block of later
 */
export async function broadcastTo(
  { order, one, first, none }: PoolAsks,
  txBytes: Uint8Array,
  needsSecond: boolean,
): Promise<BroadcastResult> {
  const hash = bytesToHex(sha256(txBytes)).toUpperCase()
  const known = async (skip: ReadonlySet<Member>): Promise<boolean | undefined> => {
    const found = await first((other) => one(other, (chain) => chain.tx(hash)), skip).catch(() => undefined)
    return found && found.value.kind === 'included'
  }
  const told = new Set<Member>()
  const refusing = new Set<string>()
  let outcome: BroadcastResult | undefined
  let last: unknown
  const next = (): Member | undefined => {
    const left = order().filter((member) => !told.has(member))
    const owners = new Set([...told].map(ownerOf))
    return left.find((member) => !owners.has(ownerOf(member))) ?? left[0]
  }
  for (let member = next(); member !== undefined; member = next()) {
    if (told.size > 0) {
      // It may have got through: only when the next one knows nothing of it is it told.
      const isIncluded = await known(told)
      if (isIncluded === true) return { kind: 'accepted', hash }
      if (isIncluded === undefined) break
    }
    told.add(member)
    try {
      const said = await one(member, (chain) => chain.broadcast(txBytes))
      // A word of acceptance stays: what refuses later may only be late, and the hash tells in the end.
      if (outcome === undefined || outcome.kind === 'refused') outcome = said
      if (said.kind === 'refused') refusing.add(ownerOf(member))
      if (member.endpoint.own || told.size >= WITNESSES) break
    } catch (error) {
      if (!isUnreachable(error)) throw error
      last = error
    }
  }
  if (outcome === undefined) throw last ?? none()
  if (needsSecond && outcome.kind === 'refused' && refusing.size < 2 && !refusing.has('own'))
    throw unseconded('refusal', [...told][0]?.host ?? '')
  return outcome
}
