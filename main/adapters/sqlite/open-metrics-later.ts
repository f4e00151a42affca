import type { MetricsStore } from '#main/core/ports/metrics.ts'

/** The measurements' store, opened when something is first asked of it: no start waits for it. What opening rejects, everything asked of it rejects. */
export function metricsLater(open: () => Promise<MetricsStore>): MetricsStore {
  let opening: Promise<MetricsStore> | undefined
  let closed = false
  const opened = (): Promise<MetricsStore> => {
    if (closed && opening === undefined) return Promise.reject(new Error('the store is closed'))
    return (opening ??= open())
  }
  return {
    addPoints: async (points) => (await opened()).addPoints(points),
    series: async (query) => (await opened()).series(query),
    seriesNames: async () => (await opened()).seriesNames(),
    addLogLines: async (lines) => (await opened()).addLogLines(lines),
    logLines: async (query) => (await opened()).logLines(query),
    async close() {
      closed = true
      await (await opening?.catch(() => undefined))?.close()
    },
  }
}
