import type { ContainerAnswer, StatsAnswer } from './answers.ts'
import type { ContainerStats, SeenContainer } from '#main/core/ports/engine.ts'
import { LABELS } from './container-options.ts'
import { hasLostNetwork } from './owned.ts'

const STATES: SeenContainer['state'][] = ['created', 'running', 'restarting', 'exited', 'dead', 'removing', 'paused']
/** Podman's moments between two of Docker's states: made and not yet run, asked to stop, ended and not yet cleared up. */
const PODMAN_STATES: Record<string, SeenContainer['state']> = {
  configured: 'created',
  initialized: 'created',
  stopping: 'running',
  stopped: 'exited',
}

/** Podman says an empty word where there is no test, Docker says nothing or `none`. */
const HEALTHS = ['starting', 'healthy', 'unhealthy'] as const

/** What the core wants to know of an inspected container. */
export function seenContainer(info: ContainerAnswer): SeenContainer {
  const labels = info.Config.Labels ?? {}
  const health = HEALTHS.find((known) => known === info.State.Health?.Status)
  const state = STATES.find((known) => known === info.State.Status) ?? PODMAN_STATES[info.State.Status] ?? 'dead'
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    nodeId: labels[LABELS.node] ?? '',
    // Not as it was made any more, whatever its label says.
    specHash: hasLostNetwork(info) ? '' : (labels[LABELS.spec] ?? ''),
    image: info.Image,
    state,
    // The engine says 0 of a container that runs or never ran.
    exitCode: state === 'exited' || state === 'dead' || state === 'restarting' ? info.State.ExitCode : undefined,
    startedAtMs: timeMs(info.State.StartedAt),
    finishedAtMs: timeMs(info.State.FinishedAt),
    oomKilled: info.State.OOMKilled ?? false,
    restartCount: info.RestartCount ?? 0,
    ports: portsOf(info),
    volumes: (info.Mounts ?? []).flatMap((mount) => (mount.Type === 'volume' && mount.Name ? [mount.Name] : [])),
    ...(health === undefined ? {} : { health }),
  }
}

/** Those that it was made with, also while it does not run. */
function portsOf(info: ContainerAnswer): Record<string, number> {
  const bound = Object.entries(info.HostConfig?.PortBindings ?? {})
  return Object.fromEntries(
    bound.flatMap(([key, places]) => {
      const hostPort = Number(places?.[0]?.HostPort ?? '')
      return key.endsWith('/tcp') && hostPort > 0 ? [[key.slice(0, -4), hostPort]] : []
    }),
  )
}

/** The engine writes year 1 for "never". */
function timeMs(text: string): number | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) || ms <= 0 ? undefined : ms
}

/** Load of a container from two samples of the engine; undefined for one that does not run. */
export function containerStats(raw: StatsAnswer): ContainerStats | undefined {
  // Podman leaves the whole field out for a container that does not run.
  const { usage, limit, stats } = raw.memory_stats ?? {}
  if (usage === undefined || limit === undefined || !raw.cpu_stats) return undefined
  const cpu = raw.cpu_stats.cpu_usage.total_usage - (raw.precpu_stats?.cpu_usage.total_usage ?? 0)
  const system = (raw.cpu_stats.system_cpu_usage ?? 0) - (raw.precpu_stats?.system_cpu_usage ?? 0)
  // Pages of files that the kernel gives back at once are no need of the program: as the docker client counts (cgroup v2, then v1).
  const cache = stats?.inactive_file ?? stats?.total_inactive_file
  return {
    cpuPercent: system > 0 && cpu > 0 ? (cpu / system) * (raw.cpu_stats.online_cpus ?? 1) * 100 : 0,
    memoryBytes: Math.max(0, usage - (typeof cache === 'number' ? cache : 0)),
    memoryLimitBytes: limit,
  }
}
