/**
 * Addresses that are no node's: metadata of clouds, which hand out keys to whoever asks from the machine itself, link-local, multicast, broadcast, nothing.
 * @param host name, or address as a URL has it. Names are looked up by the adapter, which asks this for each address that comes back
 * @returns why, in words; undefined when nothing speaks against it
 */
export function whyUnreachable(host: string): string | undefined {
  const name = host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
  if (/^(?:metadata|metadata\.google\.internal|instance-data|metadata\.azure\.internal)$/.test(name))
    return 'it leads to a service of the machine and not to a node'
  const mapped = /^(?:::ffff:)(\d+\.\d+\.\d+\.\d+)$/.exec(name)?.[1] ?? mappedHex(name)
  const v4 = mapped ?? (/^\d+\.\d+\.\d+\.\d+$/.test(name) ? name : undefined)
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

/** An IPv4 address inside an IPv6 one, as a URL writes it: `::ffff:a9fe:a9fe`. */
function mappedHex(name: string): string | undefined {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(name) ?? []
  if (high === undefined || low === undefined) return undefined
  const bytes = [Number.parseInt(high, 16), Number.parseInt(low, 16)].flatMap((word) => [word >> 8, word & 255])
  return bytes.join('.')
}
