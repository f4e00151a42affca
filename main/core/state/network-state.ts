import type { AppState, NetworkId, ObjectSliceName, SliceName } from '#shared/api/state.ts'
import { initialState } from './initial.ts'
import { same, type StatePublisher } from './publisher.ts'

/** What belongs to one network. The rest is of the whole program: vault and keys, settings, tasks of the record. */
const MAPS = ['nodes', 'tasks', 'intents', 'balances', 'suppliers', 'attention'] as const
const OBJECTS = ['practice', 'engine', 'chain', 'supplier', 'clock', 'earnings', 'relays', 'bundle', 'health'] as const
const OWN: ReadonlySet<SliceName> = new Set([...MAPS, ...OBJECTS])

/** The state of one network, whether it is the one that the page shows or not. */
export interface NetworkState extends StatePublisher {
  /** Whether the page shows it. */
  readonly isShown: boolean
  /** From now on everything written here is published, beginning with what there is. The one shown before must have been hidden. */
  show(): void
  /** Takes it off the page; it is kept on here. */
  hide(): void
}

/**
 * A network's slices kept apart, so that several networks can be looked after and one of them is shown. What is of the whole program (vault, keys, settings) is read from the published
 * state as it is now; of the vault a network has its own `needed`, and `app.network` is always itself.
 * @param published what pages see
 */
export function createNetworkState(published: StatePublisher, network: NetworkId | null): NetworkState {
  const own = initialState({ ...published.state.app, network })
  let needed: AppState['vault']['needed'] = null
  let isShown = false
  const writable = own as Record<SliceName, unknown>
  Object.defineProperties(own, {
    app: { enumerable: true, get: () => ({ ...published.state.app, network }) },
    vault: { enumerable: true, get: () => ({ ...published.state.vault, needed }) },
    custody: { enumerable: true, get: () => published.state.custody },
    keys: { enumerable: true, get: () => published.state.keys },
    settings: { enumerable: true, get: () => published.state.settings },
  })
  const publish = (slice: ObjectSliceName): void => published.set(slice, own[slice])

  const state: NetworkState = {
    state: own,
    get isShown() {
      return isShown
    },
    set(slice, value) {
      if (slice === 'vault') {
        needed = structuredClone((value as AppState['vault']).needed)
        if (isShown) published.patch('vault', { needed })
        return
      }
      if (!OWN.has(slice)) throw new Error(`${slice} is of no network`)
      if (same(own[slice], value)) return
      writable[slice] = structuredClone(value)
      if (isShown) published.set(slice, value)
    },
    patch(slice, fields) {
      state.set(slice, { ...own[slice], ...fields })
    },
    put(slice, id, value) {
      if (!OWN.has(slice)) throw new Error(`${slice} is of no network`)
      const map = writable[slice] as Record<string, unknown>
      if (same(map[id], value)) return
      map[id] = structuredClone(value)
      if (isShown) published.put(slice, id, value)
    },
    remove(slice, id) {
      const map = writable[slice] as Record<string, unknown>
      if (!OWN.has(slice) || !Object.hasOwn(map, id)) return
      delete map[id]
      if (isShown) published.remove(slice, id)
    },
    show() {
      isShown = true
      for (const slice of MAPS) for (const [id, value] of Object.entries(own[slice])) published.put(slice, id, value)
      for (const slice of OBJECTS) publish(slice)
      published.patch('vault', { needed })
    },
    hide() {
      isShown = false
      // Entries of the whole program, such as a copy of the record that is being made, stay.
      for (const slice of MAPS) for (const id of Object.keys(own[slice])) published.remove(slice, id)
      const blank = initialState(published.state.app)
      for (const slice of OBJECTS) published.set(slice, blank[slice])
      published.patch('vault', { needed: null })
    },
  }
  return state
}
