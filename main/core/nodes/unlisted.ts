import { gate } from '#shared/catalog/entries/gate.ts'
import type { AppState } from '#shared/api/state.ts'
import type { CatalogEntry } from '#shared/catalog/schema.ts'
import type { SeenContainer } from '../ports/engine.ts'
import type { Log } from '../ports/log.ts'
import type { NodeRow } from '../ports/store.ts'
import type { StatePublisher } from '../state/publisher.ts'
import { isUp } from './plan.ts'
import type { Hold, SetUpDeps } from './set-up.ts'

/** More are counted in the page's words by the next round, once these are taken up or stopped. */
const MOST = 8
const GRACE_SECONDS = 60
const LABEL_LETTERS = 60

/** What taking up needs. */
type TakeUpDeps = Pick<SetUpDeps, 'engine' | 'store' | 'clock' | 'catalog' | 'network' | 'imageOverrides'>

/**
 * Containers of this installation that no row of the record speaks of, as after a restore of a copy that is older than they are: nothing looks after them.
 * @returns asked after each list: publishes them in `engine.unlisted`. One that is new to the list waits for the next look: its row may be a moment younger
 */
export function createUnlisted(state: StatePublisher, catalog: readonly CatalogEntry[]): (seen: SeenContainer[], rows: NodeRow[]) => void {
  let before = new Set<string>()
  return (seen, rows) => {
    const found = seen.filter((each) => isUnlisted(each, rows) && (isUp(each) || titleOf(catalog, each.nodeId) !== undefined))
    const unlisted: AppState['engine']['unlisted'] = found
      .filter((each) => before.has(each.id))
      // What runs comes first, in an order that does not change.
      .sort((one, other) => Number(isUp(other)) - Number(isUp(one)) || (idOf(one) < idOf(other) ? -1 : 1))
      .slice(0, MOST)
      .map((each) => {
        const title = titleOf(catalog, each.nodeId) ?? short(idOf(each))
        return { id: short(idOf(each)), title, isUp: isUp(each), ...(each.copyOf === undefined ? {} : { copyOf: short(each.copyOf) }) }
      })
    before = new Set(found.map((each) => each.id))
    if (JSON.stringify(unlisted) !== JSON.stringify(state.state.engine.unlisted ?? [])) state.patch('engine', { unlisted })
  }
}

/** A copy is known by its own name alone. */
const idOf = (seen: SeenContainer): string => (seen.copyOf === undefined ? seen.nodeId : seen.name)

/** What a label says can be of any length. */
const short = (text: string): string => text.slice(0, LABEL_LETTERS)

/** The gate is made and taken away by its own room, without a row; a copy of it is nobody's. */
const isUnlisted = (seen: SeenContainer, rows: readonly NodeRow[]): boolean =>
  seen.nodeId !== gate.nodeId && rows.every((row) => row.id !== seen.nodeId)

const titleOf = (catalog: readonly CatalogEntry[], nodeId: string): string | undefined =>
  catalog.find((entry) => entry.nodeId === nodeId)?.title

/**
 * Gives every such container of the catalogue its row again, made of what the engine tells: its image and its ports, so that neither it nor its address becomes another, and its
 * volumes are those of its name. Nothing is done to a container here; the loop follows them from then on. Rejects as the engine does.
 * @param wanted what is wanted of them; without it, those that run go on and the others stay down
 */
export async function takeUp(deps: TakeUpDeps, wanted?: NodeRow['wanted']): Promise<void> {
  const { engine, store, clock, catalog, network } = deps
  const rows = await store.nodes(network)
  for (const seen of await engine.list()) {
    // SECURITY: S16 a copy is no node's (own-names.ts), and is given no row.
    const entry = catalog.find((each) => each.nodeId === seen.nodeId)
    if (!entry || !isUnlisted(seen, rows)) continue
    const imagePin = await pinOf(deps, entry.image.reference, seen.image)
    const ports = Object.fromEntries(
      entry.ports.flatMap(({ containerPort }) => {
        const hostPort = seen.ports?.[String(containerPort)]
        return hostPort === undefined ? [] : [[String(containerPort), hostPort]]
      }),
    )
    await store.putNode({
      id: seen.nodeId,
      network,
      wanted: wanted ?? (isUp(seen) ? 'running' : 'stopped'),
      wantedBy: 'user',
      imagePin,
      ports,
      updatedAtMs: clock.now(),
    })
  }
}

/**
 * By what an image is known that a container was made of: as it was pinned, where the engine knows it by that, so that the container is as wanted and is not made anew.
 * SECURITY: S16 what runs gets the operator key. @returns undefined for an image that the engine knows by no name of the catalogue's or the start's: then theirs is taken, and the container is made anew of it
 */
async function pinOf({ engine, store, imageOverrides }: TakeUpDeps, official: string, imageId: string): Promise<string | undefined> {
  const reference = imageOverrides[official] ?? official
  const { digest } = (await engine.image(imageId)) ?? {}
  const byDigest = digest === undefined ? undefined : `${reference.replace(/@.*$/, '').replace(/:[^:/]*$/, '')}@${digest}`
  for (const pin of [await store.setting(`image-pin ${reference}`), byDigest])
    if (pin !== undefined && (await engine.image(pin))?.imageId === imageId) return pin
  return (await engine.image(reference))?.imageId === imageId ? imageId : undefined
}

/**
 * Stops what no row speaks of. What the catalogue of the network knows gets a row that says so, and the loop stops it as every other: a relay miner drained. The others are stopped here.
 * Nothing is removed. Never rejects: what was not stopped is still told of.
 */
export async function stopUnlisted(deps: TakeUpDeps & Pick<SetUpDeps, 'wake'>, hold: Hold, log: Log): Promise<void> {
  const { engine, store, network } = deps
  try {
    await hold(() => takeUp(deps, 'stopped'))
    deps.wake()
    const rows = await store.nodes(network)
    const others = (await engine.list()).filter((each) => isUnlisted(each, rows) && isUp(each))
    await Promise.all(others.map((each) => engine.stop(each.name, GRACE_SECONDS)))
  } catch (error) {
    log.warn('containers that the record does not know were not stopped', { reason: error instanceof Error ? error.message : '' })
  }
  deps.wake()
}
