import { HearthError } from '#shared/api/errors.ts'

/** The disk that images, containers and volumes share. Counted, never scanned. */
export interface Disk {
  readonly usedBytes: number
  freeBytes(): number
  /** Rejects `disk-full` when more is asked than is free; giving back (a negative number) always works. */
  take(bytes: number, what: string): void
  /** Makes this much free, as if somebody else filled or cleared the rest. */
  setFree(bytes: number): void
  setCapacity(bytes: number): void
}

/** @param capacityBytes of the whole disk */
export function createDisk(capacityBytes: number): Disk {
  let capacity = capacityBytes
  let used = 0
  return {
    get usedBytes() {
      return used
    },
    freeBytes: () => Math.max(0, capacity - used),
    take(bytes, what) {
      if (bytes > 0 && used + bytes > capacity) {
        throw new HearthError('disk-full', {
          reason: `write ${what}: no space left on device`,
          freeBytes: String(Math.max(0, capacity - used)),
        })
      }
      used = Math.max(0, used + bytes)
    },
    setFree(bytes) {
      capacity = used + Math.max(0, bytes)
    },
    setCapacity(bytes) {
      capacity = bytes
    },
  }
}
