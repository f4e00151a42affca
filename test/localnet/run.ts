import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runAttach } from './attach.ts'
import { runCatalogue, runOwnNode } from './catalogue.ts'
import { runLeaveBeside } from './leave-beside.ts'
import { runLeave } from './leave.ts'
import { runMainnet } from './mainnet.ts'
import { runMainnetBundle } from './mainnet-bundle.ts'
import { runNotChosen } from './not-chosen.ts'
import { projectRoot } from './paths.ts'
import { runPay } from './pay-run.ts'
import { runPracticeTruth } from './practice-truth.ts'
import { runPredictions } from './predictions.ts'
import { prepareMachine } from './prepare.ts'
import { run } from './process.ts'
import type { Check, Figures } from './report.ts'
import { runSuppliers } from './suppliers.ts'
import { runTransactions } from './transactions.ts'

/** Everything that is tried on the real chain, one part after the other; closing figures as JSON on the last line. */
let passed = 0
let failed = 0
const log = (line: string): void => console.log(line)
const check: Check = (what, good, seen) => {
  if (good) passed += 1
  else failed += 1
  log(`${good ? 'ok     ' : 'not ok '} ${what}${good ? '' : `: ${JSON.stringify(seen)}`}`)
}

const LIES_LIMIT_MS = 600_000

/** A part that breaks off is one failure, and the others run all the same. */
async function part(name: string, play: () => Promise<Figures>): Promise<Figures> {
  log(`\n-- ${name}`)
  const startedMs = Date.now()
  try {
    const found = await play()
    log(`   ${((Date.now() - startedMs) / 1000).toFixed(0)} s`)
    return found
  } catch (error) {
    check(`${name} came to its end`, false, error instanceof Error ? (error.stack ?? error.message) : String(error))
    return {}
  }
}

/** The lies are a program of their own beside the other faults: its lines count as checks here, and its figures as ours. */
async function runLies(): Promise<Figures> {
  const { stdout, stderr } = await run(process.execPath, [join(projectRoot, 'test/faults/chain-lies.ts')], { timeoutMs: LIES_LIMIT_MS })
  const lines = stdout.trim().split('\n')
  for (const line of lines) {
    const [, verdict, what = ''] = /^(ok|not ok) +(.*)$/.exec(line) ?? []
    if (verdict !== undefined) check(what, verdict === 'ok', '')
  }
  const last = lines.at(-1) ?? ''
  if (!last.startsWith('{')) throw new Error(`the lies broke off: ${stderr.slice(-500)}`)
  const { figures: found } = JSON.parse(last) as { figures: Figures }
  const caught = found['lyingEndpointsCaught']
  if (caught === undefined) throw new Error('no lie was told')
  return { lyingEndpointsCaught: caught }
}

await prepareMachine({ log })
const figures: Figures = {
  ...(await part('five sessions of relays', () => runPay(check))),
  ...(await part('an endpoint of one’s own', () => runAttach(check))),
  ...(await part('Mainnet, as far as it can be made here', () => runMainnet(check))),
  ...(await part('a relay miner for Mainnet', () => runMainnetBundle(check))),
  ...(await part('Mainnet while another network is chosen', () => runNotChosen(check))),
  ...(await part('a node of the catalogue', () => runCatalogue(check))),
  ...(await part('the own node behind a service', () => runOwnNode(check))),
  ...(await part('two suppliers behind one relay miner', () => runSuppliers(check))),
  ...(await part('leaving safely', () => runLeave(check))),
  ...(await part('leaving safely beside another supplier', () => runLeaveBeside(check))),
  ...(await part('every transaction', async () => {
    const found = await runTransactions(log)
    check('every transaction is included', found.transactionsIncluded === found.goal, found)
    check('every refusal has the words that Hearth knows', found.refusalsMatched === found.refusalsTried, found)
    check('every message has the bytes that pocketd makes', found.bytesDifferent === 0, found)
    return {
      transactionsIncluded: { value: found.transactionsIncluded, goal: found.goal },
      bytesDifferent: { value: found.bytesDifferent, goal: 0 },
    }
  })),
  ...(await part('Practice replays a fresh chain', async () => {
    const found = await runPracticeTruth(log)
    check(`Practice makes the same ${found.eventsCompared} events`, found.lines.length === 0, found.lines.slice(0, 5))
    check(`and the same ${found.balancesCompared} balances`, found.differenceUpokt === 0n, String(found.differenceUpokt))
    return {
      modelBlocks: { value: found.blocks },
      modelDifferences: { value: found.lines.length, goal: 0 },
      modelDifferenceUpokt: { value: Number(found.differenceUpokt), goal: 0 },
    }
  })),
  ...(await part('settlements said beforehand', async () => {
    const found = await runPredictions(log)
    check(`all of ${found.predictions} predictions came true`, found.wrong.length === 0, found.wrong.slice(0, 5))
    check('an application could not pay all', found.overserviced > 0, found)
    check('the difficulty was above its base', found.aboveBaseDifficulty > 0, found)
    check('there were claims with a proof', found.withProof > 0, found)
    check('and claims without one', found.withoutProof > 0, found)
    return { predictions: { value: found.predictions }, predictionsWrong: { value: found.wrong.length, goal: 0 } }
  })),
  ...(await part('endpoints that lie', runLies)),
}
log(`\n${passed} passed, ${failed} failed`)
const report = process.env['HEARTH_TEST_REPORT']
if (report !== undefined) writeFileSync(report, JSON.stringify({ passed, failed, skipped: 0 }))
log(JSON.stringify({ bench: 'localnet', figures }))
process.exitCode = failed === 0 ? 0 : 1
