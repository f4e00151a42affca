import type { Engine, PullProgress } from '../ports/engine.ts'

/**
 * Sees that an image is on the engine and says by what it is known from then on. Rejects as `Engine.pull`.
 * @param reference name and tag under which it is kept @param source what is fetched where it is not here: the tag, or `repository@digest`
 * @returns `repository@digest`, or the content id of an image that came from no registry
 */
export async function pinImage(
  engine: Pick<Engine, 'image' | 'pull'>,
  reference: string,
  source: string,
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<string> {
  const image = (await engine.image(source)) ?? (await engine.pull(source, onProgress, signal))
  if (image.digest === undefined) return image.imageId
  // A pull by digest is that digest, whatever other names the image has here.
  const pin = source.includes('@') ? source : `${reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '')}@${image.digest}`
  // The same image may have come here under another name: then only its content id is good everywhere.
  return (await engine.image(pin)) ? pin : image.imageId
}
