/* oxlint-disable no-underscore-dangle -- the name of the product's hook */
// Declares the hook's place.
import '#shared/lib/fault-point.ts'

/**
 * Arms one fault point: the process dies there as if the power went, without a word. Imported first by every life (and by its worker threads),
 * steered by two variables that only these tests set.
 */
const wanted = process.env['HEARTH_FAULT_POINT']
let left = Number(process.env['HEARTH_FAULT_COUNT'] ?? '1')

if (wanted !== undefined && wanted !== '') {
  globalThis.__hearthFaultPoint = (name) => {
    if (name !== wanted) return
    left -= 1
    if (left <= 0) process.kill(process.pid, 'SIGKILL')
  }
}
