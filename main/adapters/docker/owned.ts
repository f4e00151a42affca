import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import { answer, containerSchema, type ContainerAnswer } from './answers.ts'
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

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,200}$/
const REFERENCE = /^[a-zA-Z0-9][\w.:/@-]{0,400}$/

/**
 * Rejects `engine-failed` for a name that no engine takes.
 * SECURITY: S16 a name becomes part of a request's path: one with a slash or dots in it would ask for something else.
 */
export function mustBeName(kind: 'container' | 'volume' | 'network', name: string): void {
  if (!NAME.test(name))
    throw new HearthError('engine-failed', { reason: `this is no name for a ${kind}: ${JSON.stringify(name).slice(0, 150)}` })
}

/** Rejects `image-unavailable` for a text that no registry takes. */
export function mustBeReference(reference: string): void {
  if (!REFERENCE.test(reference) || reference.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw new HearthError('image-unavailable', {
      reference: reference.slice(0, 200),
      reason: `this is no name of an image: ${JSON.stringify(reference).slice(0, 150)}`,
    })
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

/** What the engine says of a container, by name or id; undefined when there is none. */
export async function inspectContainer(api: Docker, nameOrId: string): Promise<ContainerAnswer | undefined> {
  const info = await orNothing((): Promise<unknown> => api.getContainer(nameOrId).inspect())
  return info === undefined ? undefined : answer(containerSchema, info, 'container')
}

/** Names that engines give to kinds of networks; any other is the name of one that was made. */
const KINDS_OF_NETWORK = /^(default|bridge|host|none|nat|private|pasta|slirp4netns|.*:.*)?$/

/** Whether a network that a container was made for was taken from it by hand: it runs, and does not reach who is there. No start brings that back. */
export function hasLostNetwork(info: ContainerAnswer): boolean {
  const mode = info.HostConfig?.NetworkMode ?? ''
  // One that an older Hearth made has no such label.
  const wanted = (info.Config.Labels?.[LABELS.networks] ?? '').split(',').filter((name) => name !== '')
  return [...(KINDS_OF_NETWORK.test(mode) ? [] : [mode]), ...wanted].some((name) => !(name in (info.NetworkSettings.Networks ?? {})))
}

/** The container of that name if it is there. Rejects when it is somebody else's. */
export async function ownedContainer(api: Docker, name: string, installId: string): Promise<ContainerAnswer | undefined> {
  mustBeName('container', name)
  const info = await inspectContainer(api, name)
  // A name may also be the beginning of another container's id.
  if (info?.Name !== `/${name}`) return undefined
  mustBeOurs(info.Config.Labels, 'container', name, installId)
  return info
}
