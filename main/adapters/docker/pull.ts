import type Docker from 'dockerode'
import { z } from 'zod'
import { HearthError } from '#shared/api/errors.ts'
import type { PullProgress } from '#main/core/ports/engine.ts'
import { engineError, textOf } from './errors.ts'

export interface PullEvent {
  id?: string | null | undefined
  status?: string | null | undefined
  progressDetail?: { current?: number | null | undefined; total?: number | null | undefined } | null | undefined
  error?: string | undefined
}

export type Layer = PullProgress['layers'][number]

/**
 * Pulls an image and tells the progress of each layer.
 * Rejects `cancelled`, `image-unavailable` (detail.reason: the registry's words, or `stalled` when nothing new came for `stallMs`), `disk-full`, or as `engineError`.
 * @param docker a client without a time limit of its own
 * @returns what was told last
 */
export async function pullImage(
  docker: Docker,
  reference: string,
  options: { onProgress: (progress: PullProgress) => void; signal: AbortSignal; stallMs: number },
): Promise<PullProgress> {
  const { onProgress, signal, stallMs } = options
  const abort = new AbortController()
  let reason: 'cancelled' | 'stalled' | undefined
  const cancel = (): void => {
    reason ??= 'cancelled'
    abort.abort()
  }
  if (signal.aborted) throw new HearthError('cancelled')
  signal.addEventListener('abort', cancel, { once: true })
  const layers = new Map<string, Layer>()
  /** What was said last of each layer: an engine may say the same again and again while no byte comes (Docker's containerd store, ten times a second). */
  const said = new Map<string, string>()
  let lastLine = ''
  const told = (): PullProgress => ({ layers: [...layers.values()].map((layer) => ({ ...layer })), lastLine })
  let stall: NodeJS.Timeout | undefined
  const alive = (): void => {
    clearTimeout(stall)
    stall = setTimeout(() => {
      reason ??= 'stalled'
      abort.abort()
    }, stallMs)
  }
  try {
    alive()
    const stream = (await docker.pull(reference, { abortSignal: abort.signal })) as NodeJS.ReadableStream & { destroy(): void }
    const end = (): void => stream.destroy()
    abort.signal.addEventListener('abort', end, { once: true })
    abort.signal.throwIfAborted()
    stream.setEncoding('utf8')
    let rest = ''
    const take = (line: string): void => {
      if (line.trim() === '') return
      const event = parsePullEvent(line)
      if (event.error !== undefined) throw new Error(event.error)
      const word = `${event.status ?? ''} ${String(event.progressDetail?.current)}`
      if (said.get(event.id ?? '') !== word) alive()
      said.set(event.id ?? '', word)
      const known = layers.size
      noteProgress(layers, event)
      // One piece of the stream may hold a layer's whole life; its beginning is told all the same.
      if (layers.size > known) onProgress(told())
      lastLine = `${event.id ?? ''} ${event.status ?? ''}`.trim()
    }
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      lines.forEach(take)
      onProgress(told())
    }
    take(rest)
    if (reason !== undefined) throw new Error(reason)
    return told()
  } catch (error) {
    if (reason === 'cancelled') throw new HearthError('cancelled')
    if (reason === 'stalled') throw new HearthError('image-unavailable', { reference, reason: 'stalled' })
    const known = engineError(error)
    throw known.code === 'engine-failed' || known.code === 'image-unavailable'
      ? new HearthError('image-unavailable', { reference, reason: textOf(error) }, { cause: error })
      : known
  } finally {
    clearTimeout(stall)
    signal.removeEventListener('abort', cancel)
  }
}

/**
 * The end of a pull that went well. Podman counts the image's own description (its id is the image's) among the layers and calls nothing unpacked.
 * @param imageId of the pulled image, `sha256:...`
 */
export function wholePull(last: PullProgress, imageId: string): PullProgress {
  const hex = imageId.replace(/^sha256:/, '')
  return {
    layers: last.layers
      .filter((layer) => !hex.startsWith(layer.id))
      .map((layer) => ({ ...layer, currentBytes: layer.totalBytes, status: 'ready' as const })),
    lastLine: last.lastLine,
  }
}

/** One line of the engine about a pull. Throws for what is none. */
export function parsePullEvent(line: string): PullEvent {
  let raw: unknown
  try {
    raw = JSON.parse(line)
  } catch {
    throw new Error(`the engine's word about the pull is cut off or no JSON: ${line.slice(0, 80)}`)
  }
  const parsed = pullEventSchema.safeParse(raw)
  if (!parsed.success) throw new Error(`the engine says something else than how the pull goes: ${line.slice(0, 80)}`)
  return parsed.data
}

const bytes = z.number().nonnegative().nullish().catch(undefined)
const pullEventSchema = z.looseObject({
  id: z.string().nullish(),
  status: z.string().nullish(),
  progressDetail: z.looseObject({ current: bytes, total: bytes }).nullish().catch(undefined),
  error: z.string().optional(),
})

/** "Pulling fs layer" and its followers are the engine's own words for the stages of a layer. */
export function noteProgress(layers: Map<string, Layer>, event: PullEvent): void {
  const id = event.id ?? undefined
  const status = event.status ?? ''
  if (id === undefined || status.startsWith('Pulling from') || !/^[0-9a-f]{6,}$/.test(id)) return
  const before = layers.get(id) ?? { id, currentBytes: 0, totalBytes: 0, status: 'waiting' as const }
  const total = event.progressDetail?.total ?? before.totalBytes
  const layer: Layer = { ...before, totalBytes: total }
  if (status === 'Downloading')
    Object.assign(layer, { status: 'fetching', currentBytes: event.progressDetail?.current ?? before.currentBytes })
  else if (status === 'Extracting' || status === 'Verifying Checksum' || status === 'Download complete')
    Object.assign(layer, { status: 'unpacking', currentBytes: total })
  else if (status === 'Pull complete' || status === 'Already exists') Object.assign(layer, { status: 'ready', currentBytes: total })
  layers.set(id, layer)
}
