import type Docker from 'dockerode'
import type { ContainerSpec } from '#main/core/ports/engine.ts'

/** `networks`: names of those that it was made for, with a comma between: one may be taken from it by hand. */
export const LABELS = { install: 'hearth.install', node: 'hearth.node', spec: 'hearth.spec', networks: 'hearth.networks' } as const

/** Processes in one container; far above what a chain node needs, far under what would hurt the machine. */
const PIDS_LIMIT = 4_096

/** The first start of a volume needs its owner changed, which only root with these may do. A container that does not ask for root by name gets none. */
const ROOT_CAPABILITIES = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETUID', 'SETGID']

/** What the catalogue may add. Anything else in a spec is left out, wherever it came from. */
const CATALOG_CAPABILITIES: ReadonlySet<string> = new Set(['NET_BIND_SERVICE'])

const isRoot = (user: string | undefined): boolean => user !== undefined && ['0', 'root'].includes(user.split(':')[0] ?? '')

/**
 * The engine's form of a spec. What a container may do is decided here and in the catalogue, never by a request.
 * SECURITY: S16 no privileged mode, no host network, no bind mounts, all capabilities dropped, ports on loopback only.
 * @param volumeOptions of the driver, by volume, as its volumes were made
 */
export function containerOptions(
  spec: ContainerSpec,
  installId: string,
  volumeOptions: ReadonlyMap<string, Record<string, string>> = new Map(),
): Docker.ContainerCreateOptions {
  const [first] = spec.networks
  return {
    name: spec.name,
    Image: spec.image,
    ...(spec.entrypoint === undefined ? {} : { Entrypoint: spec.entrypoint }),
    Cmd: spec.command,
    ...(spec.user === undefined ? {} : { User: spec.user }),
    Env: Object.entries(spec.env ?? {}).map(([key, value]) => `${key}=${value}`),
    Labels: {
      [LABELS.install]: installId,
      [LABELS.node]: spec.nodeId,
      [LABELS.spec]: spec.specHash,
      [LABELS.networks]: spec.networks.map((network) => network.name).join(','),
    },
    ExposedPorts: Object.fromEntries(spec.ports.map((port) => [`${port.containerPort}/tcp`, {}])),
    StopTimeout: spec.stopGraceSeconds,
    HostConfig: {
      PortBindings: Object.fromEntries(
        spec.ports.map((port) => [`${port.containerPort}/tcp`, [{ HostIp: '127.0.0.1', HostPort: String(port.hostPort) }]]),
      ),
      Mounts: spec.mounts.map((mount) => ({
        Type: 'volume',
        Source: mount.volume,
        Target: mount.path,
        ReadOnly: mount.readOnly ?? false,
        // SECURITY: S18 the engine makes a volume that went away a moment ago: then as it was, and not one of nobody on disk.
        VolumeOptions: {
          NoCopy: false,
          Labels: { [LABELS.install]: installId },
          DriverConfig: { Name: 'local', Options: volumeOptions.get(mount.volume) ?? {} },
        },
      })),
      RestartPolicy: { Name: spec.restart },
      Memory: spec.memoryBytes,
      MemorySwap: spec.memoryBytes,
      PidsLimit: PIDS_LIMIT,
      CapDrop: ['ALL'],
      CapAdd: [
        ...(isRoot(spec.user) ? ROOT_CAPABILITIES : []),
        ...(spec.capAdd ?? []).filter((capability) => CATALOG_CAPABILITIES.has(capability)),
      ],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: spec.readOnlyRoot ?? false,
      ...(spec.reachesHost === true ? { ExtraHosts: ['host.docker.internal:host-gateway'] } : {}),
      Init: true,
      NetworkMode: first?.name ?? 'none',
      LogConfig:
        spec.logDriver === 'none' ? { Type: 'none', Config: {} } : { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    },
    NetworkingConfig: {
      EndpointsConfig: first === undefined ? {} : { [first.name]: { Aliases: first.aliases } },
    },
  }
}
