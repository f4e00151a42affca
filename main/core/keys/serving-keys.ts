import type { SupplierRecord } from '../ports/chain.ts'
import type { Store } from '../ports/store.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { Fence, FenceReason } from './fence.ts'

/** Letters of an address that tell it from the user's other ones: its checksum is among them. */
const NAME_LETTERS = 8
/** More than sessions and services under way can make. */
const CLAIMS_READ = 5_000

/**
 * Name of an operator key in the keeper's keyring. By its address and never by its place in a list: a name that stood for another key after a change would make the relay miner sign
 * for one supplier with the key of another.
 */
export const operatorKeyName = (address: string): string => `operator-${address.slice(-NAME_LETTERS)}`

/** An operator that the relay miner of this network signs for, or may. */
export interface ServingKey {
  address: string
  name: string
  /** undefined = no longer in the vault: what lies in the keeper goes on until its claims are over, and it can not be given anew. */
  key: PublicKeyInfo | undefined
  /** Why it is given to nobody. What lies in the keeper goes on all the same. */
  fenced: FenceReason | undefined
  /** Of its supplier, as the chain had it at the last look, or had it until lately; undefined = none. */
  record: SupplierRecord | undefined
  /** Services that no session names any more and that something may still be owed for: of its open claims, and what its record lately had. Ids */
  owes: readonly string[]
}

/** How the keeper calls the key that signs for an operator. */
export type SigningName = Pick<ServingKey, 'address' | 'name'>

/**
 * Those that the miner is made with and waits for: they are in the vault.
 * SECURITY: S18 one key, one machine: a fenced key is never given, so it is among them only where no other is, to be asked for and told of.
 */
export function toGive(keys: readonly ServingKey[]): ServingKey[] {
  const own = keys.filter(({ key }) => key !== undefined)
  const free = own.filter(({ fenced }) => fenced === undefined)
  return free.length > 0 ? free : own
}

export interface ServingNow {
  /** Oldest key first. */
  keys: readonly ServingKey[]
  /** Whether the chain has been looked at: before that it is those that were chosen at the last look of an earlier run, or all where none is known. */
  isKnown: boolean
}

export interface ServingKeys {
  /** @param staked an operator to be taken for one with a record on chain, whose stake is only being written. Rejects as vault and store do */
  read(staked?: string): Promise<ServingNow>
}

/**
 * Which operator keys the relay miner of a network signs with: those whose supplier is on chain, and those that have a claim under way, since one that has left must still prove. Where
 * there is none of either, the newest key alone: the keeper has it before the stake. Fenced ones are among them, and say so: see `toGive`.
 * One whose key is no longer in the vault is named too for as long: whether it still lies in the keeper is for others to see.
 * A record that is gone counts for as long as what was served under it could still be claimed: one host that errs, or lags behind the stake, takes no supplier out of a running miner.
 */
export function createServingKeys(deps: {
  keys: () => Promise<PublicKeyInfo[]>
  network: () => string | null
  /** The last look at the chain; undefined before it. */
  last: () => { height: number; suppliers: readonly { operatorAddress: string; record: SupplierRecord | undefined }[] } | undefined
  /** How long after the last block with a record a session of its supplier may be claimed, blocks. */
  claimableBlocks: () => number
  store: Pick<Store, 'claims' | 'setting' | 'setSetting'>
  fence: Pick<Fence, 'of'>
}): ServingKeys {
  let claims: { height: number; services: ReadonlyMap<string, ReadonlySet<string>> } | undefined
  /** Services with open claims, by operator. Asked once a block: each round of the containers waits for it. */
  const claimantsAt = async (height: number): Promise<ReadonlyMap<string, ReadonlySet<string>>> => {
    if (claims?.height === height) return claims.services
    const open = await deps.store.claims({ network: deps.network() ?? '', stages: ['claimed', 'proven'], limit: CLAIMS_READ })
    const services = new Map<string, Set<string>>()
    for (const { operatorAddress, serviceId } of open)
      services.set(operatorAddress, (services.get(operatorAddress) ?? new Set()).add(serviceId))
    claims = { height, services }
    return services
  }
  const settingKey = (): string => `serving-keys ${deps.network() ?? ''}`
  let noted: string | undefined
  const note = async (chosen: readonly PublicKeyInfo[]): Promise<void> => {
    const addresses = chosen.map((key) => key.address).join(' ')
    if (addresses === noted) return
    await deps.store.setSetting(settingKey(), addresses)
    noted = addresses
  }
  /** Of a run before: a keeper that is empty after a restart of the PC is given no key that was never needed. */
  const chosenBefore = async (own: readonly PublicKeyInfo[]): Promise<readonly PublicKeyInfo[]> => {
    const addresses = (await deps.store.setting(settingKey()))?.split(' ') ?? []
    const known = own.filter((key) => addresses.includes(key.address))
    return known.length > 0 ? known : own
  }
  /** Records as they were seen last, by operator, and what they served when they last served something. */
  const seen = new Map<string, { record: SupplierRecord; height: number; served: { ids: string[]; height: number } }>()
  const recordOf = (address: string): SupplierRecord | undefined => seen.get(address)?.record
  const noteRecords = (last: ReturnType<typeof deps.last>): void => {
    if (last === undefined) return seen.clear()
    const { height } = last
    for (const { operatorAddress, record } of last.suppliers) {
      if (!record) continue
      const ids = record.services.map((service) => service.serviceId)
      const before = seen.get(operatorAddress)?.served
      seen.set(operatorAddress, { record, height, served: ids.length > 0 || before === undefined ? { ids, height } : before })
    }
  }
  /** Whether a record counts at this height. Another chain has begun where the height went back. */
  const counts = (address: string, height: number): boolean => {
    const found = seen.get(address)
    return found !== undefined && height >= found.height && height - found.height <= deps.claimableBlocks()
  }
  const owedBy = (address: string, claimed: ReadonlySet<string> | undefined, height: number): string[] => {
    const served = seen.get(address)?.served
    const lately = served !== undefined && height - served.height <= deps.claimableBlocks() ? served.ids : []
    return [...new Set([...(claimed ?? []), ...lately])].sort()
  }

  return {
    async read(staked) {
      const network = deps.network()
      const all = (await deps.keys()).filter((key) => key.role === 'operator' && key.network === network)
      // A watched address has no key to sign with.
      const own = all
        .filter((key) => key.kind === 'key')
        .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.address < b.address ? -1 : a.address > b.address ? 1 : 0))
      const last = deps.last()
      const claimants: Awaited<ReturnType<typeof claimantsAt>> = last === undefined ? new Map() : await claimantsAt(last.height)
      noteRecords(last)
      const serving = async (address: string, key?: PublicKeyInfo): Promise<ServingKey> => ({
        address,
        name: operatorKeyName(address),
        key,
        fenced: key && (await deps.fence.of(key)),
        record: recordOf(address),
        owes: owedBy(address, claimants.get(address), last?.height ?? 0),
      })
      const isStaked = (address: string): boolean => address === staked || (last !== undefined && counts(address, last.height))
      const engaged = own.filter(({ address }) => isStaked(address) || claimants.has(address))
      const isBlind = last === undefined && staked === undefined
      const chosen = isBlind ? await chosenBefore(own) : engaged.length > 0 ? engaged : own.slice(-1)
      if (last !== undefined && staked === undefined) await note(chosen)
      // A vault that cannot be read holds no key at all: then none was deleted, and nothing is changed for it. One that was deleted may be watched since.
      const engagedAt = own.length === 0 || last === undefined ? [] : [...claimants.keys(), ...seen.keys()]
      const gone = [...new Set(engagedAt)]
        .filter((address) => own.every((key) => key.address !== address) && (claimants.has(address) || isStaked(address)))
        .sort()
      return {
        keys: await Promise.all([...chosen.map((key) => serving(key.address, key)), ...gone.map((address) => serving(address))]),
        isKnown: last !== undefined,
      }
    },
  }
}
