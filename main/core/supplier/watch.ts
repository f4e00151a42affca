import type { AppState } from '#shared/api/state.ts'
import type { Chain, ChainParams, SupplierRecord } from '../ports/chain.ts'
import type { FigureProofs } from '../chain/figure-proofs.ts'
import type { Clock } from '../ports/clock.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import type { StatePublisher } from '../state/publisher.ts'

/** Reads the chain's record of our supplier and the balances of our keys, and publishes both with their height. */
export interface SupplierWatch {
  read(chain: Chain, height: number, params: ChainParams, keys: PublicKeyInfo[]): Promise<void>
  record(): SupplierRecord | undefined
  /** The last look: whose record it was, what it said, and at which height. */
  last(): { operatorAddress: string; record: SupplierRecord | undefined; height: number } | undefined
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
}): SupplierWatch {
  const { state, clock } = deps
  let record: SupplierRecord | undefined
  let last: ReturnType<SupplierWatch['last']>
  let wasStaked = false

  return {
    record: () => record,
    last: () => last,
    clear() {
      record = undefined
      last = undefined
      wasStaked = false
      deps.proofs?.clear()
    },
    async read(chain, height, params, all) {
      const asOf = { height, atMs: clock.now() }
      // SECURITY: S22 keys of other networks are none of this one's business, and the old network's have no account here.
      const keys = all.filter((key) => key.network === deps.network() && key.kind !== 'morse')
      for (const key of keys) {
        const read = await chain.balance(key.address)
        const {
          value,
          height: at,
          source,
          atMs,
          proof,
        } = (await deps.proofs?.balance(key.address, read, height)) ?? {
          value: read,
          height,
          source: 'chain' as const,
          atMs: undefined,
          proof: undefined,
        }
        state.put('balances', key.address, {
          address: key.address,
          upokt: value.toString(),
          // What did not change is proven anew every minute only: it carries the height and time of its proof.
          asOf: { height: at, atMs: atMs ?? asOf.atMs },
          source,
          ...(proof && { proof }),
        })
      }
      // The newest operator key is the one in use; a key without confirmed words never is.
      const operators = keys.filter((key) => key.role === 'operator').sort((a, b) => b.createdAtMs - a.createdAtMs)
      let operator = operators[0]
      // What was read before holds until all of this is read: who asks meanwhile has a supplier.
      let found: SupplierRecord | undefined
      for (const candidate of operators) {
        found = await chain.supplier(candidate.address)
        if (!found) continue
        operator = candidate
        break
      }
      record = found
      const { source, proof } = (operator && (await deps.proofs?.supplier(operator.address, record, height))) ?? {
        source: 'chain' as const,
        proof: undefined,
      }
      last = { operatorAddress: operator?.address ?? '', record, height }
      const sent = Object.values(state.state.intents).some(
        (intent) => intent.kind.startsWith('stake-') && (intent.status === 'signed' || intent.status === 'broadcast'),
      )
      if (record) wasStaked = true
      state.set('supplier', {
        status: supplierStatus(record, params, { sent, wasStaked, differs: differences(record, deps.served()).length > 0 }),
        operatorAddress: operator?.address ?? '',
        ownerAddress: record?.ownerAddress ?? keys.find((key) => key.role === 'owner')?.address ?? '',
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
        differences: differences(record, deps.served()),
        asOf,
        source,
        ...(proof && { proof }),
      })
    },
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
