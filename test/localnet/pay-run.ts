import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RequestOutput } from '#shared/api/requests.ts'
import { signRing } from '#main/core/relays/ring-signature.ts'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { randomBytes } from 'node:crypto'
import { reachServing, removeAndStop, startDriver, type Driver } from './driver.ts'
import type { Check, Figures } from './report.ts'

const SESSIONS = 5
const RELAYS_PER_SESSION = 70
/** Long enough that a batch of relays fits one session with room to spare, and that a busy machine does not miss a window. */
const RULES = { blockMs: 500, blocksPerSession: 20, grace: 1, claimOpen: 1, claimClose: 8, proofOpen: 0, proofClose: 8 }

type Claim = RequestOutput<'earnings.claims'>['rows'][number]
async function sendSession(driver: Driver, after: number, check: Check): Promise<{ endHeight: number; sent: number; verified: number }> {
  // Start with the session: a relay of its last block may arrive after it.
  await driver.until('the start of a session', (state) => {
    const lane = state.clock.lanes.find((candidate) => candidate.stage === 'serving')
    return lane !== undefined && lane.start > after && state.chain.height - lane.start < 4
  })
  const { taskId } = await driver.call('relays.sendTest', { serviceId: 'anvil', count: RELAYS_PER_SESSION })
  await driver.until('the relays', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
  const { last } = driver.state.relays
  const { rows } = await driver.call('relays.results', { limit: RELAYS_PER_SESSION })
  const sessions = new Set(rows.map((row) => row.sessionId))
  check(`${rows.length} relays stayed in one session`, sessions.size === 1, [...sessions])
  const endHeight = Number(driver.state.tasks[taskId]?.steps[0]?.facts['endHeight'] ?? 0)
  return { endHeight, sent: last?.sent ?? 0, verified: rows.filter((row) => row.signatureOk && row.ok).length }
}

/**
 * Five sessions of real relays on the real chain with the real relay miner, and the money counted two ways.
 * What a claim holds is compared with what the miner answered, session by session. @returns the figures
 */
export async function runPay(check: Check): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-localnet-'))
  const driver = await startDriver(dataDir, RULES)
  const sent: Awaited<ReturnType<typeof sendSession>>[] = []
  let claims: Claim[] = []
  try {
    const { owner } = await reachServing(driver)
    console.log(`serving at height ${driver.state.chain.height}`)
    for (let session = 0; session < SESSIONS; session += 1) {
      sent.push(await sendSession(driver, sent.at(-1)?.endHeight ?? 0, check))
      console.log(`session ${session + 1}: ${JSON.stringify(sent.at(-1))}`)
    }
    const wanted = new Set(sent.map((session) => session.endHeight))
    await driver.until('all settlements', (state) => state.earnings.claimsSettled + state.earnings.claimsLost >= wanted.size)
    claims = (await driver.call('earnings.claims', { limit: 50 })).rows
    for (const session of sent) {
      const claim = claims.find((candidate) => candidate.sessionEndHeight === session.endHeight)
      check(`session ending ${session.endHeight} is settled`, claim?.stage === 'settled', claim)
      check(`its claim holds the ${session.verified} relays that were answered`, claim?.relays === String(session.verified), claim?.relays)
    }
    await driver.call('earnings.check', {})
    check('the ledger equals the balances', driver.state.earnings.ledger.status === 'equal', driver.state.earnings.ledger)
    const owners = claims.flatMap((claim) => claim.recipients).filter((recipient) => recipient.address === owner.address)
    check('the owner was paid', owners.length >= SESSIONS, owners)
  } catch (error) {
    check('the run came to its end', false, error instanceof Error ? error.message : String(error))
  } finally {
    await removeAndStop(driver)
    rmSync(dataDir, { recursive: true, force: true })
  }

  const relaysSent = sent.reduce((total, session) => total + session.sent, 0)
  const signaturesVerified = sent.reduce((total, session) => total + session.verified, 0)
  const leaves = claims
    .filter((claim) => sent.some((session) => session.endHeight === claim.sessionEndHeight))
    .reduce((total, claim) => total + Number(claim.relays), 0)
  const difference = driver.state.earnings.ledger.rows.reduce((total, row) => total + Math.abs(Number(row.differenceUpokt)), 0)
  check(`at least 300 relays were sent`, relaysSent >= 300, relaysSent)
  return {
    relaysSent: { value: relaysSent, goal: 300 },
    relaysRejected: { value: relaysSent - signaturesVerified, goal: 0 },
    claimLeavesMinusMined: { value: leaves - signaturesVerified, goal: 0 },
    ledgerDifferenceUpokt: { value: difference, goal: 0 },
    signaturesVerified: { value: signaturesVerified, goal: relaysSent },
    msPerSignature: { value: timeSignature() },
  }
}

/** Milliseconds of one ring signature here, over 50 of them. */
function timeSignature(): number {
  const key = randomBytes(32)
  const publicKey = secp256k1.getPublicKey(key, true)
  const rounds = 50
  const startedAt = performance.now()
  for (let round = 0; round < rounds; round += 1) signRing(randomBytes(32), key, [publicKey, publicKey])
  return Math.round(((performance.now() - startedAt) / rounds) * 10) / 10
}
