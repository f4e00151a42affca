/** A window for proofs lasts for minutes, on any network: a relay miner that was stopped for so long has none to send. */
const NOTHING_LEFT_MS = 24 * 60 * 60_000

/**
 * Claims of a network whose proof may have to be sent yet with what lies on the engine in use: none without a relay miner of Hearth there. A network on which nothing is wanted is
 * not followed, and its last claims stand as they were for ever: those of a miner that was stopped long ago are lost or paid.
 * @param nodes rows of that network @param claims those of it at the stage `claimed`
 */
export function owedProofs<Claim extends { proofRequirement: string | undefined }>(
  nodes: readonly { id: string; wanted: 'running' | 'stopped'; updatedAtMs: number }[],
  claims: readonly Claim[],
  nowMs: number,
): Claim[] {
  const miner = nodes.find((node) => node.id === 'miner')
  if (!miner || (miner.wanted === 'stopped' && nowMs - miner.updatedAtMs >= NOTHING_LEFT_MS)) return []
  return claims.filter((claim) => claim.proofRequirement !== 'not-required')
}
