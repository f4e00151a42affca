/**
 * Addresses that are no node's: metadata of clouds, which hand out keys to whoever asks from the machine itself, link-local, multicast, broadcast, nothing.
 * @param host name, or address as a URL has it. Names are looked up by the adapter, which asks this for each address that comes back
 * @returns why, in words; undefined when nothing speaks against it
 */
export function whyUnreachable(host: string): string | undefined {
  const name = bare(host)
  if (/^(?:metadata|metadata\.google\.internal|instance-data|metadata\.azure\.internal)$/.test(name))
    return 'it leads to a service of the machine and not to a node'
  const v4 = v4Of(name)
  if (v4 !== undefined) {
    const [a = 0, b = 0, c = 0, d = 0] = v4.split('.').map(Number)
    const isMetadata = (a === 169 && b === 254) || v4 === '100.100.100.200' || v4 === '168.63.129.16' || v4 === '192.0.0.192'
    if (isMetadata) return 'it leads to a service of the machine and not to a node'
    if (a === 0 || a >= 224 || (a === 255 && b === 255 && c === 255 && d === 255)) return 'nobody can be reached there'
    return undefined
  }
  if (!name.includes(':')) return undefined
  if (/^fe[89ab][0-9a-f]:/.test(name) || name.startsWith('fd00:ec2:') || name === 'fd20:ce::254')
    return 'it leads to a service of the machine and not to a node'
  if (name === '::' || name.startsWith('ff')) return 'nobody can be reached there'
  return undefined
}

/** Whether a host is this machine itself, by name or address as a URL has it. */
export function isOwnHost(host: string): boolean {
  const name = bare(host)
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || (v4Of(name)?.startsWith('127.') ?? false)
}

/** Whether a URL leads to this machine itself; a text that is none does not. */
export function isOwnUrl(text: string): boolean {
  try {
    return isOwnHost(new URL(text).hostname)
  } catch {
    return false
  }
}

/**
 * Why nobody outside reaches an address.
 * @param address numeric, as a look-up gives it
 * @returns `machine`: a service of the machine (see `whyUnreachable`) or nothing at all; `own`: this PC; `private`: a home or provider network. Undefined when it is public
 */
export function whyNotPublic(address: string): 'machine' | 'own' | 'private' | undefined {
  if (whyUnreachable(address) !== undefined) return 'machine'
  if (isOwnHost(address)) return 'own'
  const name = bare(address)
  const v4 = v4Of(name)
  if (v4 === undefined) return /^f[cd][0-9a-f]{2}:/.test(name) ? 'private' : undefined
  const [a = 0, b = 0] = v4.split('.').map(Number)
  const isPrivate = a === 10 || (a === 192 && b === 168) || (a === 172 && b >= 16 && b < 32) || (a === 100 && b >= 64 && b < 128)
  return isPrivate ? 'private' : undefined
}

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')

function v4Of(name: string): string | undefined {
  const mapped = /^(?:::ffff:)(\d+\.\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? mappedHex(name)
  return mapped ?? (/^\d+\.\d+\.\d+\.\d+$/.test(name) ? name : undefined)
}

/** An IPv4 address inside an IPv6 one, as a URL writes it: `::ffff:a9fe:a9fe`. */
function mappedHex(name: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(name) ?? []
  if (high === undefined || low === undefined) return undefined
  const bytes = [Number.parseInt(high, 16), Number.parseInt(low, 16)].flatMap((word) => [word >> 8, word & 255])
  return bytes.join('.')
}
