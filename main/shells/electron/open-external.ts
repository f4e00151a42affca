/** SECURITY: S11 the only hosts that Hearth opens in the user's browser. Exact names: no sub-domains, no ports, no user names. */
export const EXTERNAL_HOSTS: ReadonlySet<string> = new Set(['docs.pokt.network', 'docs.docker.com', 'podman.io', 'github.com'])

/** @returns the address as it may be opened, or undefined */
export function externalUrl(text: string): string | undefined {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return undefined
  }
  const plain = url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''
  return plain && EXTERNAL_HOSTS.has(url.hostname) ? url.href : undefined
}
