import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import { canonicalAddress, isLoopback, splitHost } from './site.ts'

export const USAGE = `Hearth, in a browser.

  npm start -- [options]

  --data-dir FOLDER     where Hearth keeps its things
  --port N              port of the page (default: any free one; for other machines 8443)
  --confirm-port N      port of the confirm pages (default: any free one; for other machines 8444)
  --engine ADDRESS      container engine, for example unix:///var/run/docker.sock
  --no-open             print the link, open no browser
  --help

To use it from other machines (docs/headless.md has the whole story):

  --bind ADDRESS        address to listen on (default 127.0.0.1; 0.0.0.0 = all). Beyond this machine one of the next is needed:
  --tls-self            a certificate of Hearth's own; its fingerprint is printed, to compare with what the browser shows
  --tls-cert FILE       certificate with its chain, PEM; read again when it changes
  --tls-key FILE        its key, PEM, without a passphrase
  --name HOST[:PORT]    name under which browsers reach the page (may be given several times)
  --confirm-name HOST[:PORT]   name of the confirm pages, if they have one of their own
  --behind-proxy ADDRESS       a reverse proxy at this address does TLS; nobody else is answered. Needs --name and --confirm-name
  --reset-sign-in       forget the sign-in password, all sessions and lock-outs, then end

For trying things out:

  --images FILE         JSON: image to use instead, by catalogue name
  --local-rules FILE    JSON: rules of the local chain other than the shipped ones
`

/** Ports where others are to find Hearth again after a restart. */
const SHARED_PORT = 8443
const SHARED_CONFIRM_PORT = 8444

export type TlsOptions = { kind: 'none' } | { kind: 'own' } | { kind: 'given'; certFile: string; keyFile: string }

export interface WebOptions {
  dataDir: string | undefined
  port: number
  confirmPort: number
  bind: string
  tls: TlsOptions
  names: string[]
  confirmName: string | undefined
  proxy: string | undefined
  resetSignIn: boolean
  engineEndpoint: string | undefined
  imagesFile: string | undefined
  localRulesFile: string | undefined
  open: boolean
  help: boolean
}

/** @throws Error with one sentence for the user */
export function readWebOptions(argv: string[]): WebOptions {
  const { values } = parse(argv)
  const bind = values.bind ?? '127.0.0.1'
  if (isIP(bind) === 0) throw new Error(`--bind wants an IP address such as 192.168.1.20 or 0.0.0.0, not "${bind}".`)
  const isShared = !isLoopback(bind)
  const tls = tlsOf(values['tls-self'] === true, values['tls-cert'], values['tls-key'])
  // SECURITY: S17 passwords and money are not sent over a network in the clear.
  if (isShared && tls.kind === 'none')
    throw new Error(`--bind ${bind} can be reached by others, so it needs TLS: add --tls-self, or --tls-cert and --tls-key.`)
  const names = (values.name ?? []).map((name) => hostOf('--name', name))
  const confirmName = values['confirm-name'] === undefined ? undefined : hostOf('--confirm-name', values['confirm-name'])
  const proxy = proxyOf(values['behind-proxy'], names, confirmName)
  if (!isShared && proxy === undefined && (names.length > 0 || confirmName !== undefined))
    throw new Error('--name and --confirm-name are for --bind beyond this machine, or for --behind-proxy.')
  const isKnown = isShared || proxy !== undefined
  const port = portOf('--port', values.port) ?? (isKnown ? SHARED_PORT : 0)
  const confirmPort = portOf('--confirm-port', values['confirm-port']) ?? (isKnown ? SHARED_CONFIRM_PORT : 0)
  if (port !== 0 && port === confirmPort) throw new Error('--port and --confirm-port want two different ports.')
  if (confirmName !== undefined && names.includes(confirmName))
    throw new Error('--confirm-name wants another name or port than --name: the confirm pages are kept apart from the page.')
  return {
    dataDir: values['data-dir'],
    port,
    confirmPort,
    bind,
    tls,
    names,
    confirmName,
    proxy,
    resetSignIn: values['reset-sign-in'] === true,
    engineEndpoint: values.engine,
    imagesFile: values.images,
    localRulesFile: values['local-rules'],
    open: values['no-open'] !== true,
    help: values.help === true,
  }
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      strict: true,
      allowPositionals: false,
      options: {
        'data-dir': { type: 'string' },
        port: { type: 'string' },
        'confirm-port': { type: 'string' },
        bind: { type: 'string' },
        'tls-self': { type: 'boolean' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        name: { type: 'string', multiple: true },
        'confirm-name': { type: 'string' },
        'behind-proxy': { type: 'string' },
        'reset-sign-in': { type: 'boolean' },
        engine: { type: 'string' },
        images: { type: 'string' },
        'local-rules': { type: 'string' },
        'no-open': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    const first = (error instanceof Error ? error.message : String(error)).split('. ', 1)[0] ?? ''
    throw new Error(`${first.replace(/\.$/, '')}. Try --help.`, { cause: error })
  }
}

function portOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port === 0 || port === 443 || (port >= 1024 && port <= 65535)) return port
  throw new Error(`${option} wants a port from 1024 to 65535, or 443, not "${text}".`)
}

function tlsOf(own: boolean, certFile: string | undefined, keyFile: string | undefined): TlsOptions {
  if (own && (certFile !== undefined || keyFile !== undefined))
    throw new Error('--tls-self makes its own certificate: leave --tls-cert and --tls-key away, or --tls-self.')
  if (own) return { kind: 'own' }
  if (certFile === undefined && keyFile === undefined) return { kind: 'none' }
  if (certFile === undefined || keyFile === undefined) throw new Error('--tls-cert and --tls-key are needed together.')
  return { kind: 'given', certFile, keyFile }
}

function hostOf(option: string, text: string): string {
  const parts = splitHost(text)
  if (!parts || (parts.port !== undefined && Number(parts.port) > 65535))
    throw new Error(`${option} wants a name as the browser shows it, such as hearth.example.net or attic.local:8443, not "${text}".`)
  // Browsers leave the scheme's own port away.
  return parts.port === '443' ? parts.hostname : text
}

function proxyOf(address: string | undefined, names: string[], confirmName: string | undefined): string | undefined {
  if (address === undefined) return undefined
  if (isIP(address) === 0) throw new Error(`--behind-proxy wants the IP address of the proxy, not "${address}".`)
  if (names.length === 0 || confirmName === undefined)
    throw new Error('--behind-proxy needs --name and --confirm-name: the two names under which browsers reach the proxy.')
  return canonicalAddress(address)
}
