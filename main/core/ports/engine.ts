/** What the core needs of a container engine (Docker or Podman). All names are idempotency keys: doing a thing twice is doing it once. */

export type EngineProbe =
  | {
      kind: 'ready'
      name: string
      version: string
      apiVersion: string
      os: string
      arch: string
      memoryBytes: number
      cpus: number
      endpoint: string
      clockOffsetMs: number
      /** Not run by root: some things are not to be had there. */
      rootless?: boolean
      /** Whose engine it is, in its own words: `Docker Desktop 4.40`, `Debian GNU/Linux 12`. */
      platform?: string
      /** By what it is known again, whatever its address; Podman has nothing that lasts. */
      id?: string
    }
  | { kind: UnreadyEngine; endpoint: string; detail: string }

/** Why an engine cannot be used. `failed`: it, or something else at its place, answers with nothing that makes sense. */
export type UnreadyEngine = 'absent' | 'not-started' | 'no-permission' | 'too-old' | 'wrong-architecture' | 'windows-containers' | 'failed'

export interface PortPublish {
  /** Inside the container. */
  containerPort: number
  /** On 127.0.0.1 of this machine (hardening: nothing beyond loopback without a stated reason). */
  hostPort: number
}

export type Mount = { kind: 'volume'; volume: string; path: string; readOnly?: boolean }

export interface ContainerSpec {
  /** Unique on this engine, for example `hearth-<install>-pocket`. */
  name: string
  /** Which node of Hearth this is; stored as a label. */
  nodeId: string
  /** Pinned image, as `imageId` or `repo@sha256:...` resolved earlier by `resolveImage`. */
  image: string
  entrypoint?: string[]
  command: string[]
  user?: string
  env?: Record<string, string>
  ports: PortPublish[]
  mounts: Mount[]
  networks: { name: string; aliases: string[] }[]
  restart: 'no' | 'unless-stopped'
  memoryBytes: number
  stopGraceSeconds: number
  logDriver: 'default' | 'none'
  /** On top of none at all. SECURITY: S16 from the catalogue alone. */
  capAdd?: 'NET_BIND_SERVICE'[]
  /** Grows when the rendered spec or config changes, so that the planner sees a difference. Stored as a label. */
  specHash: string
  readOnlyRoot?: boolean
  /** May reach this PC as `host.docker.internal`. SECURITY: S16 from the catalogue alone, and there the backend gate alone. */
  reachesHost?: boolean
}

export interface SeenContainer {
  id: string
  name: string
  /** Empty for one that is no node's (`copyOf`). */
  nodeId: string
  /** Whose labels it has without being that node's container: nodes/own-names.ts. */
  copyOf?: string
  /** Names of the volumes that it was made with. */
  volumes?: string[]
  specHash: string
  image: string
  state: 'created' | 'running' | 'restarting' | 'exited' | 'dead' | 'removing' | 'paused'
  exitCode: number | undefined
  startedAtMs: number | undefined
  finishedAtMs: number | undefined
  /** Ended for lack of memory, as the engine tells it. Docker 20.10 misses about one in six: false is no proof, and exit code 137 alone may be this too. */
  oomKilled: boolean
  restartCount: number
  /** Ports on 127.0.0.1 that it was made with, by container port. */
  ports?: Record<string, number>
  /** What the image's own test says, where it brings one. Podman without systemd never gets beyond `starting`. */
  health?: 'starting' | 'healthy' | 'unhealthy'
}

export interface PullProgress {
  layers: { id: string; currentBytes: number; totalBytes: number; status: 'waiting' | 'fetching' | 'unpacking' | 'ready' }[]
  lastLine: string
}

export interface ImageInfo {
  /** Content id of the image on this engine (`sha256:...`). */
  imageId: string
  /** Registry digest when it came from one. */
  digest: string | undefined
  sizeBytes: number
}

export interface ExecResult {
  exitCode: number
  stdout: string
  stderr: string
}

export interface EngineEvent {
  nodeId: string | undefined
  container: string
  action: string
  timeMs: number
}

export interface LogLine {
  timeMs: number
  stream: 'out' | 'err'
  text: string
}

export interface ContainerStats {
  cpuPercent: number
  memoryBytes: number
  memoryLimitBytes: number
}

export interface EngineDisk {
  freeBytes: number | undefined
  /** Images, containers and volumes of everybody on this engine. */
  usedBytes: number
}

export interface Engine {
  probe(): Promise<EngineProbe>
  /** All containers of this installation (found by label, never from memory). */
  list(): Promise<SeenContainer[]>
  /** State of the container of this name, whoever made it; undefined where there is none. */
  containerState(name: string): Promise<SeenContainer['state'] | undefined>
  image(reference: string): Promise<ImageInfo | undefined>
  /** Rejects `image-unavailable`; `cancelled` when the signal aborts; a pull with no byte for `stallMs` rejects `image-unavailable` with detail.reason = 'stalled'. */
  pull(reference: string, onProgress: (progress: PullProgress) => void, signal: AbortSignal): Promise<ImageInfo>
  /** What a tag is in its registry now, as `sha256:...`, without fetching it. Rejects `image-unavailable`. Engines that cannot ask lack the method. */
  offeredDigest?(reference: string): Promise<string | undefined>
  /** Takes an image that no container needs off the engine. @returns whether it was there and is gone; one in use stays */
  removeImage?(reference: string): Promise<boolean>
  ensureNetwork(name: string, options?: { internal?: boolean }): Promise<void>
  /** `memory` makes a tmpfs volume of `ownerId` (user and group; pocketd's unless said), never swapped where the kernel can: it lives as long as a running container holds it. */
  ensureVolume(name: string, options: { memory: boolean; ownerId?: number }): Promise<void>
  /** This installation's volume of that name; undefined while there is none. */
  volume(name: string): Promise<{ memory: boolean } | undefined>
  removeVolume(name: string): Promise<void>
  removeNetwork(name: string): Promise<void>
  /** Creates when no container of that name exists; when one exists with another specHash it is removed first (it must be stopped). Rejects `port-taken` with detail.port. */
  create(spec: ContainerSpec): Promise<void>
  /** Idempotent. Rejects `port-taken` with detail.port when a published port is in use. */
  start(name: string): Promise<void>
  stop(name: string, graceSeconds: number): Promise<void>
  remove(name: string): Promise<void>
  /** Rejects `cancelled`; `engine-failed` with detail.reason = 'timeout': no engine can end a command that runs, so after both it may go on in the container. */
  exec(
    name: string,
    command: string[],
    options?: { stdin?: string; user?: string; timeoutMs?: number; signal?: AbortSignal },
  ): Promise<ExecResult>
  /** Writes one file into a container (created or running). `mode` octal, `uid`/`gid` of the owner. */
  writeFile(name: string, path: string, content: Uint8Array, options: { mode: number; uid: number; gid: number }): Promise<void>
  readFile(name: string, path: string): Promise<Uint8Array>
  /**
   * Unpacks a tar under a folder of a container (created or running) that is there, piece by piece. Rejects as its source does; `disk-full`, `cancelled`, `engine-failed`.
   * What arrived before a failure stays. Engines that cannot lack the method.
   */
  unpack?(name: string, folder: string, tar: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** Lines at or after `sinceMs`, and with Podman, whose times are whole seconds, the others of that second too. */
  logs(name: string, options: { tail: number; sinceMs?: number }): Promise<LogLine[]>
  stats(name: string): Promise<ContainerStats | undefined>
  /** Room where the engine keeps images and volumes, which may be in a virtual machine; `freeBytes` is undefined where nobody tells. */
  disk?(): Promise<EngineDisk>
  /** What `disk` tells of free room, without the walk through all volumes; undefined where nobody tells. */
  freeBytes?(): Promise<number | undefined>
  /** Follows events of this installation until the signal aborts. Reconnects by itself; calls `onResync` at every (re)connect and when the connection is lost or refused, after which the caller lists again. */
  follow(onEvent: (event: EngineEvent) => void, onResync: () => void, signal: AbortSignal): Promise<void>
}
