import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import { LABELS } from './container-options.ts'
import { statusOf, textOf } from './errors.ts'
import { answer, containerRowsSchema, infoSchema, networkRowsSchema, networkSchema, networkUsersSchema, volumeSchema } from './answers.ts'
import { mustBeName, mustBeOurs, orNothing } from './owned.ts'
import { isRootless } from './probe.ts'

/** The user of the official pocketd image. */
const POCKET_USER = 1025

/** No size option: Podman refuses it. */
const tmpfs = (ownerId: number, noSwap: boolean): Record<string, string> => ({
  type: 'tmpfs',
  device: 'tmpfs',
  o: `mode=0700,uid=${ownerId},gid=${ownerId}${noSwap ? ',noswap' : ''}`,
})

/** Linux 6.4 and newer keep such a volume out of swap, for an engine with the rights of root. @param release as `uname -r` says it */
export function canRefuseSwap(release: string, rootless: boolean): boolean {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? []
  return !rootless && (Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 4))
}

type NetworkAnswer = ReturnType<typeof answer<typeof networkSchema>>

/** Networks and volumes of this installation. Rejects `engine-failed` when one of that name is somebody else's or of another kind. */
export async function ensureNetwork(api: Docker, name: string, internal: boolean, installId: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const network = await findNetwork(api, name, installId)
    if (!network) return false
    mustBeOurs(network.Labels, 'network', name, installId)
    if (network.Internal !== internal)
      throw new HearthError('engine-failed', { reason: `the network ${name} has the other reach; remove it first` })
    return true
  }
  if (await isThere()) return
  try {
    // Without the check an engine makes two networks of one name.
    await api.createNetwork({
      Name: name,
      Driver: 'bridge',
      Internal: internal,
      CheckDuplicate: true,
      Labels: { [LABELS.install]: installId },
    })
  } catch (error) {
    if (statusOf(error) !== 409 || !(await isThere())) throw error
  }
}

/** An engine's word for two networks of one name. @returns that name */
export const ambiguousNetwork = (error: unknown): string | undefined => /network (\S+) is ambiguous/.exec(textOf(error))?.[1]

/**
 * Leaves one of several networks of one name: one that has containers on it, else the oldest. An engine makes two when Hearth dies while it makes the first and the next Hearth
 * asks at once; then it knows neither by its name, and nothing starts on it. A container on one that goes has lost its network, and is made anew.
 * Rejects `engine-failed` when one of them is somebody else's.
 */
export async function keepOneNetwork(api: Docker, name: string, installId: string): Promise<void> {
  const listed = answer(networkRowsSchema, await api.listNetworks({ filters: { name: [name] } }), 'networks')
  const all = await Promise.all(
    listed
      .filter((network) => network.Name === name)
      .map(async ({ Id, Labels, Created }) => {
        mustBeOurs(Labels, 'network', name, installId)
        const info = await orNothing((): Promise<unknown> => api.getNetwork(Id).inspect())
        const { Containers } = answer(networkUsersSchema, info ?? {}, 'network')
        return { id: Id, created: Created ?? '', users: Object.keys(Containers ?? {}) }
      }),
  )
  all.sort((one, other) => other.users.length - one.users.length || (one.created < other.created ? -1 : 1))
  for (const { id, users } of all.slice(1)) {
    for (const user of users) await orNothing(() => api.getNetwork(id).disconnect({ Container: user, Force: true }))
    await orNothing(() => api.getNetwork(id).remove())
  }
}

/** An engine finds networks by the beginning of an id too: only the name counts. */
async function findNetwork(api: Docker, name: string, installId: string): Promise<NetworkAnswer | undefined> {
  mustBeName('network', name)
  const ask = (): Promise<unknown> => orNothing((): Promise<unknown> => api.getNetwork(name).inspect())
  const found = await ask().catch(async (error: unknown) => {
    if (ambiguousNetwork(error) === undefined) throw error
    await keepOneNetwork(api, name, installId)
    return ask()
  })
  const info = found === undefined ? undefined : answer(networkSchema, found, 'network')
  return info?.Name === name ? info : undefined
}

export async function ensureVolume(
  api: Docker,
  name: string,
  { memory, ownerId = POCKET_USER }: { memory: boolean; ownerId?: number },
  installId: string,
): Promise<void> {
  mustBeName('volume', name)
  let options: Record<string, string> = {}
  if (memory) {
    const info = answer(infoSchema, await api.info(), 'info')
    options = tmpfs(ownerId, canRefuseSwap(info.KernelVersion ?? '', isRootless(info)))
  }
  // The engine answers an existing volume of that name with the volume as it is, without a word: so what came back is looked at.
  await api.createVolume({ Name: name, Driver: 'local', DriverOpts: options, Labels: { [LABELS.install]: installId } })
  const volume = answer(volumeSchema, await api.getVolume(name).inspect(), 'volume')
  mustBeOurs(volume.Labels, 'volume', name, installId)
  // SECURITY: S18 keys go into a memory volume; one on disk by that name would keep them.
  if (isInMemory(volume) !== memory) {
    throw new HearthError('engine-failed', { reason: `the volume ${name} is ${memory ? 'not ' : ''}in memory; remove it first` })
  }
}

const isInMemory = (volume: { Options?: Record<string, string> | null | undefined }): boolean => volume.Options?.['type'] === 'tmpfs'

/** One of somebody else by that name is none. */
export async function findVolume(api: Docker, name: string, installId: string): Promise<{ memory: boolean } | undefined> {
  mustBeName('volume', name)
  const found = await orNothing((): Promise<unknown> => api.getVolume(name).inspect())
  if (found === undefined) return undefined
  const volume = answer(volumeSchema, found, 'volume')
  return volume.Labels?.[LABELS.install] === installId ? { memory: isInMemory(volume) } : undefined
}

export async function removeNetwork(api: Docker, name: string, installId: string): Promise<void> {
  const network = await findNetwork(api, name, installId)
  if (!network) return
  mustBeOurs(network.Labels, 'network', name, installId)
  // Docker lets a network go under a stopped container, which then cannot start; Podman does not. The same for both: what is used stays.
  const [user] = answer(containerRowsSchema, await api.listContainers({ all: true, filters: { network: [name] } }), 'containers')
  if (user)
    throw new HearthError('engine-failed', { reason: `the network ${name} is used by ${(user.Names?.[0] ?? user.Id).replace(/^\//, '')}` })
  await orNothing(() => api.getNetwork(name).remove())
}

export async function removeVolume(api: Docker, name: string, installId: string): Promise<void> {
  mustBeName('volume', name)
  const found = await orNothing((): Promise<unknown> => api.getVolume(name).inspect())
  if (found === undefined) return
  const volume = answer(volumeSchema, found, 'volume')
  mustBeOurs(volume.Labels, 'volume', name, installId)
  await orNothing(() => api.getVolume(name).remove())
}
