import type Docker from 'dockerode'

/**
 * A client for one endpoint; the environment's DOCKER_* have no say here, they were looked at when endpoints were searched.
 * The library is loaded with the first one: it is large, and Practice needs none.
 * @param timeoutMs longest silence of the socket; 0 for none
 */
export async function connect(endpoint: string, timeoutMs: number): Promise<Docker> {
  // The library fills what is missing from DOCKER_HOST and DOCKER_CERT_PATH: another engine than the one asked for.
  const fixed = { host: undefined, ca: undefined, cert: undefined, key: undefined, timeout: timeoutMs === 0 ? undefined : timeoutMs }
  if (endpoint.startsWith('unix://')) return open({ ...fixed, protocol: 'http', socketPath: endpoint.slice('unix://'.length) })
  if (endpoint.startsWith('npipe://'))
    return open({ ...fixed, protocol: 'http', socketPath: endpoint.slice('npipe://'.length).replaceAll('/', '\\') })
  const url = new URL(endpoint)
  return open({ ...fixed, protocol: 'http', host: url.hostname, port: url.port === '' ? 2375 : Number(url.port) })
}

/** `undefined` is meant here: it overrides what the library would take from the environment. */
async function open(options: { [K in keyof Docker.DockerOptions]: Docker.DockerOptions[K] | undefined }): Promise<Docker> {
  const { default: Client } = await import('dockerode')
  return new Client(options)
}
