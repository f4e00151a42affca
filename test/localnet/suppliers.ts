/**
 * Two suppliers behind one relay miner, on the real chain with the real miner: the second joins while the first serves, both keys come back after a restart of the PC, and a
 * restart by hand under relays to both costs neither of them any. How one leaves is in leave-beside.ts. Every relay that was answered is claimed by the supplier that signed it, and paid. `node test/localnet/suppliers.ts` runs it alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allResults, allSettled, lifeOf, serves } from './batches.ts'
import { PASSWORD, reachServing, removeAndStop, startDriver, type Driver } from './driver.ts'
import { mustDocker } from './engine.ts'
import { prepareMachine, readMachine } from './prepare.ts'
import { sleep } from './process.ts'
import type { Check, Figures } from './report.ts'
import { countOf, joinSecond, sendTo, whileSending, type RelayCount } from './second-supplier.ts'

/** Windows that outlast a restart of the miner: what is tried is who claims what, not how fast this machine starts one. */
const RULES = {
  blockMs: 500,
  blocksPerSession: 20,
  grace: 1,
  claimOpen: 1,
  claimClose: 40,
  proofOpen: 0,
  proofClose: 40,
  supplierUnbondingSessions: 6,
}
/** The miner writes what it served every ten seconds (offchain facts 2.6). */
const WRITTEN_MS = 11_000

/** Names of the relay miner and the keeper of this Hearth among the containers of others: they are found by the port of its ingress. */
async function holdersOfKeys({ state }: Driver, socket: string): Promise<string[]> {
  const port = String(state.nodes['ingress']?.ports['8080'])
  const ingress = (await mustDocker(socket, ['ps', '--filter', `publish=${port}`, '--format', '{{.Names}}'])).trim()
  const all = (await mustDocker(socket, ['ps', '--format', '{{.Names}}'])).trim().split('\n')
  return all.filter((name) => ['miner', 'keeper'].some((nodeId) => name === ingress.replace(/ingress$/, nodeId)))
}

/** Runs it. @returns the figures */
export async function runSuppliers(check: Check): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-suppliers-'))
  const socket = readMachine().engineSocket ?? ''
  let driver = await startDriver(dataDir, RULES)
  const counts: { first?: RelayCount; second?: RelayCount } = {}
  let different = Infinity
  try {
    const people = await reachServing(driver)
    const { owner } = people
    const first = people.operator.address
    await sendTo(driver, first)
    const second = await joinSecond(driver, owner, [first])
    check(
      'both suppliers serve',
      [first, second].every((each) => driver.state.suppliers[each]?.status === 'active'),
      driver.state.suppliers,
    )
    await sendTo(driver, first, 10)
    await sendTo(driver, second, 15)
    // On this quick chain a claim goes out before what it holds is written: one that lost relays after that can never be proven.
    await sleep(WRITTEN_MS)

    // As after a restart of the PC: what held the keys is down, and claims of both are on their way.
    const mine = await holdersOfKeys(driver, socket)
    check('one relay miner serves both', mine.length === 2, mine)
    await driver.stop()
    await mustDocker(socket, ['stop', '--time', '1', ...mine])
    driver = await startDriver(dataDir, RULES)
    await driver.until('the wish for the keys', (state) => state.vault.needed !== null)
    await driver.call('vault.unlock', { password: PASSWORD })
    await driver.until('both keys', (state) => state.vault.needed === null && serves(driver))
    await sendTo(driver, second)
    await sendTo(driver, first)
    const claimsBefore = await allSettled(driver)
    for (const [name, operator] of [
      ['first', first],
      ['second', second],
    ] as const) {
      const { answered, paid } = countOf(await allResults(driver), claimsBefore, operator)
      // Sessions that became no claim count too.
      check(`all ${answered} relays of the ${name} were paid to it`, paid > 0 && paid === answered, { answered, paid })
      check(
        `no claim of the ${name} was lost`,
        claimsBefore.every((claim) => claim.operatorAddress !== operator || claim.stage === 'settled'),
        claimsBefore.map((claim) => claim.stage),
      )
    }

    // From here on nothing is stopped without a drain: what was answered is paid, to the relay.
    const before = {
      first: countOf(await allResults(driver), claimsBefore, first),
      second: countOf(await allResults(driver), claimsBefore, second),
    }
    const life = lifeOf(driver)
    await whileSending(driver, [first, second], async () => {
      await driver.call('nodes.restart', { nodeId: 'miner', drained: true })
      await driver.until('the miner anew', () => lifeOf(driver) > life && serves(driver))
    })
    for (const each of [first, second]) await sendTo(driver, each)
    const claims = await allSettled(driver)
    const rows = await allResults(driver)
    const since = (now: RelayCount, then: RelayCount): RelayCount => ({
      answered: now.answered - then.answered,
      paid: now.paid - then.paid,
    })
    counts.first = since(countOf(rows, claims, first), before.first)
    counts.second = since(countOf(rows, claims, second), before.second)
    for (const [name, count] of Object.entries(counts))
      check(`all ${count.answered} relays of the ${name} since then are paid`, count.answered > 0 && count.paid === count.answered, count)
    await driver.call('earnings.check', {})
    const { ledger } = driver.state.earnings
    different = ledger.rows.reduce((total, row) => total + Math.abs(Number(row.differenceUpokt)), 0)
    check('the ledger equals the balances', ledger.status === 'equal' && different === 0, ledger)
    check('nothing of it looked like somebody else', driver.state.health.ownChanges.length === 0, driver.state.health.ownChanges)
  } catch (error) {
    check('the run came to its end', false, error instanceof Error ? error.message : String(error))
  } finally {
    await removeAndStop(driver)
    rmSync(dataDir, { recursive: true, force: true })
  }
  const total = (pick: (count: RelayCount) => number): number =>
    [counts.first, counts.second].reduce((sum, count) => sum + (count ? pick(count) : 0), 0)
  return {
    suppliersOnOneMiner: { value: counts.second ? 2 : 0, goal: 2 },
    relaysOfTwoUnpaid: { value: counts.second ? total(({ answered, paid }) => answered - paid) : -1, goal: 0 },
    ledgerDifferenceOfTwoUpokt: { value: different, goal: 0 },
  }
}

if (import.meta.main) {
  await prepareMachine({ log: (line) => console.log(line) })
  let failed = 0
  const figures = await runSuppliers((what, good, seen) => {
    if (!good) failed += 1
    console.log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)}`}`)
  })
  console.log(JSON.stringify({ bench: 'suppliers', figures }))
  process.exitCode = failed === 0 ? 0 : 1
}
