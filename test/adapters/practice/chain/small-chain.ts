import { createHash } from 'node:crypto'
import { bech32Encode } from '#main/adapters/cosmos/tx/bech32.ts'
import { createLedger, type LedgerOptions } from '#main/adapters/practice/chain/ledger.ts'
import type { Ledger, PracticeGenesis, PracticeMessage, PracticeParams, PracticeTx } from '#main/adapters/practice/parts.ts'
import type { ChainBlock, ChainEvent } from '#main/core/ports/chain.ts'

/** A small practised chain for tests, with as many people as a test asks for. */

export const POKT = 1_000_000n
export const BLOCK_MS = 60_000

export function addressOf(name: string): string {
  return bech32Encode('practice', createHash('sha256').update(name).digest().subarray(0, 20))
}

/** Mainnet's economy on the short sessions of local chains. */
export const PARAMS: PracticeParams = {
  numBlocksPerSession: 10,
  gracePeriodEndOffsetBlocks: 1,
  claimWindowOpenOffsetBlocks: 1,
  claimWindowCloseOffsetBlocks: 4,
  proofWindowOpenOffsetBlocks: 0,
  proofWindowCloseOffsetBlocks: 4,
  sessionGridAnchorHeight: 1,
  sessionNumberAtAnchor: 1,
  supplierUnbondingPeriodSessions: 1,
  applicationUnbondingPeriodSessions: 1,
  gatewayUnbondingPeriodSessions: 1,
  computeUnitsToTokensMultiplier: 145_990n,
  computeUnitCostGranularity: 1_000_000n,
  supplierMinStakeUpokt: 59_500n * POKT,
  supplierStakingFeeUpokt: 1n,
  applicationMinStakeUpokt: 1_000n * POKT,
  gatewayMinStakeUpokt: 5_000n * POKT,
  numSuppliersPerSession: 50,
  proofRequestProbability: '0.01',
  proofRequirementThresholdUpokt: 100n,
  proofMissingPenaltyUpokt: 1n,
  proofSubmissionFeeUpokt: 1n,
  globalInflationPerClaim: '0.000001',
  mintRatio: '0.975',
  mintEqualsBurn: { supplier: '0.79', proposer: '0.14', dao: '0.045', sourceOwner: '0.025', application: '0' },
  mintAllocation: { supplier: '0.8', proposer: '0', dao: '0.1', sourceOwner: '0.1', application: '0' },
  overservicingBonusMultiplier: '1',
  targetNumRelays: 100_000n,
  addServiceFeeUpokt: 3_500n * POKT,
}

export class SmallChain {
  readonly ledger: Ledger
  private waiting: PracticeTx[] = []
  private count = 0

  constructor(
    people: readonly string[],
    params: Partial<PracticeParams> = {},
    options: LedgerOptions & Partial<Pick<PracticeGenesis, 'validators' | 'services'>> = {},
  ) {
    const genesis: PracticeGenesis = {
      chainId: 'practice-1',
      addressPrefix: 'practice',
      genesisTimeMs: 0,
      blockMs: BLOCK_MS,
      accounts: people.map((name) => ({ address: addressOf(name), upokt: 1_000_000n * POKT })),
      validators: options.validators ?? [{ address: addressOf('validator'), stakeUpokt: 900n * POKT, commission: '0.1' }],
      daoAddress: addressOf('dao'),
      services: options.services ?? [{ id: 'eth', name: 'Ethereum', computeUnitsPerRelay: 1900n, ownerAddress: addressOf('source') }],
      params: { ...PARAMS, ...params },
      minimumGasPrice: '0.000001',
    }
    this.ledger = createLedger(genesis, options)
  }

  tx(by: string, ...messages: PracticeMessage[]): PracticeTx {
    this.count += 1
    const hash = createHash('sha256').update(String(this.count)).digest('hex').toUpperCase()
    return { hash, messages, feePayer: addressOf(by), feeUpokt: 1n, gasWanted: 1_000_000n, gasUsed: 0n, pubKeyHex: undefined }
  }

  /** Into the next block. */
  send(by: string, ...messages: PracticeMessage[]): void {
    this.waiting.push(this.tx(by, ...messages))
  }

  block(): ChainBlock {
    const txs = this.waiting
    this.waiting = []
    return this.ledger.deliver({ timeMs: this.ledger.timeMs + BLOCK_MS, txs })
  }

  /** Blocks until `height` is the last one. */
  to(height: number): ChainBlock {
    let block = this.block()
    while (this.ledger.height < height) block = this.block()
    return block
  }

  /** Sends and makes the block; the log of a transaction that fails is thrown. */
  run(by: string, ...messages: PracticeMessage[]): ChainBlock {
    this.send(by, ...messages)
    const block = this.block()
    const failed = block.txs.find((tx) => tx.code !== 0)
    if (failed) throw new Error(failed.log)
    return block
  }

  /** The log of a transaction that fails. */
  refused(by: string, ...messages: PracticeMessage[]): string {
    this.send(by, ...messages)
    const tx = this.block().txs.at(-1)
    if (tx === undefined || tx.code === 0) throw new Error('it was not refused')
    return `${tx.codespace}/${tx.code} ${tx.log}`
  }
}

export const service = (
  shares: [string, number][],
  serviceId = 'eth',
): Extract<PracticeMessage, { kind: 'stake-supplier' }>['services'][number] => ({
  serviceId,
  endpoints: [{ url: 'https://relay.example.org', rpcType: 'JSON_RPC' }],
  revShare: shares.map(([name, percent]) => ({ address: addressOf(name), percent })),
})

export function stakeSupplier(
  by: string,
  operator: string,
  owner: string,
  more: Partial<Extract<PracticeMessage, { kind: 'stake-supplier' }>> = {},
): PracticeMessage {
  return {
    kind: 'stake-supplier',
    signer: addressOf(by),
    ownerAddress: addressOf(owner),
    operatorAddress: addressOf(operator),
    stakeUpokt: 60_000n * POKT,
    services: [],
    ...more,
  }
}

export const stakeApplication = (name: string, stakeUpokt: bigint, serviceIds = ['eth']): PracticeMessage => ({
  kind: 'stake-application',
  address: addressOf(name),
  stakeUpokt,
  serviceIds,
})

export const eventsOf = (events: readonly ChainEvent[], type: string): ChainEvent['attributes'][] =>
  events.filter((event) => event.type.endsWith(`.${type}`)).map(({ attributes }) => attributes)

/** A claim of the session that `startHeight` begins. */
export function claim(
  ledger: Ledger,
  operator: string,
  application: string,
  startHeight: number,
  relays: bigint,
  perRelay = 1900n,
): PracticeMessage {
  const session = ledger.session(addressOf(application), 'eth', startHeight)
  return { kind: 'create-claim', operatorAddress: addressOf(operator), session, relays, computeUnits: relays * perRelay, rootHex: '00' }
}

export function proof(ledger: Ledger, operator: string, application: string, startHeight: number, valid = true): PracticeMessage {
  return {
    kind: 'submit-proof',
    operatorAddress: addressOf(operator),
    session: ledger.session(addressOf(application), 'eth', startHeight),
    valid,
  }
}
