import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createDockerEngine } from '#main/adapters/docker/engine.ts'
import { systemClock } from '#main/adapters/system/clock.ts'
import { createLogBooks, LINES_HELD } from '#main/core/metrics/log-books.ts'
import { mustDocker } from '#test/localnet/engine.ts'
import { cacheFolder } from '#test/localnet/paths.ts'
import { sleep } from '#test/localnet/process.ts'
import type { BenchEngine } from './bench-engine.ts'

/**
 * As many lines as Hearth holds of a container's log, from the engine to the page's book: taken apart, put in the order of their times, freed of colours and of what looks like a
 * key, with a level each. Beside it `docker logs` of the same lines with their times, into nothing. In turn.
 */
export interface LogFigures {
  /** Time of Hearth, as a part of that of the program. */
  logsVsDocker: number
  hearthMBs: number
  dockerMBs: number
}

const ROUNDS = 7
const LINE =
  'INF relay served service_id=anvil session_id=0f3a9c77e1d24b5a8c6d height=883667 latency_ms=12 supplier=pokt1operator0000000000000000000000000000'

const silent = { info: () => undefined, warn: () => undefined, error: () => '' }

export async function benchLogs(engine: BenchEngine, log: (line: string) => void): Promise<LogFigures> {
  const installId = `bench-logs-${process.pid}`
  const name = `hearth-${installId}-writer`
  const write = `i=0; while [ $i -lt ${LINES_HELD + 100} ]; do echo "$i ${LINE}"; i=$((i+1)); done; exec sleep 3600`
  await mustDocker(engine.socket, [
    'run',
    '--detach',
    '--init',
    '--name',
    name,
    '--network',
    'none',
    '--entrypoint',
    '/bin/sh',
    engine.pocketd,
    '-c',
    write,
  ])
  const docker = async (args: readonly string[]): Promise<number> => {
    const child = spawn('docker', args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, DOCKER_HOST: engine.endpoint, DOCKER_CONFIG: join(cacheFolder(), 'docker-client') },
    })
    let bytes = 0
    child.stdout.on('data', (chunk: Buffer) => (bytes += chunk.length))
    await new Promise<void>((resolve) => child.once('close', () => resolve()))
    return bytes
  }
  try {
    const wanted = ['logs', '--timestamps', '--tail', String(LINES_HELD), name]
    const lineBytes = LINE.length + 8
    while (
      (await docker(wanted)) < LINES_HELD * lineBytes ||
      !(await mustDocker(engine.socket, ['logs', '--tail', '1', name])).startsWith(String(LINES_HELD + 99))
    )
      await sleep(500)
    const adapter = createDockerEngine({ endpoint: engine.endpoint, installId, clock: systemClock, log: silent })
    let bytes = 0
    const byDocker = async (): Promise<number> => {
      const startedMs = performance.now()
      bytes = await docker(wanted)
      return performance.now() - startedMs
    }
    const byHearth = async (): Promise<number> => {
      const books = createLogBooks({ engine: adapter, clock: systemClock, realClock: systemClock })
      const ask = { nodeId: 'writer', container: name, limit: 500 }
      const newest = await books.page(ask)
      const startedMs = performance.now()
      // What is above the first page: now everything is read.
      let page = await books.page({ ...ask, book: newest.book, before: (newest.lines[0]?.number ?? 0) - 1_500 })
      const took = performance.now() - startedMs
      page = await books.page({ ...ask, book: newest.book, before: (newest.lines.at(-1)?.number ?? 0) - LINES_HELD + 50 })
      if (page.lines.length < 40) throw new Error(`Hearth holds only so far back: ${page.lines.length}`)
      return took
    }
    const times: { hearth: number[]; docker: number[] } = { hearth: [], docker: [] }
    for (let round = 0; round <= ROUNDS; round += 1) {
      const [dockerMs, hearthMs] = [await byDocker(), await byHearth()]
      if (round === 0) continue
      times.docker.push(dockerMs)
      times.hearth.push(hearthMs)
    }
    const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
    const [hearthMs, dockerMs] = [median(times.hearth), median(times.docker)]
    log(`${LINES_HELD} lines, ${(bytes / 1e6).toFixed(1)} MB: docker logs ${dockerMs.toFixed(0)} ms, Hearth ${hearthMs.toFixed(0)} ms`)
    return { logsVsDocker: hearthMs / dockerMs, hearthMBs: bytes / 1e3 / hearthMs, dockerMBs: bytes / 1e3 / dockerMs }
  } finally {
    await mustDocker(engine.socket, ['rm', '--force', '--volumes', name])
  }
}
