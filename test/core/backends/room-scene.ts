import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EndpointWish } from '#shared/api/backend-requests.ts'
import { CATALOG_PUBLIC_KEY } from '#shared/catalog/backends/public-key.ts'
import { HearthError } from '#shared/api/errors.ts'
import { CATALOG_FOLDER } from '#main/catalog.ts'
import { createAttachments, type Attachments } from '#main/core/backends/attachments.ts'
import { createBackendsRoom, type BackendsRoom } from '#main/core/backends/backends-room.ts'
import type { Gate, GateView, Reach } from '#main/core/backends/gate.ts'
import { createGateParts, type GateParts } from '#main/core/backends/gate-part.ts'
import { readCatalog } from '#main/core/backends/read-catalog.ts'
import type { BackendLine, EndpointSecret, LineQuestion } from '#main/core/ports/backend-line.ts'
import { createStatePublisher } from '#main/core/state/publisher.ts'
import { initialState } from '#main/core/state/initial.ts'
import { createQuietLog } from '#test/fakes/quiet-log.ts'

export const catalog = readCatalog((name) => new Uint8Array(readFileSync(join(CATALOG_FOLDER, name))), CATALOG_PUBLIC_KEY)
export const NOW = 1_800_000_000_000
export const SECRET = 'canary-8811'
/** A node as it answers; each test changes what it wants. */
interface FakeNode {
  chainId: string
  headAgeSeconds: number
  syncing: unknown
  admin: boolean
  down: boolean
  fails: Record<string, string>
  network: string
  /** Of the WebSocket and of REST, which may be others. */
  wsChainId?: string
  /** What the WebSocket says instead of an answer. */
  wsResult?: unknown
  restNetwork?: string
  restStatus?: number
}
const fresh = () => ({
  node: { chainId: '0x64', headAgeSeconds: 5, syncing: false, admin: false, down: false, fails: {}, network: 'akashnet-2' } as FakeNode,
  asked: [] as LineQuestion[],
  later: 0,
  /** Rounds of the gate. */
  rounds: 0,
  sleep: (): Promise<void> => Promise.resolve(),
  /** What is waited for before a node answers. */
  held: (): Promise<void> => Promise.resolve(),
  settings: new Map<string, string>(),
  secrets: new Map<string, EndpointSecret>(),
  noted: [] as { text: string; facts: Record<string, string> | undefined }[],
  woken: 0,
  reach: { kind: 'reached' } as Reach,
  reachedAt: [] as string[],
  gateView: { kind: 'ready', reason: '' } as GateView,
})
/** The room of attached endpoints with all that it meets; each test changes what it wants. */
export const here = fresh() as ReturnType<typeof fresh> & { parts: GateParts; attachments: Attachments; room: BackendsRoom }
export const clock = { now: () => NOW + here.later, sleep: () => here.sleep() }
export const state = createStatePublisher(
  initialState({ version: '0', shell: 'web', host: 'h', network: 'local', startedAtMs: NOW, notice: null }),
  clock,
)
export const line: BackendLine = {
  http: async (question) => {
    here.asked.push(question)
    await here.held()
    const { host } = new URL(question.url)
    if (here.node.down) return Promise.reject(new HearthError('backend-unreachable', { host, reason: 'ECONNREFUSED' }))
    if (question.body === '' || new URL(question.url).pathname.startsWith('/wallet')) {
      const told = { default_node_info: { network: here.node.restNetwork ?? here.node.network }, syncing: false }
      return Promise.resolve({ status: here.node.restStatus ?? 200, body: new TextEncoder().encode(JSON.stringify(told)), ms: 7 })
    }
    const { method } = JSON.parse(question.body) as { method: string }
    const block = { number: '0x10', timestamp: `0x${Math.floor(NOW / 1000 - here.node.headAgeSeconds).toString(16)}` }
    const time = (ms: number): string => new Date(ms).toISOString()
    const results: Record<string, unknown> = {
      eth_chainId: here.node.chainId,
      eth_blockNumber: '0x10',
      eth_getBlockByNumber: block,
      eth_syncing: here.node.syncing,
      eth_getBalance: '0x0',
      ...(here.node.admin ? { admin_nodeInfo: { id: 'x' } } : {}),
      health: {},
      status: {
        node_info: { network: here.node.network },
        sync_info: {
          latest_block_height: '900',
          latest_block_time: time(NOW - here.node.headAgeSeconds * 1000),
          earliest_block_height: '1',
          earliest_block_time: time(NOW - 1_000_000_000),
          catching_up: here.node.syncing !== false,
        },
      },
    }
    const text =
      here.node.fails[method] ??
      (method in results
        ? JSON.stringify({ jsonrpc: '2.0', id: 1, result: results[method] })
        : '{"error":{"code":-32601,"message":"the method does not exist"}}')
    return Promise.resolve({ status: 200, body: new TextEncoder().encode(text), ms: 12 })
  },
  websocket: ({ message }) => {
    const { method } = JSON.parse(message) as { method: string }
    const status = { node_info: { network: here.node.wsChainId ?? here.node.network } }
    const result = method === 'eth_chainId' ? (here.node.wsChainId ?? here.node.chainId) : method === 'status' ? status : '0x10'
    return Promise.resolve({ text: JSON.stringify('wsResult' in here.node ? { result: here.node.wsResult } : { result }), ms: 3 })
  },
}
export const wish = (more: Partial<EndpointWish> = {}): EndpointWish => ({
  serviceId: 'gnosis',
  httpUrl: `http://192.168.1.9:8545/${SECRET}`,
  restUrl: '',
  webSocketUrl: '',
  credential: { kind: 'bearer', token: SECRET },
  keep: false,
  ...more,
})

/** Another life of the room, with what is stored. */
export const begin = async (mayAttach = true): Promise<void> => {
  const store = {
    setting: (key: string) => Promise.resolve(here.settings.get(key)),
    setSetting: (key: string, value: string) => Promise.resolve(void here.settings.set(key, value)),
  }
  here.attachments = createAttachments(store, 'local')
  here.parts = createGateParts(store, 'local')
  await here.parts.load()
  const gate: Gate = {
    round: () => Promise.resolve(void (here.rounds += 1)),
    view: () => here.gateView,
    reach: (path) => {
      here.reachedAt.push(path)
      return Promise.resolve(here.reach)
    },
  }
  here.room = createBackendsRoom({
    catalogueAsked: () => undefined,
    network: 'local',
    catalog: () => catalog,
    attachments: here.attachments,
    secrets: {
      get: (id) => Promise.resolve(here.secrets.get(id)),
      put: (id, secret) => Promise.resolve(void here.secrets.set(id, secret)),
      remove: (id) => Promise.resolve(void here.secrets.delete(id)),
    },
    line,
    mayAttach,
    gate,
    parts: here.parts,
    clock,
    log: createQuietLog(),
    state,
    serviceIds: () => Promise.resolve(['anvil']),
    backendNode: (id) => (id === 'anvil' ? 'backend' : undefined),
    miner: { config: () => Promise.resolve({ yaml: 'backend_url: "http://backend:8545"\n', command: [] }) },
    minerWith: (url) => ({ config: () => Promise.resolve({ yaml: `backend_url: "${url('anvil') ?? ''}"\n`, command: [] }) }),
    containerUrl: () => 'http://backend:8545',
    activity: (text, facts) => void here.noted.push({ text, facts }),
    wake: () => void (here.woken += 1),
  })
  await here.room.load()
}

/** As it is before each test. */
export const beginAnew = async (): Promise<void> => {
  Object.assign(here, fresh())
  await begin()
}
