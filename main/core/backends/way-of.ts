import type { MinerRpcType } from '../relays/miner-config.ts'
import { gateUrl } from './gate-config.ts'

/** The ways in which an endpoint can be asked. */
export const WAYS = ['http', 'rest', 'websocket'] as const

/** Where the relay miner sends relays of one kind: at the gate. @param origins empty where the endpoint has no such way @param part of `GateParts` */
export function wayOf(
  origins: Record<(typeof WAYS)[number], string>,
  serviceId: string,
  part: string,
  rpcType: MinerRpcType | undefined,
): string | undefined {
  const offered = (way: (typeof WAYS)[number]): string | undefined => (origins[way] === '' ? undefined : gateUrl(serviceId, way, part))
  switch (rpcType) {
    case undefined:
      return offered('http') ?? offered('rest')
    case 'WEBSOCKET':
      return offered('websocket')
    case 'REST':
      return offered('rest')
    default:
      return offered('http')
  }
}
