import type { UpdateDeps } from './book.ts'
import { updateHandlers } from './handlers.ts'
import { createUpdates, type Updates } from './updates.ts'

/** The room of updates with its rows of the request table. @param parts.rooms what every room of a network is made of */
export function createUpdatesRoom(
  parts: Pick<UpdateDeps, 'heads' | 'nodes'> & {
    rooms: Pick<UpdateDeps, 'store' | 'state' | 'tasks' | 'log' | 'settings' | 'activity'> & {
      network: string | null
      world: Pick<UpdateDeps, 'engine' | 'clock' | 'catalog' | 'imageOverrides'>
    }
  },
): Updates & { handlers: ReturnType<typeof updateHandlers> } {
  const { rooms, heads, nodes } = parts
  const { network, world, store, state, tasks, log, settings, activity } = rooms
  const { engine, clock, catalog, imageOverrides } = world
  const deps: UpdateDeps = {
    network: network ?? '',
    engine,
    store,
    state,
    tasks,
    clock,
    log,
    settings,
    heads,
    nodes,
    catalog,
    imageOverrides,
    activity,
  }
  const updates = createUpdates(deps)
  return { ...updates, handlers: updateHandlers(updates.book, deps) }
}
