import { HearthError } from '#shared/api/errors.ts'
import type { ServiceWish } from '#shared/api/tx-wish.ts'
import { parsePokt } from '#shared/model/money.ts'
import type { Chain, ChainParams, ServiceInfo, SupplierRecord, SupplierService } from '../ports/chain.ts'
import type { ApplicationRecord, GatewayRecord, MorseAccount, RoleRules } from '../ports/roles.ts'
import type { Message, ServiceConfig, TxCodec } from '../ports/tx.ts'
import type { PublicKeyInfo } from '../ports/vault.ts'
import { serviceText } from './read-back.ts'

/** As the chain had it when the wish was judged; undefined = there is none yet. */
export interface RoleFacts {
  rules: RoleRules
  application?: ApplicationRecord | undefined
  gateway?: GatewayRecord | undefined
  service?: ServiceInfo | undefined
  morse?: MorseAccount
}

/** A wish that passed every check that can be made before bytes exist. */
export interface CheckedWish {
  /** Whose signature the message needs; a watched address signs outside of Hearth. */
  key: PublicKeyInfo
  message: Message
  /** upokt that leaves the signer apart from the fee: stake raised, amount sent, the chain's own staking fee. */
  spendsUpokt: bigint
  facts: Record<string, string>
  /** What the chain says of the supplier now, when the wish is about one. */
  record?: SupplierRecord | undefined
  /** What was read about an application, a gateway, a service or the old network. */
  role?: RoleFacts
  /** Signs first, inside the message. */
  morseKeyId?: string
}

export interface WishDeps {
  chain: Chain
  params: ChainParams
  codec: TxCodec
  keys: PublicKeyInfo[]
  network: string
  /** What is suggested above the minimum. */
  stakeMarginUpokt?: bigint
}

/** The key that a wish names. Rejects `key-unknown` (also for another role, or a key of the old network) and `key-wrong-network`. */
export function keyOf(deps: WishDeps, id: string, role?: PublicKeyInfo['role']): PublicKeyInfo {
  const key = deps.keys.find((candidate) => candidate.id === id)
  if (!key || (role !== undefined && key.role !== role) || (role !== 'morse' && key.kind === 'morse'))
    throw new HearthError('key-unknown', { keyId: id })
  if (key.network !== deps.network) throw new HearthError('key-wrong-network', { network: key.network })
  return key
}

/** Typed POKT in upokt. Rejects `amount-invalid`. */
export function amount(text: string): bigint {
  const parsed = parsePokt(text)
  if (!parsed.ok) throw new HearthError('amount-invalid', { problem: parsed.problem, given: text.slice(0, 60) })
  return parsed.upokt
}

/** Rejects `address-invalid`. @param which role it has in the wish */
export function mustBeAddress(codec: TxCodec, text: string, which: string): void {
  if (!codec.isAddress(text)) throw new HearthError('address-invalid', { problem: 'not-an-address', which })
}

const SCHEMES: Record<ServiceConfig['endpoints'][number]['rpcType'], string[]> = {
  JSON_RPC: ['http:', 'https:'],
  REST: ['http:', 'https:'],
  COMET_BFT: ['http:', 'https:'],
  GRPC: ['http:', 'https:'],
  WEBSOCKET: ['ws:', 'wss:'],
}

/**
 * What the operator wants to offer. Rejects `endpoint-invalid` and `shares-invalid` by the stateless rules of onchain facts 2.4 and by what serves well (one address for each
 * way). @param recorded what the chain took before: a service that stays exactly so is not judged again
 */
export function serviceConfigs(codec: TxCodec, wishes: readonly ServiceWish[], recorded: readonly SupplierService[] = []): ServiceConfig[] {
  const before = new Set(recorded.map(serviceText))
  const services = wishes.map((service) => {
    const asWished = unjudged(service)
    return before.has(serviceText(asWished)) ? asWished : serviceConfig(codec, service)
  })
  const seen = new Set<string>()
  for (const { serviceId } of services) {
    if (seen.has(serviceId)) throw new HearthError('endpoint-invalid', { problem: 'service-twice', serviceId })
    seen.add(serviceId)
  }
  return services
}

/** Rejects `endpoint-invalid` for a service that the chain does not know. */
export async function mustBeOffered(chain: Chain, services: readonly ServiceConfig[]): Promise<void> {
  const offered = new Set((await chain.services()).map((service) => service.id))
  const unknown = services.find((service) => !offered.has(service.serviceId))
  if (unknown) throw new HearthError('endpoint-invalid', { problem: 'service-unknown', serviceId: unknown.serviceId })
}

/** Rejects `endpoint-invalid` for what is no service id. */
export function mustBeServiceId(serviceId: string): void {
  if (!/^[a-zA-Z0-9_-]{1,42}$/.test(serviceId)) throw new HearthError('endpoint-invalid', { problem: 'service-id', serviceId, url: '' })
}

type Endpoint = ServiceConfig['endpoints'][number]

function endpoint(wish: Endpoint, serviceId: string): Endpoint {
  const refuse = (problem: string): never => {
    throw new HearthError('endpoint-invalid', { problem, serviceId, url: wish.url.slice(0, 200) })
  }
  const text = wish.url.trim()
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return refuse('not-a-url')
  }
  if (url.host === '') refuse('no-host')
  if (!SCHEMES[wish.rpcType].includes(url.protocol)) refuse('scheme')
  if (url.username !== '' || url.password !== '') refuse('credentials')
  if (/\s/.test(text)) refuse('not-a-url')
  return { url: text, rpcType: wish.rpcType }
}

const unjudged = ({ serviceId, url, rpcType, moreEndpoints, revShare }: ServiceWish): ServiceConfig => ({
  serviceId,
  endpoints: [{ url, rpcType }, ...(moreEndpoints ?? [])],
  revShare,
})

function serviceConfig(codec: TxCodec, wish: ServiceWish): ServiceConfig {
  const { serviceId } = wish
  mustBeServiceId(serviceId)
  const endpoints = [{ url: wish.url, rpcType: wish.rpcType }, ...(wish.moreEndpoints ?? [])].map((each) => endpoint(each, serviceId))
  const twice = endpoints.find((each, index) => endpoints.findIndex((other) => other.rpcType === each.rpcType) !== index)
  if (twice) throw new HearthError('endpoint-invalid', { problem: 'type-twice', serviceId, url: twice.url.slice(0, 200) })
  const shares = new Map<string, number>()
  for (const share of wish.revShare) {
    const refuseShare = (problem: string): never => {
      throw new HearthError('shares-invalid', { problem, serviceId, address: share.address.slice(0, 100) })
    }
    if (!codec.isAddress(share.address)) refuseShare('not-an-address')
    if (shares.has(share.address)) refuseShare('twice')
    shares.set(share.address, share.percent)
  }
  const sum = [...shares.values()].reduce((total, percent) => total + percent, 0)
  if (sum !== 100) throw new HearthError('shares-invalid', { problem: 'sum', sum: String(sum), serviceId })
  return { serviceId, endpoints, revShare: [...shares].map(([shareAddress, percent]) => ({ address: shareAddress, percent })) }
}
