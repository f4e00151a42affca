import { HearthError } from '#shared/api/errors.ts'
import { isOwnHost, whyUnreachable } from '#shared/model/reachable-address.ts'

/** Where an endpoint is: `here` on this PC, `lan` in the user's own network, `rented` with a provider that is known to rent out nodes, `outside` anywhere else. */
export type EndpointPlace = 'here' | 'lan' | 'outside' | 'rented'

export interface EndpointAddress {
  /** Scheme, host and port: what may be shown. */
  origin: string
  host: string
  /** Path with query. Providers put keys there, so it is a secret. */
  path: string
  place: EndpointPlace
}

/** How a container names this PC. */
export const HOST_FROM_CONTAINER = 'host.docker.internal'

const LONGEST = 500
const isHere = (name: string): boolean => isOwnHost(name) || name === HOST_FROM_CONTAINER
const LAN =
  /^(?:10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+\.\d+|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+|\[f[cd][0-9a-f:]*\]|[^.:]+|.+\.(?:local|lan|home|internal|home\.arpa))$/

/** Firms that rent out nodes by request: what their terms say about reselling, and what a relay costs, is for the user to know. Names as of 2026-11. */
const RENTED = (
  'alchemy.com alchemyapi.io infura.io quiknode.pro quicknode.com ankr.com chainstack.com p2pify.com blastapi.io getblock.io nodereal.io drpc.org tenderly.co moralis-nodes.com ' +
  'blockpi.network publicnode.com llamarpc.com 1rpc.io onfinality.io allthatnode.com zan.top grove.city pokt.network pocket.network lava.build helius-rpc.com rpcpool.com dwellir.com ' +
  'tatum.io nownodes.io bwarelabs.com figment.io blockdaemon.com coinbase.com cloudflare-eth.com flashbots.net merkle.io blastapi.com nodies.app lavenderfive.com openai.com groq.com together.xyz'
).split(' ')

/**
 * Reads what the user typed.
 * @throws HearthError `backend-address-refused` with `reason`
 */
export function endpointAddress(text: string, schemes: readonly ('http:' | 'https:' | 'ws:' | 'wss:')[]): EndpointAddress {
  const typed = text.trim()
  if (typed.length > LONGEST) throw refused('it is too long')
  // A placeholder of the ingress's language would be filled in there; none belongs in an address.
  if (/[\s\p{Cc}{}\\]/u.test(typed)) throw refused('there are characters in it that no address has')
  let url: URL
  try {
    url = new URL(typed)
  } catch (error) {
    throw new HearthError('backend-address-refused', { reason: 'it is no web address' }, { cause: error })
  }
  if (!schemes.some((scheme) => scheme === url.protocol))
    throw refused(`it does not begin with ${schemes.map((each) => `${each}//`).join(' or ')}`)
  if (url.username !== '' || url.password !== '') throw refused('there is a name or a password in it: use the fields for credentials')
  if (url.hostname === '') throw refused('it names no host')
  if (url.href.includes('#')) throw refused('there is a # in it')
  const why = whyUnreachable(url.hostname)
  if (why !== undefined) throw refused(why)
  const place = placeOf(url.hostname)
  const isPlain = url.protocol === 'http:' || url.protocol === 'ws:'
  // SECURITY: S22 what is asked in the clear can be answered by anybody on the way, and a gateway punishes the supplier for it.
  if (isPlain && place !== 'here' && place !== 'lan')
    throw refused('it is not encrypted: beyond your own network it must begin with https or wss')
  const origin = `${url.protocol}//${url.host}`
  const rest = url.href.slice(url.href.indexOf(url.host) + url.host.length)
  return { origin, host: url.host, path: rest.replace(/^\/(?=\?|$)/, '').replace(/\/+$/, ''), place }
}

export function placeOf(hostname: string): EndpointPlace {
  const name = hostname.toLowerCase()
  if (isHere(name)) return 'here'
  if (LAN.test(name)) return 'lan'
  return RENTED.some((vendor) => name === vendor || name.endsWith(`.${vendor}`)) ? 'rented' : 'outside'
}

/** Host and port to dial from a container: this PC has another name there. @param origin of `endpointAddress` */
export function dialFromContainer(origin: string): { dial: string; host: string; isTls: boolean; serverName: string } {
  const url = new URL(origin)
  const isTls = url.protocol === 'https:' || url.protocol === 'wss:'
  const port = url.port === '' ? (isTls ? '443' : '80') : url.port
  const name = isHere(url.hostname.toLowerCase()) ? HOST_FROM_CONTAINER : url.hostname
  return { dial: `${name}:${port}`, host: url.host, isTls, serverName: url.hostname }
}

const refused = (reason: string): HearthError => new HearthError('backend-address-refused', { reason })
