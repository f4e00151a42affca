import type { BackendRow, EndpointReportView, ServeRow } from '#shared/api/backend-requests.ts'
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
