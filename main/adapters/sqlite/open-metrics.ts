import type { Log } from '#main/core/ports/log.ts'
import type { MetricsStore } from '#main/core/ports/metrics.ts'
import { HearthError } from '#shared/api/errors.ts'
import { openLink, type WorkerLink } from './worker-link.ts'

/**
 * Opens `metrics.db` in a thread of its own. One that was lost or damaged begins anew, which the log says (`remade` too). Nothing that goes wrong with it stops anything else.
 * @returns the store, and whether the figures of before are gone
 */
export async function openMetrics(options: {
  file: string
  log: Log
  workerUrl?: URL
}): Promise<{ metrics: MetricsStore; remade: boolean }> {
  const { log } = options
  const open = (): Promise<WorkerLink> => openLink({ kind: 'metrics', file: options.file }, log, options.workerUrl)
  let link = await open()
  const remade = link.opened.opened.remade === true
  if (remade) log.warn('measurements could not be read and begin anew', { file: options.file })
  let failing = false
  let closed = false

  /** Damage in the middle of the work: the file is looked at again, which begins it anew. */
  const call = async (method: string, args: unknown[], instead: unknown): Promise<unknown> => {
    if (closed) throw new Error('the store is closed')
    try {
      const value = await link.call(method, args)
      failing = false
      return value
    } catch (error) {
      if (closed) throw error
      if (error instanceof HearthError && error.code === 'store-damaged') {
        await link.close()
        link = await open()
        log.warn('measurements were damaged and begin anew', { file: options.file })
        return instead
      }
      // Once until it works again: figures come every second.
      if (!failing) log.warn('measurements are not kept', { reason: error instanceof Error ? error.message : 'unknown' })
      failing = true
      return instead
    }
  }

  return {
    remade,
    metrics: {
      addPoints: async (points) => void (await call('addPoints', [points], undefined)),
      series: async (query) => (await call('series', [query], [])) as Awaited<ReturnType<MetricsStore['series']>>,
      seriesNames: async () => (await call('seriesNames', [], [])) as string[],
      addLogLines: async (lines) => void (await call('addLogLines', [lines], undefined)),
      logLines: async (query) => (await call('logLines', [query], [])) as Awaited<ReturnType<MetricsStore['logLines']>>,
      async close() {
        closed = true
        await link.close()
      },
    },
  }
}
