import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import type { ContainerSpec } from '#main/core/ports/engine.ts'
import { containerOptions, LABELS } from './container-options.ts'
import { textOf } from './errors.ts'
import { answer, volumeSchema } from './answers.ts'
import { hasLostNetwork, mustBeName, mustBeOurs, mustBeReference, orNothing, ownedContainer } from './owned.ts'

/**
 * Makes the container of a spec, or leaves the one that was made of the same spec. One of another spec is replaced unless it runs (`engine-failed`).
 * Not to be called twice at the same time for one name. Its volumes must be there: the engine would make missing ones itself, on disk and without a label.
 */
export async function createContainer(api: Docker, spec: ContainerSpec, installId: string): Promise<void> {
  // Such ports would be published to nobody, without a word from the engine.
  if (spec.ports.length > 0 && spec.networks.length === 0)
    throw new HearthError('engine-failed', { reason: `${spec.name} has ports and no network` })
  mustBeReference(spec.image)
  for (const { name } of spec.networks) mustBeName('network', name)
  const volumeOptions = new Map<string, Record<string, string>>()
  for (const { volume } of spec.mounts) {
    mustBeName('volume', volume)
    const found = await orNothing((): Promise<unknown> => api.getVolume(volume).inspect())
    const info = found === undefined ? undefined : answer(volumeSchema, found, 'volume')
    if (!info) throw new HearthError('engine-failed', { reason: `there is no volume ${volume}` })
    mustBeOurs(info.Labels, 'volume', volume, installId)
    volumeOptions.set(volume, info.Options ?? {})
  }
  let existing = await ownedContainer(api, spec.name, installId)
  if (existing && (existing.Config.Labels?.[LABELS.spec] !== spec.specHash || hasLostNetwork(existing))) {
    if (existing.State.Running)
      throw new HearthError('engine-failed', { reason: `${spec.name} runs; it must be stopped before it is replaced` })
    await orNothing(() => api.getContainer(spec.name).remove({ v: false }))
    existing = undefined
  }
  if (!existing) {
    await make(api, containerOptions(spec, installId, volumeOptions))
    await mustHaveOwnVolumes(api, spec, installId)
  }
  await joinNetworks(api, spec, installId)
}

/**
 * SECURITY: S18 a volume that went away between the look at it and the making was made by the engine. Podman makes one on disk that is nobody's: it goes again with the container, before
 * anything is written, and the next try makes both.
 */
async function mustHaveOwnVolumes(api: Docker, spec: ContainerSpec, installId: string): Promise<void> {
  for (const { volume } of spec.mounts) {
    const made = answer(volumeSchema, await api.getVolume(volume).inspect(), 'volume')
    if (made.Labels?.[LABELS.install] === installId) continue
    await orNothing(() => api.getContainer(spec.name).remove({ v: false }))
    await orNothing(() => api.getVolume(volume).remove())
    throw new HearthError('engine-failed', { reason: `the volume ${volume} went away` })
  }
}

/** Podman keeps the small program that collects ended children in a package of its own, which may be missing: the container's own program then does it, or nobody. */
async function make(api: Docker, options: Docker.ContainerCreateOptions): Promise<void> {
  try {
    await api.createContainer(options)
  } catch (error) {
    if (!/container-init binary not found/i.test(textOf(error))) throw error
    await api.createContainer({ ...options, HostConfig: { ...options.HostConfig, Init: false } })
  }
}

/** An engine before API 1.44 takes one network at creation. A crash between the two is made good by the next `create`, so this looks each time. */
async function joinNetworks(api: Docker, spec: ContainerSpec, installId: string): Promise<void> {
  const others = spec.networks.slice(1)
  if (others.length === 0) return
  const joined = (await ownedContainer(api, spec.name, installId))?.NetworkSettings.Networks ?? {}
  for (const network of others) {
    if (network.name in joined) continue
    await api.getNetwork(network.name).connect({ Container: spec.name, EndpointConfig: { Aliases: network.aliases } })
  }
}
