import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from '#test/localnet/paths.ts'
import { freePort } from '#test/localnet/engine.ts'
import { sleep } from '#test/localnet/process.ts'
import { removeAll, type BenchEngine } from './bench-engine.ts'
import { catalogOf, type LifeWish } from './nodes-life.ts'

/**
 * What it takes of the processor to watch twenty containers: Hearth's rooms (loop, events, measurements, probes, state) in a process of their own, with the page of one of
 * them open, beside `docker stats` on the same twenty in the same half minute, so that what else the machine does weighs on both. Time of the processor of either process, not of the engine.
 */
export interface WatchFigures {
  containers: number
  watchCpuVsDockerStats: number
  /** With all twenty measured every second, as the program does. */
  everySecondVsDockerStats: number
  hearthPercent: number
  dockerStatsPercent: number
}

const BACKENDS = 4
const WAITING = 16
const WATCH_MS = 30_000
/** Neither is measured while it starts: they watch for days. */
const WARM_UP_MS = 20_000
/** Two a second. */
const START_TRIES = 240
/** Of Linux: hundredths of a second. */
const TICK_MS = 10

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

export async function benchWatch(engine: BenchEngine, log: (line: string) => void): Promise<WatchFigures> {
  const wish: LifeWish = {
    ...engine,
    installId: `bench-watch-${process.pid}`,
    backendPorts: await Promise.all(Array.from({ length: BACKENDS }, () => freePort())),
    waiting: WAITING,
    wanted: 'running',
  }
  const names = catalogOf(wish).map(({ nodeId }) => `hearth-${wish.installId}-${nodeId}`)
  const hearth = fork(join(import.meta.dirname, 'nodes-life.ts'), [JSON.stringify(wish)], { stdio: 'inherit' })
  const ask = async (): Promise<{ cpuMs: number; running: number }> => {
    hearth.send({ ask: 'cpu' })
    const [answer] = (await once(hearth, 'message', { signal: AbortSignal.timeout(30_000) })) as [{ cpuMs: number; running: number }]
    return answer
  }
  const measured = async (watch: readonly string[], pid: number): Promise<{ hearth: number; dockerStats: number }> => {
    const timer = setInterval(() => hearth.send({ watch }), 1_000)
    await sleep(WARM_UP_MS)
    const [before, from] = [await ask(), cpuOf(pid)]
    await sleep(WATCH_MS)
    const [after, to] = [await ask(), cpuOf(pid)]
    clearInterval(timer)
    if (after.running !== names.length) throw new Error(`Hearth sees ${after.running} of ${names.length} run`)
    return { hearth: after.cpuMs - before.cpuMs, dockerStats: to - from }
  }
  try {
    for (let tries = 0; (await ask()).running < names.length; tries += 1) {
      if (tries > START_TRIES) throw new Error(`${names.length} containers do not all run`)
      await sleep(500)
    }
    log(`${names.length} containers run`)
    const everyNode = names.map((name) => name.slice(`hearth-${wish.installId}-`.length))
    const stats = spawn('docker', ['stats', ...names], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DOCKER_HOST: engine.endpoint, DOCKER_CONFIG: join(cacheFolder(), 'docker-client') },
    })
    let told = 0
    stats.stdout.on('data', (chunk: Buffer) => (told += chunk.length))
    let onePage, everySecond
    try {
      onePage = await measured(everyNode.slice(0, 1), stats.pid ?? 0)
      everySecond = await measured(everyNode, stats.pid ?? 0)
    } finally {
      // Asked to end politely it goes on once the containers are gone.
      stats.kill('SIGKILL')
    }
    if (told === 0) throw new Error('docker stats said nothing')
    const said = (found: typeof onePage): string => `${found.hearth.toFixed(0)} ms beside ${found.dockerStats} ms of docker stats`
    log(`CPU in ${WATCH_MS / 1000} s: Hearth ${said(onePage)}; with every node each second ${said(everySecond)}`)
    return {
      containers: names.length,
      watchCpuVsDockerStats: onePage.hearth / onePage.dockerStats,
      everySecondVsDockerStats: everySecond.hearth / everySecond.dockerStats,
      hearthPercent: (onePage.hearth / WATCH_MS) * 100,
      dockerStatsPercent: (onePage.dockerStats / WATCH_MS) * 100,
    }
  } finally {
    if (hearth.connected) {
      const ended = once(hearth, 'exit')
      hearth.send({ ask: 'end' })
      await ended
    }
    await removeAll(engine, wish.installId)
  }
}
