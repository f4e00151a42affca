import { HearthError } from '#shared/api/errors.ts'
import { checkName } from './check-spec.ts'
import type { Disk } from './disk.ts'
import { createFiles, type Files } from './files.ts'

export interface Volume {
  name: string
  memory: boolean
  files: Files
  /** What programs say that their data takes there, beyond the files that Practice really holds. */
  dataBytes: number
}

/** Networks and volumes of the practised engine. */
export interface Places {
  readonly networks: ReadonlyMap<string, { internal: boolean }>
  readonly volumes: ReadonlyMap<string, Volume>
  ensureNetwork(name: string, internal: boolean): void
  ensureVolume(name: string, memory: boolean): Volume
  removeNetwork(name: string): void
  removeVolume(name: string): void
}

export function createPlaces(disk: Disk): Places {
  const networks = new Map<string, { internal: boolean }>()
  const volumes = new Map<string, Volume>()
  return {
    networks,
    volumes,
    ensureNetwork(name, internal) {
      checkName('network', name)
      const network = networks.get(name)
      if (network && network.internal !== internal)
        throw new HearthError('engine-failed', { reason: `the network ${name} has the other reach; remove it first` })
      networks.set(name, { internal })
    },
    ensureVolume(name, memory) {
      checkName('volume', name)
      const volume = volumes.get(name)
      // SECURITY: S18 keys go into a memory volume; one on disk by that name would keep them.
      if (volume && volume.memory !== memory)
        throw new HearthError('engine-failed', { reason: `the volume ${name} is ${memory ? 'not ' : ''}in memory; remove it first` })
      const made = volume ?? { name, memory, files: createFiles(memory ? undefined : disk), dataBytes: 0 }
      volumes.set(name, made)
      return made
    },
    removeNetwork: (name) => void networks.delete(name),
    removeVolume(name) {
      const volume = volumes.get(name)
      if (!volume) return
      if (!volume.memory) disk.take(-(volume.files.bytes + volume.dataBytes), name)
      volumes.delete(name)
    },
  }
}
