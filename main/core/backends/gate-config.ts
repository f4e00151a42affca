import type { ServiceRecord } from '#shared/catalog/backends/schema.ts'
import { HearthError } from '#shared/api/errors.ts'
import { toBase64 } from '#shared/lib/base64.ts'
import type { BackendCredential, EndpointSecret } from '../ports/backend-line.ts'
import { dialFromContainer } from './address.ts'
import { allowedCalls, methodPattern } from './allowed-calls.ts'

/** Where things are in the gate's container. The folder is memory: what lies there is gone when the container ends. */
export const GATE_PATHS = { folder: '/gate', config: '/gate/config.json', part: '/gate/config.part' } as const
/** Inside the container; published nowhere. */
export const GATE_PORT = 9_100
export const GATE_NAME = 'gate'
/** Where Hearth looks through the gate; published on loopback, and of no use without the token. */
export const GATE_LOOK_PORT = 9_101
export const GATE_LOOK_HEADER = 'X-Hearth-Look'
/** Said of a service that the gate does not know, or not yet. */
export const GATE_NO_SERVICE = 'no such service'
const MAX_BODY_BYTES = 22 * 1024 * 1024

/** An attached endpoint, as the gate has to know it. */
export interface GatedEndpoint {
  service: Pick<ServiceRecord, 'id' | 'ecosystem' | 'checks'>
  /** Of `GateParts`. */
  part: string
  /** Empty where there is none of that kind. */
  origins: { http: string; rest: string; websocket: string }
  secret: EndpointSecret
}

type Way = 'http' | 'rest' | 'websocket'
const WAY_LETTER = { http: 's', rest: 'r', websocket: 'w' } as const

/** A service's way in at the gate. @param part of `GateParts` */
export const gatePath = (serviceId: string, way: Way, part: string): string => `/${WAY_LETTER[way]}/${serviceId}/${part}`
/** Where the relay miner sends relays of a service, by kind. */
export const gateUrl = (serviceId: string, way: Way, part: string): string =>
  `${way === 'websocket' ? 'ws' : 'http'}://${GATE_NAME}:${GATE_PORT}${gatePath(serviceId, way, part)}`

type Json = string | number | boolean | Json[] | { [name: string]: Json }

/**
 * The gate's configuration (Caddy, JSON): for each attached endpoint a way in by the service's id and its part, behind it the list of what may be asked, and the credentials of the endpoint.
 * @param lookToken what Hearth itself has to show at the port for its own look
 * SECURITY: S18 the text holds secrets. It goes over the stdin of an exec into memory of the gate's container, and nowhere else.
 */
export function renderGateConfig(endpoints: readonly GatedEndpoint[], lookToken: string): string {
  const routes: Json[] = [
    CLIMBING,
    ...endpoints.flatMap((endpoint) => [
      ...(endpoint.origins.http === '' ? [] : [...byNameRoute(endpoint), jsonRpcRoute(endpoint)]),
      ...(endpoint.origins.rest === '' ? [] : [restRoute(endpoint)]),
      ...(endpoint.origins.websocket === '' ? [] : [websocketRoute(endpoint)]),
    ]),
  ]
  return JSON.stringify({
    admin: { disabled: true, config: { persist: false } },
    logging: { logs: { default: { level: 'ERROR' } } },
    apps: {
      http: {
        grace_period: '10s',
        servers: {
          gate: server(GATE_PORT, [...routes, refuse(404, GATE_NO_SERVICE)]),
          // SECURITY: S18 other programs of this PC reach the port, and must not spend what the user pays for.
          look: server(GATE_LOOK_PORT, [
            {
              match: [{ header: { [GATE_LOOK_HEADER]: [lookToken] } }],
              handle: [{ handler: 'subroute', routes: [...routes, refuse(404, GATE_NO_SERVICE)] }],
              terminal: true,
            },
            refuse(403, 'not for you'),
          ]),
        },
      },
    },
  })
}

const server = (port: number, routes: Json[]): Json => ({
  listen: [`:${port}`],
  automatic_https: { disable: true },
  read_header_timeout: '10s',
  idle_timeout: '60s',
  max_header_bytes: 1_048_576,
  routes,
})

const refuse = (status: number, body: string): Json => ({ handle: [{ handler: 'static_response', status_code: status, body }] })

/**
 * A path that leads up again, however it is written: the gate's program puts it in order before it compares it, and hands it on as it came. It also takes dots and blanks off its end first,
 * so that `/cosmos/..` would count as something below `/cosmos`.
 */
const CLIMBING: Json = {
  match: [{ vars_regexp: { '{http.request.uri.path}': { pattern: String.raw`/\.\.?(?:/|$)|[. ]$|\\` } } }],
  handle: [{ handler: 'static_response', status_code: 404, body: GATE_NO_SERVICE }],
  terminal: true,
}

/** Answers as a node would that does not know the method, so that a gateway reads it as the caller's mistake. */
const REFUSED_METHOD: Json = {
  handle: [
    {
      handler: 'static_response',
      status_code: 200,
      headers: { 'Content-Type': ['application/json'] },
      body: '{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"the method is not offered here"}}',
    },
  ],
}

/** At its root, and where the gateways' own questions are asked; what else a node has below its address (REST, consoles, metrics) is not reached by way of its JSON-RPC. */
function jsonRpcRoute({ service, part, origins, secret }: GatedEndpoint): Json {
  const { methods } = allowedCalls(service)
  const base = gatePath(service.id, 'http', part)
  const asked = service.checks.filter(({ rpcType }) => rpcType === 'JSON_RPC' || rpcType === 'COMET_BFT').map((check) => base + check.path)
  const body = { vars_regexp: { '{http.request.body}': { pattern: methodPattern(methods) } } }
  return {
    match: [{ path: [...new Set([base, `${base}/`, ...asked])] }],
    handle: [
      {
        handler: 'subroute',
        routes: [
          { handle: [{ handler: 'request_body', max_size: MAX_BODY_BYTES }] },
          {
            match: [{ method: ['POST'], ...body }],
            handle: pass(base, origins.http, secret.paths.http, secret.credential),
            terminal: true,
          },
          { match: [{ method: ['POST'] }], ...(REFUSED_METHOD as Record<string, Json>), terminal: true },
          refuse(405, 'JSON-RPC is asked with POST'),
        ],
      },
    ],
    terminal: true,
  }
}

/** CometBFT's other way of asking: relays of the kind `COMET_BFT` are such GETs. */
function byNameRoute({ service, part, origins, secret }: GatedEndpoint): Json[] {
  const { byName = [] } = allowedCalls(service)
  const base = gatePath(service.id, 'http', part)
  if (byName.length === 0) return []
  return [
    {
      match: [{ method: ['GET'], path: byName.map((name) => `${base}/${name}`) }],
      handle: pass(base, origins.http, secret.paths.http, secret.credential),
      terminal: true,
    },
  ]
}

function restRoute({ service, part, origins, secret }: GatedEndpoint): Json {
  const { restPaths, restVerbs } = allowedCalls(service)
  const base = gatePath(service.id, 'rest', part)
  return within(base, [
    { handle: [{ handler: 'request_body', max_size: MAX_BODY_BYTES }] },
    {
      match: [{ method: [...restVerbs], path: restPaths.map((path) => `${base}${path}`) }],
      handle: pass(base, origins.rest, secret.paths.rest, secret.credential),
      terminal: true,
    },
    refuse(403, 'this path is not offered here'),
  ])
}

/** What runs over a WebSocket after its opening cannot be read on the way: methods are the node's own to refuse. */
function websocketRoute({ service, part, origins, secret }: GatedEndpoint): Json {
  const base = gatePath(service.id, 'websocket', part)
  return within(base, [
    {
      match: [{ method: ['GET'], header: { Connection: ['*pgrade*'], Upgrade: ['websocket'] } }],
      handle: pass(base, origins.websocket, secret.paths.websocket, secret.credential),
      terminal: true,
    },
    refuse(426, 'only WebSocket here'),
  ])
}

const within = (base: string, routes: Json[]): Json => ({
  match: [{ path: [base, `${base}/*`] }],
  handle: [{ handler: 'subroute', routes }],
  terminal: true,
})

/** Takes our own part of the path away, puts the endpoint's before the rest, and hands on with its credentials. */
function pass(base: string, origin: string, secretPath: string, credential: BackendCredential): Json[] {
  const { dial, host, isTls, serverName } = dialFromContainer(origin)
  const [path = '', query = ''] = secretPath.split('?', 2)
  const withQuery = query === '' ? '?{http.request.uri.query}' : `?${query}&{http.request.uri.query}`
  // One of the two: a route that ended all would end what comes after as well.
  const group = `path${base}`
  const root: Json = {
    group,
    match: [{ path: ['/'] }],
    handle: [{ handler: 'rewrite', uri: `${path === '' ? '/' : path}${withQuery}` }],
  }
  const below: Json = { group, handle: [{ handler: 'rewrite', uri: `${path}{http.request.uri.path}${withQuery}` }] }
  return [
    { handler: 'rewrite', strip_path_prefix: base },
    { handler: 'subroute', routes: [root, below] },
    {
      handler: 'reverse_proxy',
      flush_interval: -1,
      upstreams: [{ dial }],
      headers: {
        request: {
          set: { Host: [host], ...credentialHeaders(credential) },
          // SECURITY: S18 with the token of the look, whoever runs the endpoint could ask through the gate himself.
          delete: ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Proto', GATE_LOOK_HEADER],
        },
      },
      transport: { protocol: 'http', dial_timeout: '5s', ...(isTls ? { tls: { server_name: serverName } } : {}) },
    },
  ]
}

function credentialHeaders(credential: BackendCredential): Record<string, Json> {
  return Object.fromEntries(Object.entries(headersOf(credential)).map(([name, value]) => [name, [value]]))
}

/**
 * The headers that a credential makes.
 * @throws HearthError `backend-credential-refused` for what would be another header, or filled in by the gate
 */
export function headersOf(credential: BackendCredential): Record<string, string> {
  switch (credential.kind) {
    case 'none':
      return {}
    case 'basic':
      if (credential.username.includes(':')) throw refusedCredential('there is a colon in the name')
      return { Authorization: `Basic ${base64(mustBePlain(credential.username) + ':' + mustBePlain(credential.password))}` }
    case 'bearer':
      if (!/^[\w.~+/=-]+$/.test(credential.token)) throw refusedCredential('a token has letters, digits and - . _ ~ + / = alone')
      return { Authorization: `Bearer ${credential.token}` }
    case 'header':
      if (!/^[A-Za-z][A-Za-z0-9-]{0,60}$/.test(credential.name)) throw refusedCredential('this is no name of a header')
      if (NEVER.test(credential.name)) throw refusedCredential(`${credential.name} is not for credentials`)
      // The gate fills in what stands in braces.
      if (!/^[!-z|~][ -z|~]*$/.test(credential.value))
        throw refusedCredential('there are characters in the value that a header cannot have')
      return { [credential.name]: credential.value }
  }
}
const NEVER =
  /^(?:host|content-length|content-type|transfer-encoding|connection|upgrade|te|trailer|expect|cookie|proxy-.*|sec-.*|x-forwarded-.*|x-hearth-.*)$/i

function mustBePlain(text: string): string {
  if (/[\p{Cc}]/u.test(text)) throw refusedCredential('there are line breaks or control characters in it')
  return text
}

/** Of a text's UTF-8, as a credential of name and password goes over the line. */
export const base64 = (text: string): string => toBase64(new TextEncoder().encode(text))
const refusedCredential = (reason: string): HearthError => new HearthError('backend-credential-refused', { reason })
