import type Docker from 'dockerode'
import { statfs } from 'node:fs/promises'
import { hostname, release } from 'node:os'
import type { EngineDisk } from '#main/core/ports/engine.ts'
import { answer, diskUseSchema, infoSchema, podmanStoreSchema, type InfoAnswer } from './answers.ts'

/** What is free and used where the engine keeps images and volumes. */
export async function engineDisk(api: Docker): Promise<EngineDisk> {
  const info = answer(infoSchema, await api.info(), 'info')
  const use = answer(diskUseSchema, await api.df(), 'disk use')
  const images = use.LayersSize || sum(use.Images ?? [], (image) => image.Size)
  const containers = sum(use.Containers ?? [], (container) => container.SizeRw)
  // The engine writes -1 for a volume that it cannot count.
  const volumes = sum(use.Volumes ?? [], (volume) => Math.max(0, volume.UsageData?.Size ?? 0))
  return { freeBytes: await freeBytes(api, info), usedBytes: images + containers + volumes }
}

/** What is free there alone: to count what is used, an engine walks through all of its volumes. */
export async function engineFreeBytes(api: Docker): Promise<number | undefined> {
  return freeBytes(api, answer(infoSchema, await api.info(), 'info'))
}

/**
 * Where the engine shares this machine's kernel and name, its folder is asked: that counts what is reserved and what a quota leaves. Docker tells nobody how
 * much room is left in a virtual machine; Podman does, on a page of its own. Else undefined: never the disk outside of the virtual machine.
 */
export async function freeBytes(api: Docker, info: InfoAnswer): Promise<number | undefined> {
  const folder = info.DockerRootDir ?? ''
  if (folder !== '' && info.Name === hostname() && info.KernelVersion === release()) {
    const free = await statfs(folder).then(
      ({ bavail, bsize }) => bavail * bsize,
      () => undefined,
    )
    if (free !== undefined) return free
  }
  const page = podmanStoreSchema.safeParse(await podmanPage(api).catch(() => undefined))
  return page.success ? Math.max(0, page.data.store.graphRootAllocated - page.data.store.graphRootUsed) : undefined
}

const sum = <T>(rows: T[], size: (row: T) => number | null | undefined): number => rows.reduce((total, row) => total + (size(row) ?? 0), 0)

interface Dialer {
  dial(options: object, callback: (error: unknown, value: unknown) => void): void
}

function podmanPage(api: Docker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { path: '/v4.0.0/libpod/info', method: 'GET', statusCodes: { 200: true, 500: 'server error' } }
    ;(api.modem as Dialer).dial(options, (error, value) => (error ? reject(error as Error) : resolve(value)))
  })
}
