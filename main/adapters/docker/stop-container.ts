import type Docker from 'dockerode'
import { HearthError } from '#shared/api/errors.ts'
import { statusOf } from './errors.ts'
import { inspectContainer } from './owned.ts'

/** Podman begins a container that failed again within a tenth of a second. */
const QUIET_MS = 500
const TRIES = 40

/**
 * Ends a container and keeps it ended; one that does not run, or is gone, is fine. Podman 4.3 takes a stop between the end of a failing program and its next
 * beginning for a stop of something that has ended, or says that it was stopped, and begins it again all the same: so it is watched until it stays down, and stopped again.
 * @param docker a client that waits for the grace
 */
export async function stopContainer(docker: Docker, name: string, graceSeconds: number, isPodman: boolean): Promise<void> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      await docker.getContainer(name).stop({ t: graceSeconds })
    } catch (error) {
      // 304: it does not run; 404: gone meanwhile.
      if (statusOf(error) === 404) return
      if (statusOf(error) !== 304) {
        // Podman stops none that is paused.
        if (!(await letGo(docker, name))) throw error
        continue
      }
    }
    if (!isPodman || (await staysDown(docker, name))) return
  }
  throw new HearthError('engine-failed', { reason: `${name} begins again whenever it is stopped` })
}

async function staysDown(docker: Docker, name: string): Promise<boolean> {
  const before = await inspectContainer(docker, name)
  const policy = before?.HostConfig?.RestartPolicy?.Name ?? ''
  if (!before || (!before.State.Running && (policy === '' || policy === 'no'))) return true
  await new Promise((resolve) => {
    setTimeout(resolve, QUIET_MS)
  })
  const after = await inspectContainer(docker, name)
  return !after || (!after.State.Running && after.State.StartedAt === before.State.StartedAt)
}

/** @returns whether it was paused and goes on now */
async function letGo(docker: Docker, name: string): Promise<boolean> {
  if ((await inspectContainer(docker, name))?.State.Status !== 'paused') return false
  await docker.getContainer(name).unpause()
  return true
}
