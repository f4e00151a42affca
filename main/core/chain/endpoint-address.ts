import { HearthError } from '#shared/api/errors.ts'

/** Addresses of endpoints as a user types them. */

/** Hosts whose traffic stays on this machine or in the user's own network. */
const PRIVATE_HOST =
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|[^.]+\.local|[^.:]+)$/
/** This machine by a name that means another one inside a container. */
const LOOPBACK = /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?(?:\/|$)/i

const refuse = (reason: string): never => {
  throw new HearthError('chain-address-invalid', { reason })
}

/**
 * @returns the address as it is kept, without a slash at its end
 * @throws HearthError `chain-address-invalid`
 */
export function endpointAddress(text: string): string {
  const [whole, scheme = '', host = '', rest = ''] =
    /^(https?):\/\/((?:\[[0-9a-f:]+\]|[a-z0-9.-]+)(?::\d{1,5})?)((?:\/[\w.~-]+)*)\/*$/i.exec(text.trim()) ?? []
  if (text.includes('@')) refuse('there is a name or a password in it')
  if (whole === undefined) refuse('it is no web address')
  const name = host.replace(/:\d+$/, '').toLowerCase()
  // SECURITY: S22 what is read in the clear can be changed by anybody on the way.
  if (scheme.toLowerCase() === 'http' && !PRIVATE_HOST.test(name)) refuse('it is not encrypted')
  return `${scheme.toLowerCase()}://${host.toLowerCase()}${rest}`
}

/**
 * The same judgement for the gRPC address of an endpoint, which has a port and no path.
 * @returns the address with its port, or undefined for an empty one: then no relay miner asks this endpoint
 * @throws HearthError `chain-address-invalid`
 */
export function grpcAddress(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const address = endpointAddress(text)
  const [, scheme = '', host = '', port, path = ''] = /^(https?):\/\/(\[[^\]]*\]|[^:/]+)(?::(\d+))?(.*)$/.exec(address) ?? []
  if (path !== '') refuse('a gRPC address has no path')
  if (port === undefined && scheme === 'http') refuse('a gRPC address names its port')
  return `${scheme}://${host}:${port ?? '443'}`
}

/** Whether an address means the machine that asks: a container would ask itself. */
export const isLoopback = (address: string): boolean => LOOPBACK.test(address)
