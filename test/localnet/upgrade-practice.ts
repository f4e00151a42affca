import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reachServing, startPracticeDriver } from './driver.ts'
import type { Check } from './report.ts'

/** A block of Practice. */
const BLOCK_MS = 6_000
const BLOCKS_BEFORE = 30

/** The scenario *Upgrade tonight* of Practice, to its end: the chain stands, Hearth changes node and relay miner, blocks go on, and what was open is paid. */
export async function runPracticeUpgrade(check: Check): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-upgrade-practice-'))
  const driver = await startPracticeDriver(dataDir)
  try {
    await reachServing(driver, 'practice')
    await driver.call('practice.control', { kind: 'scenario', id: 'upgrade-tonight' })
    await driver.until('its software', (state) => state.health.updates?.upgrade === 'ready')
    const height = driver.state.health.upgrade?.height ?? 0
    check('Practice: it is said, with hours to go', driver.state.chain.height < height - 1_000, driver.state.chain.height)
    const left = (height - BLOCKS_BEFORE - driver.state.chain.height) * BLOCK_MS
    await driver.call('practice.control', { kind: 'jump-to', atMs: (driver.state.practice?.nowMs ?? 0) + left })
    await driver.call('practice.control', { kind: 'speed', speed: 10 })
    await driver.until('the height', (state) => state.chain.height >= height - 1)
    await driver.until('blocks after it', (state) => state.chain.height > height + 2)
    await driver.until('its end', (state) => state.health.updates?.upgrade === null && state.health.updates.swapping === null)
    const { history } = await driver.call('updates.list', {})
    const done = history.find((row) => row.reason === 'upgrade')
    check('Practice: the upgrade is done', done?.stage === 'done' && done.plan?.height === height, history.slice(0, 2))
    check(
      'Practice: node and miner run the new release',
      ['pocket', 'miner'].every((nodeId) => driver.state.nodes[nodeId]?.version === '0.1.36'),
      Object.values(driver.state.nodes).map((node) => [node.id, node.version]),
    )
    const settled = driver.state.earnings.claimsSettled
    await driver.until('a claim paid after it', (state) => state.earnings.claimsSettled > settled)
    const lost = (await driver.call('earnings.claims', { limit: 200 })).rows.filter(
      (row) => (row.stage === 'expired' || row.stage === 'discarded') && row.sessionEndHeight > height - BLOCKS_BEFORE - 20,
    )
    check(
      'Practice: no claim of that night was lost',
      lost.length === 0,
      lost.map((row) => [row.sessionEndHeight, row.stage, row.reason]),
    )
  } catch (error) {
    check('Practice came to its end', false, error instanceof Error ? error.message : String(error))
  } finally {
    await driver.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}
