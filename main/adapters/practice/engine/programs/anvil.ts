import { HearthError } from '#shared/api/errors.ts'
import type { ContainerHandle, Program } from '../../parts.ts'
import { noise } from '../noise.ts'
import { METHODS, RpcError, type AnvilView } from './anvil-methods.ts'
import { execCommand } from './small-commands.ts'

/** How well the practised backend serves. Outlives restarts of its container. */
export interface BackendControl {
  /** Practised time that each answer takes. */
  readonly latencyMs: number
  /** Share of requests that fail, 0 to 1. */
  readonly errorRate: number
  /** Blocks that it is behind the others. */
  readonly lagBlocks: number
  /** Rejects `invalid-request` for anything that is no such number; nothing is changed then. */
  set(change: { latencyMs?: number; errorRate?: number; lagBlocks?: number }): void
}

export function createBackendControl(): BackendControl {
  let now = { latencyMs: 0, errorRate: 0, lagBlocks: 0 }
  const limits = { latencyMs: 600_000, errorRate: 1, lagBlocks: 1_000_000_000 }
  return {
    get latencyMs() {
      return now.latencyMs
    },
    get errorRate() {
      return now.errorRate
    },
    get lagBlocks() {
      return now.lagBlocks
    },
    set(change) {
      const next = { ...now, ...change }
      for (const key of ['latencyMs', 'errorRate', 'lagBlocks'] as const) {
        if (!(next[key] >= 0 && next[key] <= limits[key])) throw new HearthError('invalid-request', { path: key, value: String(next[key]) })
      }
      now = { ...next, lagBlocks: Math.floor(next.lagBlocks) }
    },
  }
}

const RPC_PORT = 8545
const DEFAULT_BLOCK_SECONDS = 2
const INVALID = { jsonrpc: '2.0', id: null, error: { code: -32_600, message: 'Invalid request' } }
const BANNER = [
  '',
  '    1.7.1 (practised)',
  '    https://github.com/foundry-rs/foundry',
  '',
  'Chain ID',
  '==================',
  '',
  '31337',
  '',
  'Listening on 0.0.0.0:8545',
]

/** The part of a JSON-RPC request that counts. */
interface RpcRequest {
  id?: unknown
  method?: unknown
  params?: unknown
}

/**
 * The test backend: a small Ethereum with a block every two practised seconds (or what `--block-time` says), which answers JSON-RPC as anvil 1.7.1 does, its refusals included.
 * @param seed makes which requests fail repeatable
 */
export function createAnvilProgram(control: BackendControl, seed = 'backend'): Program {
  let handle: ContainerHandle | undefined
  let startedAtMs = 0
  let blockMs = DEFAULT_BLOCK_SECONDS * 1000
  let asked = 0
  let recent = 0

  const view = (): AnvilView => ({
    height: Math.max(0, Math.floor(((handle?.clock.now() ?? startedAtMs) - startedAtMs) / blockMs) - control.lagBlocks),
    secondsOf: (height) => Math.floor((startedAtMs + height * blockMs) / 1000),
  })

  /** Undefined for a notification, which nobody answers. */
  const answer = (request: unknown): object | undefined => {
    const { id, method, params } = (typeof request === 'object' && request !== null ? request : {}) as RpcRequest
    if (typeof method !== 'string' || !isJsonRpc(request)) return INVALID
    if (id === undefined) return undefined
    handle?.log('out', method)
    try {
      const run = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined
      if (!run) throw new RpcError(-32_601, 'Method not found')
      return { jsonrpc: '2.0', id, result: run(Array.isArray(params) ? params : [], view()) }
    } catch (error) {
      const refusal = error instanceof RpcError ? error : new RpcError(-32_603, 'Internal error')
      return { jsonrpc: '2.0', id, error: { code: refusal.code, message: refusal.message } }
    }
  }

  return {
    start(started) {
      handle = started
      startedAtMs = started.clock.now()
      const script = [...(started.spec.entrypoint ?? []), ...started.spec.command].join(' ')
      blockMs = Math.max(0.1, Number(/--block-time (\d+(?:\.\d+)?)/.exec(script)?.[1] ?? DEFAULT_BLOCK_SECONDS)) * 1000
      for (const line of BANNER) started.log('out', line)
    },
    stop: () => handle?.exit(0),
    exec(command, options) {
      if (!handle) throw new Error('an exec before the start')
      return execCommand(command, options, handle)
    },
    async http(port, request) {
      if (port !== RPC_PORT || !handle) return undefined
      asked += 1
      recent += 1
      const { latencyMs, errorRate } = control
      if (latencyMs > 0) await handle.clock.sleep(latencyMs, handle.signal)
      if (handle.signal.aborted) return undefined
      // Of 0 none fail and of 1 all, the same ones each time.
      if ((noise(seed, 'error', asked) + 1) / 2 < errorRate)
        return jsonAnswer(500, { jsonrpc: '2.0', id: null, error: { code: -32_603, message: 'Internal error' } })
      if (request.method !== 'POST') return { status: 400, body: new TextEncoder().encode("Connection header did not include 'upgrade'") }
      if (!/^application\/json\b/i.test(headerOf(request.headers, 'content-type'))) return jsonAnswer(200, INVALID)
      const given = parse(request.body)
      if (!Array.isArray(given)) {
        const one = answer(given)
        return one ? jsonAnswer(200, one) : { status: 204, body: new Uint8Array() }
      }
      if (given.length === 0) return jsonAnswer(200, INVALID)
      const many = given.flatMap((each) => answer(each) ?? [])
      return many.length === 0 ? { status: 204, body: new Uint8Array() } : jsonAnswer(200, many)
    },
    usage() {
      // Each look takes what came since the last one as load.
      const load = Math.min(80, recent * 0.05)
      recent = 0
      return {
        cpuPercent: 0.6 + load,
        memoryBytes: 46_000_000 + Math.min(60_000_000, view().height * 400),
        diskBytes: 0,
        netBytes: asked * 900,
      }
    },
  }
}

const isJsonRpc = (request: unknown): boolean => (request as { jsonrpc?: unknown }).jsonrpc === '2.0'

function headerOf(headers: Record<string, string>, name: string): string {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? ''
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

function jsonAnswer(status: number, answer: object): { status: number; body: Uint8Array } {
  return { status, body: new TextEncoder().encode(JSON.stringify(answer)) }
}
