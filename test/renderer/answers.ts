import type { FoundEngineView } from '#shared/api/engine-requests.ts'
import type { RequestName } from '#shared/api/requests.ts'
import type { EngineProduct } from '#shared/model/engines.ts'
import { logLevelOf } from '#shared/model/log-level.ts'
import { backendAnswers } from './backend-scene.ts'
import { ejectPreview } from './eject-scene.ts'
import { recordStatus } from './record-scene.ts'
import { walletAnswers } from './wallet-scene.ts'
import { BLOCK_MS, HEIGHT, OPERATOR, OWNER } from './scene.ts'
import { updateList } from './update-scene.ts'

const MINER_LINES = [
  'Starting relay miner...',
  '[CONFIG] Number of Suppliers configured in this RelayMiner: 1',
  'relay request served successfully application_address=pokt1gra88kp current_height=131 service_id=anvil',
  'ERR Failed verifying relay request error="session expired, expecting: 130, got: 131. This may indicate network delay."',
  'relay request served successfully application_address=pokt1gra88kp current_height=132 service_id=anvil',
  '{"level":"warn","message":"Block update delayed","last_height":132}',
  'Reached block 134 - claim creation window is now open! Proceeding with claim creation.',
  'Processing profitable claim - estimated submission cost: 3upokt, reward: 160upokt',
  'created a new claim service_id=anvil',
  'relay request served successfully application_address=pokt1gra88kp current_height=136 service_id=anvil',
  'submitted a new proof service_id=anvil',
]

/** One container engine as the search finds it: well unless told otherwise. */
export const engine = (product: EngineProduct, endpoint: string, fields: Partial<FoundEngineView> = {}): FoundEngineView => ({
  endpoint,
  product,
  kind: 'ready',
  version: '',
  detail: '',
  rootless: false,
  cpus: 8,
  memoryBytes: 33_400_000_000,
  clockOffsetMs: 12,
  freeBytes: null,
  step: null,
  ...fields,
})

const GATEWAY = 'pokt15ynykl3rrlq7k296c8qye4zp43s9ska0de4c2a'
const OFFERED = [
  {
    serviceId: 'anvil',
    endpoints: [
      { url: 'https://relay.oakroom.example', rpcType: 'JSON_RPC' },
      { url: 'wss://relay.oakroom.example/ws', rpcType: 'WEBSOCKET' },
    ],
    revShare: [
      { address: OWNER, percent: 80 },
      { address: OPERATOR, percent: 20 },
    ],
  },
]

/** Believable answers to what is not in the state. A request that is not here answers `not-allowed`. */
export function answers(now: number): Partial<Record<RequestName, unknown>> {
  const DAY = 86_400_000
  const today = now - (now % DAY)
  const claimRow = (end: number, stage: string) => ({
    key: `${end}/${OPERATOR}/app/anvil`,
    operatorAddress: OPERATOR,
    applicationAddress: 'pokt1qz9c7r50v2kaw7kq8cd0tvx9s6ehz5c3n8n2zy',
    serviceId: 'anvil',
    sessionEndHeight: end,
    sessionNumber: end / 10,
    stage,
    relays: '60',
    claimedUpokt: '252000',
    settledUpokt: stage === 'settled' ? '252000' : null,
    mintedUpokt: stage === 'settled' ? '245700' : null,
    overservicingLossUpokt: stage === 'settled' ? '0' : null,
    deflationLossUpokt: stage === 'settled' ? '6300' : null,
    slashedUpokt: null,
    yourUpokt: stage === 'settled' ? '194103' : null,
    claimHeight: end + 4,
    claimTxHash: '9C417F20AAB1C2D3E4F5061728394A5B6C7D8E9F00112233445566778899E07A',
    proofHeight: stage === 'claimed' ? null : end + 8,
    proofTxHash: stage === 'claimed' ? null : '11417F20AAB1C2D3E4F5061728394A5B6C7D8E9F00112233445566778899E011',
    settledHeight: stage === 'settled' ? end + 11 : null,
    settledAtMs: stage === 'settled' ? now - (HEIGHT - end - 11) * BLOCK_MS : null,
    proofRequirement: stage === 'claimed' ? null : 'probabilistic',
    reason: null,
    recipients:
      stage === 'settled'
        ? [
            {
              address: OWNER,
              label: 'Owner',
              upokt: '155283',
              opReason: 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION',
            },
            {
              address: OPERATOR,
              label: 'Operator',
              upokt: '38820',
              opReason: 'TLM_RELAY_BURN_EQUALS_MINT_SUPPLIER_SHAREHOLDER_REWARD_DISTRIBUTION',
            },
          ]
        : [],
  })
  const row = (id: number, ago: number, actor: string, text: string, facts: Record<string, string> = {}, level = 'info') => ({
    id,
    atMs: now - ago,
    actor,
    level,
    text,
    facts,
  })
  return {
    'sessions.list': {
      passwordSetAtMs: now - 12 * DAY,
      sessions: [
        {
          id: 'abcdefghijkl',
          browser: 'Firefox on Linux',
          address: '192.168.1.20',
          how: 'password',
          createdAtMs: now - 2 * DAY,
          seenAtMs: now,
          current: true,
        },
        {
          id: 'mnopqrstuvwx',
          browser: 'Chrome on Android',
          address: '192.168.1.31',
          how: 'password',
          createdAtMs: now - 5 * DAY,
          seenAtMs: now - 3 * 3_600_000,
          current: false,
        },
        {
          id: 'yzABCDEFGHIJ',
          browser: 'Safari on macOS',
          address: '2001:db8:4:1::7',
          how: 'link',
          createdAtMs: now - 9 * DAY,
          seenAtMs: now - 4 * DAY,
          current: false,
        },
      ],
    },
    'engine.check': {},
    'engine.find': {
      platform: 'linux',
      engines: [
        engine('docker-engine', 'unix:///var/run/docker.sock', { version: '29.1.2', freeBytes: 412_000_000_000 }),
        engine('podman-rootless', 'unix:///run/user/1000/podman/podman.sock', {
          kind: 'not-started',
          detail: 'installed, and nothing answers',
          step: { key: 'start', command: 'systemctl --user enable --now podman.socket', runs: true },
        }),
        engine('colima', 'unix:///home/ada/.colima/default/docker.sock', {
          version: '28.4.0',
          clockOffsetMs: -95_000,
          freeBytes: 31_000_000_000,
          step: { key: 'set-clock', command: 'colima restart', runs: true },
        }),
        engine('podman', 'unix:///run/podman/podman.sock', {
          kind: 'too-old',
          detail: 'version 3.4.4, API 1.40; needed is API 1.41',
          step: { key: 'update', command: 'sudo apt update && sudo apt install --only-upgrade podman', runs: false },
        }),
      ],
      install: { key: 'install', command: 'sudo apt install docker.io', runs: false },
      chosen: '',
      used: 'unix:///var/run/docker.sock',
      isGiven: false,
      passedOver: [],
    },
    'keys.details': {
      rows: [
        { id: 'k1', origin: 'watch', hdPath: null, hasWords: false, backupAtMs: null, drillAtMs: null },
        { id: 'k2', origin: 'made', hdPath: "m/44'/118'/0'/0/0", hasWords: true, backupAtMs: now - 9 * DAY, drillAtMs: now - 9 * DAY },
        { id: 'k3', origin: 'hex', hdPath: null, hasWords: false, backupAtMs: null, drillAtMs: null },
      ],
      offers: { keychain: 'no-keychain', file: null },
      backup: { atMs: now - 9 * DAY, path: '/media/ada/stick/hearth-keys-2026-11-13-0931-7c1e.hearth-backup' },
      drill: {
        atMs: now - 9 * DAY,
        path: '/media/ada/stick/hearth-keys-2026-11-13-0931-7c1e.hearth-backup',
        madeAtMs: now - 9 * DAY,
      },
      failedDrill: null,
    },
    'nodes.look': {},
    'nodes.logs': {
      lines: Array.from({ length: 14 }, (_line, index) => ({
        timeMs: now - (14 - index) * 2_000,
        stream: 'out',
        text: `INF finalized block block_app_hash=7F00C${index} height=${HEIGHT - 13 + index} module=state num_txs_res=0 num_val_updates=0`,
      })),
    },
    'nodes.logPage': {
      book: 'b1',
      lines: MINER_LINES.map((text, index) => ({
        number: 1_000_000 + index,
        timeMs: now - (MINER_LINES.length - index) * 2_000,
        stream: 'out',
        level: logLevelOf(text),
        text,
      })),
      older: true,
      newer: false,
      gaps: [],
    },
    'metrics.series': {
      points: Array.from({ length: 290 }, (_point, index) => {
        const mean = 40 + 22 * Math.sin(index / 17) + ((index * 7919) % 13)
        return index > 190 && index < 215 ? null : { atMs: now - 600_000 + index * 2_000, mean, min: mean * 0.9, max: mean * 1.15 }
      }).filter((point) => point !== null),
    },
    'metrics.miner': {
      state: 'ok',
      readAtMs: now - 4_000,
      countedFromMs: now - 5 * 3_600_000,
      unreadable: 0,
      requests: 1_318,
      served: 1_240,
      refused: 78,
      dropped: 12,
      failedLater: 3,
      backendFailures: 0,
      services: [{ serviceId: 'anvil', requests: 1_318, successes: 1_240, errors: 78, dropped: 12, delayedFailures: 3 }],
    },
    'nodes.suggestPort': { hostPort: 26658 },
    'supplier.previewConfig': {
      diff: '  suppliers:\n+   - service_id: "eth"',
      restarts: [{ nodeId: 'miner-1', title: 'Relay miner', drained: true }],
    },
    'supplier.options': {
      minStakeUpokt: '59500000000',
      stakingFeeUpokt: '1',
      suggestedStakeUpokt: '59505000000',
      services: [{ id: 'anvil', name: 'Anvil (test Ethereum)', computeUnitsPerRelay: '100', backendNodeId: 'backend-1' }],
      endpointUrl: 'http://127.0.0.1:8645',
      atHeight: HEIGHT,
    },
    'supplier.record': {
      atHeight: HEIGHT,
      record: {
        ownerAddress: OWNER,
        operatorAddress: OPERATOR,
        stakeUpokt: '59505000000',
        unstakeSessionEndHeight: 0,
        active: OFFERED,
        offered: OFFERED,
        offeredFromHeight: null,
        basedOn: 'ab12',
      },
    },
    'roles.services': {
      atHeight: HEIGHT,
      feeUpokt: '1000000000',
      maxComputeUnits: '2097152',
      own: [{ id: 'oakroom_chain', name: 'Oakroom chain', computeUnitsPerRelay: '1200', ownerAddress: OWNER }],
      taken: ['anvil', 'eth'],
    },
    'roles.applications': {
      atHeight: HEIGHT,
      minStakeUpokt: '1000000000',
      minSpendLimitUpokt: '1000000',
      unbondingSessions: 3,
      maxGateways: 7,
      services: [
        { id: 'anvil', name: 'Anvil (test Ethereum)' },
        { id: 'eth', name: 'Ethereum' },
      ],
      gateways: [{ address: GATEWAY, stakeUpokt: '5000000000' }],
      own: [
        {
          address: OWNER,
          stakeUpokt: '1999718180',
          serviceId: 'anvil',
          gateways: [GATEWAY],
          spendLimitUpokt: '5000000',
          unstakeSessionEndHeight: 0,
          backAtHeight: 0,
        },
      ],
    },
    'roles.gateways': {
      atHeight: HEIGHT,
      minStakeUpokt: '5000000000',
      unbondingSessions: 3,
      count: 12,
      own: [{ address: OWNER, stakeUpokt: '5000000000', unstakeSessionEndHeight: 140, backAtHeight: 170 }],
    },
    'roles.morse': {
      atHeight: HEIGHT,
      open: true,
      free: true,
      supplierMinStakeUpokt: '59500000000',
      applicationMinStakeUpokt: '1000000000',
      accounts: [
        {
          morseAddress: '0'.repeat(40),
          found: {
            balanceUpokt: '1234567890',
            supplierStakeUpokt: '0',
            applicationStakeUpokt: '0',
            morseOutputAddress: '',
            unstakedAtMs: 0,
            claimedAtHeight: 0,
            claimedBy: '',
          },
        },
      ],
    },
    'relays.results': {
      rows: Array.from({ length: 6 }, (_row, index) => ({
        id: 60 - index,
        batchId: 'b2',
        atMs: now - 20_000 - index * 150,
        serviceId: 'anvil',
        sessionId: 'c0ffee',
        operatorAddress: OPERATOR,
        ok: true,
        signatureOk: true,
        latencyMs: 10 + index,
        httpStatus: 200,
        answer: '{"jsonrpc":"2.0","id":1,"result":"0x1b4"}',
        error: null,
      })),
    },
    'earnings.claims': {
      rows: [claimRow(130, 'claimed'), claimRow(120, 'settled'), claimRow(110, 'settled'), claimRow(100, 'settled')],
      more: false,
    },
    'earnings.days': {
      rows: Array.from({ length: 14 }, (_day, index) => ({
        dayStartMs: today - (13 - index) * DAY,
        upokt: index === 13 ? '2173920' : String(3_400_000 + ((index * 7919) % 900) * 1_000),
        claims: index === 13 ? 9 : 20,
      })),
    },
    ...backendAnswers(now),
    ...walletAnswers(now),
    'records.status': recordStatus(now),
    'eject.preview': ejectPreview(),
    'updates.list': updateList(now),
    'activity.list': {
      rows: [
        row(9, 8_000, 'hearth', 'ledger-equal', { height: '133' }),
        row(8, 60_000, 'network', 'tx-included', { kind: 'stake-services', height: '66', hash: '9C41' }),
        row(7, 150_000, 'network', 'tx-included', { kind: 'stake-owner', amountUpokt: '59505000000', height: '61', hash: '1B0C' }),
        row(6, 200_000, 'you', 'faucet', { address: OWNER, amountUpokt: '60000000000' }),
        row(5, 600_000, 'you', 'key-made', { role: 'operator', name: 'Operator', address: OPERATOR }),
        row(4, 660_000, 'you', 'local-chain-start'),
      ],
    },
  }
}
