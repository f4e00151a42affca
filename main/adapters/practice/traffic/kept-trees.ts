import type { RunningMiner } from './miner-parts.ts'
import type { SessionTree } from './session-trees.ts'
import { windowHeights } from './window-heights.ts'

/**
 * What a start does with the trees that the volume holds, whoever they are of (pokt-network/poktroll v0.1.35 pkg/relayer/session/persistence.go): those that nothing can come of
 * any more are deleted, all others are taken up. Claims and proofs are then sent for configured suppliers alone. A tree of another one lies in memory and on the volume, is
 * neither claimed nor proven nor deleted, and goes on at a later start with its key; at one after its windows it is deleted, whether its key is there or not. The real one forgets its file of relays on the volume then, which Practice does not.
 */
export function takeUpKeptTrees(miner: RunningMiner): void {
  const { node, trees, settings } = miner
  const { ledger } = node
  const { height } = ledger
  const kept = trees.all()
  const method = { method: 'populateSessionTreeMap', height }
  if (kept.length > 0) miner.log('info', `about to load ${kept.length} persisted sessions into memory`, method)
  const isClaimed = ({ operatorAddress, session }: SessionTree): boolean =>
    ledger.pendingClaims(operatorAddress).some((claim) => claim.sessionId === session.sessionId)
  for (const tree of kept) {
    const { operatorAddress, session } = tree
    const { claimClose, proofClose } = windowHeights(ledger.params(), session.endHeight)
    const about = {
      ...method,
      session_id: session.sessionId,
      supplier_operator_address: operatorAddress,
      session_end_height: session.endHeight,
      claim_window_close: claimClose,
      proof_window_close: proofClose,
      current_height: height,
    }
    if (height > proofClose) {
      if (isClaimed(tree)) miner.log('warn', 'Session is outdated, but a claim exists onchain, expecting the supplier to be slashed', about)
      trees.remove(tree)
      miner.log('info', 'Session deleted: expired past proof submission window', about)
    } else if (height > claimClose && !isClaimed(tree)) {
      trees.remove(tree)
      miner.log('info', 'deleting session WITHOUT onchain claim', about)
    } else {
      const path = { ...about, store_path: `${settings.smtStorePath}/mined_relays/${operatorAddress}/${session.sessionId}.wal` }
      miner.log('info', 'Reconstructing the session SMT from the persisted WAL', path)
      miner.log('info', `imported a session tree ${isClaimed(tree) ? 'WITH' : 'WITHOUT'} A PREVIOUSLY COMMITTED onchain claim`, path)
    }
  }
}
