/**
 * What running containers by way of Hearth costs, each figure beside its peer in the same minutes. `node test/bench/engine.ts relays` takes one part alone; the last line is JSON.
 */
import { prepareMachine } from '#test/localnet/prepare.ts'
import { benchEngine } from './engine/bench-engine.ts'
import { benchBringUp } from './engine/bring-up.ts'
import { benchFrames } from './engine/frames.ts'
import { benchLogs } from './engine/logs.ts'
import { benchRelays } from './engine/relays.ts'
import { benchWatch } from './engine/watch.ts'

type Figures = Record<string, { value: number; goal?: number }>

const round = (value: number): number => Math.round(value * 100) / 100
const log = (line: string): void => console.log(line)

const parts: Record<string, () => Promise<Figures>> = {
  async bringUp() {
    const found = await benchBringUp(await benchEngine(), log)
    return {
      bringUpVsCompose: { value: round(found.bringUpVsCompose), goal: 1.05 },
      bringUpMs: { value: Math.round(found.hearthMs) },
      composeUpMs: { value: Math.round(found.composeMs) },
    }
  },
  async logs() {
    const found = await benchLogs(await benchEngine(), log)
    return {
      // Of time: less is better.
      logsVsDocker: { value: round(found.logsVsDocker), goal: 1.2 },
      logsMBs: { value: round(found.hearthMBs) },
      dockerLogsMBs: { value: round(found.dockerMBs) },
    }
  },
  async frames() {
    const found = await benchFrames(await benchEngine(), log)
    return {
      fpsUnderLogs: { value: round(found.fpsUnderLogs), goal: 55 },
      fpsAtRest: { value: round(found.fpsAtRest) },
      logLinesPerSecond: { value: Math.round(found.linesPerSecond) },
    }
  },
  async watch() {
    const found = await benchWatch(await benchEngine(), log)
    return {
      watchCpuVsDockerStats: { value: round(found.watchCpuVsDockerStats), goal: 0.5 },
      everySecondVsDockerStats: { value: round(found.everySecondVsDockerStats) },
      watchCpuPercent: { value: round(found.hearthPercent) },
      dockerStatsCpuPercent: { value: round(found.dockerStatsPercent) },
    }
  },
  async relays() {
    const found = await benchRelays(log)
    return {
      relayVsCli: { value: round(found.relayVsCli), goal: 1.5 },
      relayOneByOneVsCli: { value: round(found.oneByOneVsCli), goal: 1.5 },
      relayMs: { value: round(found.hearthMs) },
      relayCliMs: { value: round(found.cliMs) },
      relaysVerified: { value: found.verified, goal: found.relays },
    }
  },
}

await prepareMachine({ log })
const wished = process.argv.slice(2)
const figures: Figures = {}
let failed = 0
for (const [name, run] of Object.entries(parts)) {
  if (wished.length > 0 && !wished.includes(name)) continue
  log(`-- ${name}`)
  try {
    Object.assign(figures, await run())
  } catch (error) {
    failed += 1
    log(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
}
log(JSON.stringify({ bench: 'engine', figures }))
process.exitCode = failed === 0 ? 0 : 1
