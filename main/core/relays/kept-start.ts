import type { AppState } from '#shared/api/state.ts'
import type { SigningName } from '../keys/serving-keys.ts'
import type { MinerStart } from './miner-setup.ts'

/** Whether a drain of the relay miner still waits for its last relays: what the miner is drained for is not taken back by one answer that is late. */
export const waitsForLastRelays = (tasks: AppState['tasks']): boolean =>
  Object.values(tasks).some(
    (task) =>
      task.kind === 'node-stop' && task.status === 'running' && task.steps.find((step) => step.key === 'stop-miner')?.status === 'waiting',
  )

/**
 * The miner's start, and the last one while a drain is under way and it cannot be rendered: without one the drain would be taken back, and begun anew a moment later.
 * @param deps.config as `MinerSetup.config`
 * @param deps.urls the host in it. A start with another one, or with one that may not be asked any more, is never kept
 * @returns rejects as `deps.config`
 */
export function keptStart(deps: {
  config: (keyNames: readonly SigningName[]) => Promise<MinerStart | undefined>
  urls: () => { rpcUrl: string; grpcUrl: string } | undefined
  tasks: () => AppState['tasks']
}): (keyNames: readonly SigningName[]) => Promise<MinerStart | undefined> {
  let last: { start: MinerStart; host: string } | undefined
  const host = (): string => JSON.stringify(deps.urls() ?? null)
  const kept = (): MinerStart | undefined =>
    deps.urls() !== undefined && last?.host === host() && waitsForLastRelays(deps.tasks()) ? last.start : undefined
  return async (keyNames) => {
    const askedHost = host()
    let start: MinerStart | undefined
    try {
      start = await deps.config(keyNames)
    } catch (error) {
      start = kept()
      if (start === undefined) throw error
      return start
    }
    if (start === undefined || start.onlyOwed === true) return kept() ?? start
    last = { start, host: askedHost }
    return start
  }
}
