/* oxlint-disable no-underscore-dangle -- a global that no product code may touch should look like one */
declare global {
  // Only `var` makes a property of globalThis.
  var __hearthFaultPoint: ((name: string) => void) | undefined
}

/**
 * A named place where a fault test may kill, throw or wait. Does nothing in the product.
 * @param name dotted, unique in the code, for example `store.migration.before-commit`; `test/faults` lists them by reading the code
 */
export function faultPoint(name: string): void {
  if (typeof globalThis.__hearthFaultPoint === 'function') globalThis.__hearthFaultPoint(name)
}
