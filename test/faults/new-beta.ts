/**
 * A test network that begins anew, through the whole app: two real chains that bear Beta's id behind one host, one after the other. `node test/faults/new-beta.ts` runs it alone.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createLog } from '#main/adapters/system/log.ts'
import { networkOf } from '#shared/networks/index.ts'
import { startLiar } from './liar.ts'
import { startTestChain, type TestChain } from '#test/localnet/chain.ts'
import { PASSWORD, startDriver, type Driver } from '#test/localnet/driver.ts'
import type { Check, Figures } from '#test/localnet/report.ts'

const BETA = networkOf('beta')
const WAIT_MS = 60_000

const startBetaLike = (name: string): Promise<TestChain> => startTestChain({ name, chainId: BETA.chainId ?? '', services: [{ id: 'eth' }] })

/** What the user chose before: one host, which is ours, and Beta. The hosts of the real network are never asked by a test. */
async function seed(dataDir: string, host: { rpcUrl: string; restUrl: string }): Promise<void> {
  const store = await openStore({ file: join(dataDir, 'hearth.db'), clock: systemClock, log: createLog(join(dataDir, 'logs', 'seed.log')) })
  const chosen = { added: [host], removed: BETA.publicEndpoints.map((each) => each.rpcUrl) }
  await store.setSetting('chain-endpoints:beta', JSON.stringify(chosen))
  await store.setSetting('network', 'beta')
  await store.close()
}

/** From a confirmed chain with a payment in it to the first payment of the one that took its place. */
export async function runNewBeta(check: Check): Promise<Figures> {
  const old = await startBetaLike('beta-old')
  let fresh: TestChain | undefined
  const led = { rpcUrl: old.rpcUrl, restUrl: old.restUrl }
  const host = await startLiar(led)
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-beta-'))
  let driver: Driver | undefined
  let anew = 0
  try {
    await seed(dataDir, host.endpoint)
    driver = await startDriver(dataDir)
    const app = driver
    const until: Driver['until'] = (what, done) => app.until(what, done, WAIT_MS)
    await driver.call('vault.create', { password: PASSWORD })
    const first = await until('the question', ({ chain }) => chain.known === 'first-use' && (chain.found ?? null) !== null)
    const oldHash = first.chain.found?.block1Hash ?? ''
    await driver.call('chain.confirm', { block1Hash: oldHash, isRight: true })
    // Later than the old one, and so lower, as a network that has just begun is.
    fresh = await startBetaLike('beta-new')
    const owner = await driver.makeKey('Owner', 'owner')
    await old.fund([owner.address], 9_000_000n)
    await until('money on the old chain', ({ balances }) => balances[owner.address]?.upokt === '9000000')
    const { intentId: paid } = await driver.sign({ kind: 'send', keyId: owner.id, toAddress: old.validatorAddress, amountPokt: '1' })
    const inBlock = driver.state.intents[paid]?.includedHeight ?? 0
    await until('its block in the ledger', ({ earnings }) => (earnings.readHeight ?? 0) >= inBlock)
    const { rows } = await driver.call('wallet.history', { filter: 'sent', limit: 10 })
    check(
      'the old chain: a payment is in its history',
      rows.some((row) => row.deltaUpokt === '-1000000'),
      rows,
    )
    const notYet = await driver.app.call('chain.startAnew', { block1Hash: oldHash })
    check('S22: a chain that is there is not set aside', !notYet.ok && notYet.error.code === 'chain-unknown-fingerprint', notYet)

    Object.assign(led, { rpcUrl: fresh.rpcUrl, restUrl: fresh.restUrl })
    const asked = await until('the offer', ({ chain }) => (chain.replaced ?? null) !== null)
    const newHash = asked.chain.replaced?.block1Hash ?? ''
    check('another first block behind the same host is said', newHash !== '' && newHash !== oldHash, asked.chain.replaced)
    const send = { kind: 'send', keyId: owner.id, toAddress: fresh.validatorAddress, amountPokt: '1' } as const
    const unsigned = await driver.app.call('tx.prepare', send)
    check('S22: nothing is signed for it', !unsigned.ok && unsigned.error.code === 'chain-unknown-fingerprint', unsigned)
    const { path } = await driver.call('chain.startAnew', { block1Hash: newHash })
    check('the record of the old chain is set aside', existsSync(path) && existsSync(`${path}.sha256`), path)
    const aside = await openStore({ file: path, clock: systemClock, log: createLog(join(dataDir, 'logs', 'aside.log')) })
    check('and holds the old chain, with its payments', (await aside.chain('beta'))?.block1Hash === oldHash, await aside.chain('beta'))
    check('also its ledger', (await aside.movements({ network: 'beta', limit: 10 })).length > 0, '')
    await aside.close()
    const next = await until(
      'the question about the new chain',
      ({ chain }) => chain.known === 'first-use' && (chain.found ?? null) !== null,
    )
    check(
      'which asks for the user’s word again',
      next.chain.found?.block1Hash === newHash && (next.chain.replaced ?? null) === null,
      next.chain,
    )
    check('no payment of the old chain is shown', Object.keys(next.intents).length === 0, next.intents)
    await driver.call('chain.confirm', { block1Hash: newHash, isRight: true })
    await fresh.fund([owner.address], 5_000_000n)
    await until('money on the new chain', ({ balances }) => balances[owner.address]?.upokt === '5000000')
    const { intentId } = await driver.sign(send)
    check(
      'with the same key a payment gets into the new chain',
      driver.state.intents[intentId]?.status === 'included',
      driver.state.intents,
    )
    anew = 1
  } catch (error) {
    check('the new Beta came to its end', false, error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    await driver?.stop()
    for (const part of [host, old, fresh]) await part?.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { testNetworksBegunAnew: { value: anew, goal: 1 } }
}

if (import.meta.main) {
  const check: Check = (what, good, seen) => {
    if (!good) process.exitCode = 1
    console.log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)}`}`)
  }
  console.log(JSON.stringify({ bench: 'new-beta', figures: await runNewBeta(check) }))
}
