import type { Engine } from '../ports/engine.ts'
import { namesOf } from './specs.ts'

/**
 * An engine whose list tells a node's container from one that somebody made with its labels, as a copy under another name has them: the name is what makes it the node's, for everything
 * that is done to a container is done by that name.
 * SECURITY: S16 what is not the node's is given no key and no row, is never taken for the node, and goes with no removal.
 * @returns the same engine; a copy is listed without `nodeId`, and `copyOf` says whose labels it has
 */
export function ownNames(engine: Engine, installId: string): Engine {
  const names = namesOf(installId)
  return {
    ...engine,
    async list() {
      const listed = await engine.list()
      return listed.map((seen) =>
        seen.nodeId === '' || seen.name === names.container(seen.nodeId) ? seen : { ...seen, nodeId: '', copyOf: seen.nodeId },
      )
    },
  }
}
