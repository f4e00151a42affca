import type { ChainBlock, ChainParams, Governing, PendingClaim, ServiceInfo, SessionInfo, SupplierRecord } from '#main/core/ports/chain.ts'
import type { ApplicationRecord, GatewayRecord, RoleRules } from '#main/core/ports/roles.ts'
import { targetHashHex } from '#shared/model/difficulty.ts'
import type { Ledger, PracticeGenesis, PracticeParams, PracticeTx } from '../parts.ts'
import { balanceOf } from './bank.ts'
import { beginBlock, QuietBegin } from './begin-block.ts'
import { endBlock } from './end-block.ts'
import type { Frame } from './frame.ts'
import { blockHash } from './hashes.ts'
import { governingOf } from './governing.ts'
import { genesisState, logBalances } from './make-state.ts'
import { relayCostAt, targetHashAt } from './pricing.ts'
import { chainTx, runTx } from './run-tx.ts'
import { restoredState, savedState } from './saved-state.ts'
import { SessionBook } from './sessions.ts'
import { applicationRecord, roleRulesOf } from './role-records.ts'
import { isActive, type ChainState, type SupplierState } from './state.ts'

export interface LedgerOptions {
  /** How many of the newest blocks can be asked for again. All, when absent. */
  keepBlocks?: number
  /** What is kept of a block; all of it when absent. */
  keepAs?: (block: ChainBlock) => ChainBlock
  /** For recordings whose block hashes are not all known: session ids by `application/service/start height`. */
  recordedSessionIds?: ReadonlyMap<string, string>
}

/** A chain that has not made its first block. @throws when the genesis is none */
export function createLedger(genesis: PracticeGenesis, options: LedgerOptions = {}): Ledger {
  return new PracticeLedger(genesisState(genesis, options.recordedSessionIds), new Map(), options.keepBlocks, options.keepAs)
}

/** @param text what `save` gave @throws when it is not that */
export function restoreLedger(text: string, options: Pick<LedgerOptions, 'keepAs'> = {}): Ledger {
  const { state, blocks, keepBlocks } = restoredState(text)
  return new PracticeLedger(state, blocks, keepBlocks, options.keepAs)
}

class PracticeLedger implements Ledger {
  private readonly state: ChainState
  private readonly blocks: Map<number, ChainBlock>
  private readonly keepBlocks: number | undefined
  private readonly keepAs: LedgerOptions['keepAs']
  private readonly book = new SessionBook()
  private readonly quiet = new QuietBegin()

  constructor(state: ChainState, blocks: Map<number, ChainBlock>, keepBlocks: number | undefined, keepAs: LedgerOptions['keepAs']) {
    this.state = state
    this.blocks = blocks
    this.keepBlocks = keepBlocks
    this.keepAs = keepAs
  }

  get genesis(): PracticeGenesis {
    return this.state.genesis
  }
  get height(): number {
    return this.state.height
  }
  get timeMs(): number {
    return this.state.timeMs
  }
  get hash(): string {
    return blockHash(this.state, this.state.height)
  }

  deliver(block: { timeMs: number; hash?: string; proposer?: string; txs: PracticeTx[] }): ChainBlock {
    const { state } = this
    if (block.timeMs < state.timeMs) throw new Error(`block time ${block.timeMs} is before ${state.timeMs}`)
    const height = state.height + 1
    state.height = height
    state.timeMs = block.timeMs
    if (block.hash !== undefined) state.givenHashes.set(height, block.hash.toUpperCase())
    const begin: Frame = { state, height, events: [], mark: { mode: 'BeginBlock' } }
    beginBlock(begin, this.quiet)
    const txs = block.txs.map((tx, index) => chainTx(tx, index, runTx({ state, height }, this.book, tx)))
    const end: Frame = { state, height, events: begin.events, mark: { mode: 'EndBlock' } }
    endBlock(end)
    logBalances(state)
    const made: ChainBlock = { height, hash: this.hash, timeMs: block.timeMs, txs, blockEvents: begin.events }
    this.keep(made)
    return made
  }

  private keep(block: ChainBlock): void {
    if (this.keepBlocks === 0) return
    this.blocks.set(block.height, this.keepAs?.(block) ?? block)
    if (this.keepBlocks !== undefined) this.blocks.delete(block.height - this.keepBlocks)
  }

  tryRun(tx: PracticeTx): { code: number; codespace: string; log: string; gasUsed: bigint } {
    const { code, codespace, log, gasUsed } = runTx({ state: this.state, height: this.state.height }, this.book, tx, true)
    return { code, codespace, log, gasUsed }
  }

  params(): ChainParams {
    const { live, height } = this.state
    return {
      height,
      numBlocksPerSession: live.numBlocksPerSession,
      gracePeriodEndOffsetBlocks: live.gracePeriodEndOffsetBlocks,
      claimWindowOpenOffsetBlocks: live.claimWindowOpenOffsetBlocks,
      claimWindowCloseOffsetBlocks: live.claimWindowCloseOffsetBlocks,
      proofWindowOpenOffsetBlocks: live.proofWindowOpenOffsetBlocks,
      proofWindowCloseOffsetBlocks: live.proofWindowCloseOffsetBlocks,
      sessionGridAnchorHeight: live.sessionGridAnchorHeight,
      sessionNumberAtAnchor: live.sessionNumberAtAnchor,
      supplierUnbondingPeriodSessions: live.supplierUnbondingPeriodSessions,
      computeUnitsToTokensMultiplier: live.computeUnitsToTokensMultiplier,
      computeUnitCostGranularity: live.computeUnitCostGranularity,
      supplierMinStakeUpokt: live.supplierMinStakeUpokt,
      supplierStakingFeeUpokt: live.supplierStakingFeeUpokt,
      applicationMinStakeUpokt: live.applicationMinStakeUpokt,
      proofMissingPenaltyUpokt: live.proofMissingPenaltyUpokt,
      proofSubmissionFeeUpokt: live.proofSubmissionFeeUpokt,
    }
  }

  governing(): Governing {
    return governingOf(this.state)
  }

  practiceParams(): PracticeParams {
    return this.state.live
  }

  balance(address: string, height?: number): bigint {
    if (height === undefined || height >= this.state.height) return balanceOf(this.state, address)
    return this.state.balanceLogs.get(address)?.at(height) ?? 0n
  }

  account(address: string): { accountNumber: bigint; sequence: bigint; pubKeyHex: string | undefined } | undefined {
    const account = this.state.accounts.get(address)
    return account && { accountNumber: account.number, sequence: account.sequence, pubKeyHex: account.pubKeyHex }
  }

  supplier(operatorAddress: string): SupplierRecord | undefined {
    const supplier = this.state.suppliers.get(operatorAddress)
    return supplier && supplierRecord(supplier, this.state.height)
  }

  suppliers(): SupplierRecord[] {
    return [...this.state.suppliers.map.values()].map((supplier) => supplierRecord(supplier, this.state.height))
  }

  application(address: string): ApplicationRecord | undefined {
    return applicationRecord(this.state.applications.get(address))
  }

  gateway(address: string): GatewayRecord | undefined {
    const known = this.state.gateways.get(address)
    return known && { ...known }
  }

  gateways(): GatewayRecord[] {
    return [...this.state.gateways.map.values()].sort((a, b) => (a.address < b.address ? -1 : 1)).map((gateway) => ({ ...gateway }))
  }

  roleRules(): RoleRules {
    return roleRulesOf(this.state)
  }

  services(): ServiceInfo[] {
    return [...this.state.services.map.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  difficulty(serviceId: string, height: number): string {
    return targetHashHex(targetHashAt(this.state, serviceId, height))
  }

  computeUnitsPerRelay(serviceId: string, height: number): bigint | undefined {
    return relayCostAt(this.state, serviceId, height)
  }

  session(applicationAddress: string, serviceId: string, height?: number): SessionInfo {
    return this.book.session(this.state, applicationAddress, serviceId, height ?? this.state.height)
  }

  pendingClaims(operatorAddress: string): PendingClaim[] {
    return [...this.state.claims.map.values()]
      .filter((claim) => claim.operatorAddress === operatorAddress)
      .sort((a, b) => a.sessionEndHeight - b.sessionEndHeight || (a.sessionId < b.sessionId ? -1 : 1))
      .map((claim) => ({
        operatorAddress,
        applicationAddress: claim.applicationAddress,
        serviceId: claim.serviceId,
        sessionId: claim.sessionId,
        sessionEndHeight: claim.sessionEndHeight,
        computeUnits: claim.computeUnits,
        relays: claim.relays,
        proofStatus: claim.proofStatus,
      }))
  }

  block(height: number): ChainBlock | undefined {
    return this.blocks.get(height)
  }

  save(): string {
    return savedState(this.state, this.blocks, this.keepBlocks)
  }
}

function supplierRecord(supplier: SupplierState, height: number): SupplierRecord {
  return {
    ownerAddress: supplier.ownerAddress,
    operatorAddress: supplier.operatorAddress,
    stakeUpokt: supplier.stakeUpokt,
    services: supplier.configs.filter((config) => isActive(config, height)).map(({ service }) => service),
    pending: supplier.configs
      .filter(({ activationHeight, deactivationHeight }) => activationHeight > height && deactivationHeight === 0)
      .map(({ service, activationHeight }) => ({ service, activationHeight })),
    unstakeSessionEndHeight: supplier.unstakeSessionEndHeight,
  }
}
