import { parseYaml, YamlError, type YamlValue } from './yaml.ts'

/** What the stock miner is started with: its arguments and its configuration, refused in its own words (offchain facts 2.1, 2.2). */

export interface MinerArguments {
  configPath: string
  keyringDir: string
  keyringBackend: string
  chainId: string
  /** Exact decimal, upokt per gas. */
  gasPrice: string
}

/** Where relays of one service go. */
export interface MinerService {
  backendUrl: URL
  listenPort: number
  /** Of its own entry, or the default ones. */
  signingKeyNames: readonly string[]
}

export interface MinerSettings {
  /**
   * Of all entries together, each once. The real miner answers for each of these suppliers on every service that it has a backend for, whichever entry names the key
   * (pokt-network/poktroll v0.1.35 pkg/relayer/cmd/keys.go, pkg/relayer/proxy/sync.go).
   */
  signingKeyNames: readonly string[]
  smtStorePath: string
  eager: boolean
  overServicing: boolean
  /** Host names as the container reaches them. */
  nodeHost: string
  metricsPort: number | undefined
  services: Map<string, MinerService>
}

/** The program ends with exit code 1 and this as its last line. */
export class MinerRefusal extends Error {
  override readonly name = 'MinerRefusal'
}

/** Some refusals name where in the program they were made, as the reader of the log sees it. */
export const AT = ' [cosmossdk.io/errors@v1.0.2/errors.go:155]'
const AT_PLAIN = ' [cosmossdk.io/errors@v1.0.2/errors.go:151]'

/** @param command of the container, with or without its program @throws MinerRefusal */
export function readArguments(command: readonly string[]): MinerArguments {
  const flags = new Map<string, string>()
  command.forEach((word, index) => {
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(word)
    if (match) flags.set(match[1] ?? '', match[2] ?? command[index + 1] ?? '')
  })
  const absent = ['chain-id', 'config'].filter((name) => (flags.get(name) ?? '') === '')
  if (absent.length > 0) throw new MinerRefusal(`required flag(s) ${absent.map((name) => `"${name}"`).join(', ')} not set`)
  const price = /^(\d+(?:\.\d+)?)upokt$/.exec(flags.get('gas-prices') ?? '0upokt')?.[1]
  if (price === undefined) throw new MinerRefusal(`invalid gas prices: ${flags.get('gas-prices') ?? ''}`)
  return {
    configPath: flags.get('config') ?? '',
    keyringDir: flags.get('keyring-dir') ?? flags.get('home') ?? '',
    keyringBackend: flags.get('keyring-backend') ?? 'os',
    chainId: flags.get('chain-id') ?? '',
    gasPrice: price,
  }
}

/** @param text of the file, or undefined when there is none @throws MinerRefusal */
export function readSettings(text: string | undefined, path: string): MinerSettings {
  if (text === undefined) throw new MinerRefusal(`open ${path}: no such file or directory`)
  const root = rootOf(text)
  const suppliers = root['suppliers']
  const defaultNames = textsOf(root['default_signing_key_names'])
  const smtStorePath = textOf(root['smt_store_path'])
  if (smtStorePath === '') throw new MinerRefusal(`smt store path is: '': invalid smt store path in RelayMiner config${AT}`)
  const node = mapOf(root['pocket_node'])
  const nodeHost = hostOf(textOf(node['tx_node_rpc_url']), 'tx node rpc url')
  hostOf(textOf(node['query_node_grpc_url']), 'query node grpc url')
  if (!Array.isArray(suppliers) || suppliers.length === 0)
    throw new MinerRefusal(`no suppliers provided: invalid supplier in RelayMiner config${AT_PLAIN}`)
  const metrics = mapOf(root['metrics'])
  const metricsPort = Number(/:(\d+)$/.exec(textOf(metrics['addr']))?.[1])
  const services = readSuppliers(suppliers.map(mapOf), defaultNames)
  return {
    signingKeyNames: [...new Set([...services.values()].flatMap((service) => service.signingKeyNames))],
    smtStorePath,
    eager: root['enable_eager_relay_request_validation'] === 'true',
    overServicing: root['enable_over_servicing'] === 'true',
    nodeHost,
    metricsPort: metrics['enabled'] === 'true' && Number.isInteger(metricsPort) ? metricsPort : undefined,
    services,
  }
}

function rootOf(text: string): { [key: string]: YamlValue } {
  if (text.trim() === '') throw new MinerRefusal('empty RelayMiner config')
  try {
    const value = parseYaml(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    throw new YamlError(1, 'cannot unmarshal !!seq into config.YAMLRelayMinerConfig')
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new MinerRefusal(`${error.message}: config reader cannot unmarshal yaml content${AT_PLAIN}`)
  }
}

/** The entries in their order; the first that is wrong ends the start. */
function readSuppliers(entries: { [key: string]: YamlValue }[], defaultNames: readonly string[]): Map<string, MinerService> {
  const services = new Map<string, MinerService>()
  for (const entry of entries) {
    const { serviceId, ...service } = readSupplier(entry)
    const own = textsOf(entry['signing_key_names'])
    const signingKeyNames = own.length > 0 ? own : defaultNames
    if (signingKeyNames.length === 0) {
      const problem = `'default_signing_key_names' is not configured and 'signing_key_names' is empty for the supplier ${serviceId}`
      throw new MinerRefusal(`${problem}: invalid signing key name in RelayMiner config${AT}`)
    }
    if (services.has(serviceId)) throw wrongSupplier(`duplicate supplier name ${serviceId}`)
    services.set(serviceId, { ...service, signingKeyNames })
  }
  return services
}

const wrongSupplier = (problem: string): MinerRefusal => new MinerRefusal(`${problem}: invalid supplier in RelayMiner config${AT}`)

function readSupplier(entry: { [key: string]: YamlValue }): { serviceId: string } & Omit<MinerService, 'signingKeyNames'> {
  const serviceId = textOf(entry['service_id'])
  if (serviceId === '') throw wrongSupplier('supplier name is required')
  const backend = textOf(mapOf(entry['service_config'])['backend_url'])
  if (!backend.includes('://')) throw wrongSupplier(`missing scheme in supplier backend url ${backend}`)
  const backendUrl = urlOf(backend)
  if (!backendUrl || backendUrl.hostname === '') throw wrongSupplier(`invalid supplier backend url ${backend}`)
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(backendUrl.protocol))
    throw wrongSupplier(`invalid supplier type ${backendUrl.protocol.slice(0, -1)}`)
  const listen = textOf(entry['listen_url'])
  const listenUrl = urlOf(listen)
  if (!listenUrl || !['http:', 'ws:'].includes(listenUrl.protocol))
    throw new MinerRefusal(`invalid relay miner server listen address ${listen}: invalid server in RelayMiner config${AT}`)
  return { serviceId, backendUrl, listenPort: Number(listenUrl.port === '' ? '80' : listenUrl.port) }
}

function hostOf(text: string, name: string): string {
  const url = urlOf(text)
  if (!url || url.hostname === '') throw new MinerRefusal(`invalid ${name} "${text}": invalid node url in RelayMiner config${AT}`)
  return url.hostname
}

function urlOf(text: string): URL | undefined {
  try {
    // The schema of other protocols keeps the host in the path.
    return new URL(text.replace(/^tcp:/, 'http:'))
  } catch {
    return undefined
  }
}

const textOf = (value: YamlValue | undefined): string => (typeof value === 'string' ? value : '')
const textsOf = (value: YamlValue | undefined): string[] => (Array.isArray(value) ? value.map(textOf) : [])
const mapOf = (value: YamlValue | undefined): { [key: string]: YamlValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
