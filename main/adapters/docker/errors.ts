import { HearthError } from '#shared/api/errors.ts'

/** What dockerode throws: the engine's answer with its status, or a socket error with a code. */
interface EngineFailure {
  statusCode?: number
  code?: string
  message: string
  json?: { message?: string } | null
}

export const statusOf = (error: unknown): number | undefined => (error as EngineFailure | undefined)?.statusCode
export const socketCodeOf = (error: unknown): string | undefined => (error as EngineFailure | undefined)?.code
export const textOf = (error: unknown): string =>
  ((error as EngineFailure | undefined)?.json?.message ?? (error instanceof Error ? error.message : String(error))).trim().slice(0, 500)

/** The words of Docker (its own table, its proxy, Linux, Windows' two) and of Podman for a port that somebody else has. */
const TAKEN =
  /already allocated|address already in use|port is already in use|only one usage of each socket address|forbidden by its access permissions/i
const ADDRESS = /(?:\b\d+\.\d+\.\d+\.\d+|\[[\da-f:]*\]|:::?|localhost):(\d+)\b/i
/** Also an image that is not made for this processor, by the words of the registry and of the kernel. */
const NO_IMAGE = /no such image|image not known|manifest unknown|no matching manifest|no image found in .*manifest list|exec format error/i

/**
 * An engine's refusal as Hearth's error: a taken port by its number, a full disk, a missing image, a socket that does not answer;
 * anything else `engine-failed` with the engine's own words.
 */
export function engineError(error: unknown): HearthError {
  if (error instanceof HearthError) return error
  const text = textOf(error)
  const cause = { cause: error }
  const port = TAKEN.test(text) ? portIn(text) : undefined
  if (port !== undefined) return new HearthError('port-taken', { port }, cause)
  if (/no space left on device|disk quota exceeded/i.test(text)) return new HearthError('disk-full', { reason: text }, cause)
  if (NO_IMAGE.test(text)) return new HearthError('image-unavailable', { reason: text }, cause)
  const code = statusOf(error) === undefined ? socketCodeOf(error) : undefined
  if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EPIPE') {
    return new HearthError('engine-not-started', { reason: text }, cause)
  }
  if (code === 'EACCES' || code === 'EPERM') return new HearthError('engine-no-permission', { reason: text }, cause)
  return new HearthError('engine-failed', { reason: text }, cause)
}

/** The port of the machine: the last address before the complaint would be the container's in `127.0.0.1:80:172.17.0.2:80`, so the first counts. */
const portIn = (text: string): string | undefined => ADDRESS.exec(text)?.[1]
