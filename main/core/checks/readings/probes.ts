import { HearthError } from '#shared/api/errors.ts'
import type { HealthView } from '#shared/api/health.ts'
import type { NodeState } from '#shared/api/state.ts'
import type { Net } from '../../ports/net.ts'

const PROBE_TIMEOUT_MS = 5_000
/** Of all suppliers; mostly they share one. */
const MOST_ENDPOINTS = 30
/** So many that fail are told. */
const MOST_TOLD = 10
/** One failure is an accident of the line. */
const FAILURES = 2

/** An address and the supplier that has staked it. */
export interface StakedAddress {
  url: string
  operatorAddress: string
}

/** Asks staked addresses whether anybody answers there. Remembers failures, since one alone says nothing. */
export interface EndpointProbe {
  look(staked: readonly StakedAddress[], nowMs: number): Promise<HealthView['endpointsDown']>
}

/**
 * Any HTTP answer counts, a refusal too: the relay miner refuses what no gateway signed. What proves that relays are served is the self-test; this is the one thing that it needs
 * first, from here.
 */
export function createEndpointProbe(net: Pick<Net, 'post'>): EndpointProbe {
  const failing = new Map<string, { times: number; sinceMs: number; reason: string }>()
  return {
    async look(staked, nowMs) {
      const operators = new Map(staked.map(({ url, operatorAddress }) => [url, operatorAddress] as const).reverse())
      const asked = [...new Set(staked.map(({ url }) => url))].filter((url) => /^https?:/.test(url)).slice(0, MOST_ENDPOINTS)
      for (const url of failing.keys()) if (!asked.includes(url)) failing.delete(url)
      await Promise.all(
        asked.map(async (url) => {
          const reason = await failureOf(net, url)
          const before = failing.get(url)
          if (reason === undefined) failing.delete(url)
          else failing.set(url, { times: (before?.times ?? 0) + 1, sinceMs: before?.sinceMs ?? nowMs, reason })
        }),
      )
      const down = asked.flatMap((url) => {
        const found = failing.get(url)
        if (!found || found.times < FAILURES) return []
        const { sinceMs, reason } = found
        return [{ url: url.slice(0, 300), sinceMs, reason: reason.slice(0, 300), operatorAddress: operators.get(url) ?? '' }]
      })
      return down.slice(0, MOST_TOLD)
    },
  }
}

async function failureOf(net: Pick<Net, 'post'>, url: string): Promise<string | undefined> {
  try {
    const { status } = await net.post(url, new TextEncoder().encode('{}'), { 'content-type': 'application/json' }, PROBE_TIMEOUT_MS)
    // What a proxy says when nothing is behind it.
    return status === 502 || status === 503 || status === 504 ? `HTTP ${status}` : undefined
  } catch (error) {
    return error instanceof HearthError ? (error.detail['reason'] ?? error.code) : 'no answer'
  }
}

/** Blocks older than this are behind whatever the service's rhythm: the slowest chains with an Ethereum interface make one every few seconds. */
const BEHIND_MS = 3 * 60_000

/**
 * Running Ethereum backends whose newest block is old: gateways compare heights and leave those behind out (offchain facts 5.3). Backends that answer otherwise are not judged.
 * @param nowMs time of the world that the backend lives in
 */
export async function backendsBehind(
  net: Pick<Net, 'post'>,
  nodes: readonly NodeState[],
  nowMs: () => number,
): Promise<HealthView['backendsBehind']> {
  const found: HealthView['backendsBehind'] = []
  for (const node of nodes) {
    const port = Object.values(node.ports)[0]
    // One that fetches its chain for the first time is behind, as it was said it would be.
    if (node.kind !== 'backend' || node.seen !== 'running' || port === undefined || node.reason?.key === 'first-sync') continue
    const block = await newestBlock(net, port)
    if (!block) continue
    const behindMs = nowMs() - block.timeMs
    if (behindMs > BEHIND_MS) found.push({ nodeId: node.id, title: node.title, height: block.height, behindMs: Math.round(behindMs) })
  }
  return found.slice(0, 10)
}

async function newestBlock(net: Pick<Net, 'post'>, port: number): Promise<{ height: number; timeMs: number } | undefined> {
  const body = '{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest",false]}'
  try {
    const answer = await net.post(
      `http://127.0.0.1:${port}/`,
      new TextEncoder().encode(body),
      { 'content-type': 'application/json' },
      PROBE_TIMEOUT_MS,
    )
    const text = new TextDecoder().decode(answer.body)
    const number = /"number"\s*:\s*"0x([0-9a-f]{1,12})"/.exec(text)?.[1]
    const timestamp = /"timestamp"\s*:\s*"0x([0-9a-f]{1,10})"/.exec(text)?.[1]
    if (number === undefined || timestamp === undefined) return undefined
    return { height: Number.parseInt(number, 16), timeMs: Number.parseInt(timestamp, 16) * 1000 }
  } catch {
    return undefined
  }
}
