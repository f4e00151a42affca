/**
 * The store under three years: how long the bulk filling of 78,840 claims with their movements takes, and a sum over the whole history of one address, which the ledger check asks for.
 * `node test/bench/store.ts`; the last line is JSON.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#main/adapters/sqlite/open-store.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { fillThreeYears } from './start/three-years.ts'

const ROUNDS = 9
const log = { info: () => undefined, warn: () => undefined, error: () => '' }
const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const dataDir = await mkdtemp(join(tmpdir(), 'hearth-bench-store-'))
try {
  const startedMs = performance.now()
  const rows = await fillThreeYears(dataDir)
  const fillMs = performance.now() - startedMs
  const store = await openStore({ file: join(dataDir, 'hearth.db'), clock: systemClock, log })
  const times: number[] = []
  const [address = ''] = (await store.watched('local')).map((account) => account.address)
  const { height } = (await store.cursor('local')) ?? { height: 0 }
  let sum = 0n
  for (let round = 0; round < ROUNDS; round += 1) {
    const fromMs = performance.now()
    sum = await store.movementSum('local', address, height)
    times.push(performance.now() - fromMs)
  }
  await store.close()
  console.log(`${rows.claims} claims and ${rows.movements} movements; ${sum} upokt`)
  const figures = { fillMs: { value: Math.round(fillMs), goal: 2000 }, movementSumMs: { value: Math.round(median(times) * 10) / 10 } }
  console.log(JSON.stringify({ bench: 'store', figures }))
} finally {
  await rm(dataDir, { recursive: true, force: true })
}
