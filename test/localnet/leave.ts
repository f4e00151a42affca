/**
 * Leaving safely on the real chain with the real relay miner: relays are served, the user wants out, the door closes, every claim settles, and only then is the unstake asked
 * for. Nothing may be discarded, nothing of it may look like somebody else's doing, and what somebody else then does with the key has to.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { connectChain } from '#main/adapters/cosmos/chain.ts'
import { privateKeyOfWords } from '#main/adapters/vault/private-keys.ts'
import { priceTx } from '#main/core/supplier/fee.ts'
import type { TxDraft } from '#main/core/ports/tx.ts'
import { signSheet } from './batches.ts'
import { reachServing, removeAndStop, startDriver, type Driver } from './driver.ts'
import { prepareMachine } from './prepare.ts'
import type { Check, Figures } from './report.ts'
import { codec, signDraft } from './tx/people.ts'

const RULES = { blockMs: 500, blocksPerSession: 20, grace: 1, claimOpen: 1, claimClose: 4, proofOpen: 0, proofClose: 4 }
const RELAYS = 40
const THIEF = 'pokt1sr6k0yjfj38wx2hanxgw7c3f4nam5s69sln9cg'

/** @returns the figures */
export async function runLeave(check: Check): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-leave-'))
  const driver = await startDriver(dataDir, RULES)
  let discarded = 0
  let falseAlarms = 0
  try {
    const { owner, operator } = await reachServing(driver)
    await driver.until('the start of a session', (state) =>
      state.clock.lanes.some((lane) => lane.stage === 'serving' && state.chain.height - lane.start < 4),
    )
    const { taskId } = await driver.call('relays.sendTest', { serviceId: 'anvil', count: RELAYS })
    await driver.until('the relays', (state) => (state.tasks[taskId]?.status ?? 'running') !== 'running')
    check('relays were answered', (driver.state.relays.last?.verified ?? 0) > 0, driver.state.relays.last)

    await driver.call('leave.begin', { keyId: owner.id, operatorAddress: operator.address })
    await driver.until('the door to close', (state) =>
      ['last-session', 'last-settlement'].includes(state.tasks['safe-unstake']?.facts['step'] ?? ''),
    )
    check(
      'nothing answers at the door',
      !(await answers(driver.state.supplier.services[0]?.endpoints[0]?.url ?? '')),
      driver.state.supplier.services,
    )
    check('the relay miner goes on', driver.state.nodes['miner']?.seen === 'running', driver.state.nodes['miner']?.seen)
    const early = await driver.app.call('leave.sign', {})
    check('the unstake is not offered before its time', !early.ok && early.error.code === 'not-now', early)
    await driver.until('everything to settle', (state) => state.tasks['safe-unstake']?.facts['step'] === 'sign-unstake')
    const settled = driver.state.earnings.claimsSettled
    check('the claim was paid before the unstake', settled >= 1, driver.state.earnings)
    await driver.until('the alarm that it waits', (state) => state.attention['unstake-waits'] !== undefined)

    const { intentId, surfaceUrl } = await driver.call('leave.sign', {})
    await signSheet(driver, surfaceUrl)
    await driver.until('the unstake', (state) => state.intents[intentId]?.status === 'included')
    await driver.until('the plan to be done', (state) => state.tasks['safe-unstake']?.status === 'done')
    await driver.until('the stake to come back', (state) => state.supplier.status === 'unstaked')
    const claims = (await driver.call('earnings.claims', { limit: 50 })).rows
    discarded = claims.filter((claim) => claim.stage === 'discarded' || claim.stage === 'expired').length
    check(
      'no claim was lost',
      discarded === 0 && claims.length > 0,
      claims.map((claim) => claim.stage),
    )
    falseAlarms = driver.state.health.ownChanges.length
    check('nothing of it looked like somebody else', falseAlarms === 0, driver.state.health.ownChanges)

    const hash = await steal(driver, owner.words)
    await driver.until('the alarm', (state) => state.health.ownChanges.some((change) => change.hash === hash && change.kind === 'sent'))
    await driver.until('it among what needs the user', (state) => state.attention['own-address-alarm']?.key === 'own-sent')
    check('a payment that Hearth did not send is told', true, undefined)
    await driver.call('ownChanges.seen', { ids: driver.state.health.ownChanges.map((change) => change.id) })
    await driver.until('it to be over', (state) => state.attention['own-address-alarm'] === undefined)
  } catch (error) {
    check('leaving came to its end', false, error instanceof Error ? error.message : String(error))
  } finally {
    await removeAndStop(driver)
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { claimsLostByLeaving: { value: discarded, goal: 0 }, falseOwnAlarms: { value: falseAlarms, goal: 0 } }
}

async function answers(url: string): Promise<boolean> {
  try {
    await fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(10_000) })
    return true
  } catch {
    return false
  }
}

/** Somebody else with the same words pays out of the wallet. @returns the hash */
async function steal(driver: Driver, words: string): Promise<string> {
  const privateKey = await privateKeyOfWords(words.split(' '))
  const pubKeyHex = bytesToHex(secp256k1.getPublicKey(privateKey, true))
  const address = codec.addressOf(pubKeyHex)
  const ports = driver.state.nodes['pocket']?.ports ?? {}
  const chain = connectChain({ rpcUrl: `http://127.0.0.1:${ports['26657']}`, restUrl: `http://127.0.0.1:${ports['1317']}` })
  const [account, fingerprint, head] = await Promise.all([chain.account(address), chain.fingerprint(), chain.head()])
  if (!account) throw new Error('the owner has no account')
  const draft: TxDraft = {
    messages: [{ kind: 'send', fromAddress: address, toAddress: THIEF, amountUpokt: 1_000_000n }],
    memo: '',
    chainId: fingerprint.chainId,
    accountNumber: account.accountNumber,
    sequence: account.sequence,
    pubKeyHex,
    timeoutHeight: head.height + 50,
    ...priceTx(150_000n, await chain.minimumGasPrice()),
  }
  const answer = await chain.broadcast(signDraft({ name: 'thief', privateKey, pubKeyHex, address }, draft))
  if (answer.kind === 'refused') throw new Error(answer.log)
  return answer.hash
}

if (import.meta.main) {
  await prepareMachine({ log: (line) => console.log(line) })
  let failed = 0
  const figures = await runLeave((what, good, seen) => {
    if (!good) failed += 1
    console.log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)}`}`)
  })
  console.log(JSON.stringify({ bench: 'leave', figures }))
  process.exitCode = failed === 0 ? 0 : 1
}
