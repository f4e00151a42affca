import { GATE_PATHS, renderGateConfig, type GatedEndpoint } from '../backends/gate-config.ts'
import type { BackendCredential, EndpointSecret } from '../ports/backend-line.ts'

/** By this the gate's container knows a file that is not filled in yet. */
const MARK = 'PUT-THE-'

/** Refuses to start with a file that is not filled in, so that nobody's relays go out without their credentials. */
export const EJECTED_GATE_COMMAND = [
  `if grep -q '${MARK}' ${GATE_PATHS.config}; then echo 'gate.json is not filled in yet: put the real values in place of every ${MARK}...-HERE' >&2; exit 78; fi`,
  `exec caddy run --config ${GATE_PATHS.config}`,
].join('; ')

/** Something that only the user may put into the gate's file. */
export interface ToFillIn {
  placeholder: string
  serviceId: string
  host: string
  /** `login`: name and password as one text in base64. */
  what: 'token' | 'header' | 'login' | 'path' | 'query'
}

/**
 * The gate's configuration as a file of its own: the same ways, filters and credentials, without the door that only Hearth has a key to.
 * @param withSecrets false: credentials, and the paths in which providers put theirs, are places to fill in
 * SECURITY: S18 with secrets only at the user's word; the file is 0600 either way, because it will hold them.
 */
export function ejectedGateFile(endpoints: readonly GatedEndpoint[], withSecrets: boolean): { text: string; toFillIn: ToFillIn[] } {
  const toFillIn: ToFillIn[] = []
  const shown = withSecrets ? endpoints : endpoints.map((endpoint) => ({ ...endpoint, secret: placesFor(endpoint, toFillIn) }))
  const config = JSON.parse(renderGateConfig(shown, '')) as { apps: { http: { servers: Record<string, unknown> } } }
  Reflect.deleteProperty(config.apps.http.servers, 'look')
  return { text: `${JSON.stringify(config, null, 2)}\n`, toFillIn }
}

function placesFor(endpoint: GatedEndpoint, toFillIn: ToFillIn[]): EndpointSecret {
  const { service, origins, secret } = endpoint
  const host = new URL(origins.http || origins.rest || origins.websocket).host
  const place = (what: ToFillIn['what'], word: string): string => {
    const placeholder = `${MARK}${word}-FOR-${service.id}-HERE`
    if (!toFillIn.some((known) => known.placeholder === placeholder)) toFillIn.push({ placeholder, serviceId: service.id, host, what })
    return placeholder
  }
  const path = (way: keyof EndpointSecret['paths']): string => {
    const [before = '', query = ''] = secret.paths[way].split('?', 2)
    const word = way === 'http' ? '' : `${way.toUpperCase()}-`
    return [before === '' ? '' : `/${place('path', `${word}PATH`)}`, ...(query === '' ? [] : [`?${place('query', `${word}QUERY`)}`])].join(
      '',
    )
  }
  return {
    paths: { http: path('http'), rest: path('rest'), websocket: path('websocket') },
    credential: placeOf(secret.credential, place),
  }
}

function placeOf(credential: BackendCredential, place: (what: ToFillIn['what'], word: string) => string): BackendCredential {
  switch (credential.kind) {
    case 'none':
      return credential
    case 'bearer':
      return { kind: 'bearer', token: place('token', 'TOKEN') }
    case 'basic':
      return { kind: 'header', name: 'Authorization', value: `Basic ${place('login', 'BASE64-OF-NAME-COLON-PASSWORD')}` }
    case 'header':
      return { ...credential, value: place('header', `VALUE-OF-${credential.name}`) }
  }
}
