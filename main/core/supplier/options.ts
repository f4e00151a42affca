import type { RequestOutput } from '#shared/api/requests.ts'
import { UPOKT_PER_POKT } from '#shared/model/money.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'

/** What the stake forms need to know, read from the chain now: minimum, fee, services that can be served here, and where the relay miner answers. */
export async function supplierOptions(deps: {
  /** What is suggested above the minimum: a missed proof costs a little stake, and a supplier at exactly the minimum is then stuck (onchain facts 2.5). */
  stakeMarginPokt: number
  chain: Chain
  params: ChainParams
  nodes: { backendNode(serviceId: string): string | undefined; relayUrl(): string | undefined }
}): Promise<RequestOutput<'supplier.options'>> {
  const { chain, params, nodes } = deps
  const services = await chain.services()
  return {
    minStakeUpokt: params.supplierMinStakeUpokt.toString(),
    stakingFeeUpokt: params.supplierStakingFeeUpokt.toString(),
    suggestedStakeUpokt: (params.supplierMinStakeUpokt + BigInt(deps.stakeMarginPokt) * UPOKT_PER_POKT).toString(),
    services: services.map((service) => ({
      id: service.id,
      name: service.name,
      computeUnitsPerRelay: service.computeUnitsPerRelay.toString(),
      backendNodeId: nodes.backendNode(service.id) ?? null,
    })),
    endpointUrl: nodes.relayUrl() ?? null,
    atHeight: params.height,
  }
}
