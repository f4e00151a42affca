import type Docker from 'dockerode'
import { connect as connectSocket, type NetConnectOpts, type Socket } from 'node:net'

/** An answer that drips for ever is ended after so many times the longest silence. */
const WHOLE_ANSWER_TIMES = 4
/** The end of an answer and of its connection come in either order. */
const CLOSE_GRACE_MS = 50

/** Waits in milliseconds, 0 for none. */
export interface ConnectLimits {
  /** Longest silence of the socket. */
  timeoutMs: number
  /** Longest wait for the head of an answer whose body may then take its time. */
  headMs?: number
}

/**
 * A client for one endpoint; the environment's DOCKER_* have no say here, they were looked at when endpoints were searched.
 * The library is loaded with the first one: it is large, and Practice needs none.
 * Every call ends: with an answer, or with a socket error (`ETIMEDOUT` when the engine says nothing in time, `ECONNRESET` when it goes away in the middle).
 */
export async function connect(endpoint: string, limits: ConnectLimits): Promise<Docker> {
  const timeout = limits.timeoutMs === 0 ? undefined : limits.timeoutMs
  // The library fills what is missing from DOCKER_HOST and DOCKER_CERT_PATH: another engine than the one asked for.
  const fixed = { host: undefined, ca: undefined, cert: undefined, key: undefined, timeout }
  if (endpoint.startsWith('unix://')) return open({ ...fixed, protocol: 'http', socketPath: endpoint.slice('unix://'.length) }, limits)
  if (endpoint.startsWith('npipe://'))
    return open({ ...fixed, protocol: 'http', socketPath: endpoint.slice('npipe://'.length).replaceAll('/', '\\') }, limits)
  const url = new URL(endpoint)
  return open({ ...fixed, protocol: 'http', host: url.hostname, port: url.port === '' ? 2375 : Number(url.port) }, limits)
}

/** `undefined` is meant here: it overrides what the library would take from the environment. */
async function open(
  options: { [K in keyof Docker.DockerOptions]: Docker.DockerOptions[K] | undefined },
  limits: ConnectLimits,
): Promise<Docker> {
  const { default: Client } = await import('dockerode')
  const docker = withoutDockerVariables(() => new Client(options))
  endEveryCall(docker.modem as unknown as Transport, limits)
  return docker
}

/** The library opens the certificates of DOCKER_CERT_PATH while it is made, for whatever address, and throws when they are not there. */
function withoutDockerVariables<T>(make: () => T): T {
  const kept = new Map(VARIABLES.map((name) => [name, process.env[name]]))
  for (const name of VARIABLES) delete process.env[name]
  try {
    return make()
  } finally {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value
  }
}
const VARIABLES = ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'DOCKER_CLIENT_TIMEOUT']

type Callback = (error: unknown, value: unknown) => void
/** The one method of the library's transport through which every request goes. */
interface Transport {
  buildRequest(options: object, context: { isStream?: boolean }, data: unknown, callback: Callback): void
}

/**
 * The library waits for ever when an answer is cut off in its middle, and calls its own time limit a connection that was reset.
 * May go when docker-modem listens to the errors of an answer (it does not in 5.0).
 */
function endEveryCall(transport: Transport, { timeoutMs, headMs = 0 }: ConnectLimits): void {
  const build = transport.buildRequest.bind(transport)
  transport.buildRequest = (options, context, data, callback) => {
    let isOver = false
    let isTooLate = false
    let limit: NodeJS.Timeout | undefined
    const finish: Callback = (error, value) => {
      if (isOver) return
      isOver = true
      clearTimeout(limit)
      const isError = error !== null && error !== undefined
      callback(isError && isTooLate ? socketError('ETIMEDOUT', 'the engine did not answer in time') : error, value)
    }
    const createConnection = (target: NetConnectOpts): Socket => {
      const socket = connectSocket(target)
      socket.on('timeout', () => (isTooLate = true))
      socket.once('close', () => {
        if (isOver) return
        const cut = socketError('ECONNRESET', 'the engine ended the connection in the middle of its answer')
        setTimeout(() => finish(cut, null), CLOSE_GRACE_MS)
      })
      // A stream is over for this function as soon as its head is there.
      const limitMs = context.isStream === true ? headMs : timeoutMs * WHOLE_ANSWER_TIMES
      if (limitMs > 0) {
        limit = setTimeout(() => {
          isTooLate = true
          socket.destroy()
        }, limitMs)
      }
      return socket
    }
    build({ ...options, createConnection }, context, data, finish)
  }
}

const socketError = (code: string, message: string): Error => Object.assign(new Error(message), { code })
