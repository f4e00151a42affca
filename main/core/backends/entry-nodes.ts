import type { BackendEntry } from '#shared/catalog/backends/schema.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'

type Container = BackendEntry['containers'][number]

const LONGEST_TITLE = 60

/** Name of the node that one container of an entry is; also its host name for the gate. */
export const entryNodeId = (entry: Pick<BackendEntry, 'id'>, containerName: string): string => `${entry.id}-${containerName}`

/** Name of the volume of an entry, without the installation's own part. */
export const entryVolume = (entry: Pick<BackendEntry, 'id'>, volume: string): string => `${entry.id}-${volume}`

/** The container that an address of an entry names, and the port there. */
export function placeOfUrl(entry: BackendEntry, url: string): { nodeId: string; containerPort: number } {
  const { hostname, port } = new URL(url)
  return { nodeId: entryNodeId(entry, hostname), containerPort: Number(port) }
}

/**
 * An entry of the signed catalogue as the nodes that the reconcile loop knows, in the order of its containers.
 * SECURITY: S16 nothing of it comes from a request. No port goes beyond this PC: those that relays and Hearth's own looks need are published on loopback, the others nowhere; peers are
 * reached from inside.
 */
export function entryNodes(entry: BackendEntry): CatalogEntry[] {
  const asked = [...Object.values(entry.endpoints), entry.sync.at].map((url) => placeOfUrl(entry, url))
  return entry.containers.map((container) => {
    const nodeId = entryNodeId(entry, container.name)
    const mine = new Set(asked.filter((place) => place.nodeId === nodeId).map((place) => place.containerPort))
    const isAsked = mine.size > 0
    return {
      id: entry.id,
      nodeId,
      title: titleOf(entry, container),
      kind: 'backend',
      image: { ...container.image, version: container.image.reference.replace(/^.*:/, '') },
      memoryBytes: container.memoryBytes,
      ports: [...mine].map((containerPort) => ({ name: `p${containerPort}`, containerPort, preferredHostPort: containerPort })),
      volumes: container.volumes.map((volume) => ({
        name: entryVolume(entry, volume.name),
        path: volume.path,
        memory: false,
        readOnly: false,
      })),
      networks: [...(isAsked ? ['backend'] : []), `own-${entry.id}`],
      alias: container.name,
      program: { ...(container.entrypoint === undefined ? {} : { entrypoint: container.entrypoint }), command: container.command },
      dependsOn: container.dependsOn.map((name) => entryNodeId(entry, name)),
      environment: container.environment,
      stopGraceSeconds: container.stopGraceSeconds,
      restart: 'unless-stopped',
      logDriver: 'default',
      ...(container.user === undefined ? {} : { user: container.user }),
      capAdd: [],
      serves: entry.serves,
      rpcTypes: [],
    }
  })
}

const titleOf = (entry: BackendEntry, container: Container): string =>
  (entry.containers.length === 1 ? entry.title : `${entry.title}: ${container.name}`).slice(0, LONGEST_TITLE)

/** Where relays of each way go, as the gate reaches it; empty where there is none. */
export function entryOrigins(entry: BackendEntry): { http: string; rest: string; websocket: string } {
  const { JSON_RPC, COMET_BFT, REST, WEBSOCKET } = entry.endpoints
  const origin = (url: string | undefined): string => {
    if (url === undefined) return ''
    const { nodeId, containerPort } = placeOfUrl(entry, url)
    return `${new URL(url).protocol}//${nodeId}:${containerPort}`
  }
  return { http: origin(JSON_RPC ?? COMET_BFT), rest: origin(REST), websocket: origin(WEBSOCKET) }
}

/** The same as this PC reaches it. @param portOf host port on loopback; undefined while there is none */
export function localOrigins(
  entry: BackendEntry,
  portOf: (nodeId: string, containerPort: number) => number | undefined,
): { http: string; rest: string; websocket: string } {
  const { JSON_RPC, COMET_BFT, REST, WEBSOCKET } = entry.endpoints
  const origin = (url: string | undefined): string => {
    if (url === undefined) return ''
    const { nodeId, containerPort } = placeOfUrl(entry, url)
    const port = portOf(nodeId, containerPort)
    return port === undefined ? '' : `${new URL(url).protocol}//127.0.0.1:${port}`
  }
  return { http: origin(JSON_RPC ?? COMET_BFT), rest: origin(REST), websocket: origin(WEBSOCKET) }
}
