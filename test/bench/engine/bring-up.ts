import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { composeTool, runCommand } from '#test/localnet/compose-tool.ts'
import { freePort, mustDocker } from '#test/localnet/engine.ts'
import { sleep } from '#test/localnet/process.ts'
import { namesOf, specOf } from '#main/core/nodes/specs.ts'
import { removeAll, type BenchEngine } from './bench-engine.ts'
import { catalogOf, startLife, type LifeWish } from './nodes-life.ts'

/**
 * The same containers from nothing to running: Hearth's loop beside `docker compose up --wait`, in turn. Hearth is done when its own state says of every node that it runs, which
 * for a backend means that it has answered; Compose when its command ends. Images are there, containers and networks are not.
 */
export interface BringUpFigures {
  bringUpVsCompose: number
  hearthMs: number
  composeMs: number
}

const ROUNDS = 5
const LIMIT_MS = 60_000

/** What Hearth would start, as a file for Compose. */
function composeFile(wish: LifeWish): string {
  const names = namesOf(wish.installId)
  const services = catalogOf(wish).map((entry) => {
    const ports = Object.fromEntries(entry.ports.map((port) => [String(port.containerPort), port.preferredHostPort]))
    const imagePin = entry.kind === 'backend' ? wish.anvil : wish.pocketd
    const row = { id: entry.nodeId, network: 'local', wanted: 'running', wantedBy: 'user', imagePin, ports, updatedAtMs: 0 } as const
    const spec = specOf(entry, row, names, {})
    if (spec === undefined) throw new Error(`no container for ${entry.nodeId}`)
    return [
      `  ${entry.nodeId}:`,
      `    image: ${JSON.stringify(spec.image)}`,
      `    init: true`,
      `    entrypoint: ${JSON.stringify(spec.entrypoint)}`,
      // A dollar is the shell's, not Compose's.
      `    command: ${JSON.stringify(spec.command).replaceAll('$', '$$$$')}`,
      `    restart: ${spec.restart}`,
      `    mem_limit: ${spec.memoryBytes}`,
      `    cap_drop: [ALL]`,
      `    security_opt: ["no-new-privileges:true"]`,
      ...(spec.ports.length > 0
        ? [`    ports: ${JSON.stringify(spec.ports.map((port) => `127.0.0.1:${port.hostPort}:${port.containerPort}`))}`]
        : []),
      `    networks: [backend]`,
    ].join('\n')
  })
  return `services:\n${services.join('\n')}\nnetworks:\n  backend: {}\n`
}

export async function benchBringUp(engine: BenchEngine, log: (line: string) => void): Promise<BringUpFigures> {
  const tool = composeTool(log)
  if ('missing' in tool) throw new Error(tool.missing)
  const folder = mkdtempSync(join(tmpdir(), 'hearth-bench-compose-'))
  const wish: LifeWish = {
    ...engine,
    installId: `bench-up-${process.pid}`,
    backendPorts: [await freePort(), await freePort()],
    waiting: 3,
    wanted: 'stopped',
  }
  const count = catalogOf(wish).length
  writeFileSync(join(folder, 'compose.yaml'), composeFile(wish))
  const project = `hearth-bench-${process.pid}`
  const compose = async (...args: string[]): Promise<void> => {
    const { code, out } = await runCommand(tool.path, ['--project-name', project, ...args], {
      cwd: folder,
      env: { DOCKER_HOST: engine.endpoint },
    })
    if (code !== 0) throw new Error(`compose ${args[0]}: ${out.slice(-600)}`)
  }
  const byCompose = async (): Promise<number> => {
    const startedMs = performance.now()
    await compose('up', '--detach', '--wait')
    const took = performance.now() - startedMs
    await compose('down', '--timeout', '0', '--volumes')
    return took
  }
  const byHearth = async (): Promise<number> => {
    const life = startLife(wish)
    try {
      // The loop has looked once and has nothing to do, as after the start of Hearth.
      while (Object.keys(life.state.state.nodes).length < count) await sleep(20)
      const startedMs = performance.now()
      life.want('running')
      while (Object.values(life.state.state.nodes).some(({ seen }) => seen !== 'running')) {
        if (performance.now() - startedMs > LIMIT_MS) throw new Error(`Hearth: ${JSON.stringify(life.state.state.nodes)}`)
        await sleep(5)
      }
      const took = performance.now() - startedMs
      const running = (await mustDocker(engine.socket, ['ps', '--quiet', '--filter', `name=hearth-${wish.installId}-`])).split('\n').length
      if (running !== count) throw new Error(`${running} of ${count} containers run`)
      return took
    } finally {
      await life.stop()
      await removeAll(engine, wish.installId)
    }
  }
  try {
    const times: { hearth: number[]; compose: number[] } = { hearth: [], compose: [] }
    for (let round = 0; round <= ROUNDS; round += 1) {
      const [composeMs, hearthMs] = [await byCompose(), await byHearth()]
      log(`bring up: Compose ${composeMs.toFixed(0)} ms, Hearth ${hearthMs.toFixed(0)} ms`)
      if (round === 0) continue
      times.compose.push(composeMs)
      times.hearth.push(hearthMs)
    }
    const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
    const [hearthMs, composeMs] = [median(times.hearth), median(times.compose)]
    return { bringUpVsCompose: hearthMs / composeMs, hearthMs, composeMs }
  } finally {
    await compose('down', '--timeout', '0', '--volumes').catch(() => undefined)
    await removeAll(engine, wish.installId)
    rmSync(folder, { recursive: true, force: true })
  }
}
