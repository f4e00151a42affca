import { metricsMethods, openMetricsDatabase } from './metrics-database.ts'
import type { WorkerTask } from './protocol.ts'
import { serve } from './worker-port.ts'

/** The thread of the second database. */
export function serveMetrics(task: WorkerTask & { kind: 'metrics' }): void {
  const { db, opened } = openMetricsDatabase(task.file)
  serve(task.file, opened, metricsMethods(db), () => db.close())
}
