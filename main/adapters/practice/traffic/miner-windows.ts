import { claimValue } from '#shared/model/claim-value.ts'
import type { PracticeMessage } from '../parts.ts'
import { feeFor } from '../node/check-tx.ts'
import type { MinerOperator, RunningMiner } from './miner-parts.ts'
import { rootOf, type SessionTree } from './session-trees.ts'
import { windowHeights, type WindowHeights } from './window-heights.ts'

/** Claims and proofs as the stock miner sends them: one transaction for all sessions that end together, at the opening of the window (offchain facts 2.8). */

/** What the miner itself takes claim and proof to cost, in upokt, whatever they cost. */
const CLAIM_AND_PROOF_COST = 2n
const CLAIM_GAS = { base: 45_000n, each: 53_000n }
const PROOF_GAS = { base: 45_000n, each: 155_000n }
const ADJUSTMENT = { num: 3n, den: 2n }

export interface MinerWindows {
  /** Does what is due after a block. */
  look(): void
}

/** Of one of the miner's suppliers: each has transactions of its own, which its own money pays, and knows nothing of the others. */
export function createMinerWindows(miner: RunningMiner, operator: Pick<MinerOperator, 'address'>): MinerWindows {
  const { node, trees } = miner
  const { ledger } = node
  /** Sessions ends whose waiting was told. */
  const told = new Set<number>()
  const supplier = { supplier_operator_address: operator.address }
  const own = (): SessionTree[] => trees.all().filter((tree) => tree.operatorAddress === operator.address)

  const drop = (tree: SessionTree): void => {
    const session = { session_id: tree.session.sessionId, ...supplier }
    miner.log('info', '🗑️ Deleting session tree - cleaning up outdated or unclaimable session', {
      method: 'RSM.deleteSessionTrees',
      ...session,
    })
    trees.remove(tree)
  }

  const valueOf = ({ session, computeUnits }: SessionTree): bigint => {
    const { computeUnitsToTokensMultiplier, computeUnitCostGranularity } = ledger.params()
    const targetHash = BigInt(`0x${ledger.difficulty(session.serviceId, session.startHeight)}`)
    return claimValue(computeUnits, { computeUnitsToTokensMultiplier, computeUnitCostGranularity, targetHash }).claimedUpokt
  }

  /** Sends one transaction. @returns its hash, or undefined when the network would not have taken it */
  const send = (messages: PracticeMessage[], gas: { base: bigint; each: bigint }, failed: string): string | undefined => {
    const wanted = ((gas.base + gas.each * BigInt(messages.length)) * ADJUSTMENT.num) / ADJUSTMENT.den
    const feeUpokt = feeFor(wanted, miner.arguments.gasPrice)
    const held = ledger.balance(operator.address)
    const fault =
      miner.arguments.chainId !== ledger.genesis.chainId
        ? `signature verification failed; please verify account number and chain-id (${ledger.genesis.chainId}): unauthorized`
        : ledger.account(operator.address) === undefined || held < feeUpokt
          ? `spendable balance ${held}upokt is smaller than ${feeUpokt}upokt: insufficient funds`
          : feeUpokt < feeFor(wanted, ledger.genesis.minimumGasPrice)
            ? `insufficient fees; got: ${feeUpokt}upokt required: ${feeFor(wanted, ledger.genesis.minimumGasPrice)}upokt: insufficient fee`
            : undefined
    if (fault === undefined) return node.submit({ messages, feePayer: operator.address, feeUpokt })
    miner.log('error', failed, { error: fault, ...supplier })
    return undefined
  }

  /** The most rewarding first, as far as the operator's money goes. */
  const affordable = (group: SessionTree[]): SessionTree[] => {
    const cost = ledger.params().proofSubmissionFeeUpokt + CLAIM_AND_PROOF_COST
    let left = ledger.balance(operator.address)
    const kept: SessionTree[] = []
    const valued = group
      .map((tree) => ({ tree, value: valueOf(tree) }))
      .sort((a, b) => (b.value > a.value ? 1 : b.value < a.value ? -1 : 0))
    for (const { tree, value } of valued) {
      const session = { session_id: tree.session.sessionId, ...supplier }
      if (left >= cost && value > CLAIM_AND_PROOF_COST) {
        left -= cost
        kept.push(tree)
        const numbers = `estimated submission cost 💸: ${cost}upokt, reward 🎁: ${value}upokt, estimated profit 💰: ${value - CLAIM_AND_PROOF_COST}upokt`
        miner.log('info', `💲 Processing profitable claim — ${numbers}`, session)
        continue
      }
      if (value <= CLAIM_AND_PROOF_COST) {
        const short = CLAIM_AND_PROOF_COST - value
        miner.log(
          'warn',
          `⚠️ Aborting claim — cost exceeds reward by ${short}upokt (reward: ${value}upokt). 🧹 Cleaning up session state.`,
          session,
        )
      } else {
        const money = `(cost: ${cost}upokt, balance: ${left}upokt)`
        miner.log(
          'warn',
          `⚠️ Aborting claim — supplier operator has insufficient funds to submit claim & proof ${money}. 🧹 Cleaning up session tree.`,
          session,
        )
      }
      drop(tree)
    }
    if (kept.length < group.length) {
      const numbers = `can only process ${kept.length} out of ${group.length} claims`
      miner.log('warn', `⚠️ Supplier operator "${operator.address}" ${numbers}. 💰 Prioritizing most profitable ones.`, supplier)
    }
    return kept
  }

  const claim = (end: number, group: SessionTree[], { claimOpen }: WindowHeights): void => {
    const about = { claim_window_open_height: claimOpen, session_end_height: end, ...supplier }
    miner.log('info', `🎯 Reached block ${miner.height} - claim creation window is now open! Proceeding with claim creation.`, about)
    const kept = affordable(group.filter((tree) => tree.relays > 0n))
    for (const tree of group) if (tree.relays === 0n) drop(tree)
    if (kept.length === 0) {
      const words = '💸 No claimable sessions available - either insufficient funds or unprofitable claims for'
      miner.log('warn', `${words} ${group.length} session trees. ❗Check your supplier's balance`, about)
      return
    }
    const messages = kept.map((tree): PracticeMessage => ({
      kind: 'create-claim',
      operatorAddress: operator.address,
      session: tree.session,
      relays: tree.relays,
      computeUnits: tree.computeUnits,
      rootHex: rootOf(tree),
    }))
    miner.log('info', `[CLAIMING] About to submit transaction with (${messages.length}) num_claim_messages`)
    const hash = send(messages, CLAIM_GAS, '❌ Failed to submit claims to the network. Check node connectivity and transaction fees.')
    if (hash === undefined) {
      for (const tree of kept) drop(tree)
      return
    }
    miner.log('info', `[CLAIMING] Transaction submitted with tx_hash: "${hash}"`)
    for (const tree of kept) {
      trees.note(tree, { claimHash: hash })
      miner.log('info', 'created a new claim', sessionFields(tree))
    }
  }

  const sessionFields = ({ session }: SessionTree) => ({
    app_addr: session.applicationAddress,
    service_id: session.serviceId,
    session_id: session.sessionId,
    supplier_operator_addr: operator.address,
  })

  /** Whether the chain asks for a proof of this claim: found by trying, since a proof that nobody asked for would sink all that are sent with it. */
  const isProofWanted = (message: PracticeMessage): boolean => {
    const trial = { hash: '', messages: [message], feePayer: operator.address, feeUpokt: 0n, gasWanted: 0n, gasUsed: 0n }
    return !ledger.tryRun({ ...trial, pubKeyHex: undefined, unordered: true }).log.includes('proof not required')
  }

  const prove = (end: number, group: SessionTree[], { proofOpen }: WindowHeights): void => {
    miner.log('info', `🔍 Analyzing ${group.length} session trees to determine proof requirements`, { method: 'proveClaims' })
    const known = new Set(ledger.pendingClaims(operator.address).map((each) => each.sessionId))
    const messages: PracticeMessage[] = []
    const proven: SessionTree[] = []
    for (const tree of group) {
      const message: PracticeMessage = { kind: 'submit-proof', operatorAddress: operator.address, session: tree.session, valid: true }
      if (!known.has(tree.session.sessionId)) {
        miner.log('error', '❌ Failed to submit claims to the network. Check node connectivity and transaction fees.', sessionFields(tree))
        drop(tree)
      } else if (isProofWanted(message)) {
        messages.push(message)
        proven.push(tree)
        miner.log('info', '💎 Claim value exceeds threshold - proof required to secure high-value rewards', {
          claim_root: rootOf(tree),
          claimed_amount_upokt: valueOf(tree).toString(),
          ...sessionFields(tree),
        })
      } else {
        trees.note(tree, { proofSpared: true })
        miner.log('info', '✅ Proof not required for this claim - proceeding without proof submission', sessionFields(tree))
      }
    }
    const analysed = `📊 Proof analysis complete: ${proven.length} sessions require proofs, ${group.length - proven.length} sessions skipped (no proof needed)`
    miner.log('info', analysed, { method: 'proveClaims' })
    if (proven.length === 0) return
    miner.log('info', `[PROVING] About to submit transaction with (${messages.length}) num_proof_messages`)
    const failed =
      '❌ Failed to submit proofs to the network. ❗Check node connectivity and transaction fees. ❗Rewards may not be secured and supplier may be slashed.'
    const hash = send(messages, PROOF_GAS, failed)
    if (hash === undefined) {
      for (const tree of proven) drop(tree)
      return
    }
    miner.log('info', `[PROVING] Transaction submitted with tx_hash: "${hash}"`, {
      proof_window_open_height: proofOpen,
      session_end_height: end,
    })
    for (const tree of proven) {
      trees.note(tree, { proofHash: hash })
      miner.log('info', 'submitted a new proof', sessionFields(tree))
    }
  }

  /** Looks what became of what was sent with the block before. */
  const follow = (): void => {
    const sent = new Map<string, SessionTree[]>()
    for (const tree of own()) {
      const hash = tree.proofHash ?? tree.claimHash
      if (hash !== undefined) sent.set(hash, [...(sent.get(hash) ?? []), tree])
    }
    for (const [hash, group] of sent) {
      const found = node.lookUp(hash)
      if (found.kind !== 'included' || found.height !== miner.height) continue
      miner.log('info', `[TX] Transaction with hash "${hash.toLowerCase()}" committed at height (${found.height})`)
      const isProof = group[0]?.proofHash === hash
      if (found.code === 0) {
        if (isProof) miner.log('info', `🎯 Successfully submitted ${group.length} proofs to the network - rewards secured!`)
        continue
      }
      const failed = isProof
        ? '❌ Failed to submit proofs to the network. ❗Check node connectivity and transaction fees. ❗Rewards may not be secured and supplier may be slashed.'
        : '❌ Failed to submit claims to the network. Check node connectivity and transaction fees.'
      miner.log('error', failed, { error: found.log, ...supplier })
      for (const tree of group) drop(tree)
    }
  }

  return {
    look() {
      const { height } = miner
      follow()
      const byEnd = new Map<number, SessionTree[]>()
      for (const tree of own()) byEnd.set(tree.session.endHeight, [...(byEnd.get(tree.session.endHeight) ?? []), tree])
      for (const [end, group] of byEnd) {
        if (height <= end) continue
        const windows = windowHeights(ledger.params(), end)
        if (!told.has(end)) {
          told.add(end)
          const about = { claim_window_open_height: windows.claimOpen, session_end_height: end, ...supplier }
          miner.log(
            'info',
            `⏱️ Waiting for network-defined claim window to open at block height ${windows.claimOpen} before creating claims`,
            about,
          )
        }
        if (height >= windows.proofClose) {
          told.delete(end)
          for (const tree of group) drop(tree)
          continue
        }
        const open = group.filter((tree) => tree.claimHash === undefined)
        // What is sent now is in the next block at the earliest.
        if (open.length > 0 && height >= windows.claimOpen && height < windows.claimClose) claim(end, open, windows)
        const claimed = group.filter((tree) => tree.claimHash !== undefined && tree.proofHash === undefined && !tree.proofSpared)
        const isInBlock = claimed.filter((tree) => node.lookUp(tree.claimHash ?? '').kind === 'included')
        if (isInBlock.length > 0 && height >= windows.proofOpen) prove(end, isInBlock, windows)
      }
    },
  }
}
