import type { Heads } from '../chain/heads.ts'
import type { SupplierRecord } from '../ports/chain.ts'
import { MINER_TEMPLATE, minerCommand, minerGasPrice, renderMinerConfig } from './miner-config.ts'

/** What the relay miner's container is started with. */
export interface MinerStart {
  yaml: string
  command: string[]
}

/** Name of the operator key in the keeper's keyring. */
export const OPERATOR_KEY_NAME = 'operator'

export interface MinerSetup {
  /** Rendered from what the chain says now; undefined while there is nothing to serve (no supplier, no service, no backend, no chain). */
  config(): Promise<MinerStart | undefined>
  /** Services of the last rendered configuration; undefined before the first. */
  served(): string[] | undefined
}

/**
 * Turns the chain's record of the supplier into the miner's configuration. Services that are recorded and start next session are served from now on, so that the
 * first relay of the session finds the miner ready.
 */
export function createMinerSetup(deps: {
  template: (name: string) => string
  heads: Heads
  record: () => SupplierRecord | undefined
  /** Backend of a service as the miner's container reaches it. */
  backendUrl: (serviceId: string) => string | undefined
  /** The chain node as the miner's container reaches it. */
  nodeUrls: () => { rpcUrl: string; grpcUrl: string } | undefined
  /** What the user chose; the standard values without. */
  choices?: () => { gasPriceTimes: number; requestTimeoutSeconds: number }
}): MinerSetup {
  let served: string[] | undefined
  return {
    served: () => served,
    async config() {
      const record = deps.record()
      const urls = deps.nodeUrls()
      const chain = deps.heads.current()
      if (!record || !urls || !chain) return undefined
      const choices = deps.choices?.()
      const ids = [
        ...new Set([...record.services, ...record.pending.map((entry) => entry.service)].map((service) => service.serviceId)),
      ].sort()
      const services = ids.flatMap((serviceId) => {
        const backendUrl = deps.backendUrl(serviceId)
        return backendUrl === undefined ? [] : [{ serviceId, backendUrl }]
      })
      if (services.length === 0) return undefined
      const [fingerprint, minimum] = await Promise.all([chain.fingerprint(), chain.minimumGasPrice()])
      served = services.map((service) => service.serviceId)
      return {
        yaml: renderMinerConfig(
          {
            signingKeyName: OPERATOR_KEY_NAME,
            nodeRpcUrl: urls.rpcUrl,
            nodeGrpcUrl: urls.grpcUrl,
            services,
            ...(choices && { requestTimeoutSeconds: choices.requestTimeoutSeconds }),
          },
          deps.template(MINER_TEMPLATE),
        ),
        command: minerCommand({ chainId: fingerprint.chainId, gasPrice: minerGasPrice(minimum, choices?.gasPriceTimes) }),
      }
    },
  }
}
