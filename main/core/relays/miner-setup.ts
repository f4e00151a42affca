import type { Validation } from '#shared/model/self-test.ts'
import type { Heads } from '../chain/heads.ts'
import type { Clock } from '../ports/clock.ts'
import { toGive, type ServingKey, type ServingKeys, type SigningName } from '../keys/serving-keys.ts'
import type { Chain, SupplierRecord, SupplierService } from '../ports/chain.ts'
import {
  MINER_TEMPLATE,
  type MinerRpcType,
  type MinerServiceFacts,
  minerCommand,
  minerGasPrice,
  renderMinerConfig,
} from './miner-config.ts'
import { createMinerPrice, type MinerPrice } from './miner-price.ts'
import { createJudging, type Judging, type ValidationChoice } from './validation-mode.ts'

/** What the relay miner's container is started with. */
export interface MinerStart {
  yaml: string
  command: string[]
  /** Nothing is served with it: it is for claims and proofs that are owed. One that runs goes on as it is. */
  onlyOwed?: true
}

/** A service as far as the miner's configuration depends on it. */
type Offered = Pick<SupplierService, 'serviceId' | 'endpoints'>

export interface MinerSetup {
  /**
   * Rendered from what the chain says now; undefined while there is nothing to serve (no supplier, no key, no service, no backend, no chain).
   * @param keyNames of those that can sign now, whose suppliers' services are offered: the miner is started with it. Without, of all that are to be given: only to be shown
   */
  config(keyNames?: readonly SigningName[]): Promise<MinerStart | undefined>
  /** The same for services of the supplier in view that are not on chain yet: what would be written after they are. The other suppliers' services stay as they are. */
  preview(services: readonly Offered[]): Promise<MinerStart | undefined>
  /** Services of the configuration that was last made for the miner; undefined before the first. */
  served(): string[] | undefined
  /** How relays are judged in the last rendered configuration, and why; undefined before the first. */
  validation(): Validation | undefined
}

/**
 * Turns the chain's records of the suppliers into the miner's configuration. Services that are recorded and start next session are served from now on, so that the
 * first relay of the session finds the miner ready.
 */
export function createMinerSetup(deps: {
  template: (name: string) => string
  heads: Heads
  /** Operator of the supplier in view, staked or not; empty where there is none. */
  inView: () => string
  serving: ServingKeys
  /** Backend of a service as the miner's container reaches it; with a kind of relay, the way for that kind, where it has one. */
  backendUrl: (serviceId: string, rpcType?: MinerRpcType) => string | undefined
  /** The chain node as the miner's container reaches it. */
  nodeUrls: () => { rpcUrl: string; grpcUrl: string } | undefined
  /** Whether the chain is asked at hosts of others. */
  isChainElsewhere?: () => boolean
  /** The one of them that the miner asks: how long that takes decides how relays are judged. */
  askedChain?: () => Chain | undefined
  /** What the user chose; the standard values without. */
  choices?: () => { gasPriceTimes: number; requestTimeoutSeconds: number; validation: ValidationChoice }
  clock?: Pick<Clock, 'now'>
  /** Both outlive Hearth where they have a store; of this setup alone without. */
  price?: MinerPrice
  judging?: Judging
}): MinerSetup {
  let served: string[] | undefined
  const { clock } = deps
  const judging = deps.judging ?? createJudging({ clock })
  const price = deps.price ?? (clock && createMinerPrice({ clock }))
  let known: { chain: Chain; id: string } | undefined
  let failed: { chain: Chain; host: string; atMs: number; error: unknown } | undefined
  const isElsewhere = (): boolean => deps.isChainElsewhere?.() === true

  /** Asked once of hosts of others: one that is away would hold up every round of the containers. */
  const chainIdOf = async (chain: Chain): Promise<string> => {
    if (!isElsewhere()) return (await chain.fingerprint()).chainId
    if (known?.chain !== chain) known = { chain, id: (await chain.fingerprint()).chainId }
    return known.id
  }
  const priceOf = async (chain: Chain, times: number | undefined): Promise<string> =>
    isElsewhere() && price ? price.of(chain, times) : minerGasPrice(await chain.minimumGasPrice(), times)

  /** What the chain is asked for. Hosts of others that fail are left alone for a while, since each round of the containers waits for them. */
  const asked = async (chain: Chain, host: string): Promise<{ chainId: string; gasPrice: string; validation: Validation }> => {
    const nowMs = clock?.now() ?? 0
    if (isElsewhere() && failed?.chain === chain && failed.host === host && Math.abs(nowMs - failed.atMs) < FAILED_MS) throw failed.error
    const choices = deps.choices?.()
    try {
      const [chainId, gasPrice] = await Promise.all([chainIdOf(chain), priceOf(chain, choices?.gasPriceTimes)])
      const validation = await judging.of(choices?.validation ?? 'eager', host, deps.askedChain?.() ?? chain)
      failed = undefined
      return { chainId, gasPrice, validation }
    } catch (error) {
      failed = clock && { chain, host, atMs: clock.now(), error }
      throw error
    }
  }

  /** One entry for each service with a backend, with a way of its own for each kind of relay that is staked and answered. */
  const factsOf = (offered: readonly Offered[]): MinerServiceFacts[] => {
    const ids = [...new Set(offered.map((service) => service.serviceId))].sort()
    return ids.flatMap((serviceId) => {
      const backendUrl = deps.backendUrl(serviceId)
      if (backendUrl === undefined) return []
      const staked = offered.filter((service) => service.serviceId === serviceId).flatMap((service) => service.endpoints)
      const kinds = RPC_TYPES.filter((rpcType) => staked.some((endpoint) => endpoint.rpcType === rpcType))
      const rpcTypes = kinds.flatMap((rpcType) => {
        const url = deps.backendUrl(serviceId, rpcType)
        return url === undefined ? [] : [{ rpcType, backendUrl: url }]
      })
      return [{ serviceId, backendUrl, rpcTypes }]
    })
  }
  /** What the miner needs at least one of, and takes no relay for. */
  const owedFacts = (signing: readonly ServingKey[]): MinerServiceFacts[] =>
    [...new Set(signing.flatMap((key) => key.owes))]
      .sort()
      .map((serviceId) => ({ serviceId, backendUrl: deps.backendUrl(serviceId) ?? NOWHERE }))
  const render = async (
    names: readonly string[],
    services: MinerServiceFacts[],
  ): Promise<{ start: MinerStart; ids: string[] } | undefined> => {
    const urls = deps.nodeUrls()
    const chain = deps.heads.current()
    if (!urls || !chain || services.length === 0 || names.length === 0) return undefined
    const choices = deps.choices?.()
    const { chainId, gasPrice, validation } = await asked(chain, new URL(urls.rpcUrl).host)
    const yaml = renderMinerConfig(
      {
        signingKeyNames: names,
        nodeRpcUrl: urls.rpcUrl,
        nodeGrpcUrl: urls.grpcUrl,
        services,
        eagerValidation: validation.mode === 'eager',
        ...(choices && { requestTimeoutSeconds: choices.requestTimeoutSeconds }),
      },
      deps.template(MINER_TEMPLATE),
    )
    const command = minerCommand({
      nodeGrpcUrl: urls.grpcUrl,
      chainId,
      gasPrice,
    })
    return { start: { yaml, command }, ids: services.map((service) => service.serviceId) }
  }

  return {
    served: () => served,
    validation: () => judging.last(),
    async config(keyNames) {
      const { keys } = await deps.serving.read()
      const shown: readonly SigningName[] = keyNames ?? toGive(keys)
      // In the order of the names: one that comes or goes changes no other line.
      const names = shown.map(({ name }) => name).sort()
      // Of those alone: a miner that offers what it cannot sign for is struck off by gateways.
      const signing = keys.filter((key) => shown.some(({ address }) => address === key.address))
      const rendered = await render(names, factsOf(signing.flatMap(offeredBy)))
      if (rendered && keyNames) served = rendered.ids
      if (rendered) return rendered.start
      // A supplier that has left serves nothing, and is punished for each claim that nobody proves (onchain facts 2.4): a miner that is down must come up for it.
      const owed = await render(names, owedFacts(signing))
      if (owed && keyNames) served = []
      return owed && { ...owed.start, onlyOwed: true }
    },
    async preview(services) {
      const inView = deps.inView()
      const { keys } = await deps.serving.read(inView === '' ? undefined : inView)
      const given = toGive(keys)
      // What is written for one that is served elsewhere changes nothing here.
      const isHere = inView === '' || given.some((key) => key.address === inView)
      const rendered = await render(
        given.map((key) => key.name).sort(),
        factsOf([...(isHere ? services : []), ...given.filter((key) => key.address !== inView).flatMap(offeredBy)]),
      )
      return rendered?.start
    },
  }
}

const offeredBy = ({ record }: { record: SupplierRecord | undefined }): Offered[] =>
  record ? [...record.services, ...record.pending.map((entry) => entry.service)] : []

/** Nothing answers there. */
const NOWHERE = 'http://127.0.0.1:1'
const FAILED_MS = 60_000
const RPC_TYPES: readonly MinerRpcType[] = ['JSON_RPC', 'REST', 'COMET_BFT', 'WEBSOCKET']
