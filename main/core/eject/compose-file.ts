import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { ContainerSpec } from '../ports/engine.ts'
import { toYaml, type YamlValue } from './yaml.ts'

/** Name of the profile of what must not start before its key is there. */
export const SERVE_PROFILE = 'serve'
/** Name of the profile of what is run by hand alone. */
const TOOLS_PROFILE = 'tools'
/** Processes in one container, as Hearth itself limits them. */
const PIDS_LIMIT = 4_096

export interface EjectedService {
  entry: Pick<CatalogEntry, 'nodeId' | 'title' | 'networks' | 'alias' | 'volumes' | 'dependsOn'> & {
    kind: CatalogEntry['kind'] | 'gate' | 'tool'
  }
  spec: ContainerSpec
  /** What to name in place of a content id, which exists on one engine alone. */
  imageName: string
  /** A file beside the compose file that the container reads at a path. */
  file?: { name: string; path: string }
}

/** `there`: one of the engine, by its name, which stays when the project is taken down. `memory`, `own`: made by the project. */
export type EjectedVolume = { kind: 'there'; name: string } | { kind: 'memory' } | { kind: 'own' }

/** Name of a container, so that it can be told from afar whether it runs. */
export const ejectedContainer = (project: string, nodeId: string): string => `${project}-${nodeId}`

/** A compose file of the same containers as Hearth runs: the same images, commands, limits and ports, over the same volumes, on networks of its own. */
export function composeFile(
  services: readonly EjectedService[],
  options: { project: string; volumes: Readonly<Record<string, EjectedVolume>> },
): string {
  const there = new Set(services.map((service) => service.entry.nodeId))
  const networks = [...new Set(services.flatMap((service) => service.entry.networks))]
  const volumes = [...new Set(services.flatMap((service) => service.entry.volumes.map((volume) => volume.name)))]
  return toYaml(
    {
      name: options.project,
      services: Object.fromEntries(
        services.map((service) => [service.entry.nodeId, composeService(service, there, options.project)] as const),
      ),
      networks: Object.fromEntries(networks.map((network) => [network, { driver: 'bridge' }])),
      volumes: Object.fromEntries(volumes.map((name) => [name, composeVolume(options.volumes[name])])),
    },
    Object.fromEntries([
      ...services.map((service) => [`services.${service.entry.nodeId}`, comment(service)]),
      [
        'volumes',
        'Volumes that Hearth made keep their content. The keys live in memory alone and are gone when the last container that holds them stops.',
      ],
    ]),
  )
}

const comment = ({ entry, spec, imageName }: EjectedService): string =>
  [
    entry.title,
    ...(spec.image === imageName ? [] : [`On this engine the image is ${spec.image}.`]),
    ...(entry.kind === 'relay-miner'
      ? [
          'Started again when it fails, and not after a restart of the PC: its key is gone then. Never run two of it: they void each other’s proofs.',
        ]
      : []),
  ].join('\n')

function composeService({ entry, spec, imageName, file }: EjectedService, there: ReadonlySet<string>, project: string): YamlValue {
  const dependsOn = entry.dependsOn.filter((nodeId) => there.has(nodeId))
  const profile =
    entry.kind === 'tool' ? TOOLS_PROFILE : entry.kind === 'relay-miner' || entry.kind === 'ingress' ? SERVE_PROFILE : undefined
  return {
    image: escapeDollar(imageName),
    // A tool is run under a name of its own each time.
    ...(entry.kind === 'tool' ? {} : { container_name: ejectedContainer(project, entry.nodeId) }),
    ...(spec.entrypoint ? { entrypoint: spec.entrypoint.map(escapeDollar) } : {}),
    ...(entry.kind === 'tool' ? {} : { command: spec.command.map(escapeDollar) }),
    ...(spec.user === undefined ? {} : { user: spec.user }),
    ...(Object.keys(spec.env ?? {}).length === 0
      ? {}
      : { environment: Object.fromEntries(Object.entries(spec.env ?? {}).map(([key, value]) => [key, escapeDollar(value)])) }),
    // Published to this PC alone.
    ...(spec.ports.length === 0 ? {} : { ports: spec.ports.map((port) => `127.0.0.1:${port.hostPort}:${port.containerPort}`) }),
    volumes: [
      ...entry.volumes.map((volume) => `${volume.name}:${escapeDollar(volume.path)}${volume.readOnly ? ':ro' : ''}`),
      ...(file ? [`./${file.name}:${file.path}:ro`] : []),
    ],
    ...(entry.networks.length === 0 ? { network_mode: 'none' } : { networks: composeNetworks(entry) }),
    ...(spec.reachesHost === true ? { extra_hosts: ['host.docker.internal:host-gateway'] } : {}),
    ...(dependsOn.length === 0 ? {} : { depends_on: dependsOn }),
    ...(profile === undefined ? {} : { profiles: [profile] }),
    restart: entry.kind === 'relay-miner' ? 'on-failure' : spec.restart,
    mem_limit: spec.memoryBytes,
    memswap_limit: spec.memoryBytes,
    pids_limit: PIDS_LIMIT,
    stop_grace_period: `${spec.stopGraceSeconds}s`,
    cap_drop: ['ALL'],
    ...(spec.capAdd === undefined || spec.capAdd.length === 0 ? {} : { cap_add: [...spec.capAdd] }),
    security_opt: ['no-new-privileges:true'],
    ...(spec.readOnlyRoot ? { read_only: true } : {}),
    init: true,
    logging: spec.logDriver === 'none' ? { driver: 'none' } : { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '2' } },
  }
}

/** Compose makes the name of a service known on each of its networks. Containers of one entry of the catalogue know each other by shorter ones. */
function composeNetworks({ networks, alias }: EjectedService['entry']): YamlValue {
  if (alias === undefined) return [...networks]
  return Object.fromEntries(
    networks.map((network): [string, YamlValue] => [network, network.startsWith('own-') ? { aliases: [alias] } : {}]),
  )
}

function composeVolume(volume: EjectedVolume | undefined): YamlValue {
  if (volume?.kind === 'there') return { external: true, name: volume.name }
  if (volume?.kind === 'own') return {}
  return { driver: 'local', driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'mode=0700,uid=1025,gid=1025' } }
}

/** Compose fills in what stands after a single dollar from the environment. */
const escapeDollar = (text: string): string => text.replaceAll('$', '$$$$')
