import { assertNever } from '#shared/lib/assert-never.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { AppState } from '#shared/api/state.ts'
import type { Net } from '../ports/net.ts'
import { lookAtIngress, type IngressLook } from './ingress.ts'
import { parseMinerMetrics } from '../relays/miner-metrics.ts'

const PROBE_TIMEOUT_MS = 3_000

/** Whether a running node does its work, and at which height where it has one. */
export interface Readiness {
  ready: boolean
  height: number | null
  /** Relays that the relay miner has answered since its start; only of the miner. */
  served?: bigint
  /** Of a node of the catalogue that was never up to date since Hearth looks. */
  firstSync?: boolean
  /** Only of the ingress. */
  look?: IngressLook
}

/** Asks a node the question that its users would ask. Never rejects: no answer is "not ready". */
export async function probe(
  entry: CatalogEntry,
  ports: Record<string, number>,
  deps: {
    net: Net
    chain: AppState['chain']
    keeperHasKey: boolean
    /** Asks what the signed catalogue described. */
    look?: ((entry: CatalogEntry, ports: Record<string, number>) => Promise<Readiness>) | undefined
  },
): Promise<Readiness> {
  const { net, chain } = deps
  const portOf = (name: string): number | undefined => {
    const port = entry.ports.find((candidate) => candidate.name === name)
    return port === undefined ? undefined : ports[String(port.containerPort)]
  }
  switch (entry.kind) {
    case 'chain-node':
      return { ready: chain.status === 'ready' && chain.height > 0, height: chain.height > 0 ? chain.height : null }
    case 'backend': {
      if (entry.program) return deps.look ? deps.look(entry, ports) : { ready: false, height: null }
      const answer = await ask(net, portOf('rpc'), '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}')
      const height = /"result"\s*:\s*"0x([0-9a-f]+)"/.exec(answer ?? '')?.[1]
      const read = height === undefined ? NaN : Number.parseInt(height, 16)
      return { ready: height !== undefined, height: Number.isSafeInteger(read) ? read : null }
    }
    case 'keeper':
      return { ready: deps.keeperHasKey, height: null }
    case 'relay-miner': {
      const page = await ask(net, portOf('metrics'), '')
      if (page === undefined) return { ready: false, height: null }
      const { height, services } = parseMinerMetrics(page)
      const served = Object.values(services).reduce((total, service) => total + BigInt(Math.round(service.successes)), 0n)
      return { ready: height !== undefined && height > 0, height: height ?? null, served }
    }
    case 'ingress': {
      const look = await lookAtIngress(net, portOf('relays'))
      return { ready: look === 'serving', height: null, look }
    }
    default:
      return assertNever(entry.kind)
  }
}

async function ask(net: Net, port: number | undefined, body: string): Promise<string | undefined> {
  if (port === undefined) return undefined
  try {
    const question = new TextEncoder().encode(body)
    const headers = { 'content-type': 'application/json' }
    const answer = net.askHere
      ? await net.askHere(port, question, headers, PROBE_TIMEOUT_MS)
      : await net.post(`http://127.0.0.1:${port}/`, question, headers, PROBE_TIMEOUT_MS)
    return answer.status === 200 ? new TextDecoder().decode(answer.body) : undefined
  } catch {
    return undefined
  }
}
