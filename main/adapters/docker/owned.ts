import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import { LABELS } from './container-options.ts'
import { statusOf } from './errors.ts'

/** The answer, or undefined when the engine says that there is no such thing. */
export async function orNothing<T>(run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (statusOf(error) === 404) return undefined
    throw error
  }
}

/**
 * Rejects `engine-failed` for a thing without this installation's label.
 * SECURITY: S16 a user's own containers and volumes are never changed, even where one has the name that Hearth wants.
 */
export function mustBeOurs(
  labels: Record<string, string> | null | undefined,
  kind: 'container' | 'volume' | 'network',
  name: string,
  installId: string,
): void {
  if (labels?.[LABELS.install] !== installId) {
    throw new HearthError('engine-failed', { reason: `a ${kind} called ${name} exists and is not Hearth's` })
  }
}

/** The container of that name if it is there. Rejects when it is somebody else's. */
export async function ownedContainer(api: Docker, name: string, installId: string): Promise<Docker.ContainerInspectInfo | undefined> {
  const info = await orNothing(() => api.getContainer(name).inspect())
  // A name may also be the beginning of another container's id.
  if (info?.Name !== `/${name}`) return undefined
  mustBeOurs(info.Config.Labels, 'container', name, installId)
  return info
}
