/**
 * One of two suppliers leaves on the real chain, with the real relay miner and ingress, while gateways go on calling both: relays of the one that leaves are refused, those of the other
 * answered, and not one claim of either is lost. `node test/localnet/leave-beside.ts` runs it alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allResults, allSettled, serves, signSheet } from './batches.ts'
import { reachServing, removeAndStop, startDriver } from './driver.ts'
import { prepareMachine } from './prepare.ts'
import type { Check, Figures } from './report.ts'
import { BATCH, countOf, joinSecond, sendTo, whileSending } from './second-supplier.ts'

const RULES = { blockMs: 500, blocksPerSession: 20, grace: 1, claimOpen: 1, claimClose: 4, proofOpen: 0, proofClose: 4 }
/** @returns the figures */
export async function runLeaveBeside(check: Check): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-leave-beside-'))
  const driver = await startDriver(dataDir, RULES)
  let lost = -1
  let unserved = -1
  try {
    const { owner, operator } = await reachServing(driver)
    const first = operator.address
    const second = await joinSecond(driver, owner)
    await sendTo(driver, first)
    await sendTo(driver, second)
    // Another one is in view than the one that leaves.
    await driver.call('supplier.choose', { operatorAddress: first })
    const ingressLife = driver.state.nodes['ingress']?.startedAtMs
    await driver.call('leave.begin', { keyId: owner.id, operatorAddress: second })
    const beganAt = (await allResults(driver))[0]?.id ?? 0
    let closedAt = Infinity
    let signedAt = 0
    await whileSending(driver, [first, second], async () => {
      await driver.until('the door to close', (state) => state.tasks['safe-unstake']?.facts['step'] === 'last-session')
      check('the door is closed for one', driver.state.tasks['safe-unstake']?.facts['door'] === 'one', driver.state.tasks['safe-unstake'])
      check('the ingress runs on', driver.state.nodes['ingress']?.wanted === 'running', driver.state.nodes['ingress'])
      check('with another configuration', driver.state.nodes['ingress']?.startedAtMs !== ingressLife, ingressLife)
      closedAt = (await allResults(driver))[0]?.id ?? 0
      await driver.until('the sheet to be due', (state) => state.tasks['safe-unstake']?.facts['step'] === 'sign-unstake', 300_000)
      const { intentId, surfaceUrl } = await driver.call('leave.sign', {})
      await signSheet(driver, surfaceUrl)
      await driver.until('the unstake', (state) => state.intents[intentId]?.status === 'included')
      await driver.until('the plan to be done', (state) => state.tasks['safe-unstake']?.status === 'done')
      signedAt = (await allResults(driver))[0]?.id ?? 0
      // Until its services are off, what it served would not be paid.
      await driver.until('the end of its last session', ({ suppliers, chain }) => {
        const end = suppliers[second]?.unstakeSessionEndHeight ?? 0
        return end > 0 && chain.height > end + 3
      })
    })
    const claims = await allSettled(driver)
    const rows = await allResults(driver)
    // A batch that was on its way when the door closed may have begun before.
    const of = (operatorAddress: string) =>
      rows.filter((row) => row.operatorAddress === operatorAddress && row.id > closedAt + BATCH && row.id <= signedAt)
    const refused = of(second)
    check(
      `${refused.length} relays of the one that leaves were refused`,
      refused.length > 0 && refused.every((row) => !row.signatureOk),
      refused.slice(0, 3),
    )
    const served = of(first)
    unserved = served.filter((row) => !row.signatureOk).length
    check(`${served.length} relays of the other were answered`, served.length > 0 && unserved === 0, { unserved, of: served.length })
    // A relay that comes in the second in which the ingress starts anew finds nobody there, and gateways ask somebody else.
    const others = rows.filter((row) => row.id > beganAt && row.operatorAddress === first)
    const missed = others.filter((row) => !row.signatureOk).length
    check(`while the ingress changed twice, ${missed} of ${others.length} relays of the other found nobody`, missed < others.length / 5, {
      missed,
    })
    lost = claims.filter((claim) => claim.stage === 'discarded' || claim.stage === 'expired').length
    check(
      `of ${claims.length} claims none was lost`,
      lost === 0 && claims.some((claim) => claim.operatorAddress === second),
      claims.map((c) => c.stage),
    )
    const { paid, answered } = countOf(rows, claims, second)
    check('every answered relay of the one that left was paid', paid === answered && paid > 0, { paid, answered })
    check('nothing of it looked like somebody else', driver.state.health.ownChanges.length === 0, driver.state.health.ownChanges)
    await driver.until('the ingress as before', () => serves(driver))
  } catch (error) {
    check('leaving came to its end', false, error instanceof Error ? error.message : String(error))
  } finally {
    await removeAndStop(driver)
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { claimsLostBesideOthers: { value: lost, goal: 0 }, relaysOfOthersLostByLeaving: { value: unserved, goal: 0 } }
}

if (import.meta.main) {
  await prepareMachine({ log: (line) => console.log(line) })
  let failed = 0
  const figures = await runLeaveBeside((what, good, seen) => {
    if (!good) failed += 1
    console.log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)}`}`)
  })
  console.log(JSON.stringify({ bench: 'leave-beside', figures }))
  process.exitCode = failed === 0 ? 0 : 1
}
