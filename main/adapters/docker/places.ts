import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import { LABELS } from './container-options.ts'
import { statusOf } from './errors.ts'
import { mustBeOurs, orNothing } from './owned.ts'

/** No size option: Podman refuses it. The owner is the user of the official pocketd image. */
const TMPFS = { type: 'tmpfs', device: 'tmpfs', o: 'mode=0700,uid=1025,gid=1025' }

/** Networks and volumes of this installation. Rejects `engine-failed` when one of that name is somebody else's or of another kind. */
export async function ensureNetwork(api: Docker, name: string, internal: boolean, installId: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const network = await findNetwork(api, name)
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

/** An engine finds networks by the beginning of an id too: only the name counts. */
async function findNetwork(api: Docker, name: string): Promise<Docker.NetworkInspectInfo | undefined> {
  const info = await orNothing((): Promise<Docker.NetworkInspectInfo> => api.getNetwork(name).inspect())
  return info?.Name === name ? info : undefined
}

export async function ensureVolume(api: Docker, name: string, memory: boolean, installId: string): Promise<void> {
  // The engine answers an existing volume of that name with the volume as it is, without a word: so what came back is looked at.
  await api.createVolume({ Name: name, Driver: 'local', DriverOpts: memory ? TMPFS : {}, Labels: { [LABELS.install]: installId } })
  const volume = await api.getVolume(name).inspect()
  mustBeOurs(volume.Labels, 'volume', name, installId)
  // SECURITY: S18 keys go into a memory volume; one on disk by that name would keep them.
  if ((volume.Options?.['type'] === 'tmpfs') !== memory) {
    throw new HearthError('engine-failed', { reason: `the volume ${name} is ${memory ? 'not ' : ''}in memory; remove it first` })
  }
}

export async function removeNetwork(api: Docker, name: string, installId: string): Promise<void> {
  const network = await findNetwork(api, name)
  if (!network) return
  mustBeOurs(network.Labels, 'network', name, installId)
  // Docker lets a network go under a stopped container, which then cannot start; Podman does not. The same for both: what is used stays.
  const [user] = await api.listContainers({ all: true, filters: { network: [name] } })
  if (user) throw new HearthError('engine-failed', { reason: `the network ${name} is used by ${(user.Names[0] ?? user.Id).replace(/^\//, '')}` })
  await orNothing(() => api.getNetwork(name).remove())
}

export async function removeVolume(api: Docker, name: string, installId: string): Promise<void> {
  const volume = await orNothing(() => api.getVolume(name).inspect())
  if (!volume) return
  mustBeOurs(volume.Labels, 'volume', name, installId)
  await orNothing(() => api.getVolume(name).remove())
}
