import { HearthError } from '#shared/api/errors.ts'
import type { BroadcastResult, Chain, ChainParams, SupplierRecord, TxLookup } from '#main/core/ports/chain.ts'
import type { RoleRules } from '#main/core/ports/roles.ts'

export const PARAMS: ChainParams = {
  height: 1,
  numBlocksPerSession: 10,
  gracePeriodEndOffsetBlocks: 1,
  claimWindowOpenOffsetBlocks: 1,
  claimWindowCloseOffsetBlocks: 4,
  proofWindowOpenOffsetBlocks: 0,
  proofWindowCloseOffsetBlocks: 4,
  sessionGridAnchorHeight: 1,
  sessionNumberAtAnchor: 1,
  supplierUnbondingPeriodSessions: 1,
  computeUnitsToTokensMultiplier: 145_990n,
  computeUnitCostGranularity: 1_000_000n,
  supplierMinStakeUpokt: 59_500_000_000n,
  supplierStakingFeeUpokt: 1n,
  applicationMinStakeUpokt: 1_000_000n,
  proofMissingPenaltyUpokt: 1n,
  proofSubmissionFeeUpokt: 1n,
}

export const ROLE_RULES: RoleRules = {
  height: 1,
  addServiceFeeUpokt: 1_000_000_000n,
  applicationMinStakeUpokt: 1_000_000n,
  applicationUnbondingSessions: 3,
  maxDelegatedGateways: 2,
  gatewayMinStakeUpokt: 5_000_000_000n,
  gatewayUnbondingSessions: 3,
  morseClaimsOpen: true,
  morseClaimsFree: true,
}

/** A chain in memory, as little as the transaction and head code needs. `broadcasts` counts every send of bytes; `blocks` hold what was taken. */
export interface FakeChain extends Chain {
  heightNow: number
  balances: Map<string, bigint>
  suppliers: Map<string, SupplierRecord>
  broadcasts: Uint8Array[]
  refuseWith: { code: number; log: string } | undefined
  reachable: boolean
  block1Hash: string
  chainId: string
  genesisTime: string
  /** Puts everything that waits into the next block. @param code of each */
  makeBlock(code?: number): void
}

export function createFakeChain(hash: (bytes: Uint8Array) => string): FakeChain {
  const mempool = new Map<string, Uint8Array>()
  const included = new Map<string, TxLookup>()
  const guard = <T>(value: T): Promise<T> =>
    fake.reachable ? Promise.resolve(value) : Promise.reject(new HearthError('chain-unreachable', { reason: 'fake' }))
  const fake: FakeChain = {
    heightNow: 5,
    balances: new Map(),
    suppliers: new Map(),
    broadcasts: [],
    refuseWith: undefined,
    reachable: true,
    block1Hash: 'AA',
    chainId: 'hearth-local-1',
    genesisTime: 't',
    makeBlock(code = 0) {
      fake.heightNow += 1
      for (const txHash of mempool.keys()) {
        included.set(txHash, {
          kind: 'included',
          height: fake.heightNow,
          code,
          codespace: '',
          log: code === 0 ? '' : 'failed to execute message',
          gasUsed: 100_000n,
        })
      }
      mempool.clear()
    },
    head: () => guard({ height: fake.heightNow, timeMs: fake.heightNow * 1000, hash: `H${fake.heightNow}`, catchingUp: false }),
    fingerprint: () => guard({ chainId: fake.chainId, block1Hash: fake.block1Hash, genesisTime: fake.genesisTime }),
    params: () => guard({ ...PARAMS, height: fake.heightNow }),
    account: (address) => guard(fake.balances.has(address) ? { accountNumber: 4n, sequence: 2n, pubKeyHex: undefined } : undefined),
    balance: (address) => guard(fake.balances.get(address) ?? 0n),
    supplier: (address) => guard(fake.suppliers.get(address)),
    services: () => guard([{ id: 'anvil', name: 'Anvil', computeUnitsPerRelay: 100n, ownerAddress: 'x' }]),
    application: () => guard(undefined),
    gateway: () => guard(undefined),
    gateways: () => guard([]),
    roleRules: () => guard({ ...ROLE_RULES, height: fake.heightNow }),
    morseAccount: () => guard(undefined),
    session: () => Promise.reject(new Error('not in this fake')),
    pendingClaims: () => guard([]),
    block: () => Promise.reject(new Error('not in this fake')),
    minimumGasPrice: () => guard('0.000001'),
    simulate: () => guard(120_000n),
    broadcast(bytes): Promise<BroadcastResult> {
      if (!fake.reachable) return Promise.reject(new HearthError('chain-unreachable', { reason: 'fake' }))
      fake.broadcasts.push(bytes)
      const txHash = hash(bytes)
      if (fake.refuseWith) return Promise.resolve({ kind: 'refused', hash: txHash, codespace: 'sdk', ...fake.refuseWith })
      if (mempool.has(txHash)) return Promise.resolve({ kind: 'already-known', hash: txHash })
      mempool.set(txHash, bytes)
      return Promise.resolve({ kind: 'accepted', hash: txHash })
    },
    tx: (txHash) => guard(included.get(txHash) ?? { kind: 'absent' }),
    watch: () => Promise.resolve(),
  }
  return fake
}
