import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls'
import { HearthError } from '#shared/api/errors.ts'
import type { Reach, Reached } from '#main/core/ports/reach.ts'

const PORTS: Record<string, number> = { 'http:': 80, 'ws:': 80, 'https:': 443, 'wss:': 443 }

/** Looks at an address over this machine's own line. @see Reach */
export const reach: Reach = async (text, timeoutMs, signal, mayAsk = () => true) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const standard = url && PORTS[url.protocol]
  if (!url || standard === undefined) throw new HearthError('endpoint-invalid', { url: text.slice(0, 200) })
  const timeout = AbortSignal.timeout(timeoutMs)
  const both = signal === undefined ? timeout : AbortSignal.any([timeout, signal])
  const mustGoOn = (): void => {
    if (signal?.aborted) throw new HearthError('cancelled')
  }
  // Brackets of an IPv6 literal are the URL's.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const port = url.port === '' ? standard : Number(url.port)
  const found: Reached = { addresses: [], nameMs: 0, connectMs: null }
  const beganMs = performance.now()
  try {
    found.addresses = isIP(host) > 0 ? [host] : await within(addressesOf(host), both)
  } catch (error) {
    found.nameProblem = timeout.aborted ? 'no answer in time' : reasonOf(error)
  }
  found.nameMs = performance.now() - beganMs
  mustGoOn()
  const [address] = found.addresses
  if (address === undefined || !found.addresses.every((each) => mayAsk(each))) return found
  const connectedMs = performance.now()
  try {
    const socket = await opened(connectTcp({ host: address, port, signal: both }), 'connect')
    found.connectMs = performance.now() - connectedMs
    if (url.protocol === 'https:' || url.protocol === 'wss:') found.certificate = await certificateOf(socket, host, both)
    socket.destroy()
  } catch (error) {
    found.connectProblem = timeout.aborted ? 'no answer in time' : reasonOf(error)
  }
  mustGoOn()
  return found
}

const addressesOf = async (host: string): Promise<string[]> => (await lookup(host, { all: true })).map(({ address }) => address)

async function certificateOf(socket: Socket, host: string, signal: AbortSignal): Promise<NonNullable<Reached['certificate']>> {
  const beganMs = performance.now()
  // It is looked at and nothing is sent: a bad certificate has to be told, not to end the look.
  // The connection is there already: the host is what the certificate has to name, an address too, which is never sent as a name.
  const secure = connectTls({ socket, host, ...(isIP(host) > 0 ? {} : { servername: host }), rejectUnauthorized: false })
  const stop = (): void => void secure.destroy(new Error('no answer in time'))
  signal.addEventListener('abort', stop, { once: true })
  try {
    await opened(secure, 'secureConnect')
    const certificate: Partial<PeerCertificate> = secure.getPeerCertificate()
    const validToMs = Date.parse(certificate.valid_to ?? '')
    const { O: organisation, CN: name } = { O: certificate.issuer?.O, CN: certificate.issuer?.CN }
    return {
      ms: performance.now() - beganMs,
      validToMs: Number.isNaN(validToMs) ? 0 : validToMs,
      issuer: String(organisation ?? name ?? '').slice(0, 100),
      problem: secure.authorized ? null : problemOf(secure),
    }
  } catch (error) {
    return { ms: performance.now() - beganMs, validToMs: 0, issuer: '', problem: reasonOf(error) }
  } finally {
    signal.removeEventListener('abort', stop)
    secure.destroy()
    socket.destroy()
  }
}

function problemOf(socket: TLSSocket): string {
  const problem: unknown = socket.authorizationError
  return problem instanceof Error ? reasonOf(problem) : String(problem)
}

async function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  const { promise, resolve, reject } = Promise.withResolvers<S>()
  socket.once(event, () => resolve(socket))
  // More than one may come, of the line and of the time that is over.
  socket.on('error', reject)
  socket.once('close', () => reject(new Error('closed')))
  try {
    return await promise
  } catch (error) {
    socket.destroy()
    throw error
  }
}

async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(new Error('no answer in time'))
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error).slice(0, 200)
  return ('code' in error && typeof error.code === 'string' ? error.code : error.message).slice(0, 200)
}
