import type { BackendRow, EndpointReportView, EntryRow, ServeRow } from '#shared/api/backend-requests.ts'
import type { RequestOutput } from '#shared/api/requests.ts'

/** What a look at a node found: well unless told otherwise. */
export const report = (now: number, fields: Partial<EndpointReportView> = {}): EndpointReportView => ({
  chain: '0x7a69',
  latencyMs: 4,
  height: 1_204,
  headAgeMs: 2_000,
  syncing: false,
  archive: true,
  websocket: null,
  warnings: [],
  checks: [
    {
      name: 'eth_blockNumber',
      rpcType: 'JSON_RPC',
      severity: 'critical_error',
      archival: false,
      outcome: 'passed',
      key: '',
      facts: {},
      ms: 3,
    },
    { name: 'eth_chainId', rpcType: 'JSON_RPC', severity: 'critical_error', archival: false, outcome: 'passed', key: '', facts: {}, ms: 3 },
  ],
  atMs: now - 60_000,
  ...fields,
})

export const backendRow = (now: number, fields: Partial<BackendRow> = {}): BackendRow => ({
  serviceId: 'anvil',
  name: 'Anvil (LocalNet)',
  ways: { http: true, rest: false, websocket: true },
  by: 'container',
  nodeId: 'backend',
  attached: null,
  report: report(now),
  failure: null,
  ...fields,
})
export const ATTACHED: NonNullable<BackendRow['attached']> = {
  origins: { http: 'https://gnosis.infura.io', rest: '', websocket: '' },
  place: 'rented',
  credential: 'bearer',
  hasPath: true,
  updatedAtMs: 1,
  reach: 'reached',
  reachReason: '',
}

const option = (fields: Partial<ServeRow['options'][number]> = {}): ServeRow['options'][number] => ({
  entryId: 'fuse-nethermind',
  title: 'Fuse',
  summary: 'One container, no second program.',
  diskGb: 150,
  memoryGb: 8,
  cpuCores: 2,
  downMbps: null,
  upMbps: null,
  firstSync: 'about a day (estimate)',
  evidence: 'read',
  lacks: [],
  ...fields,
})
const serveRow = (serviceId: string, name: string, fields: Partial<ServeRow> = {}): ServeRow => ({
  serviceId,
  name,
  difficulty: 'easy',
  onChain: false,
  computeUnitsPerRelay: null,
  upoktPer1000: null,
  by: 'nothing',
  options: [],
  chosen: false,
  ...fields,
})

/** An entry of the catalogue: not started and fitting unless told otherwise. */
export const entryRow = (fields: Partial<EntryRow> = {}): EntryRow => ({
  entryId: 'fuse-nethermind',
  title: 'Fuse',
  summary: 'One container, no second program. The smallest Ethereum-like node of the real network that is known.',
  serves: [{ serviceId: 'fuse', name: 'Fuse', onNetwork: true }],
  diskGb: 150,
  memoryGb: 8,
  cpuCores: 2,
  firstSync: 'about a day (estimate)',
  licence: 'MIT, LGPL-3.0',
  evidence: 'read',
  images: ['docker.io/fusenet/node:nethermind-v1.36.2'],
  stopGraceSeconds: 120,
  snapshot: {
    kind: 'none',
    url: '',
    why: 'The published snapshots are of another program and cannot be used; it fetches a recent state itself.',
  },
  lacks: [],
  isOwnNode: false,
  blocked: null,
  stage: 'none',
  hasData: false,
  nodeIds: ['fuse-nethermind-fuse'],
  progress: null,
  ...fields,
})

/** Answers for the pages of backends and of what to serve. */
export const backendAnswers = (now: number) => ({
  'backends.list': {
    mayAttach: true,
    rows: [
      backendRow(now),
      backendRow(now, {
        serviceId: 'gnosis',
        name: 'Gnosis Chain',
        by: 'attached',
        nodeId: null,
        attached: ATTACHED,
        report: report(now, {
          chain: '0x64',
          warnings: ['rented'],
          checks: [
            {
              name: 'eth_blockNumber',
              rpcType: 'JSON_RPC',
              severity: 'critical_error',
              archival: false,
              outcome: 'failed',
              key: 'rpc-error',
              facts: { answer: 'too many requests' },
              ms: 80,
            },
          ],
        }),
      }),
    ],
    gate: { kind: 'ready', reason: '' },
  } satisfies RequestOutput<'backends.list'>,
  'backends.catalogue': {
    rows: [
      entryRow(),
      entryRow({
        entryId: 'gnosis-nethermind-lighthouse',
        title: 'Gnosis Chain',
        summary: 'Nethermind with Lighthouse beside it. A good first Ethereum-like chain for a small machine.',
        serves: [{ serviceId: 'gnosis', name: 'Gnosis Chain', onNetwork: true }],
        stage: 'made',
        hasData: true,
        nodeIds: ['backend-1'],
        progress: {
          state: 'catching-up',
          share: 0.62,
          height: 24_310_877,
          blocksBehind: 14_902_113,
          headAgeMs: 3_600_000,
          leftMs: 93_600_000,
          atMs: now,
        },
      }),
      entryRow({
        entryId: 'pocket-full',
        title: 'Pocket full node',
        summary: 'A full node of the Pocket Network itself.',
        serves: [{ serviceId: 'pocket', name: 'Pocket Network', onNetwork: true }],
        isOwnNode: true,
        hasData: true,
        nodeIds: ['pocket-1'],
      }),
      entryRow({
        entryId: 'akash-omnibus',
        title: 'Akash',
        summary: 'A Cosmos chain from the Omnibus image, which also carries many others.',
        serves: [{ serviceId: 'akash', name: 'Akash', onNetwork: false }],
        diskGb: 400,
        memoryGb: 16,
        lacks: [
          { what: 'disk', has: 412.5, needs: 500 },
          { what: 'memory', has: 15.5, needs: 24 },
        ],
        snapshot: { kind: 'asked', url: 'https://snapshots.example/akash/', why: '' },
      }),
      entryRow({
        entryId: 'ollama',
        title: 'Language model (Ollama)',
        summary: 'Answers questions to a language model.',
        serves: [{ serviceId: 'ollama', name: 'Ollama', onNetwork: false }],
        stage: 'kept',
        hasData: true,
      }),
    ],
  } satisfies RequestOutput<'backends.catalogue'>,
  'backends.preview': {
    diff: '- backend_url: "http://backend:8545"\n+ backend_url: "http://gate:9100/s/anvil"',
    restarts: [{ nodeId: 'miner', title: 'Relay miner', drained: true }],
  },
  'serve.options': {
    pc: { freeDiskGb: 1_880, memoryGb: 62.7, cpuCores: 16, architecture: 'amd64' },
    rows: [
      serveRow('anvil', 'Anvil (LocalNet)', { by: 'container', onChain: true, computeUnitsPerRelay: '100', upoktPer1000: '14599' }),
      serveRow('fuse', 'Fuse', { options: [option()] }),
      serveRow('gnosis', 'Gnosis Chain', {
        options: [
          option({ entryId: 'gnosis', title: 'Gnosis Chain', diskGb: 500, memoryGb: 16, firstSync: '1 to 3 days, less on a fast disk' }),
        ],
      }),
      serveRow('akash', 'Akash', {
        options: [option({ entryId: 'akash', title: 'Akash', memoryGb: 128, lacks: [{ what: 'memory', has: 62.7, needs: 128 }] })],
      }),
      serveRow('solana', 'Solana', { difficulty: 'datacenter' }),
      serveRow('osmosis', 'Osmosis', { difficulty: 'moderate' }),
    ],
    catalogDate: '2026-11-22',
    atHeight: 1_200,
  } satisfies RequestOutput<'serve.options'>,
})
