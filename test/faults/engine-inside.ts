import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#test/localnet/engine.ts'
import type { Machine } from '#test/localnet/prepare.ts'
import { createEngineRounds, noFigures } from './engine-rounds.ts'
import type { FromInside, InsideSetup } from './engine-outside.ts'
import { clearLeftovers, createOwnEngine, moveIn } from './own-engine.ts'
import { checkRestart } from './restart.ts'
import { stopWarm } from './warm.ts'

/**
 * What needs an engine that may be ended at any time, inside a network namespace of its own (engine-outside.ts). argv: the setup as JSON. Tells what it found line by line on
 * the channel to its parent.
 */
const asked = JSON.parse(process.argv[2] ?? '') as InsideSetup
const tell = (message: FromInside): void => void process.send?.(message)
const report = (name: string, problem: string | undefined): void => tell({ kind: 'report', name, problem })
const figures = noFigures()

async function light(machine: Machine): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'hearth-faults-engine-'))
  const dataDir = join(root, 'data')
  mkdirSync(dataDir, { mode: 0o700 })
  const setup = {
    dataDir,
    socket: engine.socket,
    installId: randomBytes(4).toString('hex'),
    images: machine.images,
    ports: { backend: await freePort(), ingress: await freePort() },
    keyHex: randomBytes(32).toString('hex'),
  }
  const rounds = createEngineRounds({ setup, engine, report, figures })
  try {
    await rounds.begin()
    await rounds.removeBehind(asked.counts.removedBehindItsBack)
    await rounds.restartDaemon(asked.counts.daemonRestarts)
    await rounds.killApp(asked.counts.appKills)
    await rounds.checkSearch()
    await rounds.end()
  } finally {
    for (const nodeId of ['backend', 'keeper', 'ingress'])
      await rounds.judge.docker
        .getContainer(rounds.judge.container(nodeId))
        .remove({ force: true })
        .catch(() => undefined)
    rmSync(root, { recursive: true, force: true })
  }
}

const engine = createOwnEngine()
/** Broken off: the engine goes all the same. */
const brokenOff = (): void => void engine.remove().finally(() => process.exit(1))
process.once('SIGTERM', brokenOff)
process.once('disconnect', brokenOff)
try {
  await clearLeftovers()
  await engine.start()
  const machine = await moveIn(engine, asked.machine)
  if (asked.parts.includes('engine-light'))
    await light(machine).catch((error: unknown) => report('the engine rounds ran to their end', reason(error)))
  if (asked.parts.includes('restart'))
    await checkRestart({ report, killed: () => (figures.appKills += 1) }, engine).catch(
      (error: unknown) => report('restart ran to its end', reason(error)),
    )
} catch (error) {
  report('an engine of its own', reason(error))
} finally {
  tell({ kind: 'figures', figures })
  stopWarm()
  await engine.remove()
  process.off('disconnect', brokenOff)
  process.disconnect()
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
