import { coin } from './frame.ts'
import type { ApplicationState, ConfigUpdate, GatewayState, SupplierState } from './state.ts'
import type { SupplierService } from '#main/core/ports/chain.ts'

/** Records as events and texts of the chain show them (onchain facts 4.1). */

function serviceShape(service: SupplierService): unknown {
  return {
    service_id: service.serviceId,
    endpoints: service.endpoints.map(({ url, rpcType }) => ({ url, rpc_type: rpcType, configs: [] })),
    rev_share: service.revShare.map(({ address, percent }) => ({ address, rev_share_percentage: String(percent) })),
  }
}

export function supplierShape(supplier: SupplierState, services: readonly SupplierService[], history: readonly ConfigUpdate[]): unknown {
  return {
    owner_address: supplier.ownerAddress,
    operator_address: supplier.operatorAddress,
    stake: coin(supplier.stakeUpokt),
    services: services.map(serviceShape),
    unstake_session_end_height: String(supplier.unstakeSessionEndHeight),
    service_config_history: history.map((config) => ({
      operator_address: supplier.operatorAddress,
      service: serviceShape(config.service),
      activation_height: String(config.activationHeight),
      deactivation_height: String(config.deactivationHeight),
    })),
  }
}

/** A supplier without services, as the chain prints it inside error texts. */
export function supplierText(supplier: SupplierState): string {
  const unstake = supplier.unstakeSessionEndHeight === 0 ? '' : `unstake_session_end_height:${supplier.unstakeSessionEndHeight} `
  const owner = `owner_address:"${supplier.ownerAddress}" operator_address:"${supplier.operatorAddress}"`
  return `${owner} stake:<denom:"upokt" amount:"${supplier.stakeUpokt}" > ${unstake}`
}

/** A service of a supplier, as the chain prints it inside error texts. */
export function serviceText(service: SupplierService): string {
  const endpoints = service.endpoints.map(({ url, rpcType }) => `endpoints:<${url === '' ? '' : `url:"${url}" `}rpc_type:${rpcType} > `)
  const shares = service.revShare.map(({ address, percent }) => `rev_share:<address:"${address}" rev_share_percentage:${percent} > `)
  return `service_id:"${service.serviceId}" ${[...endpoints, ...shares].join('')}`
}

export function applicationShape(application: ApplicationState): unknown {
  return {
    address: application.address,
    stake: coin(application.stakeUpokt),
    service_configs: [{ service_id: application.serviceId }],
    delegatee_gateway_addresses: [...application.gateways],
    pending_undelegations: Object.fromEntries(
      Object.entries(application.pendingUndelegations).map(([height, gateways]) => [height, { gateway_addresses: [...gateways] }]),
    ),
    unstake_session_end_height: String(application.unstakeSessionEndHeight),
    pending_transfer: null,
    per_session_spend_limit: null,
    service_config_history: application.history.map((entry) => ({
      application_address: application.address,
      service: { service_id: entry.serviceId },
      activation_height: String(entry.activationHeight),
      deactivation_height: String(entry.deactivationHeight),
    })),
  }
}

export function gatewayShape(gateway: GatewayState): unknown {
  return {
    address: gateway.address,
    stake: coin(gateway.stakeUpokt),
    unstake_session_end_height: String(gateway.unstakeSessionEndHeight),
    metadata: null,
  }
}
