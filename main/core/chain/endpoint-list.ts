import { HearthError } from '#shared/api/errors.ts'
import { networkOf, type Network } from '#shared/networks/index.ts'
import { MAX_ADDED_ENDPOINTS, storedEndpointsSchema, type StoredEndpoints } from '#shared/networks/stored-endpoints.ts'
import type { ChainEndpoints, ConnectChain, PoolEndpoint } from '../ports/chain.ts'
import type { Store } from '../ports/store.ts'
import { unlessCancelled } from '../unless-cancelled.ts'
import { endpointAddress, grpcAddress, isLoopback } from './endpoint-address.ts'

/** Where the chain of a network is asked: the node of this machine, what the user added, and what is open to anybody. */

export type EndpointOrigin = 'here' | 'user' | 'public'

export interface ListedEndpoint extends PoolEndpoint {
  from: EndpointOrigin
}

export interface EndpointList {
  /** In the order in which they are asked. */
  list(): ListedEndpoint[]
  /** Reads what the user chose before. Call once. */
  load(): Promise<void>
  /** Rejects `chain-address-invalid`, `chain-unreachable`, `chain-unknown-fingerprint`, `not-allowed` where the network is on this machine alone. */
  add(endpoint: ChainEndpoints, signal?: AbortSignal): Promise<void>
  /** Rejects `endpoint-unknown`, also for the node of this machine, which goes with its container. */
  remove(rpcUrl: string): Promise<void>
}

const NOTHING: StoredEndpoints = { added: [], removed: [] }

/** @param own where the node of this machine answers, while it runs @param block1Hash of the network, once it is known */
export function createEndpointList(deps: {
  network: Network['id'] | null
  store: Pick<Store, 'setting' | 'setSetting'>
  connect: ConnectChain
  own: () => ChainEndpoints | undefined
  block1Hash: () => string | undefined
}): EndpointList {
  const network = networkOf(deps.network)
  const key = `chain-endpoints:${network.id}`
  let chosen: StoredEndpoints = NOTHING

  const save = async (next: StoredEndpoints): Promise<void> => {
    await deps.store.setSetting(key, JSON.stringify(next))
    chosen = next
  }
  const list = (): ListedEndpoint[] => {
    const own = deps.own()
    return [
      ...(own ? [{ ...own, own: true, from: 'here' as const }] : []),
      ...chosen.added.map((each) => ({ ...each, own: false, from: 'user' as const })),
      ...network.publicEndpoints
        .filter((each) => !chosen.removed.includes(each.rpcUrl))
        .map((each) => ({ ...each, own: false, from: 'public' as const })),
    ]
  }

  return {
    list,
    async load() {
      const text = await deps.store.setting(key)
      if (text === undefined) return
      try {
        chosen = storedEndpointsSchema.parse(JSON.parse(text))
      } catch {
        // Written by another version: the public ones hold until the user chooses again.
        chosen = NOTHING
      }
    },
    async add(endpoint, signal) {
      if (network.publicEndpoints.length === 0) throw new HearthError('not-allowed', { network: network.id })
      const wanted = addressesOf(endpoint)
      if (chosen.added.length >= MAX_ADDED_ENDPOINTS) throw new HearthError('chain-address-invalid', { reason: 'the list is full' })
      const hosts = list()
      if (hosts.some((each) => each.rpcUrl === wanted.rpcUrl))
        throw new HearthError('chain-address-invalid', { reason: 'it is in the list already' })
      const back = network.publicEndpoints.find((each) => each.rpcUrl === wanted.rpcUrl && each.restUrl === wanted.restUrl)
      if (back && (wanted.grpcUrl ?? back.grpcUrl) === back.grpcUrl) {
        await save({ ...chosen, removed: chosen.removed.filter((url) => url !== back.rpcUrl) })
        return
      }
      const found = await unlessCancelled(signal, () => deps.connect(wanted).fingerprint())
      const known = deps.block1Hash()
      const isOther =
        (network.chainId !== undefined && found.chainId !== network.chainId) ||
        (network.genesisTime !== undefined && found.genesisTime !== network.genesisTime) ||
        (known !== undefined && found.block1Hash !== known)
      if (isOther) throw new HearthError('chain-unknown-fingerprint', { found: found.block1Hash, chainId: found.chainId })
      await save({ ...chosen, added: [...chosen.added, wanted] })
    },
    async remove(rpcUrl) {
      if (chosen.added.some((each) => each.rpcUrl === rpcUrl)) {
        await save({ ...chosen, added: chosen.added.filter((each) => each.rpcUrl !== rpcUrl) })
        return
      }
      const isPublic = network.publicEndpoints.some((each) => each.rpcUrl === rpcUrl) && !chosen.removed.includes(rpcUrl)
      if (!isPublic) throw new HearthError('endpoint-unknown')
      await save({ ...chosen, removed: [...chosen.removed, rpcUrl] })
    },
  }
}

/** @throws HearthError `chain-address-invalid` */
function addressesOf(endpoint: ChainEndpoints): StoredEndpoints['added'][number] {
  const rpcUrl = endpointAddress(endpoint.rpcUrl)
  const restUrl = endpointAddress(endpoint.restUrl)
  const grpcUrl = grpcAddress(endpoint.grpcUrl)
  if (grpcUrl === undefined) return { rpcUrl, restUrl }
  if ([rpcUrl, grpcUrl].some(isLoopback))
    throw new HearthError('chain-address-invalid', {
      reason: 'the relay miner in its container would ask itself there; name this PC as others in your network do',
    })
  return { rpcUrl, restUrl, grpcUrl }
}
