import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '#test/localnet/engine.ts'
import type { Machine } from '#test/localnet/prepare.ts'
import { createEngineRounds, noFigures } from './engine-rounds.ts'
import type { FromInside, InsideSetup } from './engine-outside.ts'
import { createOwnEngine, moveIn } from './own-engine.ts'
import { checkReboots } from './reboot.ts'
import { checkRestart, RULES } from './restart.ts'
import { stopWarm } from './warm.ts'

/**
 * What needs an engine that may be ended at any time, inside a network namespace of its own (engine-outside.ts). argv: the setup as JSON. Tells what it found line by line on
 * the channel to its parent.
 */
const asked = JSON.parse(process.argv[2] ?? '') as InsideSetup
const tell = (message: FromInside): void => void process.send?.(message)
const report = (name: string, problem: string | undefined): void => tell({ kind: 'report', name, problem })
const figures = noFigures()

/** Installations whose apps are killed side by side on one engine: waiting is most of what they do. */
const LANES = 4

async function light(machine: Machine): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'hearth-faults-engine-'))
  const installs = Array.from({ length: LANES }, () => randomBytes(4).toString('hex'))
  const makeRounds = async (installId: string) => {
    const dataDir = join(root, installId, 'data')
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    const ports = { backend: await freePort(), ingress: await freePort() }
    const keyHex = randomBytes(32).toString('hex')
    const setup = { dataDir, socket: engine.socket, installId, images: machine.images, ports, keyHex }
    return createEngineRounds({ setup, engine, report, figures, installs })
  }
  const [first, ...others] = await Promise.all(installs.map(makeRounds))
  if (!first) return
  const all = [first, ...others]
  try {
    await first.begin()
    await first.removeBehind(asked.counts.removedBehindItsBack)
    await first.restartDaemon(asked.counts.daemonRestarts)
    for (const one of others) await one.begin()
    let round = -1
    const next = (): number | undefined => (round + 1 < asked.counts.appKills ? (round += 1) : undefined)
    await Promise.all(all.map((one) => one.killApp(next)))
    await first.checkSearch()
  } finally {
    for (const one of all) await one.end()
    rmSync(root, { recursive: true, force: true })
  }
}

const engine = createOwnEngine()
/** Broken off: the engine goes all the same. */
const brokenOff = (): void => void engine.remove().finally(() => process.exit(1))
process.once('SIGTERM', brokenOff)
process.once('disconnect', brokenOff)
try {
  await engine.start()
  const machine = await moveIn(engine, asked.machine)
  if (asked.part === 'engine-light')
    await light(machine).catch((error: unknown) => report('the engine rounds ran to their end', reason(error)))
  if (asked.part === 'reboot')
    await checkReboots(report, engine, RULES).catch((error: unknown) => report('reboot ran to its end', reason(error)))
  if (asked.part === 'restart')
    await checkRestart({ report, killed: () => (figures.appKills += 1) }, engine).catch((error: unknown) =>
      report('restart ran to its end', reason(error)),
    )
} catch (error) {
  report('an engine of its own', reason(error))
} finally {
  // The channel is closed below: what is still on its way then is lost.
  await new Promise((resolve) => {
    const message: FromInside = { kind: 'figures', figures }
    process.send?.(message, resolve)
  })
  stopWarm()
  await engine.remove()
  process.off('disconnect', brokenOff)
  process.disconnect()
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
