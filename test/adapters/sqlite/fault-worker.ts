/**
 * The store's worker with a fault: HEARTH_FAULT=<point>#<n> kills the whole process with SIGKILL when the point is passed for the n-th time.
 */
const [point, count] = (process.env.HEARTH_FAULT ?? '').split('#')
let passed = 0
Reflect.set(globalThis, '__hearthFaultPoint', (name: string) => {
  if (name !== point) return
  passed += 1
  if (passed >= Number(count)) process.kill(process.pid, 'SIGKILL')
})
void import('#main/adapters/sqlite/worker.ts')
