import { z } from 'zod'
import type { ContainerSpec, SeenContainer } from '#main/core/ports/engine.ts'
import { HearthError } from '#shared/api/errors.ts'
import { specSchema } from './check-spec.ts'
import type { Containers } from './containers.ts'
import type { Files } from './files.ts'
import type { ImageShelf } from './images.ts'
import type { Places } from './places.ts'

/** What Docker says of a container that ran when the machine went down. */
const LOST_WITH_THE_MACHINE = 255

const amount = z.number().int().min(0)
const fileSchema = z.strictObject({ path: z.string(), base64: z.string(), mode: amount, uid: amount, gid: amount })
const savedSchema = z.strictObject({
  version: z.literal(1),
  ids: amount,
  images: z.array(z.strictObject({ reference: z.string(), sizeBytes: amount, layerBytes: z.array(amount) })),
  networks: z.array(z.strictObject({ name: z.string(), internal: z.boolean() })),
  volumes: z.array(z.strictObject({ name: z.string(), memory: z.boolean(), dataBytes: amount, files: z.array(fileSchema) })),
  containers: z.array(
    z.strictObject({
      spec: specSchema,
      seen: z.object({
        id: z.string(),
        image: z.string(),
        state: z.enum(['created', 'running', 'restarting', 'exited', 'dead', 'removing', 'paused']),
        exitCode: z.number().optional(),
        startedAtMs: z.number().optional(),
        finishedAtMs: z.number().optional(),
        oomKilled: z.boolean(),
        restartCount: amount,
      }),
      stopAsked: z.boolean(),
      dataBytes: amount,
      files: z.array(fileSchema),
    }),
  ),
})
type SavedFile = z.infer<typeof fileSchema>

interface World {
  containers: Containers
  places: Places
  images: ImageShelf
}

/** Everything that outlives Hearth, as JSON text. SECURITY: S18 files of memory volumes are left out, and so are logs. */
export function saveWorld({ containers, places, images }: World): string {
  const saved: z.infer<typeof savedSchema> = {
    version: 1,
    ids: containers.ids,
    images: images.save(),
    networks: [...places.networks].map(([name, network]) => ({ name, ...network })),
    volumes: [...places.volumes.values()].map(({ name, memory, dataBytes, files }) => ({
      name,
      memory,
      dataBytes,
      files: memory ? [] : packFiles(files),
    })),
    containers: [...containers.all.values()]
      .filter((held) => held.ours)
      .map(({ spec, seen, stopAsked, dataBytes, files }) => ({ spec, seen, stopAsked, dataBytes, files: packFiles(files) })),
  }
  return JSON.stringify(saved)
}

/**
 * Puts a saved world into an empty one. What ran has ended with Hearth. Rejects `store-damaged` for a text that is none, before anything is put.
 * @returns names of the containers that ran and start again by themselves, as after a restart of the machine
 */
export function restoreWorld(text: string, { containers, places, images }: World, giveDataRoom: (bytes: number) => void): string[] {
  const saved = parseSaved(text)
  images.restore(saved.images)
  for (const { name, internal } of saved.networks) places.ensureNetwork(name, internal)
  for (const { name, memory, dataBytes, files } of saved.volumes) {
    const volume = places.ensureVolume(name, memory)
    unpackFiles(files, volume.files)
    volume.dataBytes = dataBytes
    if (!memory) giveDataRoom(dataBytes)
  }
  const again: string[] = []
  for (const entry of saved.containers) {
    const spec = entry.spec as ContainerSpec
    const isUp = entry.seen.state === 'running' || entry.seen.state === 'restarting'
    const seen: SeenContainer = {
      ...entry.seen,
      name: spec.name,
      nodeId: spec.nodeId,
      specHash: spec.specHash,
      ports: Object.fromEntries(spec.ports.map((port) => [String(port.containerPort), port.hostPort])),
      state: isUp ? 'exited' : entry.seen.state,
      exitCode: isUp ? LOST_WITH_THE_MACHINE : entry.seen.exitCode,
      startedAtMs: entry.seen.startedAtMs,
      finishedAtMs: isUp ? entry.seen.startedAtMs : entry.seen.finishedAtMs,
    }
    const held = containers.restore(spec, seen)
    held.stopAsked = entry.stopAsked
    held.dataBytes = entry.dataBytes
    giveDataRoom(entry.dataBytes)
    unpackFiles(entry.files, held.files)
    if (isUp && spec.restart === 'unless-stopped') again.push(spec.name)
  }
  containers.ids = saved.ids
  return again
}

function parseSaved(text: string): z.infer<typeof savedSchema> {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    throw new HearthError('store-damaged', { reason: 'the saved Practice engine is no JSON' }, { cause: error })
  }
  const parsed = savedSchema.safeParse(raw)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new HearthError('store-damaged', {
    reason: `the saved Practice engine: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`.slice(0, 300),
  })
}

function packFiles(files: Files): SavedFile[] {
  return [...files.entries()].map(([path, { content, mode, uid, gid }]) => ({
    path,
    base64: Buffer.from(content).toString('base64'),
    mode,
    uid,
    gid,
  }))
}

function unpackFiles(saved: SavedFile[], files: Files): void {
  for (const { path, base64, ...owner } of saved) files.put(path, { content: new Uint8Array(Buffer.from(base64, 'base64')), ...owner })
}
