import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import { unpackFile } from './archive.ts'

/** A genesis file of a large chain; more is no file that Hearth reads whole. */
const MAX_BYTES = 256 * 1024 * 1024
/** A large file on a slow disk may come in many pieces; one that drips is ended. */
const WHOLE_FILE_TIMES = 4

/** One ordinary file out of a container. Rejects `engine-failed` for a folder, a link, an archive that is cut off, one that never ends or is too large. */
export async function readFile(container: Docker.Container, path: string, timeoutMs: number): Promise<Uint8Array> {
  const stream = (await container.getArchive({ path })) as NodeJS.ReadableStream & { destroy(error?: Error): void }
  const late = new HearthError('engine-failed', { reason: 'the engine did not give the whole file in time', path })
  const timer = setTimeout(() => stream.destroy(late), timeoutMs * WHOLE_FILE_TIMES)
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of stream) {
      parts.push(Buffer.from(chunk as Uint8Array))
      size += (chunk as Uint8Array).length
      if (size > MAX_BYTES) throw new HearthError('engine-failed', { reason: 'that file is too large', path })
    }
  } finally {
    clearTimeout(timer)
  }
  const file = unpackFile(Buffer.concat(parts))
  if (!file) throw new HearthError('engine-failed', { reason: 'that is no ordinary file', path })
  return new Uint8Array(file)
}
