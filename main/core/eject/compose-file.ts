import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { ContainerSpec } from '../ports/engine.ts'
import { toYaml, type YamlValue } from './yaml.ts'

/** Name of the profile of what must not start before its key is there. */
export const SERVE_PROFILE = 'serve'
/** Processes in one container, as Hearth itself limits them. */
const PIDS_LIMIT = 4_096

export interface EjectedService {
  entry: CatalogEntry
  spec: ContainerSpec
  /** What to name in place of a content id, which exists on one engine alone. */
  imageName: string
  /** A file beside the compose file that the container reads at a path. */
  file?: { name: string; path: string }
}

/**
 * A compose file of the same containers as Hearth runs: the same images, commands, limits and ports, over the same volumes, on networks of its own.
 * @param volumes of the catalogue by name: their names on the engine; memory ones are made anew, the others are there already and stay when the project is taken down
 */
export function composeFile(
  services: readonly EjectedService[],
  options: { project: string; volumes: Readonly<Record<string, { name: string; memory: boolean }>> },
): string {
  const there = new Set(services.map((service) => service.entry.nodeId))
  const networks = [...new Set(services.flatMap((service) => service.entry.networks))]
  const volumes = [...new Set(services.flatMap((service) => service.entry.volumes.map((volume) => volume.name)))]
  return toYaml(
    {
      name: options.project,
      services: Object.fromEntries(services.map((service) => [service.entry.nodeId, composeService(service, there)])),
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
  [entry.title, ...(spec.image === imageName ? [] : [`On this engine the image is ${spec.image}.`])].join('\n')

function composeService({ entry, spec, imageName, file }: EjectedService, there: ReadonlySet<string>): Record<string, YamlValue> {
  const dependsOn = entry.dependsOn.filter((nodeId) => there.has(nodeId))
  return {
    image: escapeDollar(imageName),
    ...(spec.entrypoint ? { entrypoint: spec.entrypoint.map(escapeDollar) } : {}),
    command: spec.command.map(escapeDollar),
    ...(spec.user === undefined ? {} : { user: spec.user }),
    ...(Object.keys(spec.env ?? {}).length === 0
      ? {}
      : { environment: Object.fromEntries(Object.entries(spec.env ?? {}).map(([key, value]) => [key, escapeDollar(value)])) }),
    // Published to this PC alone.
    ...(spec.ports.length === 0 ? {} : { ports: spec.ports.map((port) => `127.0.0.1:${port.hostPort}:${port.containerPort}`) }),
    volumes: [
      ...entry.volumes.map((volume) => `${volume.name}:${volume.path}${volume.readOnly ? ':ro' : ''}`),
      ...(file ? [`./${file.name}:${file.path}:ro`] : []),
    ],
    ...(entry.networks.length === 0 ? { network_mode: 'none' } : { networks: [...entry.networks] }),
    ...(dependsOn.length === 0 ? {} : { depends_on: dependsOn }),
    ...(entry.kind === 'relay-miner' || entry.kind === 'ingress' ? { profiles: [SERVE_PROFILE] } : {}),
    restart: spec.restart,
    mem_limit: spec.memoryBytes,
    memswap_limit: spec.memoryBytes,
    pids_limit: PIDS_LIMIT,
    stop_grace_period: `${spec.stopGraceSeconds}s`,
    cap_drop: ['ALL'],
    ...(spec.capAdd === undefined ? {} : { cap_add: [...spec.capAdd] }),
    security_opt: ['no-new-privileges:true'],
    ...(spec.readOnlyRoot ? { read_only: true } : {}),
    init: true,
    logging: spec.logDriver === 'none' ? { driver: 'none' } : { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '2' } },
  }
}

function composeVolume(volume: { name: string; memory: boolean } | undefined): YamlValue {
  if (!volume || volume.memory)
    return { driver: 'local', driver_opts: { type: 'tmpfs', device: 'tmpfs', o: 'mode=0700,uid=1025,gid=1025' } }
  return { external: true, name: volume.name }
}

/** Compose fills in what stands after a single dollar from the environment. */
const escapeDollar = (text: string): string => text.replaceAll('$', '$$$$')
