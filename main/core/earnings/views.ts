import type { ClaimView } from '#shared/api/requests.ts'
import { claimKey } from '#shared/model/claim.ts'
import { sessionAt, type SessionRules } from '#shared/model/session.ts'
import type { ClaimRow, MovementRow, Store } from '../ports/store.ts'

const DAY_MS = 86_400_000
/** Settled claims from which the usual share is taken. */
const SAMPLE = 50
/** Claims read at a time when all open ones are summed. */
const PAGE = 500

/** Whose money it is: the watched addresses with their names. */
export type Labels = ReadonlyMap<string, string>

/** Start of the UTC day of a time. */
export const dayStart = (timeMs: number): number => Math.floor(timeMs / DAY_MS) * DAY_MS

/**
 * A page of claims, newest session first, as the page shows them.
 * @param rules session rules for the session number; without them, or for a session before their anchor, the number is null
 */
export async function claimPage(
  store: Store,
  query: {
    network: string
    cursor: { sessionEndHeight: number; key: string } | undefined
    revision?: number | undefined
    operatorAddress?: string | undefined
    limit: number
  },
  labels: Labels,
  rules: SessionRules | undefined,
  sourceOf: (key: string) => 'proven' | 'chain' = () => 'chain',
): Promise<{ rows: ClaimView[]; more: boolean; revision: number }> {
  const found = await store.claimsPage({
    network: query.network,
    limit: query.limit,
    ...(query.cursor ? { after: query.cursor } : {}),
    ...(query.revision === undefined ? {} : { revision: query.revision }),
    ...(query.operatorAddress === undefined ? {} : { operatorAddress: query.operatorAddress }),
  })
  const rows = await Promise.all(
    found.rows.map(async (claim) => claimView(claim, await store.claimRewards(claim), labels, rules, sourceOf)),
  )
  return { rows, more: found.next !== undefined, revision: found.revision }
}

/** One claim with who got what. `yourUpokt` counts watched recipients alone and is null until the outcome is known. */
export function claimView(
  claim: ClaimRow,
  rewards: MovementRow[],
  labels: Labels,
  rules: SessionRules | undefined,
  sourceOf: (key: string) => 'proven' | 'chain' = () => 'chain',
): ClaimView {
  const open = claim.stage === 'claimed' || claim.stage === 'proven'
  const yours = rewards.filter((row) => labels.has(row.address)).reduce((sum, row) => sum + row.deltaUpokt, 0n)
  const text = (value: bigint | undefined): string | null => value?.toString() ?? null
  return {
    key: claimKey(claim),
    operatorAddress: claim.operatorAddress,
    applicationAddress: claim.applicationAddress,
    serviceId: claim.serviceId,
    sessionEndHeight: claim.sessionEndHeight,
    sessionNumber: sessionNumber(claim.sessionEndHeight, rules),
    stage: claim.stage,
    relays: claim.relays.toString(),
    claimedUpokt: claim.claimedUpokt.toString(),
    settledUpokt: text(claim.settledUpokt),
    mintedUpokt: text(claim.mintedUpokt),
    overservicingLossUpokt: text(claim.overservicingLossUpokt),
    deflationLossUpokt: text(claim.deflationLossUpokt),
    slashedUpokt: text(claim.slashedUpokt),
    yourUpokt: open ? null : yours.toString(),
    ...(open && { source: sourceOf(claimKey(claim)) }),
    claimHeight: claim.claimHeight ?? null,
    claimTxHash: claim.claimTxHash ?? null,
    proofHeight: claim.proofHeight ?? null,
    proofTxHash: claim.proofTxHash ?? null,
    settledHeight: claim.settledHeight ?? null,
    settledAtMs: claim.settledAtMs ?? null,
    proofRequirement: claim.proofRequirement ?? null,
    reason: claim.reason ?? null,
    recipients: rewards.map((row) => ({
      address: row.address,
      label: labels.get(row.address) ?? '',
      upokt: row.deltaUpokt.toString(),
      opReason: row.claim?.opReason ?? '',
    })),
  }
}

function sessionNumber(height: number, rules: SessionRules | undefined): number | null {
  if (!rules || height < rules.sessionGridAnchorHeight) return null
  return sessionAt(height, rules).number
}

/** The last `days` UTC days, today included, each with its income; days without any are there with 0. */
export async function dayRows(
  store: Store,
  network: string,
  addresses: string[],
  days: number,
  nowMs: number,
): Promise<{ dayStartMs: number; upokt: string; claims: number }[]> {
  const first = dayStart(nowMs) - (days - 1) * DAY_MS
  const found = new Map((await store.rewardsPerDay(network, addresses, first)).map((row) => [row.dayStartMs, row]))
  return Array.from({ length: days }, (_, index) => {
    const dayStartMs = first + index * DAY_MS
    const row = found.get(dayStartMs)
    return { dayStartMs, upokt: (row?.upokt ?? 0n).toString(), claims: row?.claims ?? 0 }
  })
}

/**
 * What the open claims will probably bring to the watched addresses: their claimed value at the share that recent settled claims paid. Before the first settlement the share is
 * not known and the claimed value itself is given. An estimate in every case, to be shown as one.
 */
export async function pendingEstimate(store: Store, network: string, labels: Labels): Promise<bigint> {
  let claimed = 0n
  let before: { sessionEndHeight: number; key: string } | undefined
  for (;;) {
    const page = await store.claims({ network, stages: ['claimed', 'proven'], limit: PAGE, ...(before ? { before } : {}) })
    for (const claim of page) claimed += claim.claimedUpokt
    const last = page.at(-1)
    if (!last || page.length < PAGE) break
    before = { sessionEndHeight: last.sessionEndHeight, key: claimKey(last) }
  }
  if (claimed === 0n) return 0n
  let sampleClaimed = 0n
  let samplePaid = 0n
  for (const claim of await store.claims({ network, stages: ['settled'], limit: SAMPLE })) {
    sampleClaimed += claim.claimedUpokt
    for (const row of await store.claimRewards(claim)) if (labels.has(row.address)) samplePaid += row.deltaUpokt
  }
  return sampleClaimed === 0n ? claimed : (claimed * samplePaid) / sampleClaimed
}
