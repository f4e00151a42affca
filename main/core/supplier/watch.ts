import { HearthError } from '#shared/api/errors.ts'
import type { AppState, OwnSupplierState } from '#shared/api/state.ts'
import type { Chain, ChainParams, SupplierRecord } from '../ports/chain.ts'
import type { FigureProofs } from '../chain/figure-proofs.ts'
import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** One of the own suppliers as the chain knew it at a look: each operator of the network here is one, staked or not. */
export interface OwnSupplier {
  operatorAddress: string
  /** undefined = the chain has none. */
  record: SupplierRecord | undefined
}

/** Reads the chain's records of our suppliers and the balances of our keys, and publishes both with their height. */
export interface SupplierWatch {
  read(chain: Chain, height: number, params: ChainParams, keys: PublicKeyInfo[]): Promise<void>
  /** Of the supplier in view: what the pages speak of. */
  record(): SupplierRecord | undefined
  /** The last look: all own suppliers, the one of the oldest key first; undefined before the first, which is not the same as none. */
  last(): { height: number; suppliers: readonly OwnSupplier[] } | undefined
  /** Records of all own suppliers that have one. */
  records(): SupplierRecord[]
  /** Brings another one into view, as it was read last. Rejects `supplier-absent` where no key of its operator is here. */
  choose(operatorAddress: string): Promise<void>
  /** Takes up what was chosen before. Call before the first look. */
  load(): Promise<void>
  clear(): void
}

/**
 * @param proofs asked which of the figures are proven; without them all are what the chain's host says
 * @param served the services that the relay miner here is configured for, or undefined while it is not wanted
 */
export function createSupplierWatch(deps: {
  state: StatePublisher
  clock: Clock
  served: () => string[] | undefined
  /** Whose keys are looked at: no host of one network is told an address of another. */
  network: () => string | null
  proofs?: FigureProofs
  /** Keeps what is in view through restarts. */
  store?: Pick<Store, 'setting' | 'setSetting'>
}): SupplierWatch {
  const { state, clock, store } = deps
  let last: ReturnType<SupplierWatch['last']>
  let chosen: string | undefined
  /** What was read of each, by operator. */
  let slices = new Map<string, AppState['supplier']>()
  const wereStaked = new Set<string>()
  /** Operators whose key is in the vault; the others are only watched. */
  let heldHere: ReadonlySet<string> = new Set()
  const settingKey = (): string => `supplier-in-view ${deps.network() ?? ''}`

  const recordOf = (operatorAddress: string): SupplierRecord | undefined =>
    last?.suppliers.find((each) => each.operatorAddress === operatorAddress)?.record
  /** What the user chose; else of those whose key is here, before those that are only watched, the newest that is staked, else the newest. */
  const inView = (suppliers: readonly OwnSupplier[]): OwnSupplier | undefined => {
    const found = suppliers.find((each) => each.operatorAddress === chosen)
    if (found) return found
    const held = suppliers.filter((each) => heldHere.has(each.operatorAddress))
    return held.findLast((each) => each.record) ?? suppliers.findLast((each) => each.record) ?? held.at(-1) ?? suppliers.at(-1)
  }

  const readBalances = async (chain: Chain, height: number, nowMs: number, keys: readonly PublicKeyInfo[]): Promise<void> => {
    for (const { address } of keys) {
      const read = await chain.balance(address)
      const proven = await deps.proofs?.balance(address, read, height)
      const { value, height: at, source, atMs, proof } = proven ?? { value: read, height, source: 'chain' as const }
      state.put('balances', address, {
        address,
        upokt: value.toString(),
        // What did not change is proven anew every minute only: it carries the height and time of its proof.
        asOf: { height: at, atMs: atMs ?? nowMs },
        source,
        ...(proof && { proof }),
      })
    }
  }
  /** Relays of one that is only watched, or whose key waits for a word, are answered elsewhere, if anywhere: what the relay miner here does says nothing of it. */
  const isServedHere = ({ address, kind }: PublicKeyInfo): boolean =>
    kind === 'key' &&
    !Object.values(state.state.keys).some((key) => key.address === address && key.network === deps.network() && key.fenced !== null)
  const sliceOf = async (
    { operatorAddress, record }: OwnSupplier,
    at: { height: number; atMs: number },
    params: ChainParams,
    ownerHere: string,
    servedHere: boolean,
  ): Promise<AppState['supplier']> => {
    const { source, proof } = (operatorAddress === '' ? undefined : await deps.proofs?.supplier(operatorAddress, record, at.height)) ?? {
      source: 'chain' as const,
    }
    if (record) wereStaked.add(operatorAddress)
    const missing = servedHere ? differences(record, deps.served()) : []
    const facts = {
      sent: isStakeSent(state.state, operatorAddress),
      wasStaked: wereStaked.has(operatorAddress),
      differs: missing.length > 0,
    }
    return {
      status: supplierStatus(record, params, facts),
      operatorAddress,
      ownerAddress: record?.ownerAddress ?? ownerHere,
      stakeUpokt: (record?.stakeUpokt ?? 0n).toString(),
      services: (record?.services ?? []).map(publicService),
      pending: (record?.pending ?? []).map((entry) => ({
        service: publicService(entry.service),
        activationHeight: entry.activationHeight,
      })),
      unstakeSessionEndHeight: record?.unstakeSessionEndHeight ?? 0,
      unbondingEndHeight:
        record && record.unstakeSessionEndHeight > 0
          ? record.unstakeSessionEndHeight + params.supplierUnbondingPeriodSessions * params.numBlocksPerSession
          : 0,
      differences: missing,
      asOf: at,
      source,
      ...(proof && { proof }),
    }
  }
  const publish = (suppliers: readonly OwnSupplier[], none: AppState['supplier']): void => {
    for (const [address, slice] of slices) state.put('suppliers', address, inShort(slice))
    for (const address of Object.keys(state.state.suppliers)) if (!slices.has(address)) state.remove('suppliers', address)
    state.set('supplier', slices.get(inView(suppliers)?.operatorAddress ?? '') ?? none)
  }

  return {
    record: () => recordOf(inView(last?.suppliers ?? [])?.operatorAddress ?? ''),
    last: () => last,
    records: () => (last?.suppliers ?? []).flatMap(({ record }) => (record === undefined ? [] : [record])),
    async load() {
      const kept = await store?.setting(settingKey())
      chosen = kept === '' ? undefined : kept
    },
    async choose(operatorAddress) {
      const slice = slices.get(operatorAddress)
      if (!slice) throw new HearthError('supplier-absent', { operatorAddress })
      await store?.setSetting(settingKey(), operatorAddress)
      chosen = operatorAddress
      state.set('supplier', slice)
    },
    clear() {
      last = undefined
      slices = new Map()
      wereStaked.clear()
      deps.proofs?.clear()
    },
    async read(chain, height, params, all) {
      const asOf = { height, atMs: clock.now() }
      // SECURITY: S22 keys of other networks are none of this one's business, and the old network's have no account here.
      const keys = all.filter((key) => key.network === deps.network() && key.kind !== 'morse')
      await readBalances(chain, height, asOf.atMs, keys)
      const operators = keys.filter((key) => key.role === 'operator').sort((a, b) => a.createdAtMs - b.createdAtMs)
      const addresses = [...new Set(operators.map((key) => key.address))]
      // What was read before holds until all of this is read: who asks meanwhile has his suppliers.
      const suppliers: OwnSupplier[] = []
      for (const operatorAddress of addresses) suppliers.push({ operatorAddress, record: await chain.supplier(operatorAddress) })
      const ownerHere = keys.find((key) => key.role === 'owner')?.address ?? ''
      const fresh = new Map<string, AppState['supplier']>()
      const here = new Set(operators.flatMap((key) => (isServedHere(key) ? [key.address] : [])))
      for (const each of suppliers)
        fresh.set(each.operatorAddress, await sliceOf(each, asOf, params, ownerHere, here.has(each.operatorAddress)))
      const none = await sliceOf({ operatorAddress: '', record: undefined }, asOf, params, ownerHere, false)
      last = { height, suppliers }
      heldHere = new Set(operators.flatMap((key) => (key.kind === 'key' ? [key.address] : [])))
      slices = fresh
      publish(suppliers, none)
    },
  }
}

/** A stake of this operator is on its way. */
function isStakeSent({ intents }: AppState, operatorAddress: string): boolean {
  return Object.values(intents).some(
    ({ kind, status, facts, signerAddress }) =>
      kind.startsWith('stake-') &&
      (status === 'signed' || status === 'broadcast') &&
      [facts['operatorAddress'] ?? signerAddress, signerAddress].includes(operatorAddress),
  )
}

function inShort(slice: AppState['supplier']): OwnSupplierState {
  const { ownerAddress, status, stakeUpokt, unstakeSessionEndHeight } = slice
  const ids = [...slice.services, ...slice.pending.map((entry) => entry.service)].map((service) => service.serviceId)
  return {
    ownerAddress,
    status,
    stakeUpokt,
    services: [...new Set(ids)],
    notServed: slice.differences.map((difference) => difference.serviceId),
    unstakeSessionEndHeight,
    height: slice.asOf?.height ?? 0,
  }
}

const publicService = (service: SupplierRecord['services'][number]): AppState['supplier']['services'][number] => ({
  serviceId: service.serviceId,
  endpoints: service.endpoints.map((endpoint) => ({ url: endpoint.url, rpcType: endpoint.rpcType })),
  revShare: service.revShare.map((share) => ({ address: share.address, percent: share.percent })),
})

/** Which of the words of the design's status table holds. */
export function supplierStatus(
  record: SupplierRecord | undefined,
  params: Pick<ChainParams, 'supplierMinStakeUpokt'>,
  facts: { sent: boolean; wasStaked: boolean; differs: boolean },
): AppState['supplier']['status'] {
  if (!record) return facts.sent ? 'stake-sent' : facts.wasStaked ? 'unstaked' : 'not-staked'
  if (record.stakeUpokt < params.supplierMinStakeUpokt) return 'below-minimum'
  if (record.unstakeSessionEndHeight > 0) return 'unstaking'
  if (record.services.length > 0) return facts.differs ? 'active-differs' : 'active'
  return record.pending.length > 0 ? 'starts-next-session' : 'staked-no-services'
}

/** Staked and not served is the dangerous side: gateways score it hard. Served and not staked is harmless and not listed. */
export function differences(record: SupplierRecord | undefined, served: string[] | undefined): AppState['supplier']['differences'] {
  if (!record || served === undefined) return []
  return record.services
    .filter((service) => !served.includes(service.serviceId))
    .map((service) => ({ serviceId: service.serviceId, key: 'staked-not-served', facts: { serviceId: service.serviceId } }))
}
