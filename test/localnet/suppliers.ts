/**
 * Two suppliers behind one relay miner, on the real chain with the real miner: the second joins while the first serves, both keys come back after a restart of the PC, and the second leaves
 * while the first serves on. Every relay that was answered is claimed by the supplier that signed it, and paid. `node test/localnet/suppliers.ts` runs it alone.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { allResults, allSettled, isEarly, lifeOf, serves, signSheet, type ClaimRow, type RelayRow } from './batches.ts'
import { PASSWORD, reachServing, startDriver, type Driver } from './driver.ts'
import { mustDocker } from './engine.ts'
import { prepareMachine, readMachine } from './prepare.ts'
import { sleep } from './process.ts'
import type { Check, Figures } from './report.ts'

/** Windows that outlast a restart of the miner: what is tried is who claims what, not how fast this machine starts one. */
const RULES = {
  blockMs: 500,
  blocksPerSession: 20,
  grace: 1,
  claimOpen: 1,
  claimClose: 30,
  proofOpen: 0,
  proofClose: 30,
  supplierUnbondingSessions: 4,
}
const SERVICE = 'anvil'
const BATCH = 5
const PAUSE_MS = 500
/** Test relays go to the supplier in view. */
async function send(driver: Driver, operatorAddress: string, count = BATCH): Promise<void> {
  await driver.until('room in the session', () => isEarly(driver))
  if (driver.state.supplier.operatorAddress !== operatorAddress) await driver.call('supplier.choose', { operatorAddress })
  const { taskId } = await driver.call('relays.sendTest', { serviceId: SERVICE, count })
  await driver.until('a batch', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
}

async function keepSending(driver: Driver, operatorAddress: string, over: () => boolean): Promise<void> {
  while (!over()) {
    if (isEarly(driver)) await send(driver, operatorAddress)
    await sleep(PAUSE_MS)
  }
}

async function fund(driver: Driver, address: string, amountPokt: string): Promise<void> {
  const { taskId } = await driver.call('faucet.request', { address, amountPokt })
  await driver.until('play money', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
}

/** From nothing to a second supplier of the same owner that serves, while relays to the first go on. @returns its operator */
async function join2(driver: Driver, owner: { id: string; address: string }, first: string): Promise<string> {
  await fund(driver, owner.address, '60000')
  const operator = await driver.makeKey('Second', 'operator')
  await fund(driver, operator.address, '100')
  await driver.until('the second among the suppliers', (state) => state.suppliers[operator.address] !== undefined)
  await driver.sign({ kind: 'stake-owner', ownerKeyId: owner.id, operatorAddress: operator.address, amountPokt: '59505' })
  await driver.until('its stake', (state) => state.suppliers[operator.address]?.status === 'staked-no-services')
  const options = await driver.call('supplier.options', {})
  const life = lifeOf(driver)
  let isOver = false
  await Promise.all([
    keepSending(driver, first, () => isOver),
    (async () => {
      await driver.sign({
        kind: 'stake-services',
        operatorKeyId: operator.id,
        ownerAddress: owner.address,
        services: [
          { serviceId: SERVICE, url: options.endpointUrl ?? '', rpcType: 'JSON_RPC', revShare: [{ address: owner.address, percent: 100 }] },
        ],
      })
      await driver.until('a miner with both keys', () => lifeOf(driver) > life && serves(driver))
      await driver.until('its first session', (state) => state.suppliers[operator.address]?.status === 'active')
    })().finally(() => (isOver = true)),
  ])
  return operator.address
}

/** Names of the relay miner and the keeper of this Hearth among the containers of others: they are found by the port of its ingress. */
async function holdersOfKeys({ state }: Driver, socket: string): Promise<string[]> {
  const port = String(state.nodes['ingress']?.ports['8080'])
  const ingress = (await mustDocker(socket, ['ps', '--filter', `publish=${port}`, '--format', '{{.Names}}'])).trim()
  const all = (await mustDocker(socket, ['ps', '--format', '{{.Names}}'])).trim().split('\n')
  return all.filter((name) => ['miner', 'keeper'].some((nodeId) => name === ingress.replace(/ingress$/, nodeId)))
}

interface Count {
  answered: number
  paid: number
}
const countOf = (rows: readonly RelayRow[], claims: readonly ClaimRow[], operator: string): Count => ({
  answered: rows.filter((row) => row.signatureOk && row.operatorAddress === operator).length,
  paid: claims
    .filter((claim) => claim.operatorAddress === operator && claim.stage === 'settled')
    .reduce((total, claim) => total + Number(claim.relays), 0),
})

/** Runs it. @returns the figures */
export async function runSuppliers(check: Check): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-suppliers-'))
  const socket = readMachine().engineSocket ?? ''
  let driver = await startDriver(dataDir, RULES)
  const counts: { first?: Count; second?: Count } = {}
  let different = Infinity
  try {
    const people = await reachServing(driver)
    const { owner } = people
    const first = people.operator.address
    await send(driver, first)
    const second = await join2(driver, owner, first)
    check(
      'both suppliers serve',
      [first, second].every((each) => driver.state.suppliers[each]?.status === 'active'),
      driver.state.suppliers,
    )
    await send(driver, first, 10)
    await send(driver, second, 20)

    // As after a restart of the PC: what held the keys is down, and claims of both are on their way.
    const mine = await holdersOfKeys(driver, socket)
    check('one relay miner serves both', mine.length === 2, mine)
    await driver.stop()
    await mustDocker(socket, ['stop', '--time', '1', ...mine])
    driver = await startDriver(dataDir, RULES)
    await driver.until('the wish for the keys', (state) => state.vault.needed !== null)
    await driver.call('vault.unlock', { password: PASSWORD })
    await driver.until('both keys', (state) => state.vault.needed === null && serves(driver))
    await send(driver, second)
    await send(driver, first)
    const claimsBefore = await allSettled(driver)
    for (const [name, operator] of [
      ['first', first],
      ['second', second],
    ] as const) {
      const { answered, paid } = countOf(await allResults(driver), claimsBefore, operator)
      // The bare stop of the PC loses what the miner had not written yet, and nothing else.
      check(`relays of the ${name} were paid to it`, paid > 0 && paid <= answered, { answered, paid })
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
    await send(driver, second, 10)
    let isOver = false
    await Promise.all([
      keepSending(driver, first, () => isOver),
      (async () => {
        // Claims that settle after an unstake pay nothing, whoever served them: who leaves with an open door waits for his own.
        await allSettled(driver)
        await driver.call('leave.begin', { keyId: owner.id, operatorAddress: second })
        await driver.until('the sheet to be due', (state) => state.tasks['safe-unstake']?.facts['step'] === 'sign-unstake')
        check('the door stays open for the first', driver.state.nodes['ingress']?.wanted === 'running', driver.state.nodes['ingress'])
        const { intentId, surfaceUrl } = await driver.call('leave.sign', {})
        await signSheet(driver, surfaceUrl)
        await driver.until('the unstake', (state) => state.intents[intentId]?.status === 'included')
        await driver.until('the second to be gone', (state) => state.suppliers[second]?.status === 'unstaked', 300_000)
      })().finally(() => (isOver = true)),
    ])
    await driver.until('a miner with one key', () => serves(driver))
    check('the first serves on', driver.state.suppliers[first]?.status === 'active' && serves(driver), driver.state.suppliers)
    await send(driver, first)
    const claims = await allSettled(driver)
    const rows = await allResults(driver)
    const since = (now: Count, then: Count): Count => ({ answered: now.answered - then.answered, paid: now.paid - then.paid })
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
    if (driver.state.app.network === 'local') {
      const { taskId } = await driver.call('localChain.remove', { loseOpenClaims: true })
      await driver
        .until('the removal', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
        .catch((error: unknown) => console.log(String(error)))
    }
    await driver.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  const total = (pick: (count: Count) => number): number =>
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
