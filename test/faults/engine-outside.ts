import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { isDebianRoot } from '#test/localnet/engine.ts'
import { findProgram, projectRoot } from '#test/localnet/paths.ts'
import { prepareMachine, type Machine } from '#test/localnet/prepare.ts'
import { REMOVALS, WISHES, type EngineFigures } from './engine-rounds.ts'
import { clearLeftovers, faultsEngineFolder } from './own-engine.ts'
import { giveWay, GIVES_WAY, NODE_FLAGS } from './warm.ts'

/** Figures that each part counts: what one did not look at is no nought of it. */
export const COUNTED_BY: Record<OwnEnginePart, readonly (keyof EngineFigures)[]> = {
  'engine-light': [
    'daemonRestarts',
    'appKills',
    'appKillsAtStep',
    'removedBehindItsBack',
    'volumesTaken',
    'volumesMissed',
    'notAsWanted',
    'duplicateContainers',
    'orphanVolumes',
    'keyBytesOnDisk',
  ],
  restart: ['appKills'],
  reboot: [],
}

/** `engine-light`: one room of the app, many times. `restart`, `reboot`: the whole app on the real chain. */
export type OwnEnginePart = 'engine-light' | 'restart' | 'reboot'

export interface InsideSetup {
  part: OwnEnginePart
  counts: Pick<EngineFigures, 'daemonRestarts' | 'appKills' | 'removedBehindItsBack'>
  /** Whose images are taken. */
  machine: Machine
}
export type FromInside =
  | { kind: 'report'; name: string; problem: string | undefined }
  | { kind: 'skip'; name: string; why: string }
  | { kind: 'figures'; figures: EngineFigures }

const FULL: InsideSetup['counts'] = { daemonRestarts: 100, appKills: 200, removedBehindItsBack: 100 }
/** Each way once: each wish is killed before its first change and after it. */
const SHORT: InsideSetup['counts'] = { daemonRestarts: 8, appKills: 2 * WISHES.length, removedBehindItsBack: REMOVALS.length }

/**
 * Runs what ends its engine, on an engine of its own. Two of them in one network namespace would undo each other's rules for packets, so it gets one that it shares with the
 * apps under test: ports on loopback are then nobody else's either.
 * @returns what this part counted; nothing where it could not run
 */
export async function runOnOwnEngine(
  part: OwnEnginePart,
  full: boolean,
  tell: { report: (name: string, problem: string | undefined) => void; skip: (name: string, why: string) => void },
): Promise<Partial<EngineFigures>> {
  const machine = await prepareMachine()
  const why = !(await isDebianRoot())
    ? 'an engine of its own needs Debian and root'
    : ['unshare', 'ip', 'dockerd'].find((program) => findProgram(program, ['/usr/sbin', '/sbin', '/usr/bin']) === undefined)
  if (why !== undefined) {
    tell.skip('what ends its engine', why)
    return {}
  }
  await clearLeftovers()
  const setup: InsideSetup = { part, counts: full ? FULL : SHORT, machine }
  const words = [process.execPath, ...NODE_FLAGS, join(projectRoot, 'test/faults/engine-inside.ts'), JSON.stringify(setup)]
  const child = spawn('unshare', ['--net', '--', '/bin/sh', '-c', 'ip link set lo up && exec "$0" "$@"', ...words], {
    env: { ...process.env, HEARTH_TEST_ENGINE_FOLDER: faultsEngineFolder(part), DOCKER_HOST: '' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  // Nothing of this one goes by the clock.
  if (part === 'engine-light') giveWay(child, GIVES_WAY / 2)
  let figures: Partial<EngineFigures> | undefined
  child.on('message', (message: FromInside) => {
    if (message.kind === 'report') tell.report(message.name, message.problem)
    else if (message.kind === 'skip') tell.skip(message.name, message.why)
    else figures = Object.fromEntries(COUNTED_BY[part].map((name) => [name, message.figures[name]]))
  })
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
  })
  if (code !== 0 || !figures)
    tell.report('what ends its engine ran to its end', `ended with ${String(code)}, ${figures ? 'with' : 'without'} figures`)
  return figures ?? {}
}
