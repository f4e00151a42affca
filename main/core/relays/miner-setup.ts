import type { Validation } from '#shared/model/self-test.ts'
import type { Heads } from '../chain/heads.ts'
import type { Clock } from '../ports/clock.ts'
import type { Chain, SupplierRecord, SupplierService } from '../ports/chain.ts'
import {
  MINER_TEMPLATE,
  type MinerRpcType,
  type MinerServiceFacts,
  minerCommand,
  minerGasPrice,
  renderMinerConfig,
} from './miner-config.ts'
import { validationFor, type ValidationChoice } from './validation-mode.ts'

/** What the relay miner's container is started with. */
export interface MinerStart {
  yaml: string
  command: string[]
}

/** Name of the operator key in the keeper's keyring. */
export const OPERATOR_KEY_NAME = 'operator'

/** A service as far as the miner's configuration depends on it. */
type Offered = Pick<SupplierService, 'serviceId' | 'endpoints'>

export interface MinerSetup {
  /** Rendered from what the chain says now; undefined while there is nothing to serve (no supplier, no service, no backend, no chain). */
  config(): Promise<MinerStart | undefined>
  /** The same for services that are not on chain yet: what would be written after they are. */
  preview(services: readonly Offered[]): Promise<MinerStart | undefined>
  /** Services of the last rendered configuration; undefined before the first. */
  served(): string[] | undefined
  /** How relays are judged in the last rendered configuration, and why; undefined before the first. */
  validation(): Validation | undefined
}

/**
 * Turns the chain's record of the supplier into the miner's configuration. Services that are recorded and start next session are served from now on, so that the
 * first relay of the session finds the miner ready.
 */
export function createMinerSetup(deps: {
  template: (name: string) => string
  heads: Heads
  record: () => SupplierRecord | undefined
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
}): MinerSetup {
  let served: string[] | undefined
  let validation: Validation | undefined
  let known: { chain: Chain; id: string } | undefined
  let price: { atMs: number; minimum: string } | undefined

  /** Measured once: what changes with each measurement would restart the miner again and again. */
  const validated = async (chain: Chain, choice: ValidationChoice): Promise<Validation> => {
    const measured = validation && (choice === 'auto') === (validation.why !== 'chosen') ? validation : undefined
    if (measured && (choice === 'auto' || measured.mode === choice)) return measured
    const nodeMs: number[] = []
    const { clock } = deps
    for (let ask = 0; clock && choice === 'auto' && ask < NODE_ASKS; ask += 1) {
      const beganMs = clock.now()
      await (deps.askedChain?.() ?? chain).minimumGasPrice()
      nodeMs.push(clock.now() - beganMs)
    }
    validation = validationFor(choice, nodeMs)
    return validation
  }

  /** Asked once of hosts of others: one that is away would hold up every round of the containers. */
  const chainIdOf = async (chain: Chain): Promise<string> => {
    if (deps.isChainElsewhere?.() !== true) return (await chain.fingerprint()).chainId
    if (known?.chain !== chain) known = { chain, id: (await chain.fingerprint()).chainId }
    return known.id
  }

  /** Of hosts that differ now this one is asked, now that one: a price that fell restarts no miner, and nobody outside is asked with every look. */
  const leastPrice = async (chain: Chain): Promise<string> => {
    const isElsewhere = deps.isChainElsewhere?.() === true && deps.clock !== undefined
    if (!isElsewhere) return chain.minimumGasPrice()
    const nowMs = deps.clock?.now() ?? 0
    if (price !== undefined && nowMs - price.atMs < PRICE_MS) return price.minimum
    const found = await chain.minimumGasPrice()
    const isHigher = price === undefined || !isAtLeast(minerGasPrice(price.minimum), minerGasPrice(found))
    price = { atMs: nowMs, minimum: isHigher || price === undefined ? found : price.minimum }
    return price.minimum
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
  const render = async (offered: readonly Offered[]): Promise<{ start: MinerStart; ids: string[] } | undefined> => {
    const urls = deps.nodeUrls()
    const chain = deps.heads.current()
    const services = factsOf(offered)
    if (!urls || !chain || services.length === 0) return undefined
    const choices = deps.choices?.()
    const [chainId, minimum] = await Promise.all([chainIdOf(chain), leastPrice(chain)])
    const { mode } = await validated(chain, choices?.validation ?? 'eager')
    const yaml = renderMinerConfig(
      {
        signingKeyName: OPERATOR_KEY_NAME,
        nodeRpcUrl: urls.rpcUrl,
        nodeGrpcUrl: urls.grpcUrl,
        services,
        eagerValidation: mode === 'eager',
        ...(choices && { requestTimeoutSeconds: choices.requestTimeoutSeconds }),
      },
      deps.template(MINER_TEMPLATE),
    )
    const command = minerCommand({
      nodeGrpcUrl: urls.grpcUrl,
      chainId,
      gasPrice: minerGasPrice(minimum, choices?.gasPriceTimes),
    })
    return { start: { yaml, command }, ids: services.map((service) => service.serviceId) }
  }

  return {
    served: () => served,
    validation: () => validation,
    async config() {
      const record = deps.record()
      if (!record) return undefined
      const rendered = await render([...record.services, ...record.pending.map((entry) => entry.service)])
      if (rendered) served = rendered.ids
      return rendered?.start
    },
    preview: async (services) => (await render(services))?.start,
  }
}

/** Whether one decimal text is no smaller than another. */
function isAtLeast(one: string, other: string): boolean {
  const [[oneWhole = '', oneRest = ''], [otherWhole = '', otherRest = '']] = [one.split('.'), other.split('.')]
  const scale = Math.max(oneRest.length, otherRest.length)
  return BigInt(oneWhole + oneRest.padEnd(scale, '0')) >= BigInt(otherWhole + otherRest.padEnd(scale, '0'))
}

const PRICE_MS = 60_000
const NODE_ASKS = 5
const RPC_TYPES: readonly MinerRpcType[] = ['JSON_RPC', 'REST', 'COMET_BFT', 'WEBSOCKET']
