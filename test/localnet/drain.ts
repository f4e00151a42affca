/**
 * Restarts of the relay miner under steady relays, on the real chain with the real miner and the real ingress, through the whole app: every relay that was answered is
 * claimed, or was refused with a name. Then the same without the guard, which must lose some. `--full` restarts 20 times, else 2. Closing figures as JSON on the last line.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allResults, allSettled, isEarly, lifeOf, serves, type ClaimRow, type RelayRow } from './batches.ts'
import { reachServing, removeAndStop, startDriver, type Driver } from './driver.ts'
import { prepareMachine } from './prepare.ts'
import { sleep } from './process.ts'

const RESTARTS = process.argv.includes('--full') ? 20 : 2
/** Windows that outlast a restart: what is tried is the drain, not how fast this machine starts a miner. */
const RULES = {
  blockMs: 500,
  blocksPerSession: 40,
  grace: 1,
  claimOpen: 1,
  claimClose: 40,
  proofOpen: 0,
  proofClose: 40,
  supplierUnbondingSessions: 4,
}
const BATCH = 5
const PAUSE_MS = 600
/** The miner writes by its own clock: now and then it has just done so when it is stopped. */
const BARE_TRIES = 4

/** Last block of each session that relays were sent in, by its id. */
const endOf = new Map<string, number>()

let passed = 0
let failed = 0
const check = (what: string, good: boolean, seen?: unknown): void => {
  if (good) passed += 1
  else failed += 1
  console.log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)}`}`)
}

/** One small batch. What came of it stands in the app's own record. */
async function send(driver: Driver, count = BATCH): Promise<void> {
  if (!isEarly(driver)) return
  const { taskId } = await driver.call('relays.sendTest', { serviceId: 'anvil', count })
  const { tasks } = await driver.until('a batch', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
  const facts = tasks[taskId]?.steps[0]?.facts
  if (facts?.['sessionId'] !== undefined) endOf.set(facts['sessionId'], Number(facts['endHeight']))
}

/** Sends on until `over`. */
async function keepSending(driver: Driver, over: () => boolean): Promise<void> {
  while (!over()) {
    await send(driver)
    await sleep(PAUSE_MS)
  }
}

async function restart(driver: Driver, drained: boolean): Promise<void> {
  const before = lifeOf(driver)
  await driver.call('nodes.restart', { nodeId: 'miner', drained })
  await driver.until('the miner anew', () => lifeOf(driver) > before && serves(driver))
}

/** Says of each session whose relays are not all paid what became of it. */
function explain(rows: readonly RelayRow[], claims: readonly ClaimRow[]): void {
  for (const [sessionId, endHeight] of endOf) {
    const answered = rows.filter((row) => row.signatureOk && row.sessionId === sessionId).length
    const claim = claims.find((candidate) => candidate.sessionEndHeight === endHeight)
    const paid = claim?.stage === 'settled' ? Number(claim.relays) : 0
    if (paid === answered) continue
    const seen = claim ? `${claim.relays} in a claim of block ${claim.claimHeight}, ${claim.stage} ${claim.reason ?? ''}` : 'no claim'
    console.log(`        session to ${endHeight}: ${answered} answered, ${seen}, proof ${claim?.proofHeight ?? 'never'}`)
  }
}

/** Waits until every session up to now is paid or past. @returns relays that were claimed, by all claims */
async function claimed(driver: Driver): Promise<number> {
  const claims = await allSettled(driver)
  explain(await allResults(driver), claims)
  return claims.filter((claim) => claim.stage === 'settled').reduce((total, claim) => total + Number(claim.relays), 0)
}

await prepareMachine({ log: console.log })
const dataDir = mkdtempSync(join(tmpdir(), 'hearth-drain-'))
const driver = await startDriver(dataDir, RULES)
/** Undefined until it is counted: what broke off before has no figure. */
let counted: { relaysAnswered: number; relaysClaimed: number; refusedAndNamed: number } | undefined
let bareStopLost: number | undefined
/** Heights at which the miner was back. */
const restarts: number[] = []
try {
  await reachServing(driver)
  await driver.until('the ingress', () => serves(driver))
  console.log(`serving at height ${driver.state.chain.height}`)
  for (let number = 1; number <= RESTARTS; number += 1) {
    await driver.until('room in the session', () => isEarly(driver))
    await send(driver)
    const before = new Set(Object.keys(driver.state.tasks))
    let isOver = false
    await Promise.all([keepSending(driver, () => isOver), restart(driver, true).finally(() => (isOver = true))])
    const task = Object.values(driver.state.tasks).find((candidate) => candidate.kind === 'node-stop' && !before.has(candidate.id))
    restarts.push(driver.state.chain.height)
    check(`restart ${number} was drained`, task?.status === 'done' && task.steps[0]?.facts['refused'] === 'yes', task)
    await send(driver)
  }
  console.log(`        the miner was back at ${restarts.join(', ')}`)
  const rows = await allResults(driver)
  const answered = rows.filter((row) => row.signatureOk)
  const refused = rows.filter((row) => !row.signatureOk)
  const unnamed = refused.filter((row) => (row.error ?? '') === '')
  const relaysClaimed = await claimed(driver)
  counted = { relaysAnswered: rows.length - unnamed.length, relaysClaimed, refusedAndNamed: refused.length - unnamed.length }
  const names = Object.groupBy(refused, (row) => row.error ?? '')
  for (const [name, of] of Object.entries(names)) console.log(`        refused ${of?.length ?? 0}: ${name}`)
  check(
    'relays were refused while the miner was drained',
    refused.some((row) => row.httpStatus === 503),
    Object.keys(names),
  )
  check('every refusal has its name', unnamed.length === 0, unnamed.slice(0, 3))
  check(`all ${answered.length} signed answers are claimed`, relaysClaimed === answered.length, relaysClaimed)

  const lostBefore = answered.length - relaysClaimed
  for (let tries = 0; tries < BARE_TRIES && (bareStopLost ?? 0) === 0; tries += 1) {
    await driver.until('room in the session', () => isEarly(driver))
    await send(driver, 20)
    await restart(driver, false)
    const all = await allResults(driver)
    // What was lost before is not the bare stop's.
    bareStopLost = all.filter((row) => row.signatureOk).length - (await claimed(driver)) - lostBefore
  }
  check('without the guard relays are lost', (bareStopLost ?? 0) > 0, bareStopLost)
} catch (error) {
  check('the run came to its end', false, error instanceof Error ? error.message : String(error))
} finally {
  await removeAndStop(driver)
  rmSync(dataDir, { recursive: true, force: true })
}

console.log(`\n${passed} passed, ${failed} failed`)
const report = process.env['HEARTH_TEST_REPORT']
if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed, skipped: 0 }))
const figures = {
  restarts: { value: restarts.length, goal: RESTARTS },
  ...(counted && {
    relaysAnswered: { value: counted.relaysAnswered },
    relaysClaimed: { value: counted.relaysClaimed },
    refusedAndNamed: { value: counted.refusedAndNamed },
    lost: { value: counted.relaysAnswered - counted.relaysClaimed - counted.refusedAndNamed, goal: 0 },
  }),
  ...(bareStopLost !== undefined && { bareStopLost: { value: bareStopLost } }),
}
console.log(JSON.stringify({ bench: 'drain', figures }))
process.exitCode = failed === 0 ? 0 : 1
