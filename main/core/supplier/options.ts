import type { RequestOutput } from '#shared/api/requests.ts'
import type { NetworkId } from '#shared/api/state.ts'
import { UPOKT_PER_POKT } from '#shared/model/money.ts'
import { networkOf } from '#shared/networks/index.ts'
import type { Chain, ChainParams } from '../ports/chain.ts'
import type { Settings } from '../settings/settings.ts'
import type { FeeMargins } from './fee.ts'

/** What a fee may be, as the user chose it. */
export const chosenMargins = (settings: Pick<Settings, 'get'>): Required<FeeMargins> => ({
  gasPercent: settings.get('gasMarginPercent'),
  priceTimes: settings.get('gasPriceTimes'),
  ceilingUpokt: BigInt(settings.get('feeCeilingPokt')) * UPOKT_PER_POKT,
})

/** What the stake forms need to know, read from the chain now: minimum, fee, services that can be served here, and where the relay miner answers. */
export async function supplierOptions(deps: {
  /** What is suggested above the minimum: a missed proof costs a little stake, and a supplier at exactly the minimum is then stuck (onchain facts 2.5). */
  stakeMarginPokt: number
  network: NetworkId | null
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
    // Others reach this machine by another name, which nobody here knows.
    endpointUrl: networkOf(deps.network).madeHere ? (nodes.relayUrl() ?? null) : null,
    atHeight: params.height,
  }
}
