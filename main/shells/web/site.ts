import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { single } from './answer.ts'
import { browserName } from './browser-name.ts'
import { plainAddress } from './lock-out.ts'
import type { Visitor } from './sessions.ts'

/** A request as it was asked: under which address, and by whom. */
export interface Asked extends Visitor {
  /** Host as the browser names it, with the port where it is not the scheme's own. */
  host: string
  /** Without the port; an IPv6 address in brackets. */
  hostname: string
  /** What `Origin` is when the request comes from our own page. */
  origin: string
}

/** The addresses under which one listener answers. */
export interface Site {
  /** Whether browsers reach it over TLS, ours or that of the proxy in front. */
  secure: boolean
  /** @returns undefined when the request is not for us, or did not come the way it must */
  asked(request: IncomingMessage): Asked | undefined
}

export interface SiteOptions {
  secure: boolean
  /** Names or addresses, each with a port or for any port. */
  hosts: string[]
  /** Any IP address as Host as well: a name can be rebound to us by a stranger, an address cannot. */
  anyAddress?: boolean
  /** Address of the reverse proxy. Then nobody else is answered, and its X-Forwarded-* are believed. */
  proxy?: string
}

const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)(?::(\d{1,5}))?$/

/** Splits a Host header. @returns undefined for whatever a browser would not send */
export function splitHost(host: string): { hostname: string; port: string | undefined } | undefined {
  const match = HOST.exec(host)
  const hostname = match?.[1]
  if (!match || hostname === undefined) return undefined
  if (hostname.startsWith('[') && isIP(hostname.slice(1, -1)) !== 6) return undefined
  return { hostname, port: match[2] }
}

/** SECURITY: S17 who is asked for is decided here, before anything else: a name that was rebound to this machine carries its own Host. */
export function createSite({ secure, hosts, anyAddress = false, proxy }: SiteOptions): Site {
  const known = new Set(hosts)
  const isOurs = (host: string): Pick<Asked, 'host' | 'hostname'> | undefined => {
    const parts = splitHost(host)
    if (!parts) return undefined
    const { hostname } = parts
    const isAddress = isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
    return known.has(host) || known.has(hostname) || (anyAddress && isAddress) ? { host, hostname } : undefined
  }
  return {
    secure,
    asked(request) {
      const peer = plainAddress(request.socket.remoteAddress ?? '')
      let host = single(request, 'host')
      let address = peer
      if (proxy !== undefined) {
        // SECURITY: S17 these headers are worth something only from the one address that was named.
        if (canonicalAddress(peer) !== proxy) return undefined
        if (single(request, 'x-forwarded-proto') !== 'https') return undefined
        host = request.headersDistinct['x-forwarded-host'] === undefined ? host : single(request, 'x-forwarded-host')
        address = lastForwarded(request) ?? peer
      }
      const ours = host === undefined ? undefined : isOurs(host)
      if (!ours) return undefined
      return {
        ...ours,
        origin: `${secure ? 'https' : 'http'}://${ours.host}`,
        address,
        browser: browserName(request.headers['user-agent']),
      }
    },
  }
}

/** The last entry is the one that our proxy wrote; those before it are claims of whoever asked. */
function lastForwarded(request: IncomingMessage): string | undefined {
  const last = request.headersDistinct['x-forwarded-for']?.join(',').split(',').at(-1)?.trim() ?? ''
  const plain = plainAddress(/^\[(.+)\](?::\d+)?$/.exec(last)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/.exec(last)?.[1] ?? last)
  return isIP(plain) === 0 ? undefined : plain
}

/** One spelling per address. */
export function canonicalAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address.split('%', 1)[0] ?? ''}]/`).hostname.slice(1, -1) : address
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(address: string): boolean {
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'))
}
