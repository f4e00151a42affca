import { Readable } from 'node:stream'
import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import { engineError } from './errors.ts'

/**
 * Sends a tar to the engine as it is made, to be unpacked under a folder of a container. A source that fails ends the request: the engine never takes what is cut off for whole.
 * Rejects as the source does; `cancelled`, `disk-full`, `engine-failed`.
 */
export async function unpackInto(
  container: Docker.Container,
  folder: string,
  tar: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const cut = new AbortController()
  let failure: unknown
  const body = Readable.from(watched(tar, signal), { objectMode: false })
  body.on('error', (error) => {
    failure ??= error
    cut.abort()
  })
  try {
    await container.putArchive(body, { path: folder, abortSignal: AbortSignal.any([signal, cut.signal]) })
  } catch (error) {
    if (signal.aborted) throw new HearthError('cancelled', {}, { cause: error })
    throw failure instanceof HearthError ? failure : engineError(failure ?? error)
  } finally {
    body.destroy()
  }
}

async function* watched(tar: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const piece of tar) {
    if (signal.aborted) throw new HearthError('cancelled')
    yield piece
  }
}
