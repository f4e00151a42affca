import { HearthError } from '#shared/api/errors.ts'
import type { Net } from '../ports/net.ts'
import { encodeRelayRequest } from './relay-messages.ts'

/**
 * The door closed for one supplier: the ingress refuses its relays and takes those of all others. A relay names its supplier in its body alone, as field 3 of what stands before the payload
 * (offchain facts 2.1), so the ingress has to read bodies; it does while somebody leaves, and never else.
 * Relays over WebSocket name theirs in messages that the ingress does not read: they go on.
 */

/** What a caller gets whose relay is refused, as while all are. */
const REFUSED = 503
const LOOK_MS = 3_000
const EMPTY = new Uint8Array(0)

interface Route {
  match?: unknown
  handle: { handler: string; [field: string]: unknown }[]
  terminal?: boolean
}

/**
 * @param config of the ingress, JSON @param operators whose relays are refused; with none of them the configuration is what it was, to the letter
 * @returns the configuration with a route for them before the one that leads to the relay miner
 */
export function withHeldOff(config: string, operators: readonly string[]): string {
  const known = operators.filter((each) => /^[a-z0-9]{8,100}$/.test(each)).toSorted()
  if (known.length === 0) return config
  const parsed = JSON.parse(config) as { apps: { http: { servers: Record<string, { routes: Route[] }> } } }
  for (const server of Object.values(parsed.apps.http.servers)) {
    const at = server.routes.findIndex((route) => route.handle.some((step) => step.handler === 'reverse_proxy'))
    // No other than the last: what it does not take goes nowhere.
    if (at < 0) throw new HearthError('internal', { reason: 'the ingress leads nowhere' })
    const limits = server.routes[at]?.handle.filter((step) => step.handler === 'request_body') ?? []
    server.routes.splice(
      at,
      0,
      // A body is not read beyond the limit that it has further on.
      { handle: limits },
      {
        match: [{ vars_regexp: { '{http.request.body}': { pattern: known.map(patternOf).join('|') } } }],
        handle: [
          {
            handler: 'static_response',
            status_code: REFUSED,
            headers: { Connection: ['close'], 'Retry-After': ['30'] },
            close: true,
          },
        ],
        terminal: true,
      },
    )
  }
  return `${JSON.stringify(parsed, null, 2)}\n`
}

/** Field 3 of the meta part, as protobuf writes it: its tag, its length, its text. */
const patternOf = (operatorAddress: string): string =>
  String.raw`\x1a\x${operatorAddress.length.toString(16).padStart(2, '0')}${operatorAddress}`

/**
 * Asks the ingress as a gateway would, with a relay that nobody signed for a session that nobody is in: nothing can be served for it.
 * @returns whether it was refused; undefined while nothing answers. Never rejects.
 */
export async function isHeldOff(
  net: Pick<Net, 'post'>,
  relayUrl: string | undefined,
  operatorAddress: string,
): Promise<boolean | undefined> {
  if (relayUrl === undefined) return undefined
  const relay = encodeRelayRequest({
    sessionHeader: { applicationAddress: operatorAddress, serviceId: 'none', sessionId: '0'.repeat(64), startHeight: 1, endHeight: 1 },
    signature: EMPTY,
    supplierOperatorAddress: operatorAddress,
    payload: EMPTY,
  })
  try {
    const { status } = await net.post(relayUrl, relay, { 'Content-Type': 'application/json', 'Rpc-Type': '3' }, LOOK_MS)
    return status === REFUSED
  } catch {
    return undefined
  }
}
