import type { TaskState } from '#shared/api/state.ts'

export type Pull = TaskState['pulls'][number]
export interface Bytes {
  current: number
  total: number
}

/** Bytes of one image, as far as its layers are known. */
export function pullBytes(pull: Pull): Bytes {
  return pull.layers.reduce(
    (sum, layer) => ({ current: sum.current + Math.min(layer.currentBytes, layer.totalBytes), total: sum.total + layer.totalBytes }),
    { current: 0, total: 0 },
  )
}

/** Bytes of all images of a task. */
export function pullTotals(task: Pick<TaskState, 'pulls'>): Bytes {
  return task.pulls
    .map(pullBytes)
    .reduce((sum, one) => ({ current: sum.current + one.current, total: sum.total + one.total }), { current: 0, total: 0 })
}

/** The image whose layers are told one by one: under way, and the one with most bytes left. */
export function largestUnderWay(pulls: Pull[]): Pull | undefined {
  const left = (pull: Pull): number => pullBytes(pull).total - pullBytes(pull).current
  return pulls.filter((pull) => pull.status === 'fetching').sort((a, b) => left(b) - left(a))[0]
}
