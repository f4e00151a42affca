import { HearthError } from '#shared/api/errors.ts'
import type { AppState } from '#shared/api/state.ts'
import { NETWORKS, networkOf } from '#shared/networks/index.ts'
import { owedProofs } from '#shared/model/owed-proofs.ts'
import type { ClaimRow, Store } from '../ports/store.ts'

/** More than sessions and services under way can make. */
const CLAIMS_COUNTED = 1_000

/** A network whose chain is elsewhere: that of a chain made here lies on the engine itself, and its money is play. */
const OF_OTHERS = NETWORKS.filter((network) => !network.madeHere)

/** Claims that need their proof yet, by network, as far as the store knows them; networks without one are left out. */
export async function openProofs(store: Pick<Store, 'claims' | 'nodes'>, nowMs: number): Promise<{ title: string; claims: ClaimRow[] }[]> {
  const found: { title: string; claims: ClaimRow[] }[] = []
  for (const { id, title } of OF_OTHERS) {
    const claimed = await store.claims({ network: id, stages: ['claimed'], limit: CLAIMS_COUNTED })
    const claims = owedProofs(await store.nodes(id), claimed, nowMs)
    if (claims.length > 0) found.push({ title, claims })
  }
  return found
}

/**
 * Before another engine is used. What proves a claim lies on a volume of the one in use, and a relay miner on the other would begin with an empty one.
 * Rejects `engine-holds-claims` (detail.network, claims, upokt) while one of any network needs its proof yet.
 */
export async function mustOweNoProof(store: Pick<Store, 'claims' | 'nodes'>, nowMs: number): Promise<void> {
  const [open] = await openProofs(store, nowMs)
  if (!open) return
  const upokt = open.claims.reduce((total, claim) => total + claim.claimedUpokt, 0n)
  throw new HearthError('engine-holds-claims', { network: open.title, claims: String(open.claims.length), upokt: upokt.toString() })
}

/** The same as far as the clock of the network that is shown tells it. Claims of a supplier without a relay miner of Hearth are proven by another machine. */
export function mustShowNoOpenProof({ app, clock, nodes }: Pick<AppState, 'app' | 'clock' | 'nodes'>): void {
  const { id, title } = networkOf(app.network)
  if (!Object.values(nodes).some((node) => node.kind === 'relay-miner')) return
  const lanes = clock.lanes.filter((lane) => lane.stage === 'claimed' || lane.stage === 'proof-due')
  if (lanes.length === 0 || !OF_OTHERS.some((network) => network.id === id)) return
  const upokt = lanes.reduce((total, lane) => total + BigInt(lane.claimedUpokt ?? '0'), 0n)
  throw new HearthError('engine-holds-claims', { network: title, claims: String(lanes.length), upokt: upokt.toString() })
}
